import { addressesIn, type FoundIdentifier, type PeopleHeld } from "@subject-rights/core";
import { z } from "zod";
import type { Column } from "../catalog/catalog.ts";
import { findColumn } from "../data-map/resolve.ts";
import {
  type MappedTable,
  matchesOf,
  type ResolvedMap,
  type ResolvedMatch,
} from "../data-map/resolved-map.ts";
import type { Database, Session } from "../database/database.ts";
import { isAfter, orderOf, placesOf } from "../export/page.ts";
import { tableName } from "../reach/columns.ts";
import { isReplacement, matches, toldAs } from "../reach/match.ts";
import { isDangling, namedReferencesOf } from "../reach/named-references.ts";
import { isPointer } from "../reach/telling.ts";
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
  for (const [place, listed] of map.tables.entries()) {
    for (const part of partsOf(map, listed).keys()) {
      let after: readonly string[] | null = null;
      do {
        const read = await database.transaction(async (session) => {
          const current = await use(session);
          const table = current.tables[place];
          const asked = table === undefined ? undefined : partsOf(current, table)[part];
          if (table?.table.oid !== listed.table.oid || asked === undefined) {
            throw new Error("A table of the map has changed.");
          }
          return readRows(session, asked, after, tenant);
        }, signal);
        for (let from = 0; from < read.people.length; from += mostPeople)
          yield { people: read.people.slice(from, from + mostPeople) };
        after = read.last;
      } while (after !== null);
    }
  }
}

/** Rows of a table, and the columns that say who they are. */
interface Part {
  readonly table: MappedTable;
  readonly own: readonly ResolvedMatch[];
  /** Each says whom the row points at or may name: somebody of their own. */
  readonly pointing: readonly ResolvedMatch[];
  readonly where: Sql;
  readonly tenant: Column | null;
}

/** Who is known by a row's columns; and by what a row points with at one that is gone, which nothing else lists. */
const partsOf = (map: ResolvedMap, table: MappedTable): readonly Part[] => {
  const namesOthers = (match: ResolvedMatch) => match.identifies === false || isPointer(map, table, match);
  const [own, pointing] = [false, true].map((wanted) =>
    matchesOf(table).filter((match) => namesOthers(match) === wanted),
  ) as [ResolvedMatch[], ResolvedMatch[]];
  const tenant = "only" in map.tenant ? null : (findColumn(table.table, map.tenant.column) ?? null);
  return [
    ...(own.length + pointing.length === 0 ? [] : [{ table, own, pointing, where: sql`true`, tenant }]),
    ...namedReferencesOf(map, table).map(
      ({ reference, other, match, tenant: column }): Part => ({
        table,
        own: [],
        pointing: [match],
        where: isDangling(reference, other),
        tenant: column,
      }),
    ),
  ];
};

const readRows = async (
  session: Session,
  { table, own, pointing, where, tenant: tenantColumn }: Part,
  after: readonly string[] | null,
  tenant: string,
) => {
  const telling = [...own, ...pointing];
  const pageSize = Math.min(mostRows, Math.floor(mostPeople / (1 + pointing.length)));
  const columns = telling.map(({ column }) => sql`t.${name(column.name)}`);
  // Without a key, what is in the row is the order; rows that are alike name the same people.
  const order = orderOf(
    table,
    telling.map(({ column }, index) => ({
      name: column.name,
      type: column.type.oid,
      value: columns[index] as Sql,
    })),
  );
  const texts = (values: readonly Sql[]) =>
    sql`json_build_array(${join(values.map((each) => sql`(${each})::text`))})`;
  const isTheirs = tenantColumn === null ? sql`true` : matches(sql`t`, tenantColumn, "tenant", [tenant]);
  const distinct = table.key === null ? sql`distinct` : sql``;
  const [row] =
    await session.query(sql`select coalesce(json_agg(json_build_array(p.found, p.place)), '[]')::text as rows
    from (select ${distinct} ${texts(columns)}::jsonb as found, ${texts(order.map(({ value }) => value))}::jsonb as place,
        ${placesOf(order)}
      from ${tableName(table)} t where ${isTheirs} and ${where} and ${isAfter(order, after)}
      order by ${placesOf(order)} limit ${pageSize}::bigint) p`);
  const rows = rowsSchema.parse(JSON.parse(row?.["rows"] ?? "null"));
  const people = rows.flatMap(([values]) => {
    const named = (some: readonly ResolvedMatch[], from: number) =>
      some.flatMap((match, index) => identifierOf(match, values[from + index] ?? null) ?? []);
    const pointed = named(pointing, own.length).map((identifier) => [identifier]);
    const whose = named(own, 0);
    const beside = telling.flatMap((match, index) => addressesWithin(match, values[index] ?? null));
    return [...(whose.length > 0 || pointing.length === 0 ? [whose] : []), ...pointed, ...beside];
  });
  return { people, last: rows.length < pageSize ? null : (rows.at(-1)?.[1] ?? null) };
};

const identifierOf = (match: ResolvedMatch, value: string | null): FoundIdentifier | undefined => {
  const { identifier: type, shared } = match;
  const usable =
    value === null || isReplacement(match, value) ? undefined : usableValue(type, toldAs(match, value));
  return usable === undefined ? undefined : { type, value: usable, ...(shared ? { shared: true } : {}) };
};

/** A row in which addresses stand within a text: each is of somebody. */
const addressesWithin = (match: ResolvedMatch, value: string | null): FoundIdentifier[][] => {
  const { identifier: type, shared } = match;
  if (type !== "email" || shared || value === null || isReplacement(match, value)) return [];
  return addressesIn(value).map((each) => [{ type, value: each }]);
};
