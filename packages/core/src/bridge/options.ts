import { ConfigurationMistake } from "../errors.ts";

/** Every option that there is, so that a new one cannot be forgotten here. */
export type OptionNames<Options extends object> = { readonly [Name in keyof Required<Options>]: true };

/**
 * The options of a function as they were handed in, once it is sure that nothing else is among them: a misspelt option
 * is no option at all, and nobody would notice.
 *
 * @throws ConfigurationMistake where there is something else, or no object at all
 */
export const optionsOf = <Options extends object>(
  what: string,
  names: OptionNames<Options>,
  options: Options,
): Options => {
  if (!isObject(options)) throw new ConfigurationMistake(`${what}: ${notAnObject(options)}`);
  const known = Object.keys(names);
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(names, name));
  if (unknown.length > 0)
    throw new ConfigurationMistake(
      `${what}: ${unknown.map((name) => unknownOption(name, known)).join("; ")}`,
    );
  return options;
};

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What to write instead of something that is no object. */
export const notAnObject = (value: unknown): string =>
  value === undefined
    ? "hand in an object; nothing was handed in"
    : `hand in an object, and not ${Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`}`;

/** Names the mistake and what may have been meant, or else everything that could be. */
export const unknownOption = (name: string, known: readonly string[]): string => {
  const meant = known.find((each) => isLike(each, name));
  const instead =
    meant === undefined
      ? `there ${known.length === 1 ? "is" : "are"} ${known.map((each) => `\`${each}\``).join(", ")}`
      : `write \`${meant}\``;
  return `there is no \`${name}\`: ${instead}`;
};

const isLike = (one: string, other: string): boolean =>
  distance(one.toLowerCase(), other.toLowerCase()) <= Math.min(2, Math.floor(one.length / 3));

/** How many letters are to be put in, left out, changed or swapped with the next (Damerau and Levenshtein). */
const distance = (one: string, other: string): number => {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= one.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = row > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      rows[row]?.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (isSame ? 0 : 1),
          isSwapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(one.length, other.length);
};
