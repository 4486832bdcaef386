import { readCatalog } from "../catalog/read-catalog.ts";
import { checkDataMap } from "../data-map/check-data-map.ts";
import type { DataMap } from "../data-map/data-map.ts";
import type { MapProblem } from "../data-map/problem.ts";
import { resolveMap } from "../data-map/resolve.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import type { Database } from "../database/database.ts";
import { ambiguousIdentifierProblems } from "./ambiguous-identifiers.ts";
import { ambiguousOwnerProblems } from "./ambiguous-owners.ts";
import { anonymisedColumnProblems } from "./anonymised-columns.ts";
import { checkProblems } from "./checks.ts";
import { childColumnProblems } from "./child-columns.ts";
import { computedColumnProblems } from "./computed-columns.ts";
import { credentialProblems } from "./credentials.ts";
import { foreignKeyProblems } from "./foreign-keys.ts";
import { keptRowProblems } from "./kept-rows.ts";
import { partitionProblems } from "./partitions.ts";
import { privilegeProblems } from "./privileges.ts";
import { withoutRepetition } from "./problem-at.ts";
import { reachProblems } from "./reach.ts";
import { retentionProblems } from "./retention.ts";
import { sharerLeftOutProblems } from "./sharers-left-out.ts";
import { tenantProblems } from "./tenant.ts";
import { triggerProblems } from "./triggers.ts";
import { uncomparableProblems } from "./uncomparable.ts";
import { unfitValueProblems } from "./unfit-values.ts";
import { uniqueProblems } from "./uniques.ts";
import { unlinkProblems } from "./unlinks.ts";

/** What the map and the catalog tell by themselves. */
const checks: readonly ((map: ResolvedMap) => readonly MapProblem[])[] = [
  tenantProblems,
  reachProblems,
  ambiguousIdentifierProblems,
  ambiguousOwnerProblems,
  privilegeProblems,
  anonymisedColumnProblems,
  childColumnProblems,
  uniqueProblems,
  foreignKeyProblems,
  sharerLeftOutProblems,
  unlinkProblems,
  retentionProblems,
  triggerProblems,
  credentialProblems,
];

/** What the server has to be asked about. */
const questions: readonly ((map: ResolvedMap, database: Database) => Promise<readonly MapProblem[]>)[] = [
  uncomparableProblems,
  unfitValueProblems,
  checkProblems,
  computedColumnProblems,
  partitionProblems,
  keptRowProblems,
];

/**
 * Checks a data map against the live schema, and changes nothing.
 *
 * @returns the map with its names found, and every problem at once. With a problem the map is not to be used. Where a
 *   name was not found, those problems only: the others depend on it
 * @throws ConfigurationMistake where the map is none by its shape
 * @throws what the driver threw where the server could not be asked
 */
export const checkMap = async (
  dataMap: DataMap,
  database: Database,
): Promise<{ readonly map: ResolvedMap; readonly problems: readonly MapProblem[] }> => {
  const { map, problems: nameProblems } = resolveMap(checkDataMap(dataMap), await readCatalog(database));
  if (nameProblems.length > 0) return { map, problems: withoutRepetition(nameProblems) };
  const problems = checks.flatMap((check) => check(map));
  // One after the other: over one connection nothing else is possible.
  for (const question of questions) problems.push(...(await question(map, database)));
  return { map, problems: withoutRepetition(problems) };
};
