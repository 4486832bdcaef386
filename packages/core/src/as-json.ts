import type { Json } from "./ports/request-store.ts";

/**
 * What is read back of a value that is stored as JSON: a copy without what JSON leaves out. By hand, because nearly all of
 * it is text, and plain: through JSON and back takes four times as long, and this is done with every commit.
 *
 * @throws TypeError for what JSON refuses: a bigint, a value that holds itself
 */
export const asJson = (value: object): Json => {
  if (Array.isArray(value)) return value.map((each) => memberAsJson(each) ?? null);
  // A Date, say: it decides for itself what it is in JSON.
  if (Object.getPrototypeOf(value) !== Object.prototype) return throughJson(value) ?? null;
  const copy = { ...value } as Record<string, unknown>;
  for (const name in copy) {
    const member = copy[name];
    if (typeof member === "string") continue;
    const json = memberAsJson(member);
    if (json === undefined) delete copy[name];
    else copy[name] = json;
  }
  return copy as { readonly [name: string]: Json };
};

const memberAsJson = (value: unknown): Json | undefined => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  // What is below zero by nothing is zero in JSON.
  if (typeof value === "number" && Number.isFinite(value)) return value + 0;
  return typeof value === "object" ? asJson(value) : throughJson(value);
};

/** Undefined for what JSON leaves out. */
const throughJson = (value: unknown): Json | undefined => {
  const json = JSON.stringify(value) as string | undefined;
  return json === undefined ? undefined : (JSON.parse(json) as Json);
};
