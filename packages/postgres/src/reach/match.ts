import type { Column } from "../catalog/catalog.ts";
import type { ResolvedMatch } from "../data-map/resolved-map.ts";
import { name, printedByServer, type Sql, sql } from "../sql/sql.ts";
import { type AddressForm, addressForms } from "./letter-case.ts";
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
  if (isLowered) return sql`${side(held)} ${operator} any (select lower(unnest(${usable})))`;
  const is = (some: readonly string[]): Sql => sql`${side(held)} ${operator} ${oneOf(some, type)}`;
  const forms = usable.flatMap((value) => formsIn(column, identifier, value));
  const doubtful = forms.filter(({ exact }) => exact !== null);
  const certain = forms.flatMap(({ value, exact }) => (exact === null ? [value] : []));
  if (doubtful.length === 0) return is(certain);
  const looked = sql`(${is(doubtful.map(({ value }) => value))}
    and ${lettersAsHere(held)} = any (${doubtful.map(({ exact }) => exact)}::text[]))`;
  return certain.length === 0 ? looked : sql`(${is(certain)} or ${looked})`;
};

/** The values by which a column is looked up: of an address, whatever its `lower()` may make of it. */
const formsIn = ({ type }: Column, identifier: string, value: string): readonly AddressForm[] =>
  identifier === "email" ? addressForms(value, type.folding) : [{ value, exact: null }];

/** As the library folds what servers fold in different ways: for rows that are found already, as no index serves it. */
const lettersAsHere = (held: Sql): Sql =>
  sql`lower(replace(replace(${held}::text, ${"İ"}, ${"i̇"}), 'I', 'i'))`;

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
    return form === null ? [] : formsIn(column, identifier, form).map((each) => ({ person, ...each }));
  });
  if (usable.length === 0) return null;
  const people = sql`${usable.map(({ person }) => String(person))}::int[]`;
  const forms = sql`${usable.map((each) => each.value)}::${type}[]`;
  const is = sql`${side(held)} ${operator} ${isLowered ? sql`lower(k.value)` : sql`k.value`}`;
  return usable.every(({ exact }) => exact === null)
    ? { from: sql`unnest(${people}, ${forms}) as k (person, value)`, on: is }
    : {
        from: sql`unnest(${people}, ${forms}, ${usable.map(({ exact }) => exact)}::text[]) as k (person, value, exact)`,
        on: sql`${is} and (k.exact is null or ${lettersAsHere(held)} = k.exact)`,
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
