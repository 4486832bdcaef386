import type { DataMap, Waiver } from "../data-map/data-map.ts";
import { fullName } from "../data-map/resolve.ts";
import type { FoundGap } from "./gap.ts";

interface Waivers {
  /** The waiver that answers for a gap; the one that names its column before that of the whole table. */
  readonly for: (gap: FoundGap) => Waiver | undefined;
  /** A gap for each waiver that answers for none of these. */
  readonly stale: (gaps: readonly FoundGap[]) => readonly FoundGap[];
}

export const waiversOf = ({ waivers = [] }: DataMap): Waivers => {
  const answersFor = (waiver: Waiver, { table, column }: FoundGap): boolean => {
    const named = fullName(waiver.table);
    if (named.schema !== table.schema || named.name !== table.name) return false;
    return waiver.column === undefined || waiver.column === column;
  };
  return {
    for: (gap) => {
      const all = waivers.filter((waiver) => answersFor(waiver, gap));
      return all.find(({ column }) => column !== undefined) ?? all[0];
    },
    stale: (gaps) =>
      waivers
        .filter((waiver) => !gaps.some((gap) => answersFor(waiver, gap)))
        .map((waiver) => ({
          code: "stale-waiver",
          table: fullName(waiver.table),
          column: waiver.column ?? null,
          message: "There is nothing here to waive. Remove the waiver, so that it hides nothing later.",
        })),
  };
};
