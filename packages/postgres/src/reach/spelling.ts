import { isIPv6 } from "node:net";
import type { ColumnType } from "../catalog/catalog.ts";
import { type Sql, sql } from "../sql/sql.ts";

/** How identifiers are compared with a column: as values of its type, so that what the type takes for equal is found. */
export interface Spelling {
  /** What a value is cast to. */
  readonly type: Sql;
  /** The value in the one form that all its spellings have; null for what cannot be of the type, and is nobody's. */
  readonly formOf: (value: string) => string | null;
}

/** In characters; what is longer is no identifier. */
const longestNumber = 1_000;

/** What a `numeric` holds at most, in digits before the point and behind it. */
const mostDigits = { before: 131_072, behind: 16_383 };

const blanks = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g;

/** `9` of ` 009.00 ` and of `90e-1`; null for what is no number. */
const decimalOf = (value: string): string | null => {
  if (value.length > longestNumber) return null;
  const parts = /^(?<sign>[+-]?)(?<whole>\d*)(?:\.(?<fraction>\d*))?(?:e(?<exponent>[+-]?\d{1,6}))?$/i.exec(
    value.replaceAll(blanks, ""),
  )?.groups;
  const { sign = "", whole = "", fraction = "", exponent = "0" } = parts ?? {};
  const written = whole + fraction;
  if (written === "") return null;
  const behindZeros = written.replace(/^0+/, "");
  const digits = behindZeros.replace(/0+$/, "");
  if (digits === "") return "0";
  // The number is 0.digits × 10 ^ point.
  const point = whole.length - (written.length - behindZeros.length) + Number(exponent);
  if (point > mostDigits.before || digits.length - point > mostDigits.behind) return null;
  return `${sign === "-" ? "-" : ""}${placed(digits, point)}`;
};

const placed = (digits: string, point: number): string => {
  if (point > 40 || point < -20) return `${digits}e${point - digits.length}`;
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  return point >= digits.length
    ? digits.padEnd(point, "0")
    : `${digits.slice(0, point)}.${digits.slice(point)}`;
};

/** Numbers that are none, in every spelling. */
const beyondNumbers = (value: string): string | null => {
  const text = value.replaceAll(blanks, "").toLowerCase();
  if (text === "nan") return "NaN";
  if (/^[+]?inf(?:inity)?$/.test(text)) return "Infinity";
  return /^-inf(?:inity)?$/.test(text) ? "-Infinity" : null;
};

/** A number is the same one in every column of numbers: a `numeric(10, 2)` tells 9.00, and a `bigint` holds 9. */
const wholeOf =
  (bits: number, asBits = BigInt.asIntN) =>
  (value: string): string | null => {
    const decimal = decimalOf(value);
    if (decimal === null || !/^-?\d+$/.test(decimal)) return null;
    const whole = BigInt(decimal);
    return asBits(bits, whole) === whole ? decimal : null;
  };

const floatOf =
  (round: (value: number) => number) =>
  (value: string): string | null => {
    const decimal = decimalOf(value);
    if (decimal === null) return beyondNumbers(value);
    const float = round(Number(decimal));
    // Of what is too large or too small the server says that it is out of range.
    return !Number.isFinite(float) || (float === 0 && decimal !== "0") ? null : decimal;
  };

/** In braces or not, with a hyphen behind any four digits or none. */
const uuidOf = (value: string): string | null => {
  const inside = /^\{(?<inside>.*)\}$/.exec(value)?.groups?.["inside"] ?? value;
  if (!/^[0-9a-f]{4}(?:-?[0-9a-f]{4}){7}$/i.test(inside)) return null;
  const digits = inside.replaceAll("-", "").toLowerCase();
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

/** `10.0.0.1` of `10.0.0.1/32` and of `010.0.0.1`: as `inet` reads it, of which a `cidr` is one. */
const addressOf = (value: string): string | null => {
  const [address = "", bits, ...more] = value.split("/");
  if (more.length > 0) return null;
  return address.includes(":") ? address6Of(address, bits) : address4Of(address, bits);
};

const address4Of = (address: string, bits: string | undefined): string | null => {
  const octets = address.split(".");
  const isWritten = octets.length <= 4 && octets.every((each) => /^\d+$/.test(each) && Number(each) <= 255);
  // Octets at the end are left out only where a length of the prefix is said, which is not behind them.
  if (!isWritten || (bits === undefined ? octets.length < 4 : !/^\d+$/.test(bits))) return null;
  const prefix = Number(bits ?? 32);
  if (prefix > 32 || Math.floor(prefix / 8) > octets.length) return null;
  const whole = [0, 1, 2, 3].map((index) => Number(octets[index] ?? 0)).join(".");
  return prefix === 32 ? whole : `${whole}/${prefix}`;
};

const address6Of = (address: string, bits = "128"): string | null => {
  const isPrefix = /^(?:0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= 128;
  if (!isPrefix || address.includes("%") || !isIPv6(address)) return null;
  const whole = new URL(`http://[${address}]`).hostname.slice(1, -1);
  return bits === "128" ? whole : `${whole}/${bits}`;
};

/** A text in PostgreSQL has no NUL, so nobody is known by such a value here. */
export const textOf = (value: string): string | null => (value.includes("\0") ? null : value);

const address: Spelling = { type: sql`inet`, formOf: addressOf };

const spellings: Readonly<Record<string, Spelling>> = {
  int2: { type: sql`bigint`, formOf: wholeOf(16) },
  int4: { type: sql`bigint`, formOf: wholeOf(32) },
  int8: { type: sql`bigint`, formOf: wholeOf(64) },
  oid: { type: sql`oid`, formOf: wholeOf(32, BigInt.asUintN) },
  numeric: { type: sql`numeric`, formOf: (value) => decimalOf(value) ?? beyondNumbers(value) },
  float4: { type: sql`float4`, formOf: floatOf(Math.fround) },
  float8: { type: sql`float8`, formOf: floatOf(Number) },
  uuid: { type: sql`uuid`, formOf: uuidOf },
  inet: address,
  cidr: address,
  // Blanks at the end are of no account.
  bpchar: { type: sql`bpchar`, formOf: (value) => textOf(value)?.replace(/ +$/, "") ?? null },
};

/** How a column of numbers, addresses, uuid or `char(n)` is compared; null for other texts, which are what is written. */
export const spellingOf = ({ base, structure }: ColumnType): Spelling | null =>
  structure === "b" ? (spellings[base] ?? null) : null;

/** The first oid that is not of a type of PostgreSQL's own. */
const firstOfOthers = 16_384;

/**
 * Whether identifiers can be compared with a type: texts, enums, and what `spellingOf` knows. Of any other nobody here
 * knows what it takes for equal, or what it refuses with an error: `money` depends on the server's language.
 */
export const isComparableWithText = ({ base, baseOid, structure }: ColumnType): boolean => {
  if (structure === "e") return true;
  if (structure !== "b") return false;
  if (base === "citext") return true;
  return baseOid < firstOfOthers && (["text", "varchar", "name", "char"].includes(base) || base in spellings);
};

/** Whether texts that are not the same may be equal: in capitals by `citext`, by a collation in whatever it says. */
export const isCaseless = ({ base, isDeterministic }: ColumnType): boolean =>
  base === "citext" || !isDeterministic;
