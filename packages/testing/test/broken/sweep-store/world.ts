import { defineSweepStore, type SweepKey, type SweepStoreDefinition } from "@subject-rights/core";
import {
  memoryRequestStore,
  memorySweepStore,
  memoryTables,
  type RequestTables,
} from "@subject-rights/memory";
import type { SweepStoreHarness } from "@subject-rights/testing";
import { plainSweepStore } from "../plain-storage.ts";
import { whileUp } from "../while-up.ts";

/** What a fault has at hand. */
export interface World {
  /** The store as it should be; every operation throws once the database is gone. */
  readonly good: Required<SweepStoreDefinition>;
  readonly tables: RequestTables;
  /** What lies around beside the tables; the second door sees it too. */
  readonly leftovers: unknown[];
}

export type Fault = (world: World) => Partial<SweepStoreDefinition>;

export const harness = (fault: Fault | null): SweepStoreHarness => {
  const makeBreakable = async () => {
    let down = false;
    const up = whileUp(() => down);
    const tables = memoryTables();
    const leftovers: unknown[] = [];
    const plain = plainSweepStore(memorySweepStore(tables));
    const good = {
      insert: up(plain.insert),
      read: up(plain.read),
      list: up(plain.list),
      parts: up(plain.parts),
      findAbout: up(plain.findAbout),
      audit: up(plain.audit),
      hold: up(plain.hold),
      release: up(plain.release),
      commit: up(plain.commit),
      transaction: plain.transaction,
    };
    const { sweeps, sweepParts, audit } = tables;
    return {
      store: defineSweepStore({ ...good, ...fault?.({ good, tables, leftovers }) }),
      requests: memoryRequestStore(tables),
      dump: async () =>
        JSON.stringify([
          [...sweeps],
          [...sweepParts].map(([key, parts]) => [key, [...parts]]),
          [...audit],
          leftovers,
        ]),
      breakIt: async () => {
        down = true;
      },
    };
  };
  return { transactions: true, make: makeBreakable, makeBreakable };
};

export const keyOf = ({ tenant, id }: SweepKey): string => JSON.stringify([tenant, id]);
