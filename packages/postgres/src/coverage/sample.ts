import type { Column, Table } from "../catalog/catalog.ts";
import type { Database } from "../database/database.ts";
import { emptySql, join, name, type Sql, sql } from "../sql/sql.ts";
import type { Reading } from "./personal-values.ts";
import { readWithin } from "./read-within.ts";
import type { TableFamily } from "./table-families.ts";

/** Rows of a table: all from its first pages where there are not more, else a few from there, the others from all over. */
const rowsInAll = 400;
const rowsAtFirst = 40;
/** Rows that are drawn in whole pages, for the few of them that are looked at to come from many pages. */
const rowsToDraw = 4000;
/** Characters of a value. */
const longestValue = 2000;

/** The values of each column that was asked for, or why there are none. */
type Sample = { readonly values: ReadonlyMap<Column, readonly string[]> } | { readonly unreadable: string };

/** How the values of a column can be read; null for types whose values look like nothing. */
export const readingOf = ({ type }: Column): Reading | null => {
  const { base, category, structure } = type;
  if (base === "json" || base === "jsonb") return "json";
  if (structure === "c") return "parts";
  if (/^_(text|varchar|bpchar|citext|jsonb?)$/.test(base) || base === "hstore") return "parts";
  return (structure === "b" && category === "S") || base === "xml" ? "text" : null;
};

/** Reads a bounded number of rows of a table, in one statement, in a transaction that may only read. */
export const sample = async (
  database: Database,
  { root, members }: TableFamily,
  columns: readonly Column[],
): Promise<Sample> => {
  if (members.some(({ hasRowSecurity }) => hasRowSecurity)) {
    return { unreadable: "a row security policy hides rows from this role" };
  }
  if (members.some(({ kind }) => kind === "foreign table")) {
    return { unreadable: "a part of it lies on another server" };
  }
  const read = await readWithin(database, statementFor(root, members, columns), "");
  if ("unreadable" in read) return read;
  return { values: new Map(columns.map((column, index) => [column, valuesOf(read.rows, aliasOf(index))])) };
};

const aliasOf = (index: number): string => `value_${index}`;

const valuesOf = (
  rows: readonly Readonly<Record<string, string | null>>[],
  alias: string,
): readonly string[] => rows.flatMap((row) => row[alias] ?? []);

const statementFor = (root: Table, members: readonly Table[], columns: readonly Column[]): Sql => {
  const table = name(root.schema, root.name);
  const aliases = columns.map((_, index) => name(aliasOf(index)));
  const named = join(
    columns.map((column, index) => sql`${name(column.name)} as ${aliases[index] ?? emptySql}`),
  );
  const cut = join(aliases.map((alias) => sql`left(${alias}::text, ${longestValue}::int) as ${alias}`));
  const first = (rows: number) =>
    sql`select ${cut} from (select ${named} from ${table} limit ${rows}::bigint) as found`;
  const estimated = members.reduce((sum, { estimatedRows }) => sum + Math.max(0, estimatedRows), 0);
  if (estimated <= rowsInAll) return first(rowsInAll);
  const percentage = Math.min(100, (100 * rowsToDraw) / estimated);
  // The same rows each time, while the table is as it is. Should it have grown past its estimate, a limit holds.
  const drawn = sql`select ${named} from ${table} tablesample system (${percentage}::real) repeatable (0)
    limit ${10 * rowsToDraw}::bigint`;
  const numbered = sql`select found.*, row_number() over () as place from (${drawn}) as found`;
  // Multiples of a number modulo a prime: an order that is none.
  const mixed = sql`select * from (${numbered}) as found order by place * 7919 % 104729
    limit ${rowsInAll - rowsAtFirst}::bigint`;
  return sql`(${first(rowsAtFirst)}) union all (select ${cut} from (${mixed}) as found)`;
};
