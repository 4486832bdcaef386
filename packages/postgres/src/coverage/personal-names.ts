import { nameWords, singular } from "./name-words.ts";
import {
  aboutSomethingElse,
  alone,
  compounds,
  neverByReference,
  people,
  phrases,
  referring,
} from "./personal-words.ts";

const found = new Map<string, string>();
for (const [what, list] of Object.entries(phrases)) {
  for (const phrase of list) {
    found.set(phrase.replaceAll(" ", ""), what);
  }
}
const longestPhrase = 3;

const inPhrases = (words: readonly string[]): string | null => {
  // The longest first: a `mail_address` is none of the street.
  for (let length = longestPhrase; length > 0; length -= 1) {
    for (let start = 0; start + length <= words.length; start += 1) {
      const part = words.slice(start, start + length);
      const what =
        found.get(part.join("")) ?? found.get([...part.slice(0, -1), singular(part.at(-1) ?? "")].join(""));
      if (what !== undefined) return what;
    }
  }
  return null;
};

/** What a name says that its values are, in words for a message; null where it says nothing of the kind. */
export const personalByName = (name: string): string | null => {
  const words = nameWords(name);
  const last = words.at(-1);
  if (last === undefined) return null;
  const isAlone = words.length === 1 || (words.length === 2 && people.has(words[0] ?? ""));
  const what = inPhrases(words) ?? (isAlone ? (alone.get(last) ?? null) : null);
  // Of the phrases, only these end in such a word: `marital_status` is no status of something else.
  if (aboutSomethingElse.has(last)) return what === "a trait of a person" ? what : null;
  // A number of a row in another table, and no value: `address_id`. An `email_id` is an address to some.
  if (last === "id" && what === "a postal address") return null;
  if (what !== null) return what;
  for (const word of words) {
    const compound = compounds.find(([pattern]) => pattern.test(word));
    if (compound !== undefined) return compound[1];
  }
  return null;
};

/** `customer_id`, `customerid`, `kunden_nr`: a person all the same, where nobody declared the foreign key. */
export const referenceByName = (name: string): string | null => {
  const words = nameWords(name);
  const together = words.slice(-2).join("");
  const isReference = [words.at(-1) ?? "", together].some((word) =>
    referring.some((ending) => {
      const who = singular(word.slice(0, -ending.length));
      return word.endsWith(ending) && people.has(who) && !neverByReference.has(who);
    }),
  );
  return isReference ? "a reference to a person" : null;
};

/** Whether a table is called as people are, so that its plain `name` is a person's. */
export const isNamedAsPeople = (table: string): boolean => {
  const last = nameWords(table).at(-1) ?? "";
  return people.has(last) || people.has(singular(last));
};

export const isPlainName = (column: string): boolean =>
  ["name", "display name", "displayname"].includes(nameWords(column).join(" "));

/** Whether a column is called as one that points at this table: `order_id`, `orderid` and `orders_id` at `orders`. */
export const isNamedAfter = (column: string, table: string): boolean => {
  const words = nameWords(table);
  const single = [...words.slice(0, -1), singular(words.at(-1) ?? "")];
  return (
    words.length > 0 && [`${words.join("")}id`, `${single.join("")}id`].includes(nameWords(column).join(""))
  );
};
