/** "straße" and "strasse", "größe" and "grosse" are the same word to whoever names a column. */
const folded = (text: string): string =>
  text.toLowerCase().replaceAll("ß", "ss").normalize("NFD").replaceAll(/\p{M}/gu, "");

/**
 * The words of a name, in lower case and without accents and digits: `homeAddress2`, `HOME_ADDRESS` and
 * `home address` are all `["home", "address"]`.
 */
export const nameWords = (name: string): readonly string[] =>
  name
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .split(/[^\p{L}\p{M}]+/u)
    .filter((word) => word !== "")
    .map(folded);

/** Enough for the names of tables: customers, addresses, companies. */
export const singular = (word: string): string => {
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(ss|us|is)$/.test(word)) return word;
  if (/(sses|xes|ches|shes)$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") ? word.slice(0, -1) : word;
};
