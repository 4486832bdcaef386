import type { Value } from "../../src/ports/data-source.ts";

/** What a value is once it is read back from JSON, said anew and without haste. */
export const asJson = (value: Value): unknown => {
  if (typeof value === "bigint") return value.toString(10);
  if (typeof value === "number") return Number.isFinite(value) ? value : `${value}`;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (isList(value)) return value.map((member) => (member === undefined ? null : asJson(member)));
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([name, member]) => [name, asJson(member)]));
  }
  return value;
};

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

/** Such a value as text: equal for equal values only, those below zero by nothing but their sign included. */
export const spelled = (json: unknown): string =>
  JSON.stringify(json, (_, value: unknown) => (Object.is(value, -0) ? { negative: 0 } : value), 1);
