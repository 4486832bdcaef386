import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Person } from "../reach/reach.ts";
import type { Today } from "./counts.ts";

/** What one erasure is about. */
export interface Erasing extends Today {
  readonly map: ResolvedMap;
  /** The tables of the category. */
  readonly tables: readonly MappedTable[];
  readonly person: Person;
  readonly hashKey: Uint8Array;
}
