import type { ValueKind } from "../ports/data-source.ts";

/** How many lists and objects may lie inside one another; more is taken for a cycle. */
const deepest = 32;

/** The longest row, in characters of JSON: whoever reads a package holds a row as a whole. */
export const longestRow = 64 * 1024 * 1024;

/** A row holds something that has no place in an export. The same row fails the same way again. */
export class UnfitValue extends Error {
  override readonly name = "UnfitValue";
  readonly reason: string;
  /** The column it stands in; null where the row itself is unfit. */
  readonly column: string | null;

  constructor(reason: string, column: string | null = null) {
    super(column === null ? `A row ${reason}.` : `The column ${JSON.stringify(column)} ${reason}.`);
    this.reason = reason;
    this.column = column;
  }
}

/**
 * A value as JSON text, in the form that `kindSentences` describes. Written by hand, because a replacer of
 * `JSON.stringify` never sees what a `Date` was, and loses the sign of -0.
 *
 * @param kinds where the kind of the value itself is noted
 * @throws UnfitValue for what a cell may not hold
 */
export const jsonText = (value: unknown, kinds?: Set<ValueKind>, depth = 0): string => {
  switch (typeof value) {
    case "string":
      kinds?.add("text");
      if (value.length > longestRow) throw tooLong();
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) {
        kinds?.add("number");
        return `"${value}"`;
      }
      kinds?.add(Number.isSafeInteger(value) ? "integer" : "number");
      return numberText(value);
    case "boolean":
      kinds?.add("boolean");
      return value ? "true" : "false";
    case "bigint":
      kinds?.add("integer");
      return `"${value}"`;
    case "object":
      return value === null ? nullText(kinds) : objectText(value, kinds, depth);
    default:
      throw new UnfitValue(`holds a ${typeof value}`);
  }
};

/** A finite number in the shortest form that reads back as the same number; -0 keeps its sign. */
export const numberText = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** Whether this is a bag of named values rather than an instance of something; of any realm. */
export const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
};

const nullText = (kinds?: Set<ValueKind>): string => {
  kinds?.add("null");
  return "null";
};

const objectText = (value: object, kinds: Set<ValueKind> | undefined, depth: number): string => {
  if (value instanceof Date) {
    kinds?.add("timestamp");
    if (Number.isNaN(value.getTime())) throw new UnfitValue("holds an invalid date");
    return `"${value.toISOString()}"`;
  }
  if (value instanceof Uint8Array) {
    kinds?.add("binary");
    if (value.byteLength > (longestRow / 4) * 3) throw tooLong();
    return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")}"`;
  }
  if (depth === deepest) throw new UnfitValue(`is nested deeper than ${deepest} levels, or holds itself`);
  if (Array.isArray(value)) {
    kinds?.add("list");
    return listText(value, depth + 1);
  }
  if (isPlainObject(value)) {
    kinds?.add("object");
    return membersText(value, depth + 1);
  }
  throw new UnfitValue("holds an instance of a class other than Date and Uint8Array");
};

const listText = (values: readonly unknown[], depth: number): string => {
  let text = "[";
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    // A list cannot leave a place out: JSON has null for it.
    text += `${index === 0 ? "" : ","}${value === undefined ? "null" : jsonText(value, undefined, depth)}`;
    if (text.length > longestRow) throw tooLong();
  }
  return `${text}]`;
};

const membersText = (members: Readonly<Record<string, unknown>>, depth: number): string => {
  let text = "";
  for (const name of Object.keys(members)) {
    const value = members[name];
    if (value === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${jsonText(value, undefined, depth)}`;
    if (text.length > longestRow) throw tooLong();
  }
  return `{${text}}`;
};

export const tooLong = () => new UnfitValue(`is longer than ${longestRow} characters`);
