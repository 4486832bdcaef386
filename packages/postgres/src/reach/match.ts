import type { Column } from "../catalog/catalog.ts";
import { name, printedByServer, type Sql, sql } from "../sql/sql.ts";

/** Integers by the number of bytes they have: a value outside is nobody's, rather than an error. */
const integerBits: Readonly<Record<string, bigint>> = { int2: 16n, int4: 32n, int8: 64n };

const isInteger = (value: string, bits: bigint): boolean =>
  /^[+-]?\d{1,20}$/.test(value) && BigInt.asIntN(Number(bits), BigInt(value)) === BigInt(value);

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

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
