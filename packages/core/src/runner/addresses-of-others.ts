import { userIdType } from "../bridge/directory-source.ts";
import { orThrow } from "../result.ts";
import { type Identifier, normaliseEmail } from "../subject/identifier.ts";
import type { Services } from "./services.ts";

/**
 * Of people who are known by their ids, the addresses that the list of users has for others, and not for them: whoever is
 * found by one is somebody else by now.
 *
 * @returns those of each, in order
 * @throws StorageFailed
 */
export const addressesOfOthers = async (
  { userDirectory }: Pick<Services, "userDirectory">,
  tenant: string,
  people: readonly (readonly Identifier[])[],
): Promise<readonly (readonly Identifier[])[]> => {
  const known = people.map((identifiers) => {
    const ids = identifiers.filter(({ type }) => type === userIdType).map(({ value }) => value);
    return { ids, addresses: ids.length === 0 ? [] : identifiers.filter(({ type }) => type === "email") };
  });
  const emails = [...new Set(known.flatMap(({ addresses }) => addresses.map(({ value }) => value)))];
  if (userDirectory === null || emails.length === 0) return people.map(() => []);
  const users = orThrow(await userDirectory.find({ tenant, ids: [], emails }));
  return known.map(({ ids, addresses }) =>
    addresses.filter(({ value }) => {
      const holders = users.filter(({ email }) => email !== null && normaliseEmail(email) === value);
      return holders.length > 0 && holders.every(({ id }) => id !== null && !ids.includes(id));
    }),
  );
};
