import type { MappedTable } from "../data-map/resolved-map.ts";
import { retentionOf } from "../data-map/resolved-map.ts";
import type { Session } from "../database/database.ts";
import { sameKey, tableName } from "../reach/columns.ts";
import { type Keeping, noFacts, type Reach, reach } from "../reach/reach.ts";
import { hasMetChange, isAsFound, withVersion } from "../reach/version.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { anonymisedValue } from "./anonymised.ts";
import { applyFunctions } from "./apply-functions.ts";
import {
  countStatement,
  isKept,
  keptJson,
  othersCount,
  readCounts,
  sharedCount,
  type TableCount,
} from "./counts.ts";
import type { Erasing } from "./erasing.ts";
import { erasingFacts, erasureFacts, isChanged, isDue, isWorthTelling, keptUntil } from "./facts.ts";
import { reachHeld } from "./holding.ts";
import { lockRows } from "./lock-rows.ts";
import { refuseChanged } from "./rows-changed.ts";
import { RowsLeft } from "./rows-left.ts";
import { awaitSharers } from "./sharers.ts";
import { watchTakenOver } from "./taken-over.ts";
import { unlinkAssignments, unlinkRows } from "./unlink.ts";

/**
 * Erases a person in the tables that are asked for, and counts what became of each row. Everything that is deleted
 * or anonymised is so in one statement: it sees one state of the data, and foreign keys are checked at its end, so
 * that rows which point at each other go together, in cycles too.
 *
 * @throws RowsChanged where rows that it found are not as they were
 * @throws Error where anything of the person is left afterwards; the transaction is then to be undone in both cases
 */
export const erasePerson = async (session: Session, erasing: Erasing): Promise<readonly TableCount[]> => {
  const { map, tables, person, today, timeZone } = erasing;
  await awaitSharers(session, erasing, reachOf(erasing));
  const refuseTakenOver = await watchTakenOver(session, erasing, (wanted, facts) =>
    reach(map, wanted, person, "own", facts, isWorthTelling),
  );
  await applyFunctions(session, erasing);
  await unlinkRows(session, erasing, (wanted) =>
    reachHeld(map, wanted, erasureFacts(timeZone), (all, facts) => reach(map, all, person, "own", facts)),
  );
  const [row] = await session.query(eraseStatement(erasing));
  const counts = readCounts(tables, row?.["counts"]);
  await session.query(runDeferred);
  await refuseTakenOver();
  const counting = { map, tables, person, today, timeZone };
  const [behind] = await session.query(countStatement(counting, hasMetChange));
  refuseChanged(behind?.["also"]);
  refuseRemainder(counts, readCounts(tables, behind?.["counts"]));
  return counts;
};

/** Waits for everybody who works on the rows that this would act on. */
export const awaitRowsOfPerson = async (
  session: Session,
  asked: Pick<Erasing, "map" | "tables" | "person">,
) => {
  await awaitSharers(session, asked, reachOf(asked));
  await lockRows(session, asked, reachOf(asked));
};

const reachOf =
  ({ map, person }: Pick<Erasing, "map" | "person">) =>
  (wanted: readonly MappedTable[], keeping: Keeping): Reach =>
    reach(map, wanted, person, "own", noFacts, keeping);

/** @throws Error where more is there than was said to be kept */
export const refuseRemainder = (said: readonly TableCount[], found: readonly TableCount[]): void => {
  for (const { table, due, kept } of found) {
    const before = said.find((each) => each.table === table);
    const isSame = (before?.kept ?? []).every(({ until, count }) =>
      kept.some((each) => each.until === until && each.count === count),
    );
    if (due > 0 || !isSame) {
      // A trigger that swallows a deletion, a row that came in meanwhile: nothing of it is called done.
      throw new RowsLeft(table.map.title);
    }
  }
};

/** What triggers do only at the end of the transaction is done now, so that it is counted as well, and not after all is told. */
export const runDeferred = sql`set constraints all immediate`;

