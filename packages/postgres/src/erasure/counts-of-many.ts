import { z } from "zod";
import { type MappedTable, matchesOf, type ResolvedMap, retentionOf } from "../data-map/resolved-map.ts";
import type { Session } from "../database/database.ts";
import { keyColumns, tableName } from "../reach/columns.ts";
import type { Person } from "../reach/reach.ts";
import { owner, reachMany, strangersBranches } from "../reach/reach-many.ts";
import { join, type Sql, sql } from "../sql/sql.ts";
import {
  dateOnce,
  hasNoDate,
  isKept,
  isLeftTo,
  readTableCount,
  type TableCount,
  type Today,
} from "./counts.ts";
import { erasureFacts, isDue, isWorthTelling, keptUntil } from "./facts.ts";
import { reachHeld } from "./holding.ts";

/** What a statement about several people is made from. */
export interface CountingMany extends Today {
  readonly map: ResolvedMap;
  readonly tables: readonly MappedTable[];
  readonly people: readonly Person[];
}

/** Of rows that say in `owner` whose they are: how many each has. */
export const countEach = (rows: Sql): Sql =>
  sql`(select coalesce(json_agg(json_build_array(e.${owner}, e.count)), '[]') from (
    select ${owner}, count(*) as count from ${rows} group by ${owner}) e)`;

export const keptByEach = (set: Sql, today: string): Sql =>
  sql`(select coalesce(json_agg(json_build_array(e.${owner}, e.until, e.count) order by e.until), '[]') from (
    select ${owner}, to_char(max(${keptUntil}), 'YYYY-MM-DD') as until, count(*) as count from ${set}
    where ${isKept(today)} or ${hasNoDate}
    group by ${owner}, extract(year from ${keptUntil})) e)`;

/** Of a set of rows that are somebody else's too, which may not be there: how many each person has. */
export const sharedByEach = (kept: Sql | null): Sql =>
  kept === null ? sql`json_build_array()` : countEach(kept);

/** As `othersCount`, of each person. */
export const othersByEach = (
  { map, people }: Pick<CountingMany, "map" | "people">,
  table: MappedTable,
  set: Sql,
): Sql => {
  const branches = matchesOf(table).flatMap((match) => strangersBranches({ map, people }, table, match));
  if (branches.length === 0) return sql`json_build_array()`;
  const keys = join(keyColumns(table).map(({ as, from }) => sql`${from(sql`t`)} as ${as}`));
  const found = branches.map(
    ({ from, where, owner: whose }) => sql`select ${whose} as ${owner}, ${keys}
      from ${from} join ${tableName(table)} t on ${where} and ${isLeftTo(table)}`,
  );
  const own = join(keyColumns(table).map(({ as }) => as));
  return countEach(sql`(${join(found, sql` union `)} except select ${owner}, ${own} from ${set}) o`);
};

const countJson = (set: Sql, kept: Sql | null, others: Sql, table: MappedTable, today: string): Sql =>
  retentionOf(table.erasure) === null
    ? sql`json_build_array(${countEach(sql`(select ${owner} from ${set} where ${isDue}) d`)}, json_build_array(),
        ${sharedByEach(kept)}, ${others})`
    : sql`json_build_array(
        ${countEach(sql`(select ${owner} from ${set} where ${keptUntil} < ${dateOnce(today)}) d`)},
        ${keptByEach(set, today)}, ${sharedByEach(kept)}, ${others})`;

/** As `countStatement`, of each person. */
export const countStatementOfMany = (
  { map, tables, people, today, timeZone }: CountingMany,
  also: Sql = sql`null`,
): Sql => {
  const { sets, set, kept } = reachHeld(map, tables, erasureFacts(timeZone), (all, facts) =>
    reachMany(map, all, people, facts, isWorthTelling),
  );
  const counts = join(
    tables.map((table) => {
      const others = othersByEach({ map, people }, table, set(table));
      return countJson(set(table), kept(table), others, table, today);
    }),
  );
  return sql`${sets} select json_build_array(${counts})::text as counts, ${also} as also`;
};

/** What there is of each person, a table; in the order of the people. */
export const countRowsOfMany = async (
  session: Session,
  counting: CountingMany,
): Promise<readonly (readonly TableCount[])[]> => {
  const [row] = await session.query(countStatementOfMany(counting));
  return readCountsOfMany(counting.tables, counting.people.length, row?.["counts"]);
};

const countSchema = z.number().int().nonnegative();
const answerSchema = z.array(
  z.tuple([
    z.array(z.tuple([countSchema, countSchema])),
    z.array(z.tuple([countSchema, z.iso.date().nullable(), countSchema])),
    z.array(z.tuple([countSchema, countSchema])),
    z.array(z.tuple([countSchema, countSchema])),
  ]),
);

export const readCountsOfMany = (
  tables: readonly MappedTable[],
  people: number,
  text: string | null | undefined,
): readonly (readonly TableCount[])[] => {
  const answer = answerSchema.parse(JSON.parse(text ?? "null"));
  if (answer.length !== tables.length) throw new Error("The database did not answer for every table.");
  const dues = answer.map(([due]) => new Map(due));
  const shares = answer.map(([, , shared]) => new Map(shared));
  const others = answer.map(([, , , each]) => new Map(each));
  return Array.from({ length: people }, (_, person) =>
    tables.map((table, index) =>
      readTableCount(
        table,
        dues[index]?.get(person) ?? 0,
        (answer[index]?.[1] ?? []).flatMap(([whose, until, count]) =>
          whose === person ? [{ until, count }] : [],
        ),
        shares[index]?.get(person) ?? 0,
        others[index]?.get(person) ?? 0,
      ),
    ),
  );
};
