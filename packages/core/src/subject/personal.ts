import type { Identifier } from "./identifier.ts";

const looksLikeEmail = /[^\s@]+@[^\s@]+\.[^\s@]+/;

const foldedForm = (text: string): string => text.normalize("NFC").toLowerCase();

/**
 * Says whether a text that is about to be kept, such as a reason, carries something personal: an email
 * address, or anything the person of the request is known by. What people type is kept for years in the audit,
 * long after the person was erased.
 */
export const carriesPersonalData = (text: string, identifiers: readonly Identifier[]): boolean => {
  const folded = foldedForm(text);
  return (
    looksLikeEmail.test(folded) ||
    identifiers.some(({ value }) => value.length > 3 && folded.includes(foldedForm(value)))
  );
};

const partOfWord = /[\p{L}\p{N}]/u;

/** Whether a text says a name, as words of their own: `mark` is not named in "remarks". */
export const says = (text: string, name: string): boolean => {
  const [folded, wanted] = [foldedForm(text), foldedForm(name.trim())];
  for (let at = folded.indexOf(wanted); at !== -1; at = folded.indexOf(wanted, at + 1)) {
    const around = [folded[at - 1], folded[at + wanted.length]];
    if (!around.some((letter) => letter !== undefined && partOfWord.test(letter))) return true;
  }
  return false;
};
