import { wordsOf } from "../data-map/looks-like-credential.ts";

/** The words of a name without the digits that only count: `homeAddress2` and `HOME_ADDRESS` are `home`, `address`. */
export const nameWords = (name: string): readonly string[] =>
  wordsOf(name)
    .flatMap((word) => word.split(/\p{N}+/u))
    .filter((word) => word !== "");

/** Enough for the names of tables: customers, addresses, companies. */
export const singular = (word: string): string => {
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(ss|us|is)$/.test(word)) return word;
  if (/(sses|xes|ches|shes)$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") ? word.slice(0, -1) : word;
};
