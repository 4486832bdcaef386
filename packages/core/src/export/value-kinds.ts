import type { ValueKind } from "../ports/data-source.ts";

/**
 * The kinds of value that a column of an export may hold, and what each looks like in the package's JSON. The
 * manifest carries this list, so that a package explains itself.
 */
export const kindSentences = {
  null: "null: there is a place for a value, and it is empty. A name that a row lacks had no value at all.",
  text: "A string, as it is.",
  integer:
    "A number, or its decimal digits as a string where a number would lose some (RFC 7493, section 2.2).",
  number: 'A number, or one of the strings "NaN", "Infinity" and "-Infinity".',
  boolean: "true or false.",
  timestamp: "A string: date and time in UTC, with milliseconds (RFC 3339).",
  binary: "A string: the bytes in base64 (RFC 4648, section 4).",
  list: "An array; in CSV its JSON text.",
  object: "An object; in CSV its JSON text.",
} as const satisfies Readonly<Record<ValueKind, string>>;

export const valueKinds = Object.keys(kindSentences) as readonly ValueKind[];
