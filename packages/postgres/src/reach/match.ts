import type { Column } from "../catalog/catalog.ts";
import type { ResolvedMatch } from "../data-map/resolved-map.ts";
import { name, printedByServer, type Sql, sql } from "../sql/sql.ts";

/** Integers by the number of bytes they have: a value outside is nobody's, rather than an error. */
const integerBits: Readonly<Record<string, bigint>> = { int2: 16n, int4: 32n, int8: 64n };

const isInteger = (value: string, bits: bigint): boolean =>
  /^[+-]?\d{1,20}$/.test(value) && BigInt.asIntN(Number(bits), BigInt(value)) === BigInt(value);

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a whole number or a uuid is written as the server itself writes it; of other types it is so. */
export const isWrittenAsStored = ({ type: { base } }: Column, value: string): boolean => {
  const bits = integerBits[base];
  if (bits !== undefined) return isInteger(value, bits) && String(BigInt(value)) === value;
  return base !== "uuid" || (uuid.test(value) && value.toLowerCase() === value);
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
  const { base, category } = column.type;
  const bits = integerBits[base];
  if (bits !== undefined) {
    const whole = values.filter((value) => isInteger(value, bits));
    return whole.length === 0 ? never : sql`${held} = ${oneOf(whole, sql`bigint`)}`;
  }
  if (base === "uuid") {
    const valid = values.filter((value) => uuid.test(value));
    return valid.length === 0 ? never : sql`${held} = ${oneOf(valid, sql`uuid`)}`;
  }
  // A text in PostgreSQL has no NUL, so nobody is known by such a value here.
  const texts = values.filter((value) => !value.includes("\0"));
  if (texts.length === 0) return never;
  const caseless = base === "citext" ? caselessEquality(column) : null;
  if (caseless !== null) {
    return sql`${held} ${caseless.operator} any (${texts}::${caseless.type}[])`;
  }
  if (identifier === "email") return sql`lower(${held}::text) = ${oneOf(texts, sql`text`)}`;
  if (base === "citext") return sql`lower(${held}::text) = any (select lower(unnest(${texts})))`;
  return category === "S" && base !== "bpchar"
    ? sql`${held} = ${oneOf(texts, sql`text`)}`
    : sql`${held}::text = ${oneOf(texts, sql`text`)}`;
};

/** Of values that people are known by, those that rows may hold in a matched column as somebody's. */
export const namingValues = (match: ResolvedMatch, values: readonly string[]): readonly string[] =>
  match.replacement === undefined ? values : values.filter((value) => !isReplacement(match, value));

/** Whether a value is what the map leaves in the column of everybody who was erased. */
export const isReplacement = ({ column, identifier, replacement }: ResolvedMatch, value: string): boolean => {
  if (replacement === undefined) return false;
  const { base, category } = column.type;
  if (category === "N") return Number(value) === Number(replacement);
  if (identifier === "email" || base === "citext" || base === "uuid") {
    return value.toLowerCase() === replacement.toLowerCase();
  }
  return base === "bpchar" ? value.trimEnd() === replacement.trimEnd() : value === replacement;
};

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
  const { base, category } = column.type;
  const joined = (usable: readonly OwnedValue[], type: Sql, on: Sql): MatchedEach | null =>
    usable.length === 0
      ? null
      : {
          from: sql`unnest(${usable.map(({ person }) => String(person))}::int[],
            ${usable.map(({ value }) => value)}::${type}[]) as k (person, value)`,
          on,
        };
  const bits = integerBits[base];
  if (bits !== undefined) {
    const whole = values.filter(({ value }) => isInteger(value, bits));
    return joined(whole, sql`bigint`, sql`${held} = k.value`);
  }
  if (base === "uuid") {
    const valid = values.filter(({ value }) => uuid.test(value));
    return joined(valid, sql`uuid`, sql`${held} = k.value`);
  }
  const texts = values.filter(({ value }) => !value.includes("\0"));
  const caseless = base === "citext" ? caselessEquality(column) : null;
  if (caseless !== null) {
    return joined(texts, caseless.type, sql`${held} ${caseless.operator} k.value`);
  }
  const text = sql`text`;
  if (identifier === "email") return joined(texts, text, sql`lower(${held}::text) = k.value`);
  if (base === "citext") return joined(texts, text, sql`lower(${held}::text) = lower(k.value)`);
  return category === "S" && base !== "bpchar"
    ? joined(texts, text, sql`${held} = k.value`)
    : joined(texts, text, sql`${held}::text = k.value`);
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
