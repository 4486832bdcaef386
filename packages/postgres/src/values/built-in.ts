import type { Value } from "@subject-rights/core";
import { jsonValue } from "./json-value.ts";
import { dateValue, timestamptzValue, timestampValue } from "./times.ts";
import { unreadable } from "./unreadable.ts";

const booleanValue = (text: string): boolean => {
  // A cast to text writes it out; the type itself does not.
  if (text === "t" || text === "true") return true;
  if (text === "f" || text === "false") return false;
  throw unreadable("bool");
};

const wholeNumber = /^-?\d+$/;

const integerValue = (text: string): number => {
  if (!wholeNumber.test(text)) throw unreadable("integer");
  return Number(text);
};

const bigintValue = (text: string): bigint => {
  if (!wholeNumber.test(text)) throw unreadable("int8");
  return BigInt(text);
};

const floatValue = (text: string): number => {
  if (!/^(?:-?\d+(?:\.\d+)?(?:e[+-]\d+)?|-?Infinity|NaN)$/.test(text)) throw unreadable("float");
  return Number(text);
};

const bytesValue = (text: string): Uint8Array => {
  const bytes = Buffer.from(text.slice(2), "hex");
  // Buffer stops in silence at what is no hexadecimal digit.
  if (!text.startsWith("\\x") || bytes.length * 2 !== text.length - 2) throw unreadable("bytea");
  return new Uint8Array(bytes);
};

/**
 * How the text of a built-in type is read, by its oid in `pg_type`: PostgreSQL never changes those. What is not
 * here is its text: numeric (no number has its digits), money, interval, network addresses, ranges, …
 */
export const builtIn: ReadonlyMap<number, (text: string) => Value> = new Map<number, (text: string) => Value>(
  [
    [16, booleanValue],
    [17, bytesValue],
    [20, bigintValue],
    // int2, int4, oid
    [21, integerValue],
    [23, integerValue],
    [26, integerValue],
    // json, jsonb
    [114, jsonValue],
    [3802, jsonValue],
    // float4, float8
    [700, floatValue],
    [701, floatValue],
    [1082, dateValue],
    [1114, timestampValue],
    [1184, timestamptzValue],
  ],
);
