import { randomBytes } from "node:crypto";
import { type MappedTable, retentionOf } from "../data-map/resolved-map.ts";
import type { Session } from "../database/database.ts";
import { keyColumns, sameKey, tableName } from "../reach/columns.ts";
import { type Keeping, noFacts, type Person, type Reach } from "../reach/reach.ts";
import { owner, reachMany } from "../reach/reach-many.ts";
import { hasMetChange, isAsFound, version, withVersion } from "../reach/version.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { anonymisedValue } from "./anonymised.ts";
import { isKept, type TableCount } from "./counts.ts";
import {
  countEach,
  countStatementOfMany,
  keptByEach,
  othersByEach,
  readCountsOfMany,
  sharedByEach,
} from "./counts-of-many.ts";
import { erasePerson, keptAssignments, refuseRemainder, runDeferred } from "./erase.ts";
import type { Erasing } from "./erasing.ts";
import { erasureFacts, isDue, isWorthTelling, keptUntil } from "./facts.ts";
import { reachHeld } from "./holding.ts";
import { lockRows } from "./lock-rows.ts";
import { refuseChanged } from "./rows-changed.ts";
import { awaitSharers } from "./sharers.ts";
import { watchTakenOver } from "./taken-over.ts";
import { unlinkAssignments, unlinkRows } from "./unlink.ts";

/** What one erasure of several people is about. */
export interface ErasingMany extends Omit<Erasing, "person" | "hashKey"> {
  /** Null for a new key for each person, which nobody keeps. */
  readonly hashKey: Uint8Array | null;
  /** All of one tenant, by everything that they are known by. */
  readonly people: readonly Person[];
}

/**
 * Erases several people as `erasePerson` does one: in one statement, and counted again behind it. A row that belongs
 * to several of them is counted as erased for one.
 *
 * @throws RowsChanged where rows that it found are not as they were
 * @throws Error where anything of anybody is left afterwards; the transaction is then to be undone in both cases
 */
export const erasePeople = async (
  session: Session,
  erasing: ErasingMany,
): Promise<readonly (readonly TableCount[])[]> => {
  const { map, tables, people, today, timeZone } = erasing;
  await awaitSharers(session, erasing, reachOf(erasing));
  // A function of the application is applied row by row anyway.
  if (tables.some(hasFunction)) return oneByOne(session, erasing);
  const refuseTakenOver = await watchTakenOver(session, erasing, (wanted, facts) =>
    reachMany(map, wanted, people, facts, isWorthTelling),
  );
  await unlinkRows(session, erasing, (wanted) =>
    reachHeld(map, wanted, erasureFacts(timeZone), (all, facts) => reachMany(map, all, people, facts)),
  );
  const [row] = await session.query(eraseStatement(erasing));
  const counts = readCountsOfMany(tables, people.length, row?.["counts"]);
  await session.query(runDeferred);
  await refuseTakenOver();
  const counting = { map, tables, people, today, timeZone };
  const [behind] = await session.query(countStatementOfMany(counting, hasMetChange));
  refuseChanged(behind?.["also"]);
  const found = readCountsOfMany(tables, people.length, behind?.["counts"]);
  for (const [index, said] of counts.entries()) refuseRemainder(said, found[index] ?? []);
  return counts;
};

/** As `awaitRowsOfPerson`. */
export const awaitRowsOfPeople = async (
  session: Session,
  asked: Pick<ErasingMany, "map" | "tables" | "people">,
) => {
  await awaitSharers(session, asked, reachOf(asked));
  await lockRows(session, asked, reachOf(asked));
};

const reachOf =
  ({ map, people }: Pick<ErasingMany, "map" | "people">) =>
  (wanted: readonly MappedTable[], keeping: Keeping): Reach =>
    reachMany(map, wanted, people, noFacts, keeping);

const hasFunction = ({ columns, kept }: MappedTable): boolean =>
  [...columns, ...kept.columns].some(
    ({ anonymise }) => typeof anonymise === "object" && anonymise !== null && "function" in anonymise,
  );

