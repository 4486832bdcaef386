import { type Broken, couldNotAsk } from "../describe-suite.ts";
import { type Fault, keyOf } from "./world.ts";

export const swallowingFaults: readonly Broken<Fault>[] = Object.entries({
  insert: ({ good, tables }) => ({
    insert: (input) =>
      good.insert(input).catch((thrown) => {
        if (tables.requests.has(keyOf(input.request))) throw thrown;
        return { outcome: "stored" };
      }),
  }),
  read: ({ good }) => ({ read: (key) => good.read(key).catch(() => undefined) }),
  readByTokenHash: ({ good }) => ({
    readByTokenHash: (tokenHash) => good.readByTokenHash(tokenHash).catch(() => undefined),
  }),
  findAbout: ({ good }) => ({ findAbout: (query) => good.findAbout(query).catch(() => []) }),
  commit: ({ good }) => ({ commit: (input) => good.commit(input).catch(() => ({ outcome: "changed" })) }),
  list: ({ good }) => ({ list: (query) => good.list(query).catch(() => ({ requests: [] })) }),
  due: ({ good }) => ({ due: (query) => good.due(query).catch(() => []) }),
  audit: ({ good }) => ({ audit: (key) => good.audit(key).catch(() => []) }),
} satisfies Readonly<Record<string, Fault>>).map(([operation, how]) => ({
  fault: `${operation} answers while the database is gone`,
  how,
  caughtBy: [couldNotAsk(operation)],
}));
