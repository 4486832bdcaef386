import type { Identifier } from "../subject/identifier.ts";

/**
 * In the list of suppressions it is marked of a number that it is somebody else's who has an address of the person too, as was
 * decided: whoever is known by both is not kept out with the other member of the household. A pseudonym as all others, under a
 * type that no identifier has.
 */
export const householdMark = (address: Identifier, number: Identifier): Identifier => ({
  type: `household/${number.type}`,
  value: JSON.stringify([number.value, address.type, address.value]),
});
