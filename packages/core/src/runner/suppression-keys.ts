import { keyedHasher } from "../crypto.ts";
import type { KeyDestroyed, StorageFailed } from "../errors.ts";
import type { ResultAsync } from "../result.ts";
import type { Identifier } from "../subject/identifier.ts";
import type { TenantKeys } from "./tenant-keys.ts";

/** What needs the keys of the list, for whoever asks why none is made. */
export const theList = "the list of suppressions";

/** Apart from the key of other pseudonyms: this one is rotated, and lives as long as the list. */
export const suppressionKeyName = (tenant: string): string => `suppressions/${tenant}`;

/**
 * The pseudonyms of an identifier, one for each key, oldest first. Each is made from the one before, so that a stored
 * one can be put under a further key by those who do not know whose it is; and with the oldest key alone, nobody can
 * try out who is meant by a newer one.
 */
export type PseudonymChain = (identifier: Identifier) => readonly string[];

export const pseudonymChain = (keys: readonly Uint8Array[]): PseudonymChain => {
  const hashers = keys.map(keyedHasher);
  return ({ type, value }) => {
    const chain: string[] = [];
    let last = JSON.stringify([type, value]);
    for (const hash of hashers) {
      last = hash(last);
      chain.push(last);
    }
    return chain;
  };
};

/**
 * What a copy says of each generation, oldest first: by it the keys that it was made with are told from others that have
 * been made in their place. It is a pseudonym of nobody, because every identifier has a type.
 */
export const keyMarks = (keys: readonly Uint8Array[]): readonly string[] =>
  pseudonymChain(keys)({ type: "", value: "" });

/** Takes a stored pseudonym on to the newest key. */
export const renewedPseudonym = (
  keys: readonly Uint8Array[],
): ((pseudonym: string, generation: number) => string) => {
  const hashers = keys.map(keyedHasher);
  return (pseudonym, generation) => hashers.slice(generation).reduce((last, hash) => hash(last), pseudonym);
};

/** What people are stored under, one for each identifier: never under an older key than the newest. */
export const suppressionPseudonyms = (
  tenantKeys: TenantKeys,
  tenant: string,
  identifiers: readonly Identifier[],
): ResultAsync<{ readonly newest: string[]; readonly generation: number }, StorageFailed | KeyDestroyed> =>
  tenantKeys.suppressions(tenant).map((keys) => {
    const chain = pseudonymChain(keys);
    const newest = identifiers.map((identifier) => chain(identifier).at(-1) ?? "");
    return { newest, generation: keys.length };
  });
