import { type Broken, couldNotAsk } from "../describe-suite.ts";
import type { Fault } from "./good-data-source.ts";

export const swallowingFaults: readonly Broken<Fault>[] = [
  ...Object.entries({
    identify: ({ good }) => ({ identify: (...asked) => good.identify(...asked).catch(() => []) }),
    locate: ({ good }) => ({ locate: (...asked) => good.locate(...asked).catch(() => []) }),
    verify: ({ good }) => ({ verify: (...asked) => good.verify(...asked).catch(() => []) }),
    refresh: ({ good }) => ({ refresh: (context) => good.refresh(context).catch(() => undefined) }),
    erase: ({ good, tables }) => ({
      erase: (...asked) =>
        good.erase(...asked).catch((thrown) => {
          if (tables.down) return [];
          throw thrown;
        }),
    }),
    export: ({ good, tables }) => ({
      async *export(...asked) {
        if (!tables.down) yield* good.export(...asked);
      },
    }),
  } satisfies Readonly<Record<string, NonNullable<Fault["source"]>>>).map(([name, source]) => ({
    fault: `${name} answers while the source is gone`,
    how: { source },
    caughtBy: [couldNotAsk(name)],
  })),
  {
    fault: "an export that breaks off ends",
    how: {
      source: ({ good }) => ({
        async *export(...asked) {
          let pages = 0;
          try {
            for await (const page of good.export(...asked)) {
              pages += 1;
              yield page;
            }
          } catch (thrown) {
            if (pages === 0) throw thrown;
          }
        },
      }),
    },
    caughtBy: ["export: what breaks off on the way never ends as if it were complete"],
  },
];
