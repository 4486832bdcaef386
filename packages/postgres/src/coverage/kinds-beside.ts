import type { Column } from "../catalog/catalog.ts";
import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import { looseReferencesOf } from "../reach/named-references.ts";
import { isPointer } from "../reach/telling.ts";
import type { FoundGap } from "./gap.ts";

/** How frameworks name the column that says what kind of row another column points at. */
const endings = ["_type", "_kind", "_class", "_table", "_model", "Type", "Kind"];

/**
 * Columns by which rows belong to a person, and beside which another says what kind of thing they point at: `subject_id`
 * beside `subject_type`. Without it the comment on order 1 is taken for one on user 1. No foreign key says this, so the
 * names do.
 */
export const kindsBeside = (map: ResolvedMap): readonly FoundGap[] =>
  map.tables.flatMap((mapped) => {
    const loose = looseReferencesOf(map, mapped);
    return mapped.belongs.flatMap((each): FoundGap[] => {
      if (each.kind === "referenced-by") return [];
      if (each.kind === "references" && !loose.includes(each)) return [];
      if (each.kind === "column" && isPointer(map, mapped, each)) return [];
      const here = each.kind === "column" ? [each.column] : each.pairs.map((pair) => pair.here);
      const kinds = here.flatMap((column) => kindOf(mapped, column) ?? []);
      const kind = kinds.find((column) => !here.includes(column));
      if (kind === undefined) return [];
      const message =
        `"${kind.name}" beside it may say what kind of row is meant. If so, rows of another kind with the same number ` +
        `are taken for the person's: say the kind with \`on\`, by a column there that holds it (see the docs on ` +
        "rows that point at several kinds). Waive it where every row is of this kind.";
      return [
        {
          code: "kind-left-out",
          table: mapped.table,
          column: here.map(({ name }) => name).join(", "),
          message,
        },
      ];
    });
  });

const kindOf = ({ table }: MappedTable, { name }: Column): Column | undefined => {
  const base = /^(?<base>.+?)(?:_id|_uuid|_key|Id)$/.exec(name)?.groups?.["base"];
  return base === undefined
    ? undefined
    : table.columns.find((each) => endings.some((end) => each.name === base + end));
};
