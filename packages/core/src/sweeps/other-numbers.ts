import type { KeyDestroyed, StorageFailed } from "../errors.ts";
import { okAsync, type ResultAsync } from "../result.ts";
import { lookIntoList, standingIn } from "../runner/suppressing.ts";
import { pseudonymChain } from "../runner/suppression-keys.ts";
import { type FoundIdentifier, isSteady, spellingsOf } from "../subject/identifier.ts";
import { leading } from "../subject/vouching.ts";
import type { SweepRun } from "./sweep-run.ts";

/**
 * Of people whom a replay has found, in order, those who have a number that was never erased, where others of its type were,
 * or none of theirs was: an address of somebody who was erased has led to them, and may have changed hands since. Who has no
 * number is whoever has the address.
 */
export const haveOtherNumbers = (
  { services, tenant, journal }: SweepRun,
  people: readonly (readonly FoundIdentifier[])[],
): ResultAsync<readonly boolean[], StorageFailed | KeyDestroyed> => {
  const { reason, category } = journal.current();
  const numbers = people.map((known) => leading(known).filter(isSteady));
  const { suppressionStore } = services;
  if (reason !== "backup-replay" || suppressionStore === null || numbers.flat().length === 0)
    return okAsync(people.map(() => false));
  return lookIntoList(services, tenant, (keys) => {
    const chain = pseudonymChain(keys);
    const theirs = numbers.map((each) =>
      each.map((one) => ({ type: one.type, names: spellingsOf(one).flatMap(chain) })),
    );
    const pseudonyms = theirs.flat().flatMap(({ names }) => names);
    return standingIn(suppressionStore, { tenant, pseudonyms, category }).map((found) => {
      const standing = new Set(found.pseudonyms);
      const others = theirs.map((each) => {
        const isErased = ({ names }: { readonly names: readonly string[] }) =>
          names.some((one) => standing.has(one));
        const erased = each.filter(isErased);
        return each.some(
          (one) => !isErased(one) && (erased.length === 0 || erased.some(({ type }) => type === one.type)),
        );
      });
      return { others, generation: found.generation };
    });
  }).map(({ others }) => others);
};
