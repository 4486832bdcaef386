import fc from "fast-check";

const codePointOf = (character: unknown): number => {
  const [point, ...more] = Array.from(String(character), (each) => each.codePointAt(0) ?? 0);
  if (point === undefined || more.length > 0) throw new Error("it is not one character");
  return point;
};

/**
 * What fast-check means by `unit: "binary"`, whose way back from a character is a table of all 1.1 million of them: a
 * second of work, and again in every process.
 */
export const anyCharacter = fc
  .nat(0x10_ff_ff)
  .filter((point) => point < 0xd8_00 || point > 0xdf_ff)
  .map((point) => String.fromCodePoint(point), codePointOf);
