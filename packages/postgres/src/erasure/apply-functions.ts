import { type Identifier, PermanentFailure } from "@subject-rights/core";
import type { Column } from "../catalog/catalog.ts";
import type { Anonymisation, Replacement } from "../data-map/data-map.ts";
import type { MappedTable } from "../data-map/resolved-map.ts";
import type { Session, TextRow } from "../database/database.ts";
import { keyColumns, sameKey, tableName } from "../reach/columns.ts";
import { reach } from "../reach/reach.ts";
import { isAsFound, version, withVersion } from "../reach/version.ts";
import { join, name, printedByServer, type Sql, sql } from "../sql/sql.ts";
import { textSettings } from "../values/text-settings.ts";
import type { Erasing } from "./erasing.ts";
import { erasureFacts, isDue, isWorthTelling } from "./facts.ts";

interface Replaced {
  readonly column: Column;
  readonly replace: Replacement;
}

/** How many rows are held in memory at once. */
const rowsAtOnce = 500;

/**
 * Applies the functions of the application, which only it can run: the values are read, and written back. Their
 * columns decide over nobody's rows, so the person is found as before.
 */
export const applyFunctions = async (session: Session, erasing: Erasing): Promise<void> => {
  for (const table of erasing.tables) {
    const replaced = functionsIn(table.columns);
    if (replaced.length > 0 && table.erasure !== "delete") {
      await replaceAll(session, erasing, table, replaced, "own");
    }
    const inKept = functionsIn(table.kept.columns);
    if (inKept.length > 0) await replaceAll(session, erasing, table, inKept, "kept");
  }
};

const functionsIn = (
  columns: readonly { readonly column: Column; readonly anonymise: Anonymisation | null }[],
): readonly Replaced[] =>
  columns.flatMap(({ column, anonymise }) =>
    typeof anonymise === "object" && anonymise !== null && "function" in anonymise
      ? [{ column, replace: anonymise.function }]
      : [],
  );

const replaceAll = async (
  session: Session,
  { map, person, timeZone }: Erasing,
  table: MappedTable,
  replaced: readonly Replaced[],
  rowsOf: "own" | "kept",
): Promise<void> => {
  if (table.key === null) {
    throw new PermanentFailure(
      `${table.map.title}: a function needs a primary key to write its values back by`,
    );
  }
  const facts = withVersion(erasureFacts(timeZone));
  const { sets, set, kept } = reach(map, [table], person, "own", facts, isWorthTelling);
  const found = rowsOf === "own" ? sql`(select * from ${set(table)} where ${isDue})` : (kept(table) ?? null);
  if (found === null) return;
  const keys = keyColumns(table);
  const key = join(keys.map(({ from }) => from(sql`t`)));
  await session.query(textSettings);
  let after: Sql | null = null;
  for (;;) {
    const columns = [
      ...keys.map(({ from, as }) => sql`(${from(sql`t`)})::text as ${as}`),
      ...replaced.map(({ column }, index) => sql`(t.${name(column.name)})::text as ${name(`v${index}`)}`),
      sql`r.${version}`,
    ];
    const rows: readonly TextRow[] = await session.query(sql`${sets} select ${join(columns)}
      from ${tableName(table)} t join ${found} r on ${sameKey(table, sql`t`, sql`r`)}
      where ${after === null ? sql`true` : sql`(${key}) > (${after})`}
      order by ${key} limit ${rowsAtOnce}::int`);
    const last = rows.at(-1);
    if (last === undefined) return;
    await writeBack(session, table, replaced, rows, { person: person.subject.identifiers, rowsOf });
    after = join(keys.map(({ type }, index) => sql`${last[`k${index}`] ?? null}::${type}`));
  }
};

const writeBack = async (
  session: Session,
  table: MappedTable,
  replaced: readonly Replaced[],
  rows: readonly TextRow[],
  { person, rowsOf }: { readonly person: readonly Identifier[]; readonly rowsOf: "own" | "kept" },
): Promise<void> => {
  const keys = keyColumns(table);
  const lists: Sql[] = keys.map((_, index) => sql`${rows.map((row) => row[`k${index}`] ?? null)}`);
  for (const [index, { column, replace }] of replaced.entries()) {
    const values: (string | null)[] = [];
    for (const row of rows) {
      const value = row[`v${index}`] ?? null;
      const next = value === null ? null : await replace(value, person);
      // In what is somebody else's too there may be nothing of the person.
      if (value !== null && next === value && rowsOf === "own") {
        throw new PermanentFailure(
          `${table.map.title}: the function for ${column.name} leaves a value as it was`,
        );
      }
      values.push(next);
    }
    lists.push(sql`${values}`);
  }
  lists.push(sql`${rows.map((row) => row["version"] ?? null)}`);
  const names = [...keys.map(({ as }) => as), ...replaced.map((_, index) => name(`v${index}`)), version];
  const isThis = join(
    keys.map(({ from, as, type }) => sql`${from(sql`t`)} = r.${as}::${type}`),
    sql` and `,
  );
  const assignments = replaced.map(
    ({ column }, index) =>
      sql`${name(column.name)} = r.${name(`v${index}`)}::${printedByServer(column.type.sql)}`,
  );
  await session.query(sql`update ${tableName(table)} t set ${join(assignments)}
    from unnest(${join(lists)}) as r (${join(names)}) where ${isThis} and ${isAsFound(table)}`);
};
