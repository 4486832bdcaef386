import type { MappedTable, ResolvedMap, ResolvedReference } from "../data-map/resolved-map.ts";
import type { Session } from "../database/session.ts";
import { emptySql, join, name, type Sql, sql } from "../sql/sql.ts";
import { linkName, sameKey, tableName } from "./columns.ts";
import { isRecursive, reachOrder } from "./order.ts";
import { matchedCondition, namedConditions, type Person, reach } from "./reach.ts";

/** The rows of a table that belong to a person: `${before} select … from ${from} where ${where}`, the table as `t`. */
export interface Belonging {
  readonly before: Sql;
  readonly from: Sql;
  readonly where: Sql;
  /** Whether a row can be looked at by itself, without a set. */
  readonly isByRow: boolean;
}

/**
 * Says which rows belong to a person as a condition on the table itself, where that is possible: with the keys that
 * its rows point at written out where these are few, and with a set of them where there is one only. Else with a set
 * of the rows, as `reach` makes it, which the server makes anew for each page.
 */
export const belonging = async (
  session: Session,
  map: ResolvedMap,
  table: MappedTable,
  person: Person,
): Promise<Belonging> => {
  const asSet = (): Belonging => {
    const { sets, set } = reach(map, [table], person, "all");
    const from = sql`${tableName(table)} t join ${set(table)} r on ${sameKey(table, sql`t`, sql`r`)}`;
    return { before: sets, from, where: sql`true`, isByRow: false };
  };
  const group = reachOrder(map, [table]).find((each) => each.includes(table));
  if (group === undefined || isRecursive(group)) return asSet();
  const from = tableName(table);
  const named = namedConditions({ map, person }, table);
  const conditions = [matchedCondition({ map, person }, table) ?? sql`false`, ...named];
  for (const reference of table.belongs) {
    if (reference.kind === "column") continue;
    const other = map.tables.find(({ table: { oid } }) => oid === reference.other);
    if (other === undefined) return asSet();
    const condition = await fewKeys(session, map, other, reference, person);
    if (condition !== null) {
      conditions.push(condition);
    } else if (table.belongs.length > 1 || named.length > 0) {
      // "This or that" over a large set is looked through row by row.
      return asSet();
    } else {
      const { sets, set } = reach(map, [other], person, "all");
      const here = join(reference.pairs.map((pair) => sql`t.${name(pair.here.name)}`));
      const there = join(reference.pairs.map((pair) => name(linkName(pair.there))));
      return {
        before: sets,
        from: sql`${from} t`,
        where: sql`(${here}) in (select ${there} from ${set(other)})`,
        isByRow: false,
      };
    }
  }
  return {
    before: emptySql,
    from: sql`${from} t`,
    where: sql`(${join(conditions, sql` or `)})`,
    isByRow: true,
  };
};

/** More than this are not written out: the server would weigh each of them when it plans. */
const mostKeys = 500;

/** Types of which the text is the value, whatever the settings are; of a few more it is, but they are seldom keys. */
const plainTypes: readonly string[] = ["int2", "int4", "int8", "uuid", "text", "varchar"];

/** Compares with the keys of the person's rows in the other table; null where they are many, or of another type. */
const fewKeys = async (
  session: Session,
  map: ResolvedMap,
  other: MappedTable,
  { pairs }: ResolvedReference,
  person: Person,
): Promise<Sql | null> => {
  const [pair, ...more] = pairs;
  if (pair === undefined || more.length > 0) return null;
  const { type } = pair.there;
  if (type.oid !== type.baseOid || !plainTypes.includes(type.base)) return null;
  const { sets, set } = reach(map, [other], person, "all");
  const rows = await session.query(sql`${sets} select ${name(linkName(pair.there))}::text as key
    from ${set(other)} limit ${mostKeys + 1}::bigint`);
  if (rows.length > mostKeys) return null;
  const keys = [...new Set(rows.flatMap(({ key }) => key ?? []))];
  const here = sql`t.${name(pair.here.name)}`;
  const as = name("pg_catalog", type.base);
  if (keys.length === 0) return sql`false`;
  const [only, second] = keys;
  // Read once, and not for each row.
  return second === undefined
    ? sql`${here} = (select ${only ?? null}::${as})`
    : sql`${here} = any ((select ${keys}::${as}[])::${as}[])`;
};
