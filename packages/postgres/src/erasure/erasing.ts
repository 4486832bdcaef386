import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Person } from "../reach/reach.ts";

/** What one erasure is about. */
export interface Erasing {
  readonly map: ResolvedMap;
  /** The tables of the category. */
  readonly tables: readonly MappedTable[];
  readonly person: Person;
  readonly today: string;
  readonly hashKey: Uint8Array;
}
