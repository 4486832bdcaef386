import type { Category } from "@subject-rights/core";
import type { Belonging, DataMap } from "../data-map/data-map.ts";
import { listed } from "../data-map/listed.ts";

/** What a source over this map says of itself. */
export const listsOf = ({
  tables,
}: DataMap): { readonly holds: readonly Category[]; readonly needs: readonly string[] } => {
  const holds = tables.flatMap(({ category }) => category);
  const needs = tables
    .flatMap(({ belongs }) => listed<Belonging>(belongs))
    .flatMap((each) => ("column" in each ? [each.identifier] : []));
  return { holds: [...new Set(holds)], needs: [...new Set(needs)] };
};
