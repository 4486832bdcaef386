/** What has a canonical form: JSON, in which a number is finite. */
export type CanonicalValue =
  | null
  | boolean
  | number
  | string
  | readonly CanonicalValue[]
  | { readonly [name: string]: CanonicalValue };

/**
 * The one form of a value in JSON (RFC 8785): no spaces, names in the order of their UTF-16 code units, numbers and
 * strings as ECMAScript writes them. Two values that are equal have the same form, and so the same hash.
 *
 * @throws TypeError for a number that is not finite, and for half of a surrogate pair
 */
export const canonicalJson = (value: CanonicalValue): string => {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new TypeError("A number that is not finite has no form in JSON.");
  }
  if (typeof value === "string") return canonicalText(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.keys(value)
    .sort()
    .map((name) => `${canonicalText(name)}:${canonicalJson(value[name] as CanonicalValue)}`);
  return `{${members.join(",")}}`;
};

/** Nearly all text, and each name: ASCII in which nothing is escaped. */
const plain = /^[ !#-[\]-~]*$/;

const canonicalText = (text: string): string => {
  if (plain.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError("Half of a surrogate pair has no canonical form.");
  return JSON.stringify(text);
};

const isList = (value: object): value is readonly CanonicalValue[] => Array.isArray(value);
