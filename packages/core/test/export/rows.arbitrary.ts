import { anyCharacter } from "@subject-rights/testing/any-character";
import fc from "fast-check";
import type { Row, Value } from "../../src/ports/data-source.ts";

const someText = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.string({ unit: "grapheme" }),
  // Halves of characters, line ends, and what CSV, JSON and spreadsheets take for their own.
  fc
    .array(
      fc.constantFrom("\ud800", "\udc00", "\r", "\n", "\u2028", "\u0000", '"', ",", ";", "=", "\\", "'"),
      {
        maxLength: 6,
      },
    )
    .map((parts) => parts.join("")),
  fc.constantFrom("", "-12.50", "2026-11-23T10:30:00.000+01:00", "12345678901234567890.123", "null", "'=1"),
);

/**
 * Names without a backslash: after it has read the name `a\\`, `JSON.parse` of V8 13.6 takes another name that begins
 * with `a` and an escape for the same one. Nothing that is written is wrong, but these tests read it.
 */
const someName = someText.map((text) => text.replaceAll("\\", "/"));

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
    someText,
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.bigInt(),
    fc.boolean(),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(someName, tie("value"), { maxKeys: 4 }),
  ),
}));

const names = fc.oneof(
  fc.constantFrom("a", "b", "c", "d", "", "__proto__", "constructor", "toJSON", "2", "1", "=cmd", "über\r\n"),
  someName,
);

/** Rows of all values that a source may hand over, with names that are awkward somewhere. */
export const someRows: fc.Arbitrary<Row[]> = fc.array(fc.dictionary(names, value, { maxKeys: 6 }), {
  maxLength: 8,
});

export const anyText = someText;
