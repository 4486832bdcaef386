import type { Column } from "../catalog/catalog.ts";
import { name, type Sql, sql } from "../sql/sql.ts";

/** Integers by the number of bytes they have: a value outside is nobody's, rather than an error. */
const integerBits: Readonly<Record<string, bigint>> = { int2: 16n, int4: 32n, int8: 64n };

const isInteger = (value: string, bits: bigint): boolean =>
  /^[+-]?\d{1,20}$/.test(value) && BigInt.asIntN(Number(bits), BigInt(value)) === BigInt(value);

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const never = sql`false`;

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
    return whole.length === 0 ? never : sql`${held} = any (${whole}::bigint[])`;
  }
  if (base === "uuid") {
    const valid = values.filter((value) => uuid.test(value));
    return valid.length === 0 ? never : sql`${held} = any (${valid}::uuid[])`;
  }
  // A text in PostgreSQL has no NUL, so nobody is known by such a value here.
  const texts = values.filter((value) => !value.includes("\0"));
  if (texts.length === 0) return never;
  if (identifier === "email" && base !== "citext") return sql`lower(${held}::text) = any (${texts})`;
  if (base === "citext") return sql`${held} = any (${texts})`;
  return category === "S" && base !== "bpchar"
    ? sql`${held} = any (${texts})`
    : sql`${held}::text = any (${texts})`;
};
