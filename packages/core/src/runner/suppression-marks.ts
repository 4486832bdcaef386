import type { Identifier } from "../subject/identifier.ts";

/*
 * In the list of suppressions some things are marked that nobody could say otherwise. The marks are pseudonyms as all others,
 * under types that no identifier has, so they keep nobody out; they are ended, copied and put under another key as these are,
 * and those of a person are lifted with them.
 */

/** Whether it is a mark, of whatever, and by no identifier that anybody goes by. */
export const isMark = ({ type }: Identifier): boolean => type.includes("/");

/*
 * That the rest of a request was called off which had been opened again: by then its own record may have come back from a
 * backup, and know nothing of that.
 */
const prefix = "called-off/";

/** Says it of whoever goes by an identifier. */
export const markFor = ({ type, value }: Identifier): Identifier => ({ type: `${prefix}${type}`, value });

/** Says it of a request. */
export const markOf = (request: string): Identifier => markFor({ type: "request", value: request });

/**
 * Its cause: whoever is let in again is so with the rows of the request, and it stays called off all the more.
 */
export const causeOfMark = (request: string): string => `${prefix}${request}`;

/** The same, lifted, for whoever reads a copy: of the others nobody sees what they say. */
export const shownMark = (request: string): Identifier => markFor({ type: "shown", value: request });

/**
 * Says of a number that it is somebody else's who has an address of the person too, as was decided: whoever is known by both is
 * not kept out with the other member of the household.
 */
export const householdMark = (address: Identifier, number: Identifier): Identifier => ({
  type: `household/${number.type}`,
  value: JSON.stringify([number.value, address.type, address.value]),
});
