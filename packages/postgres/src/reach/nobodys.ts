import { isSteady } from "@subject-rights/core";
import {
  type MappedTable,
  type ResolvedBelonging,
  type ResolvedMap,
  type ResolvedReference,
  retentionOf,
} from "../data-map/resolved-map.ts";
import { isAnonymised } from "../erasure/anonymised.ts";
import { dueCondition } from "../erasure/due.ts";
import { emptySql, join, name, type Sql, sql } from "../sql/sql.ts";
import { tableName } from "./columns.ts";
import { otherOf } from "./named-references.ts";

/** What a way of belonging says of a row. */
interface Said {
  /** It shows that the map has made anonymous whose it was; null where it cannot show that. */
  readonly gone: Sql | null;
  /** The row still belongs to somebody. */
  readonly alive: Sql;
}

/**
 * Whether a row is nobody's any more: all that said whose it was, the map has made anonymous, and everything else in it
 * that was to be; or it belongs through rows of which that is so. Such a row shares nothing with anybody. A number that
 * the map leaves in it, so that what the law keeps is found, names nobody by itself. Null where rows of the table never are.
 *
 * @param alias the table's name in the statement
 * @param counts whether a number that stays counts as somebody: for rows that the law keeps, which need what they point at
 */
export const isNobodys = (
  map: ResolvedMap,
  table: MappedTable,
  alias: Sql,
  through: readonly MappedTable[] = [],
  counts = isKeptByLaw(table),
): Sql | null => {
  const numbers = counts ? [] : table.belongs.filter((each) => isNumberThatStays(table, each));
  const said = table.belongs
    .filter((each) => !numbers.includes(each))
    .map((each) => saidBy(map, table, each, alias, [...through, table], counts));
  const gone = [
    ...said.flatMap((each) => each.gone ?? []),
    ...(numbers.length === 0 ? [] : marksOf(table, alias)),
  ];
  if (gone.length === 0) return null;
  const alive = said.map((each) => each.alive);
  const due = table.erasure === "delete" ? [] : [dueCondition(table, alias)];
  return sql`((${join(gone, sql` or `)}) and not (${join([...alive, ...due], sql` or `)}))`;
};

const isKeptByLaw = ({ erasure }: MappedTable): boolean => retentionOf(erasure) !== null;

/** Whether it is an identifier that names a person for good, and that an erasure leaves in the row. */
const isNumberThatStays = (table: MappedTable, belonging: ResolvedBelonging): boolean =>
  belonging.kind === "column" &&
  table.erasure !== "delete" &&
  isSteady({ type: belonging.identifier }) &&
  (table.columns.find(({ column }) => column === belonging.column)?.anonymise ?? null) === null;

/**
 * What shows in a row that it was made anonymous, whatever else is in it: a constant, or a hash. That there is nothing in a
 * column does not: perhaps there never was.
 */
const marksOf = (table: MappedTable, alias: Sql): Sql[] =>
  table.columns.flatMap(({ column, anonymise }) => {
    const isMark = anonymise === "hash" || (typeof anonymise === "object" && "constant" in (anonymise ?? {}));
    const form = isMark ? anonymousForm(table, column.name, alias) : null;
    return form === null ? [] : [sql`(${alias}.${name(column.name)} is not null and ${form})`];
  });

/** Whether anything still says whose a row is. */
export const isSomebodys = (map: ResolvedMap, table: MappedTable, alias: Sql): Sql => {
  const alive = table.belongs.map((each) => isStillSaid(map, table, each, alias));
  return sql`(${join(alive, sql` or `)})`;
};

/**
 * Whether a way of belonging still says whose a row is.
 *
 * @param which where it leads through another row: through which ones, by that row's alias
 */
export const isStillSaid = (
  map: ResolvedMap,
  table: MappedTable,
  belonging: ResolvedBelonging,
  alias: Sql,
  which?: (alias: Sql) => Sql,
): Sql => saidBy(map, table, belonging, alias, [table], false, which).alive;

const saidBy = (
  map: ResolvedMap,
  table: MappedTable,
  belonging: ResolvedBelonging,
  alias: Sql,
  through: readonly MappedTable[],
  counts: boolean,
  which: (alias: Sql) => Sql = () => sql`true`,
): Said => {
  if (belonging.kind === "column") {
    const { column } = belonging;
    const held = sql`${alias}.${name(column.name)}`;
    const anonymous = anonymousForm(table, column.name, alias);
    return anonymous === null
      ? { gone: null, alive: sql`${held} is not null` }
      : { gone: anonymous, alive: sql`not ${anonymous}` };
  }
  const severed = belonging.pairs.flatMap(({ here }) => anonymousForm(table, here.name, alias) ?? []);
  const other = otherOf(map, belonging);
  // What belongs to itself in the end is somebody's.
  const inner =
    other === undefined || through.includes(other)
      ? null
      : isNobodys(map, other, aliasAt(through), through, counts || isKeptByLaw(other));
  const linked = (condition: Sql): Sql =>
    other === undefined ? sql`false` : linkedRow(other, belonging, alias, aliasAt(through), condition);
  const gone = [...severed, ...(inner === null ? [] : [linked(inner)])];
  const alive = linked(sql`${which(aliasAt(through))}${inner === null ? emptySql : sql` and not ${inner}`}`);
  return {
    gone: gone.length === 0 ? null : sql`(${join(gone, sql` or `)})`,
    // A pointer that was made anonymous leads to nobody, whatever row has that value.
    alive: severed.length === 0 ? alive : sql`(not (${join(severed, sql` or `)}) and ${alive})`,
  };
};

const aliasAt = (through: readonly MappedTable[]): Sql => name(`o${through.length}`);

const linkedRow = (
  other: MappedTable,
  { pairs }: ResolvedReference,
  alias: Sql,
  otherAlias: Sql,
  condition: Sql,
): Sql => {
  const isLinked = pairs.map(
    ({ here, there }) => sql`${otherAlias}.${name(there.name)} = ${alias}.${name(here.name)}`,
  );
  return sql`exists (select from ${tableName(other)} ${otherAlias} where ${join([...isLinked, condition], sql` and `)})`;
};

/** Whether the column is as the map leaves it; null where the map leaves it alone, or only a function would know. */
const anonymousForm = (table: MappedTable, column: string, alias: Sql): Sql | null => {
  if (table.erasure === "delete") return null;
  const mapped = table.columns.find((each) => each.column.name === column);
  return mapped === undefined || mapped.anonymise === null
    ? null
    : isAnonymised(sql`${alias}.${name(column)}`, mapped.column.type, mapped.anonymise);
};