/** Whether all that is made anonymous in a table is so by functions of the application. */
const isByFunctions = ({ columns }: MappedTable): boolean =>
  columns.every(
    ({ anonymise }) => anonymise === null || (typeof anonymise === "object" && "function" in anonymise),
  );

const eraseStatement = ({ map, tables, person, today, timeZone, hashKey }: Erasing): Sql => {
  const { sets, set, kept } = reachHeld(
    map,
    tables,
    withVersion(erasingFacts(hashKey, timeZone)),
    (all, facts) => reach(map, all, person, "own", facts, isWorthTelling),
  );
  const gone = (table: MappedTable): Sql => name(`gone_${tables.indexOf(table)}`);
  const changed = (table: MappedTable): Sql => name(`changed_${tables.indexOf(table)}`);
  const changes = tables.flatMap((table) => {
    const retention = retentionOf(table.erasure);
    const isThis = sql`${sameKey(table, sql`t`, sql`r`)} and ${isAsFound(table)}`;
    const pieces: Sql[] = [];
    if (table.erasure === "delete" || retention !== null) {
      const condition = retention === null ? sql`true` : sql`r.${keptUntil} < ${today}::date`;
      pieces.push(sql`${gone(table)} as (delete from ${tableName(table)} t using ${set(table)} r
        where ${isThis} and ${condition} returning 1)`);
    }
    const assignments = table.columns.flatMap(({ column, anonymise }) => {
      const held = sql`t.${name(column.name)}`;
      const value = anonymise === null ? null : anonymisedValue(held, column.type, anonymise, hashKey);
      return value === null ? [] : [sql`${name(column.name)} = ${value}`];
    });
    if (table.erasure !== "delete" && assignments.length > 0) {
      const condition = retention === null ? sql`r.${isDue}` : sql`r.${isDue} and ${isKept(today)}`;
      pieces.push(sql`${changed(table)} as (update ${tableName(table)} t set ${join(assignments)} from ${set(table)} r
        where ${isThis} and ${condition} returning ${isChanged(table, hashKey)} as changed)`);
    }
    const inKept = [
      ...keptAssignments(table, hashKey),
      ...unlinkAssignments({ map, tables, today }, table, set),
    ];
    const staying = kept(table);
    if (staying !== null && inKept.length > 0) {
      const unnamed = name(`unnamed_${tables.indexOf(table)}`);
      pieces.push(sql`${unnamed} as (update ${tableName(table)} t set ${join(inKept)} from ${staying} r
        where ${isThis})`);
    }
    return pieces;
  });
  const counts = tables.map((table) => {
    const staying = sql`${sharedCount(kept(table))}, ${othersCount(map, person, table, set(table))}`;
    if (retentionOf(table.erasure) !== null) {
      return sql`json_build_array((select count(*) from ${gone(table)}), ${keptJson(set(table), today)}, ${staying})`;
    }
    if (table.erasure === "delete") {
      return sql`json_build_array((select count(*) from ${gone(table)}), json_build_array(), ${staying})`;
    }
    // A function has to say something else of each value, or nothing is stored.
    const compared = isByFunctions(table)
      ? sql`(select count(*) from ${set(table)} where ${isDue})`
      : sql`(select count(*) from ${changed(table)} where changed)`;
    return sql`json_build_array((select count(*) from ${set(table)} where ${isDue}), json_build_array(), ${staying}, ${compared})`;
  });
  return sql`${sets}${changes.length > 0 ? sql`, ` : sql``}${join(changes)}
    select json_build_array(${join(counts)})::text as counts`.prepared();
};

/** What names the person in rows that stay as somebody else's too; functions of the application are applied before. */
export const keptAssignments = ({ kept }: MappedTable, hashKey: Uint8Array | Sql): readonly Sql[] =>
  kept.columns.flatMap(({ column, anonymise }) => {
    const value = anonymisedValue(sql`t.${name(column.name)}`, column.type, anonymise, hashKey);
    return value === null ? [] : [sql`${name(column.name)} = ${value}`];
  });
