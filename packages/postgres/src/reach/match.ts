import type { Column } from "../catalog/catalog.ts";
import type { ResolvedMatch } from "../data-map/resolved-map.ts";
import { name, printedByServer, type Sql, sql } from "../sql/sql.ts";
import { type Spelling, spellingOf, textOf } from "./spelling.ts";

/** Whether a value is written in the one form that its type has for it, as a whole number or a uuid is stored. */
export const isWrittenAsStored = ({ type }: Column, value: string): boolean => {
  const spelling = spellingOf(type);
  return spelling === null || spelling.formOf(value) === value;
};

const never = sql`false`;

/** To be compared with. A list is read anew for each row where no index serves, and one value is not. */
const oneOf = (values: readonly string[], type: Sql): Sql =>
  values.length === 1 ? sql`${values[0] ?? null}::${type}` : sql`any (${values}::${type}[])`;

/**
 * Whether a column holds one of these values: in a form that an ordinary index on the column serves. Email
 * addresses are compared without regard to letter case, which takes an index on `lower(column)` (or `citext`).
 *
 * @param alias the table's name in the statement
 */
export const matches = (alias: Sql, column: Column, identifier: string, values: readonly string[]): Sql => {
  const held = sql`${alias}.${name(column.name)}`;
  const { side, operator, type, formOf, isLowered } = comparisonOf(column, identifier);
  const usable = values.flatMap((value) => formOf(value) ?? []);
  if (usable.length === 0) return never;
  return isLowered
    ? sql`${side(held)} ${operator} any (select lower(unnest(${usable})))`
    : sql`${side(held)} ${operator} ${oneOf(usable, type)}`;
};

/** Of values that people are known by, those that rows may hold in a matched column as somebody's. */
export const namingValues = (match: ResolvedMatch, values: readonly string[]): readonly string[] =>
  match.replacement === undefined ? values : values.filter((value) => !isReplacement(match, value));

/** Whether a value is what the map leaves in the column of everybody who was erased. */
export const isReplacement = ({ column, identifier, replacement }: ResolvedMatch, value: string): boolean => {
  if (replacement === undefined) return false;
  const spelling = identifier === "email" ? null : spellingOf(column.type);
  if (spelling !== null) {
    const form = spelling.formOf(value);
    return form !== null && form === spelling.formOf(replacement);
  }
  const isCaseless = identifier === "email" || column.type.base === "citext";
  return isCaseless ? value.toLowerCase() === replacement.toLowerCase() : value === replacement;
};

/** As others write what a column holds: `9` for 9.00, `10.0.0.1` for an `inet`, whose text has `/32` behind it. */
export const toldAs = ({ column }: ResolvedMatch, value: string): string =>
  spellingOf(column.type)?.formOf(value) ?? value;

/** One value of many, each of somebody. */
export interface OwnedValue {
  readonly person: number;
  readonly value: string;
}

/** Where the values of several people are joined from, as `k` with `person` and `value`, and on what. */
export interface MatchedEach {
  readonly from: Sql;
  readonly on: Sql;
}

/** As `matches`, for several people at once: whose value a column holds. Null where nobody has one that it could. */
export const matchesEach = (
  alias: Sql,
  column: Column,
  identifier: string,
  values: readonly OwnedValue[],
): MatchedEach | null => {
  const held = sql`${alias}.${name(column.name)}`;
  const { side, operator, type, formOf, isLowered } = comparisonOf(column, identifier);
  const usable = values.flatMap(({ person, value }) => {
    const form = formOf(value);
    return form === null ? [] : [{ person, form }];
  });
  if (usable.length === 0) return null;
  const value = isLowered ? sql`lower(k.value)` : sql`k.value`;
  return {
    from: sql`unnest(${usable.map(({ person }) => String(person))}::int[],
      ${usable.map(({ form }) => form)}::${type}[]) as k (person, value)`,
    on: sql`${side(held)} ${operator} ${value}`,
  };
};

interface Comparison extends Spelling {
  /** The column's side. */
  readonly side: (held: Sql) => Sql;
  readonly operator: Sql;
  /** Whether values are to be in small letters, as the server makes them. */
  readonly isLowered?: true;
}

const itself = (held: Sql): Sql => held;

/** How a column is compared, one value or many: the only place that says so. */
const comparisonOf = (column: Column, identifier: string): Comparison => {
  const { base, category } = column.type;
  const operator = sql`=`;
  const text = { type: sql`text`, formOf: textOf, operator };
  const asText = (held: Sql) => sql`${held}::text`;
  const lowered = (held: Sql) => sql`lower(${held}::text)`;
  const caseless = base === "citext" ? caselessEquality(column) : null;
  if (caseless !== null) return { ...caseless, formOf: textOf, side: itself };
  if (base === "citext" && identifier !== "email") return { ...text, side: lowered, isLowered: true };
  const spelling = spellingOf(column.type);
  if (spelling !== null && (identifier !== "email" || base !== "bpchar")) {
    return { ...spelling, operator, side: itself };
  }
  if (identifier === "email") return { ...text, side: lowered };
  return { ...text, side: category === "S" ? itself : asText };
};

/**
 * The equality of `citext`, named with its schema: compared with a text, or where its schema is not searched, a
 * `citext` is a text like any other, in which letter case counts. Null for a domain over it, whose schema is another.
 */
const caselessEquality = ({ type }: Column): { readonly operator: Sql; readonly type: Sql } | null => {
  const schema = /^(?<schema>.+\.)citext$/.exec(type.sql)?.groups?.["schema"];
  return schema === undefined
    ? null
    : { operator: sql`operator(${printedByServer(schema)}=)`, type: printedByServer(type.sql) };
};
