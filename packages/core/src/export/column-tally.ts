import type { ValueKind } from "../ports/data-source.ts";
import type { CollectedColumn } from "../request/steps.ts";
import { valueKinds } from "./value-kinds.ts";

/** More columns than this make no table that anybody can use: such a collection is handed over as JSON only. */
export const mostColumns = 1_000;

/** Names are kept with the request, so that all of a collection's together are bounded too. */
const mostNameCharacters = 100_000;

/**
 * Stands behind the last column in what is saved where there were more than are kept. Any other column has at
 * least one kind, so this is never taken for one.
 */
const further: CollectedColumn = { name: "", types: [] };

/** The columns that are kept, and whether these are all there were. */
export const knownColumns = (
  saved: readonly CollectedColumn[],
): { readonly columns: readonly CollectedColumn[]; readonly complete: boolean } => {
  const columns = saved.filter(({ types }) => types.length > 0);
  return { columns, complete: columns.length === saved.length };
};

interface Column {
  /** The name as JSON, with the colon. */
  readonly key: string;
  readonly kinds: Set<ValueKind>;
}

/** The columns of one collection in order of first appearance, with the kinds of value seen in each. Bounded. */
export class ColumnTally {
  readonly #columns = new Map<string, Column>();
  #nameCharacters = 0;
  #complete = true;

  /** @param saved what `saved()` gave for the rows before */
  constructor(saved: readonly CollectedColumn[] = []) {
    const { columns, complete } = knownColumns(saved);
    for (const { name, types } of columns) {
      const { kinds } = this.column(name);
      for (const kind of valueKinds) if (types.includes(kind)) kinds.add(kind);
    }
    if (!complete) this.#complete = false;
  }

  /** Whether every column that was seen is kept. */
  get isComplete(): boolean {
    return this.#complete;
  }

  column(name: string): Column {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    const column = { key: `${JSON.stringify(name)}:`, kinds: new Set<ValueKind>() };
    if (this.#complete && this.#fits(name)) {
      this.#nameCharacters += name.length;
      this.#columns.set(name, column);
    } else {
      this.#complete = false;
    }
    return column;
  }

  saved(): readonly CollectedColumn[] {
    const columns = [...this.#columns].map(([name, { kinds }]) => ({
      name,
      types: valueKinds.filter((kind) => kinds.has(kind)),
    }));
    return this.#complete ? columns : [...columns, further];
  }

  #fits(name: string): boolean {
    return this.#columns.size < mostColumns && this.#nameCharacters + name.length <= mostNameCharacters;
  }
}
