import type { Column, Table } from "../catalog/catalog.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import { titleOf } from "../data-map/resolved-map.ts";
import type { Database } from "../database/database.ts";
import type { FoundGap } from "./gap.ts";
import {
  isNamedAfter,
  isNamedAsPeople,
  isPlainName,
  personalByName,
  referenceByName,
} from "./personal-names.ts";
import { personalByType } from "./personal-types.ts";
import { personalByValues } from "./personal-values.ts";
import { readingOf, sample } from "./sample.ts";
import type { TableFamily } from "./table-families.ts";

/** Columns of a table that nothing connects with the map, and that look personal: by name, type, or a sample. */
export const personalColumns = async (
  family: TableFamily,
  { tables }: ResolvedMap,
  database: Database,
): Promise<readonly FoundGap[]> => {
  const mapped = tables.map(({ table }) => table);
  const seen = new Map<Column, FoundGap>();
  for (const { table, column } of family.columns) {
    const found = bySchema(table, column, mapped);
    if (found !== null) seen.set(column, gapIn(table, column, found));
  }
  if (family.root.kind === "foreign table") return [...seen.values()];
  return [...seen.values(), ...(await bySample(family, seen, database))];
};

const bySchema = (table: Table, column: Column, mapped: readonly Table[]): string | null => {
  const byType = personalByType(column.type);
  if (byType !== null) return `Its type says that it holds ${byType}.`;
  // A yes or no is no address, whatever it is called.
  if (column.type.category === "B") return null;
  const byName =
    personalByName(column.name) ??
    referenceByName(column.name) ??
    (isPlainName(column.name) && isNamedAsPeople(table.name) ? "a person's name" : null);
  if (byName !== null) return `By its name it holds ${byName}.`;
  const other = mapped.find(({ name }) => isNamedAfter(column.name, name));
  return other === undefined ? null : `By its name it points at ${titleOf(other)}, without a foreign key.`;
};

const gapIn = (table: Table, column: Column, found: string): FoundGap =>
  table.kind === "foreign table"
    ? {
        code: "foreign-table-looks-personal",
        table,
        column: column.name,
        message: `${found} The table lies on another server: answer for it there, and waive it here.`,
      }
    : {
        code: "unmapped-table-looks-personal",
        table,
        column: column.name,
        message: `${found} Map the table, or waive it with a reason.`,
      };

const unreadable = (table: Table, column: string | null, why: string): FoundGap => ({
  code: "unreadable",
  table,
  column,
  message: `Nobody knows whether it holds a person: ${why}.`,
});

const bySample = async (
  family: TableFamily,
  seen: ReadonlyMap<Column, FoundGap>,
  database: Database,
): Promise<readonly FoundGap[]> => {
  const gaps: FoundGap[] = [];
  for (const table of family.members) {
    // A partition is read through its root; an inheriting table once more where it has columns of its own.
    const open = family.columns.flatMap((each) =>
      each.table === table && !seen.has(each.column) && readingOf(each.column) !== null ? [each.column] : [],
    );
    if (open.length === 0) continue;
    const readable = open.filter(({ maySelect }) => maySelect);
    if (readable.length === 0) {
      gaps.push(unreadable(table, null, "this role may not read it"));
      continue;
    }
    for (const { name } of open.filter(({ maySelect }) => !maySelect)) {
      gaps.push(unreadable(table, name, "this role may not read it"));
    }
    const part = table === family.root ? family : { ...family, root: table, members: [table] };
    const sampled = await sample(database, part, readable);
    if ("unreadable" in sampled) {
      gaps.push(unreadable(table, null, sampled.unreadable));
      continue;
    }
    for (const column of readable) {
      const values = sampled.values.get(column) ?? [];
      const what = personalByValues(values, readingOf(column) ?? "text");
      if (what !== null) gaps.push(gapIn(table, column, `A sample of its rows has ${what}.`));
    }
  }
  return gaps;
};
