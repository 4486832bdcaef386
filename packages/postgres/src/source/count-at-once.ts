import { z } from "zod";
import { fingerprintOf } from "../catalog/fingerprint.ts";
import type { Database } from "../database/database.ts";
import { sqlState } from "../database/failure.ts";
import { type Counting, countStatement, readCounts, type TableCount } from "../erasure/counts.ts";
import { mayTellMore } from "../reach/telling.ts";
import { type Sql, sql } from "../sql/sql.ts";
import type { LastChecked } from "./checked-map.ts";
import { isLedOn, tellingOf } from "./identify.ts";
import { unfindableTable } from "./missing-identifier.ts";

const alsoSchema = z.tuple([z.string().nullable(), z.string().nullable()]);

/** Syntax error or access rule violation: a table or a column is gone, for one. */
const accessClass = "42";

/**
 * Counts in a single round trip, with the map as it was checked last; the schema's fingerprint comes in the same
 * answer.
 *
 * @returns null where that is not enough: the schema has changed, the person has to be identified first, or the server
 *   would compile the statement, which only a transaction can prevent
 */
export const countAtOnce = async (
  database: Database,
  checked: LastChecked,
  { tables, person, others = false, ...day }: Omit<Counting, "map">,
): Promise<readonly TableCount[] | null> => {
  const { map, oids, fingerprint } = checked;
  const { subject } = person;
  if (unfindableTable(map, tables, subject) !== undefined) return null;
  const isKnown = (type: string) => subject.values(type).length > 0;
  const telling = mayTellMore(map, isKnown) ? tellingOf(map, [person]) : null;
  if (telling !== null && telling.sets !== null) return null;
  const also = sql`json_build_array(${fingerprintOf(oids)}, ${telling?.found ?? sql`null`}::text)::text`;
  const statement = countStatement({ map, tables, person, others, ...day }, also);
  try {
    if (await isCompiled(database, checked, statement)) return null;
    const [row] = await database.query(statement);
    const [current, found] = alsoSchema.parse(JSON.parse(row?.["also"] ?? "null"));
    if (current !== fingerprint) return null;
    if (telling !== null && isLedOn(map, person, telling.read(found)[0] ?? [])) return null;
    return readCounts(tables, row?.["counts"]);
  } catch (thrown) {
    if (sqlState(thrown)?.startsWith(accessClass)) return null;
    throw thrown;
  }
};

const known = new WeakMap<LastChecked, boolean>();

/** Asked once of a map: what makes such a statement dear is how many ways there are, not who is counted. */
const isCompiled = async (database: Database, checked: LastChecked, statement: Sql): Promise<boolean> => {
  const before = known.get(checked);
  if (before !== undefined) return before;
  const [server] = await database.query(
    sql`select pg_jit_available()::text as jit, current_setting('jit_above_cost') as above`,
  );
  const above = Number(server?.["above"] ?? -1);
  const mayBe = server?.["jit"] === "true" && above >= 0;
  const [plan] = mayBe ? await database.query(sql`explain ${statement}`) : [];
  const cost = Number(/cost=[\d.]+\.\.([\d.]+)/.exec(plan?.["QUERY PLAN"] ?? "")?.[1] ?? 0);
  const isDear = mayBe && cost > above;
  known.set(checked, isDear);
  return isDear;
};
