import { type CollectionCount, type CollectionOutcome, PermanentFailure } from "@subject-rights/core";
import { z } from "zod";
import type { Retention } from "../data-map/data-map.ts";
import { type MappedTable, type ResolvedMap, retentionOf } from "../data-map/resolved-map.ts";
import type { Session } from "../database/database.ts";
import { sameKey, tableName } from "../reach/columns.ts";
import { type Person, reach, strangersCondition } from "../reach/reach.ts";
import { join, type Sql, sql } from "../sql/sql.ts";
import { dueCondition } from "./due.ts";
import { erasureFacts, isDue, isWorthTelling, keptUntil } from "./facts.ts";
import { reachHeld } from "./holding.ts";

/** What there is of a person in one table. */
export interface TableCount {
  readonly table: MappedTable;
  /** Rows that an erasure deletes, or anonymises. */
  readonly due: number;
  /** Rows that the law keeps: the last day for each calendar year in which that ends. */
  readonly kept: readonly { readonly until: string; readonly count: number }[];
  /** Rows that stay because they are somebody else's too. */
  readonly shared: number;
  /** Rows under the person's address that say that they are somebody else's, where these are looked for. */
  readonly others: number;
  /** Of how many of `due` the values differ from what they were; null where nothing was compared. */
  readonly changed?: number | null;
}

const keptSchema = z.array(z.object({ until: z.iso.date().nullable(), count: z.number().int() }));
const countSchema = z.number().int().nonnegative();

/** Today, where the controller is; a duty that ends today is still one. */
export interface Today {
  /** `YYYY-MM-DD` */
  readonly today: string;
  readonly timeZone: string;
}

/** @throws RangeError for a time zone that is none */
export const todayIn = (now: Date, timeZone = "UTC"): Today => {
  const parts = new Intl.DateTimeFormat("en", {
    calendar: "iso8601",
    numberingSystem: "latn",
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(now);
  const part = (type: "year" | "month" | "day") => parts.find((each) => each.type === type)?.value ?? "";
  return { today: `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`, timeZone };
};

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

const countJson = (set: Sql, kept: Sql | null, others: Sql, table: MappedTable, today: string): Sql =>
  retentionOf(table.erasure) === null
    ? sql`json_build_array((select count(*) from ${set} where ${isDue}), json_build_array(), ${sharedCount(kept)}, ${others})`
    : sql`json_build_array((select count(*) from ${set} where ${keptUntil} < ${dateOnce(today)}),
        ${keptJson(set, today)}, ${sharedCount(kept)}, ${others})`;

/** How many rows say that they are somebody else's, though they hold an address of the person. */
export const othersCount = (map: ResolvedMap, person: Person, table: MappedTable, set: Sql): Sql => {
  const condition = strangersCondition(map, person, table);
  if (condition === null) return sql`0`;
  const isReached = sql`exists (select from ${set} r where ${sameKey(table, sql`t`, sql`r`)})`;
  return sql`(select count(*) from ${tableName(table)} t
    where ${condition} and ${isLeftTo(table)} and not ${isReached})`;
};

/** Whether a row \`t\` of somebody else's has anything of them still. */
export const isLeftTo = (table: MappedTable): Sql =>
  retentionOf(table.erasure) === null ? dueCondition(table, sql`t`) : sql`true`;

export interface Counting extends Today {
  readonly map: ResolvedMap;
  readonly tables: readonly MappedTable[];
  readonly person: Person;
  /** Whether rows under the person's address that are somebody else's are counted too. Left out: no. */
  readonly others?: boolean;
}

/** Counts over one state of the data, and changes nothing: `counts`, and `also`. */
export const countStatement = (
  { map, tables, person, today, timeZone, others = false }: Counting,
  also: Sql = sql`null`,
): Sql => {
  const { sets, set, kept } = reachHeld(map, tables, erasureFacts(timeZone), (all, facts) =>
    reach(map, all, person, "own", facts, isWorthTelling),
  );
  const othersIn = (table: MappedTable) => (others ? othersCount(map, person, table, set(table)) : sql`0`);
  const counts = join(
    tables.map((table) => countJson(set(table), kept(table), othersIn(table), table, today)),
  );
  return sql`${sets} select json_build_array(${counts})::text as counts, ${also} as also`.prepared();
};

export const countRows = async (session: Session, counting: Counting): Promise<readonly TableCount[]> => {
  const [row] = await session.query(countStatement(counting));
  return readCounts(counting.tables, row?.["counts"]);
};

const countsSchema = z.array(z.tuple([countSchema, keptSchema, countSchema, countSchema]).rest(countSchema));

/** Reads what `countJson` and its like answer. */
export const readCounts = (
  tables: readonly MappedTable[],
  text: string | null | undefined,
): readonly TableCount[] => {
  const counts = countsSchema.parse(JSON.parse(text ?? "null"));
  if (counts.length !== tables.length) throw new Error("The database did not answer for every table.");
  return tables.map((table, index) => {
    const [due, kept, shared, others, changed = null] = counts[index] ?? [0, [], 0, 0];
    return { ...readTableCount(table, due, kept, shared, others), changed };
  });
};

export const readTableCount = (
  table: MappedTable,
  due: number,
  kept: readonly { readonly until: string | null; readonly count: number }[],
  shared: number,
  others: number,
): TableCount => ({
  table,
  due,
  shared,
  others,
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

/** The same, with what is somebody else's under the person's address: it is told of each that it stays. */
export const collectionRemaining = (counted: TableCount): CollectionCount => {
  const { collection, count } = collectionCount(counted);
  return { collection, count: count + counted.others };
};

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

const ofOthers = "It is somebody else's, or came in later: under the same address, and another number";

const fateOf = (table: MappedTable): "anonymised" | "erased" =>
  table.erasure === "anonymise" ? "anonymised" : "erased";

export const collectionOutcomes = ({
  table,
  due,
  kept,
  shared,
  others,
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
  if (others > 0) outcomes.push({ collection, outcome: "kept", count: others, reason: ofOthers });
  return outcomes.length > 0 ? outcomes : [{ collection, outcome: "absent" }];
};

const retained = (
  collection: string,
  { reason }: Retention,
  { until, count }: TableCount["kept"][number],
): CollectionOutcome => ({ collection, outcome: "retained", count, reason, until });
