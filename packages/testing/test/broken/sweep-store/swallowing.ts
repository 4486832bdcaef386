import { type Broken, couldNotAsk } from "../describe-suite.ts";
import type { Fault } from "./world.ts";

export const swallowingFaults: readonly Broken<Fault>[] = Object.entries({
  insert: ({ good, tables }) => ({
    insert: (input) =>
      good.insert(input).catch((thrown) => {
        const { tenant, id } = input.sweep;
        const isTaken = [...tables.sweeps.values(), ...tables.requests.values()].some(
          (each) => each.tenant === tenant && each.id === id,
        );
        if (isTaken) throw thrown;
      }),
  }),
  read: ({ good }) => ({ read: (key) => good.read(key).catch(() => undefined) }),
  list: ({ good }) => ({ list: (query) => good.list(query).catch(() => ({ sweeps: [] })) }),
  parts: ({ good }) => ({ parts: (query) => good.parts(query).catch(() => []) }),
  findAbout: ({ good }) => ({ findAbout: (query) => good.findAbout(query).catch(() => []) }),
  audit: ({ good }) => ({ audit: (query) => good.audit(query).catch(() => []) }),
  hold: ({ good }) => ({ hold: (input) => good.hold(input).catch(() => input.people.map(() => null)) }),
  release: ({ good }) => ({ release: (key) => good.release(key).catch(() => undefined) }),
  commit: ({ good }) => ({ commit: (input) => good.commit(input).catch(() => ({ outcome: "changed" })) }),
} satisfies Readonly<Record<string, Fault>>).map(([operation, how]) => ({
  fault: `${operation} answers while the database is gone`,
  how,
  caughtBy: [couldNotAsk(operation)],
}));
