import { type MappedTable, retentionOf } from "../data-map/resolved-map.ts";

/**
 * Whether rows of one table stay at least as long as those of another that is retained. Dates that a column gives
 * are not known here.
 */
export const lasts = (one: MappedTable, other: MappedTable): "longer" | "shorter" | "unknown" => {
  if (one.erasure === "anonymise") return "longer";
  const [mine, yours] = [retentionOf(one.erasure)?.until, retentionOf(other.erasure)?.until];
  if (typeof mine !== "string" || typeof yours !== "string") return "unknown";
  return mine >= yours ? "longer" : "shorter";
};
