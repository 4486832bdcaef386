import type { Identifier } from "./identifier.ts";

const looksLikeEmail = /[^\s@]+@[^\s@]+\.[^\s@]+/;

/**
 * Says whether a text that is about to be kept (a reason, an actor's id) carries something personal: an email
 * address, or anything the person of the request is known by. What people type is kept for years in the audit,
 * long after the person was erased.
 */
export const carriesPersonalData = (text: string, identifiers: readonly Identifier[]): boolean => {
  const folded = text.normalize("NFC").toLowerCase();
  return (
    looksLikeEmail.test(folded) ||
    identifiers.some(({ value }) => value.length > 3 && folded.includes(value.normalize("NFC").toLowerCase()))
  );
};
