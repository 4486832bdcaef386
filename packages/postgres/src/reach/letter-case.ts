import type { Folding } from "../catalog/catalog.ts";

/** How one letter of an address may stand in what the server makes of it. */
interface Letter {
  /** As it is in small letters, by whoever folds it: the library's way first. */
  readonly small: readonly string[];
  /** As it is in capitals, for a collation that leaves those as they are; null where there is none of it alone. */
  readonly capital: string | null;
  /** Whether one may be of another letter as well, so that the row has to be looked at again. */
  readonly isDoubtful: boolean;
}

/** An address as a column may hold it, in the letters that the server's `lower()` makes of that. */
export interface AddressForm {
  readonly value: string;
  /**
   * What `lettersAsHere` makes of a row that holds this address; null where nothing else is written like it. By the
   * server, İ is the capital of i as well, and `ilker@…` is another mailbox than `İlker@…`.
   */
  readonly exact: string | null;
}

/** The dotted i of the library's own small letters: `İ` is one letter, and two are made of it. */
const dotted = "i̇";

/** So many forms of one address are looked for; of more letters beyond ASCII, only what servers do with them is. */
const mostForms = 256;

const ascii = /^[\p{ASCII}]*$/u;

const plain = (small: string, capital: string | null = null): Letter => ({
  small: [small],
  capital,
  isDoubtful: false,
});

const lettersOf = (value: string, folding: Folding): readonly Letter[] =>
  (value.match(/i\u0307|\P{M}\p{M}*|\p{M}/gu) ?? []).map((letter): Letter => {
    const inCapitals = (capital: string) => (folding === "plain" ? capital : null);
    if (letter === dotted) return { small: [dotted, "i"], capital: inCapitals("İ"), isDoubtful: true };
    // By the server it may be the small letter of İ as well.
    if (letter === "i" && folding !== "plain")
      return { small: folding === "turkic" ? ["i", "ı"] : ["i"], capital: null, isDoubtful: true };
    // At the end of a word, of which servers know nothing.
    if (letter === "ς") return { small: ["ς", "σ"], capital: inCapitals("Σ"), isDoubtful: false };
    if (ascii.test(letter)) return plain(letter);
    const capital = letter === "ß" ? "ẞ" : letter.toUpperCase();
    return plain(letter, capital.toLowerCase() === letter ? inCapitals(capital) : null);
  });

const ways = (letters: readonly Letter[], of: (letter: Letter) => readonly string[]): number =>
  letters.reduce((count, letter) => count * of(letter).length, 1);

const smallAndCapital = ({ small, capital }: Letter): readonly string[] =>
  capital === null ? small : [...small, capital];

const every = (letters: readonly Letter[], of: (letter: Letter) => readonly string[]): AddressForm[] => {
  let forms: AddressForm[] = [{ value: "", exact: "" }];
  for (const letter of letters) {
    const [asHere = ""] = letter.small;
    forms = forms.flatMap(({ value, exact }) =>
      of(letter).map((one) => ({ value: value + one, exact: exact + (letter.isDoubtful ? asHere : one) })),
    );
  }
  return letters.some(({ isDoubtful }) => isDoubtful)
    ? forms
    : forms.map((form) => ({ ...form, exact: null }));
};

/** Each small letter by itself where these are not too many, else all of them in one way. */
const inSmall = (letters: readonly Letter[]): AddressForm[] =>
  ways(letters, ({ small }) => small) <= mostForms
    ? every(letters, ({ small }) => small)
    : [0, -1].flatMap((at) => every(letters, ({ small }) => small.slice(at).slice(0, 1)));

const capitalOf = ({ small, capital }: Letter): string => capital ?? small[0] ?? "";

/** Words as people write them: in small letters, with a capital before them, or in capitals. */
const inWords = (letters: readonly Letter[]): AddressForm[] => {
  const words: Letter[][] = [];
  let isInWord = false;
  for (const letter of letters) {
    const isOfWord = /[\p{L}\p{N}]/u.test(letter.small[0] ?? "");
    if (isOfWord && isInWord) words.at(-1)?.push(letter);
    else words.push([letter]);
    isInWord = isOfWord;
  }
  const written = words.map((word): Letter => {
    const small = word.map((each) => each.small[0] ?? "");
    const capitals = word.map(capitalOf);
    const all = [small, [...capitals.slice(0, 1), ...small.slice(1)], capitals];
    return { ...plain(""), small: [...new Set(all.map((letters) => letters.join("")))] };
  });
  return ways(written, ({ small }) => small) <= mostForms
    ? every(written, ({ small }) => small)
    : [1, 2].flatMap((at) => every(written, ({ small }) => small.slice(0, at + 1).slice(-1)));
};

const formsIn = (value: string, folding: Folding): AddressForm[] => {
  const letters = lettersOf(value, folding);
  return ways(letters, smallAndCapital) <= mostForms
    ? every(letters, smallAndCapital)
    : [...inSmall(letters), ...inWords(letters)];
};

const beforeIt = ["", " ", "  ", "\t"];
const ends = ["\n", "\r", "\r\n"];
const behindIt = ["", " ", "  ", "\t", ...ends, " \t", ...ends.map((end) => ` ${end}`)];

/** What stands before and behind an address in rows that were read from a file or typed in, and means nothing. */
const blanks: readonly (readonly [string, string])[] = [
  ...beforeIt.flatMap((before) => behindIt.map((behind) => [before, behind] as const)),
  ["\u00a0", ""],
  ["", "\u00a0"],
];

const isInEveryEncoding = (blank: readonly string[]): boolean => blank.every((each) => ascii.test(each));

/** Beyond so many forms of letters, only the first is looked for with blanks around it. */
const mostWithBlanks = 32;

/** By no index a column is compared without blanks: the common ones are looked for, each by itself. */
const withBlanks = (forms: readonly AddressForm[], folding: Folding): AddressForm[] => {
  const around = folding === "unknown" ? blanks.filter(isInEveryEncoding) : blanks;
  return forms.flatMap((form, index) =>
    index > 0 && forms.length > mostWithBlanks
      ? [form]
      : around.map(([before, behind]) => ({
          value: before + form.value + behind,
          exact: form.exact === null ? null : before + form.exact + behind,
        })),
  );
};

/**
 * What the server's `lower()` may make of an address as a row holds it, of which the library makes this. The two differ: for
 * `İ`, for a `Σ` at the end of a word, for all letters beyond ASCII where only those are folded, for the plain `I` in Turkish,
 * where a row is not in Unicode's form NFC, and where a blank stands before or behind the address.
 */
export const addressForms = (value: string, folding: Folding): readonly AddressForm[] => {
  const isPlain = ascii.test(value) && (folding === "plain" || !value.includes("i"));
  if (isPlain || folding === "unknown") return withBlanks([{ value, exact: null }], folding);
  const all = [value, value.normalize("NFD")].flatMap((each) => formsIn(each, folding));
  const forms = [...new Map(all.map((form) => [JSON.stringify(form), form])).values()];
  return withBlanks(forms, folding);
};
