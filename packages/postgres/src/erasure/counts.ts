import { type CollectionCount, type CollectionOutcome, PermanentFailure } from "@subject-rights/core";
import { z } from "zod";
import type { Retention } from "../data-map/data-map.ts";
import { type MappedTable, type ResolvedMap, retentionOf } from "../data-map/resolved-map.ts";
import type { Session } from "../database/database.ts";
import { type Person, reach } from "../reach/reach.ts";
import { join, type Sql, sql } from "../sql/sql.ts";
import { erasureFacts, isDue, isWorthTelling, keptUntil } from "./facts.ts";

/** What there is of a person in one table. */
export interface TableCount {
  readonly table: MappedTable;
  /** Rows that an erasure deletes, or anonymises. */
  readonly due: number;
  /** Rows that the law keeps: the last day for each calendar year in which that ends. */
  readonly kept: readonly { readonly until: string; readonly count: number }[];
  /** Rows that stay because they are somebody else's too. */
  readonly shared: number;
  /** Of how many of `due` the values differ from what they were; null where nothing was compared. */
  readonly changed?: number | null;
}

const keptSchema = z.array(z.object({ until: z.iso.date().nullable(), count: z.number().int() }));
const countSchema = z.number().int().nonnegative();

/** Today, as a day in UTC; a duty that ends today is still one. */
export const dayOf = (now: Date): string => now.toISOString().slice(0, 10);

/** In a query of its own, it is read once, and not again for each row. */
export const dateOnce = (day: string): Sql => sql`(select ${day}::date)`;

export const isKept = (today: string): Sql => sql`${keptUntil} >= ${dateOnce(today)}`;

/** A row whose date cannot be told is neither kept nor deleted: nobody knows which would be lawful. */
export const hasNoDate = sql`${keptUntil} is null`;

export const keptJson = (
  set: Sql,
  today: string,
): Sql => sql`(select coalesce(json_agg(y order by y.until), '[]') from (
  select to_char(max(${keptUntil}), 'YYYY-MM-DD') as until, count(*) as count from ${set}
  where ${isKept(today)} or ${hasNoDate}
  group by extract(year from ${keptUntil})) y)`;

/** How many rows a set has, which may not be there. */
export const sharedCount = (kept: Sql | null): Sql =>
  kept === null ? sql`0` : sql`(select count(*) from ${kept})`;

const countJson = (set: Sql, kept: Sql | null, table: MappedTable, today: string): Sql =>
  retentionOf(table.erasure) === null
    ? sql`json_build_array((select count(*) from ${set} where ${isDue}), json_build_array(), ${sharedCount(kept)})`
    : sql`json_build_array((select count(*) from ${set} where ${keptUntil} < ${dateOnce(today)}),
        ${keptJson(set, today)}, ${sharedCount(kept)})`;

export interface Counting {
  readonly map: ResolvedMap;
  readonly tables: readonly MappedTable[];
  readonly person: Person;
  readonly today: string;
}

/** Counts over one state of the data, and changes nothing: `counts`, and `also`. */
export const countStatement = ({ map, tables, person, today }: Counting, also: Sql = sql`null`): Sql => {
  const { sets, set, kept } = reach(map, tables, person, "own", erasureFacts, isWorthTelling);
  const counts = join(tables.map((table) => countJson(set(table), kept(table), table, today)));
  return sql`${sets} select json_build_array(${counts})::text as counts, ${also} as also`.prepared();
};

export const countRows = async (session: Session, counting: Counting): Promise<readonly TableCount[]> => {
  const [row] = await session.query(countStatement(counting));
  return readCounts(counting.tables, row?.["counts"]);
};

const countsSchema = z.array(z.tuple([countSchema, keptSchema, countSchema]).rest(countSchema));

/** Reads what `countJson` and its like answer. */
export const readCounts = (
  tables: readonly MappedTable[],
  text: string | null | undefined,
): readonly TableCount[] => {
  const counts = countsSchema.parse(JSON.parse(text ?? "null"));
  if (counts.length !== tables.length) throw new Error("The database did not answer for every table.");
  return tables.map((table, index) => {
    const [due, kept, shared, changed = null] = counts[index] ?? [0, [], 0];
    return { ...readTableCount(table, due, kept, shared), changed };
  });
};

export const readTableCount = (
  table: MappedTable,
  due: number,
  kept: readonly { readonly until: string | null; readonly count: number }[],
  shared: number,
): TableCount => ({
  table,
  due,
  shared,
  kept: kept.map(({ until, count }) => {
    if (until === null)
      throw new PermanentFailure(`${table.map.title}: rows without the date they are kept from`);
    return { until, count };
  }),
});

export const collectionCount = ({ table, due, kept, shared }: TableCount): CollectionCount => ({
  collection: table.map.title,
  count: kept.reduce((sum, { count }) => sum + count, due + shared),
});

/** The same, with what an erasure would make of them. */
export const collectionForecast = (counted: TableCount): readonly CollectionCount[] => {
  const { table, due, kept, shared } = counted;
  const collection = table.map.title;
  const retained = kept.reduce((sum, { count }) => sum + count, 0);
  if (due + retained + shared === 0) return [collectionCount(counted)];
  return [
    ...(due > 0 ? [{ collection, count: due, becomes: fateOf(table) }] : []),
    ...(retained > 0 ? [{ collection, count: retained, becomes: "retained" as const }] : []),
    ...(shared > 0 ? [{ collection, count: shared, becomes: "kept" as const }] : []),
  ];
};

const fateOf = (table: MappedTable): "anonymised" | "erased" =>
  table.erasure === "anonymise" ? "anonymised" : "erased";

export const collectionOutcomes = ({
  table,
  due,
  kept,
  shared,
  changed,
}: TableCount): readonly CollectionOutcome[] => {
  const collection = table.map.title;
  const outcomes: CollectionOutcome[] = [];
  if (due > 0) {
    outcomes.push(
      fateOf(table) === "anonymised"
        ? { collection, outcome: "anonymised", count: due, ...(typeof changed === "number" && { changed }) }
        : { collection, outcome: "erased", count: due },
    );
  }
  const retention = retentionOf(table.erasure);
  if (retention !== null) outcomes.push(...kept.map((each) => retained(collection, retention, each)));
  if (shared > 0) outcomes.push({ collection, outcome: "kept", count: shared, reason: table.kept.reason });
  return outcomes.length > 0 ? outcomes : [{ collection, outcome: "absent" }];
};

const retained = (
  collection: string,
  { reason }: Retention,
  { until, count }: TableCount["kept"][number],
): CollectionOutcome => ({ collection, outcome: "retained", count, reason, until });
