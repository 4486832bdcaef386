import type { Value } from "@subject-rights/core";
import { deepest } from "./depth.ts";
import { unreadable } from "./unreadable.ts";

/**
 * What JSON text says. A number that no JavaScript number has the same decimal digits as becomes a `bigint`, or
 * where it is not whole its text. What a value cannot hold stays JSON text as a whole: an object (of the type
 * `json`) with two members of one name, and what is nested deeper than an export may be.
 */
export const jsonValue = (text: string): Value => {
  const { depth, members } = measure(text);
  if (depth > deepest) return text;
  // The first is the holder of the value as a whole.
  let found = -1;
  const value: Value = JSON.parse(
    text,
    function (this: unknown, _name: string, part: Value, context?: Context) {
      if (!Array.isArray(this)) found += 1;
      return typeof part === "number" ? exactNumber(part, context?.source) : part;
    },
  );
  return found === members ? value : text;
};

/** What a reviver is told of a number, a string, true, false and null (ECMAScript 2026, JSON.parse). */
interface Context {
  readonly source?: string;
}

/** How deep lists and objects lie inside one another, and how many members all the objects have. */
const measure = (text: string): { readonly depth: number; readonly members: number } => {
  let open = 0;
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at + 1);
    else if (character === ":") members += 1;
    else if (character === "]" || character === "}") open -= 1;
    else if (character === "[" || character === "{") {
      open += 1;
      depth = Math.max(depth, open);
    }
  }
  return { depth, members };
};

const endOfString = (text: string, start: number): number => {
  let at = start;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
};

const exactNumber = (number: number, source: string | undefined): number | bigint | string => {
  if (source === undefined) throw unreadable("json");
  const written = String(number);
  if (written === source) return number;
  if (Number.isFinite(number) && decimal(written) === decimal(source)) return number;
  return /^-?\d+$/.test(source) ? BigInt(source) : source;
};

/**
 * The same text for the same decimal number: `1.50`, `15e-1` and `1.5` are all `15e-1`. Zero has no sign here;
 * `JSON.parse` keeps it.
 */
const decimal = (text: string): string => {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = withoutLeadingZeros(whole + fraction);
  const significant = withoutTrailingZeros(digits);
  if (significant === "") return "0";
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign}${significant}e${power}`;
};

const withoutLeadingZeros = (digits: string): string => digits.replace(/^0+/, "");

/** A regular expression for the end would try at each zero: slow for numbers with thousands of them. */
const withoutTrailingZeros = (digits: string): string => {
  let end = digits.length;
  while (digits[end - 1] === "0") end -= 1;
  return digits.slice(0, end);
};
