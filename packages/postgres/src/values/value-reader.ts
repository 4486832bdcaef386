import type { Value } from "@subject-rights/core";
import { builtIn } from "./built-in.ts";
import { deepest, isDeeperThan } from "./depth.ts";
import { arrayElements, compositeFields, type ElementText } from "./nested-text.ts";
import { type Attribute, type TypeTable, typeOf } from "./types.ts";
import { unreadable } from "./unreadable.ts";

/** Reads a value's text, as `textOf` selects it under `textSettings`; null is NULL. */
export type ValueReader = (text: string | null) => Value;

/**
 * How the values of a type are read:
 *
 * | type | value |
 * | --- | --- |
 * | bool | boolean |
 * | int2, int4, oid, float4, float8 | number, NaN and the infinities too |
 * | int8 | bigint |
 * | bytea | Uint8Array |
 * | timestamptz | text, RFC 3339 in UTC: `2026-11-23T10:00:00.123456Z`; timestamp the same without the Z |
 * | json, jsonb | what it says; a number with more digits than a `number` keeps is a bigint, or its text |
 * | array | list, nested once a dimension |
 * | composite | object of its attributes |
 * | domain | as its base |
 * | every other | its text, as PostgreSQL writes it: numeric with every digit, intervals in ISO 8601, … |
 *
 * Times that RFC 3339 has no form for (before Christ, after 9999, infinity), and values that are nested deeper
 * than an export may be, stay PostgreSQL's text too.
 *
 * The reader throws an Error for text that is not as expected, and never puts the value into it.
 *
 * @throws Error for an oid that the table lacks
 */
export const valueReader = (types: TypeTable, oid: number): ValueReader => {
  const read = readerOf(types, oid);
  return (text) => {
    if (text === null) return null;
    const value = read(text);
    return isDeeperThan(value, deepest) ? text : value;
  };
};

type TextReader = (text: string) => Value;

const readerOf = (types: TypeTable, oid: number): TextReader => {
  const type = typeOf(types, oid);
  switch (type.structure) {
    case "plain":
      return builtIn.get(oid) ?? ((text) => text);
    case "domain":
      return readerOf(types, type.base);
    case "array":
      return listReader(readerOf(types, type.element), type.delimiter);
    case "composite":
      return objectReader(types, type.name, type.attributes);
  }
};

const listReader = (read: TextReader, delimiter: string): TextReader => {
  const elementValue = (element: ElementText): Value => {
    if (element === null) return null;
    return typeof element === "string" ? read(element) : element.map(elementValue);
  };
  return (text) => arrayElements(text, delimiter).map(elementValue);
};

const objectReader = (types: TypeTable, name: string, attributes: readonly Attribute[]): TextReader => {
  const readers = attributes.map((attribute) => ({
    name: attribute.name,
    read: readerOf(types, attribute.type),
  }));
  return (text) => {
    if (readers.length === 0 && text === "()") return {};
    const fields = compositeFields(text);
    // The type was altered after it was read.
    if (fields.length !== readers.length) throw unreadable(name);
    // By definition, not by assignment: an attribute may be called `__proto__`.
    return Object.fromEntries(
      readers.map(({ name, read }, index) => {
        const field = fields[index] ?? null;
        return [name, field === null ? null : read(field)];
      }),
    );
  };
};