const oneByOne = async (
  session: Session,
  { people, hashKey, ...erasing }: ErasingMany,
): Promise<readonly (readonly TableCount[])[]> => {
  const counts: (readonly TableCount[])[] = [];
  for (const person of people) {
    counts.push(await erasePerson(session, { ...erasing, person, hashKey: hashKey ?? randomBytes(32) }));
  }
  return counts;
};

const eraseStatement = ({ map, tables, people, today, timeZone, hashKey }: ErasingMany): Sql => {
  const { sets, set, kept } = reachHeld(map, tables, withVersion(erasureFacts(timeZone)), (all, facts) =>
    reachMany(map, all, people, facts, isWorthTelling),
  );
  // Under one key for all of them, equal values of two people would stay equal.
  const key = hashKey ?? sql`(${randomBytes(32)} || int4send(r.${owner}))`;
  const gone = (table: MappedTable): Sql => name(`gone_${tables.indexOf(table)}`);
  const changed = (table: MappedTable): Sql => name(`changed_${tables.indexOf(table)}`);
  /** Each row once, for the first of those whose it is. */
  const once = (table: MappedTable, condition: Sql, rows = set(table)): Sql => {
    const keys = join([...keyColumns(table).map(({ as }) => as), version]);
    return sql`(select ${keys}, min(${owner}) as ${owner} from ${rows} where ${condition} group by ${keys}) r`;
  };
  const changes = tables.flatMap((table) => {
    const retention = retentionOf(table.erasure);
    const isThis = sql`${sameKey(table, sql`t`, sql`r`)} and ${isAsFound(table)}`;
    const pieces: Sql[] = [];
    if (table.erasure === "delete" || retention !== null) {
      const condition = retention === null ? sql`true` : sql`${keptUntil} < ${today}::date`;
      pieces.push(sql`${gone(table)} as (delete from ${tableName(table)} t using ${once(table, condition)}
        where ${isThis} returning r.${owner})`);
    }
    const assignments = table.columns.flatMap(({ column, anonymise }) => {
      const held = sql`t.${name(column.name)}`;
      const value = anonymise === null ? null : anonymisedValue(held, column.type, anonymise, key);
      return value === null ? [] : [sql`${name(column.name)} = ${value}`];
    });
    if (table.erasure !== "delete" && assignments.length > 0) {
      const condition = retention === null ? isDue : sql`${isDue} and ${isKept(today)}`;
      pieces.push(sql`${changed(table)} as (update ${tableName(table)} t set ${join(assignments)}
        from ${once(table, condition)} where ${isThis} returning r.${owner})`);
    }
    const inKept = [...keptAssignments(table, key), ...unlinkAssignments({ map, tables, today }, table, set)];
    const staying = kept(table);
    if (staying !== null && inKept.length > 0) {
      const unnamed = name(`unnamed_${tables.indexOf(table)}`);
      const rows = once(table, sql`true`, staying);
      pieces.push(sql`${unnamed} as (update ${tableName(table)} t set ${join(inKept)}
        from ${rows} where ${isThis})`);
    }
    return pieces;
  });
  const counts = tables.map((table) => {
    const staying = sql`${sharedByEach(kept(table))}, ${othersByEach({ map, people }, table, set(table))}`;
    if (retentionOf(table.erasure) !== null) {
      return sql`json_build_array(${countEach(gone(table))}, ${keptByEach(set(table), today)}, ${staying})`;
    }
    if (table.erasure === "delete")
      return sql`json_build_array(${countEach(gone(table))}, json_build_array(), ${staying})`;
    return sql`json_build_array(${countEach(once(table, isDue))}, json_build_array(), ${staying})`;
  });
  return sql`${sets}${changes.length > 0 ? sql`, ` : sql``}${join(changes)}
    select json_build_array(${join(counts)})::text as counts`;
};
