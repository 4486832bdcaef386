import { type MemoryTables, memoryTables } from "@subject-rights/memory";
import { whileUp } from "../while-up.ts";

export interface World<Definition> {
  readonly good: Definition;
  readonly tables: MemoryTables;
  /** What lies around beside the tables; the second door sees it too. */
  readonly leftovers: Uint8Array[];
}

export type Fault<Definition> = (world: World<Definition>) => Partial<Definition>;

export const world = () => {
  const tables = memoryTables();
  const leftovers: Uint8Array[] = [];
  let down = false;
  return {
    tables,
    leftovers,
    up: whileUp(() => down),
    dump: async () =>
      [
        ...leftovers,
        ...[...tables.keys.values()].flat(),
        ...[...tables.chunks.values()].map(({ bytes }) => bytes),
      ]
        .map((bytes) => Buffer.from(bytes).toString("hex"))
        .join(),
    breakIt: async () => {
      down = true;
    },
  };
};
