import type { Category } from "@subject-rights/core";
import type { Belonging, DataMap, MatchedColumn } from "../data-map/data-map.ts";
import { listed } from "../data-map/listed.ts";

interface Lists {
  readonly holds: readonly Category[];
  readonly needs: readonly string[];
  /** What others may have the same of. */
  readonly shares: readonly string[];
}

/** What a source over this map says of itself. */
export const listsOf = ({ tables }: DataMap): Lists => {
  const holds = tables.flatMap(({ category }) => category);
  const matched = tables
    .flatMap(({ belongs }) => listed<Belonging>(belongs))
    .flatMap((each) => ("column" in each ? [each] : []));
  // An address is what a request is confirmed by: somebody has answered for it.
  const shared = matched.filter((each) => each.shared === true && each.identifier !== "email");
  const typesOf = (some: readonly MatchedColumn[]) => [...new Set(some.map(({ identifier }) => identifier))];
  return { holds: [...new Set(holds)], needs: typesOf(matched), shares: typesOf(shared) };
};
