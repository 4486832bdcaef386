import { type TypeTable, typeOf } from "./types.ts";

/**
 * How the text of a value becomes JSON without being read first, byte by byte:
 *
 * | form | text | JSON |
 * | --- | --- | --- |
 * | text | any | a string |
 * | whole | digits | a number |
 * | quoted whole | digits | a string of these digits |
 * | number | at most 15 digits and a point | the same number; any other is read |
 * | boolean | `t` or `f` | true or false |
 * | date | of the years 1 to 9999 | a string; any other is read |
 * | timestamp, timestamptz | of the years 1 to 9999 | a string with a T, and a Z; any other is read |
 * | read | any | what `valueReader` reads it as |
 */
export type CellForm =
  | "text"
  | "whole"
  | "quoted whole"
  | "number"
  | "boolean"
  | "date"
  | "timestamp"
  | "timestamptz"
  | "read";

/** By oid, for the types that `valueReader` does more with than to hand on their text. */
const forms: ReadonlyMap<number, CellForm> = new Map<number, CellForm>([
  [16, "boolean"],
  // bytea
  [17, "read"],
  [20, "quoted whole"],
  // int2, int4, oid
  [21, "whole"],
  [23, "whole"],
  [26, "whole"],
  // json, jsonb
  [114, "read"],
  [3802, "read"],
  // float4, float8
  [700, "number"],
  [701, "number"],
  [1082, "date"],
  [1114, "timestamp"],
  [1184, "timestamptz"],
]);

/** @throws Error for an oid that the table lacks */
export const cellForm = (types: TypeTable, oid: number): CellForm => {
  const type = typeOf(types, oid);
  switch (type.structure) {
    case "plain":
      return forms.get(oid) ?? "text";
    case "domain":
      return cellForm(types, type.base);
    case "array":
    case "composite":
      return "read";
  }
};
