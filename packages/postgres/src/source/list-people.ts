import type { FoundIdentifier, PeopleHeld } from "@subject-rights/core";
import { z } from "zod";
import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Database, Session } from "../database/database.ts";
import { isAfter, orderOf, placesOf } from "../export/page.ts";
import { tableName } from "../reach/columns.ts";
import { isPointer, matchesOf } from "../reach/telling.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { usableValue } from "./identify.ts";

/** Rows a page. */
const mostRows = 5_000;
/** What core takes of people in a page. */
const mostPeople = 10_000;

const rowsSchema = z.array(z.tuple([z.array(z.string().nullable()), z.array(z.string())]));

interface Listing {
  readonly database: Database;
  readonly use: (session: Session) => Promise<ResolvedMap>;
  readonly tenant: string;
  readonly signal: AbortSignal;
}

/**
 * Everybody in the tables that are matched by identifiers: a row is a person, by what stands in it; and another, whom
 * it points at. Rows are read in the order of their key, so that one that is changed meanwhile is not left out.
 */
export async function* listPeople({
  database,
  use,
  tenant,
  signal,
}: Listing): AsyncGenerator<PeopleHeld, void, undefined> {
  const map = await database.transaction(use, signal);
  for (const table of map.tables) {
    if (matchesOf(table).length === 0) continue;
    let after: readonly string[] | null = null;
    do {
      const read = await database.transaction(
        async (session) => readRows(session, await use(session), table, tenant, after),
        signal,
      );
      yield { people: read.people };
      after = read.last;
    } while (after !== null);
  }
}

const readRows = async (
  session: Session,
  map: ResolvedMap,
  { table }: MappedTable,
  tenant: string,
  after: readonly string[] | null,
) => {
  const mapped = map.tables.find((each) => each.table.oid === table.oid);
  if (mapped === undefined) throw new Error("A table of the map is gone.");
  const matches = matchesOf(mapped);
  const pointers = matches.map((match) => isPointer(map, mapped, match));
  const pageSize = Math.min(mostRows, Math.floor(mostPeople / (1 + pointers.filter(Boolean).length)));
  const columns = matches.map(({ column }) => sql`t.${name(column.name)}`);
  // Without a key, what is in the row is the order; rows that are alike name the same people.
  const order = orderOf(
    mapped,
    matches.map(({ column }, index) => ({
      name: column.name,
      type: column.type.oid,
      value: columns[index] as Sql,
    })),
  );
  const texts = (values: readonly Sql[]) =>
    sql`json_build_array(${join(values.map((each) => sql`(${each})::text`))})`;
  const own = "column" in map.tenant ? sql`t.${name(map.tenant.column)}::text = ${tenant}` : sql`true`;
  const distinct = mapped.key === null ? sql`distinct` : sql``;
  const [row] =
    await session.query(sql`select coalesce(json_agg(json_build_array(p.found, p.place)), '[]')::text as rows
    from (select ${distinct} ${texts(columns)}::jsonb as found, ${texts(order.map(({ value }) => value))}::jsonb as place,
        ${placesOf(order)}
      from ${tableName(mapped)} t where ${own} and ${isAfter(order, after)}
      order by ${placesOf(order)} limit ${pageSize}::bigint) p`);
  const rows = rowsSchema.parse(JSON.parse(row?.["rows"] ?? "null"));
  const people = rows.flatMap(([values]) => {
    const found = values.flatMap((value, index) => {
      const match = matches[index];
      const usable = value === null || match === undefined ? undefined : usableValue(match.identifier, value);
      if (match === undefined || usable === undefined) return [];
      const identifier: FoundIdentifier = {
        type: match.identifier,
        value: usable,
        ...(match.shared ? { shared: true } : {}),
      };
      return [{ identifier, isPointer: pointers[index] === true }];
    });
    const own = found.flatMap((each) => (each.isPointer ? [] : [each.identifier]));
    const pointed = found.flatMap((each) => (each.isPointer ? [[each.identifier]] : []));
    return [...(own.length > 0 || pointed.length === 0 ? [own] : []), ...pointed];
  });
  return { people, last: rows.length < pageSize ? null : (rows.at(-1)?.[1] ?? null) };
};
