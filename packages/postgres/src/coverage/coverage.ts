import { ResultAsync, StorageFailed } from "@subject-rights/core";
import { readCatalog } from "../catalog/read-catalog.ts";
import { checkDataMap } from "../data-map/check-data-map.ts";
import type { DataMap } from "../data-map/data-map.ts";
import { resolveMap } from "../data-map/resolve.ts";
import { titleOf } from "../data-map/resolved-map.ts";
import type { PostgresClient } from "../database/client.ts";
import { type Database, databaseOf } from "../database/database.ts";
import { ambiguousIdentifierProblems } from "../problems/ambiguous-identifiers.ts";
import { ambiguousOwnerProblems } from "../problems/ambiguous-owners.ts";
import { sharersLeftOut } from "../problems/sharers-left-out.ts";
import { copiesOfMapped } from "./copies.ts";
import type { Coverage, CoverageGap, FoundGap } from "./gap.ts";
import { kindsBeside } from "./kinds-beside.ts";
import { unbalancedColumns, unmappedColumns } from "./mapped-columns.ts";
import { orphanedRows } from "./orphaned-rows.ts";
import { personalColumns } from "./personal-tables.ts";
import { reachableTables } from "./reachable.ts";
import { tableFamilies } from "./table-families.ts";
import { waiversOf } from "./waivers.ts";

/**
 * What can hold a person in this database and is not answered for in the data map. Changes nothing: it reads the
 * schema, and up to 400 rows of each table that nothing connects with the map. For a test of the application's
 * own, after its migrations: the next one that forgets the data map turns it red.
 *
 * `err(StorageFailed)` where the database could not be asked. A table that may not be read is a gap, and no error.
 *
 * @throws ConfigurationMistake for a client that is none, or a map that cannot mean anything
 */
export const coverage = (client: PostgresClient, dataMap: DataMap): ResultAsync<Coverage, StorageFailed> => {
  const database = databaseOf(client);
  const checked = checkDataMap(dataMap);
  return ResultAsync.fromPromise(
    look(database, checked),
    (cause) => new StorageFailed("database", "coverage", { cause }),
  );
};

const look = async (database: Database, dataMap: DataMap): Promise<Coverage> => {
  const catalog = await readCatalog(database);
  const { map, problems } = resolveMap(dataMap, catalog);
  const waivers = waiversOf(dataMap);
  const families = tableFamilies(map);
  const copies = copiesOfMapped(map, families);
  const reachable = reachableTables(map, families, (gap) => waivers.for(gap) !== undefined);
  const found: FoundGap[] = [
    ...reachable.gaps,
    ...copies,
    ...unmappedColumns(map, families),
    ...unbalancedColumns(map),
    ...kindsBeside(map),
  ];
  const doubts =
    problems.length > 0 ? [] : [...ambiguousIdentifierProblems(map), ...ambiguousOwnerProblems(map)];
  // With a name that is not there, nobody knows what is meant to point where.
  if (problems.length === 0) {
    found.push(...(await orphanedRows(map, database)));
    found.push(...sharersLeftOut(map).map((each) => ({ code: "sharer-left-out" as const, ...each })));
  }
  for (const family of families.all) {
    const isKnown = reachable.isReached(family) || copies.some(({ table }) => table === family.root);
    if (!isKnown) found.push(...(await personalColumns(family, map, database)));
  }
  const gaps = found.filter((gap) => waivers.for(gap) === undefined);
  const waived = found.flatMap((gap) => {
    const waiver = waivers.for(gap);
    return waiver === undefined ? [] : [{ ...shown(gap), reason: waiver.reason }];
  });
  return {
    // A name that the schema does not have is a mistake in the map, and no waiver mends that; nor what the map leaves open.
    gaps: sorted([...problems, ...doubts, ...[...gaps, ...waivers.stale(found)].map(shown)]),
    waived: sorted(waived),
  };
};

const shown = ({ code, table, column, message }: FoundGap): CoverageGap => ({
  code,
  table: titleOf(table),
  column,
  message,
});

/** By code unit, as no locale has it otherwise; each gap once. */
const sorted = <Gap extends CoverageGap>(gaps: readonly Gap[]): readonly Gap[] => {
  const byPlace = new Map(
    gaps.map((gap) => [JSON.stringify([gap.table, gap.column ?? "", gap.code, gap.message]), gap]),
  );
  return [...byPlace]
    .toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, gap]) => gap);
};
