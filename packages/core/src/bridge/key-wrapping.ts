import { keyedHash, seal, systemRandomness, unseal } from "../crypto.ts";
import { ConfigurationMistake, Damaged, WrongMasterKey } from "../errors.ts";
import type { Randomness } from "../ports/randomness.ts";
import { keyBytes } from "./define-key-ring.ts";
import { type OptionNames, optionsOf } from "./options.ts";

export interface MasterKeys {
  /** 32 random bytes, kept apart from the keys: every key is written encrypted under it. */
  readonly masterKey: Uint8Array;
  /** Further master keys, under which keys are read as well: those before, while keys are still under them; the next. */
  readonly otherMasterKeys?: readonly Uint8Array[] | undefined;
}

/** Keys under a master key, for key rings that keep them somewhere. */
export interface KeyWrapping {
  /**
   * @param place where it is kept; it can be opened for that place only, so that nobody puts one in the place of another
   * @returns 69 bytes: `prefix`, and what AES-256-GCM (NIST SP 800-38D) makes of the key
   */
  wrap(place: string, key: Uint8Array): Uint8Array;
  /**
   * @throws WrongMasterKey where it is under a master key that was not handed in
   * @throws Damaged where it is not what was wrapped for this place: changed, cut short, mixed up
   */
  unwrap(place: string, wrapped: Uint8Array): Uint8Array;
  /** How everything begins that is under `masterKey`: the form (1 byte), and an id of the master key (8 bytes). */
  readonly prefix: Uint8Array;
}

const masterKeyNames: OptionNames<MasterKeys> = { masterKey: true, otherMasterKeys: true };

const form = 1;
const idLength = 8;
const prefixLength = 1 + idLength;
/** With nonce and authentication tag. */
const wrappedLength = prefixLength + 12 + 16 + keyBytes;

/** It says which key it is, and nothing that helps to find it: nobody tries out 256 random bits. */
const prefixOf = (masterKey: Uint8Array): Uint8Array =>
  Buffer.concat([
    Uint8Array.of(form),
    Buffer.from(keyedHash(masterKey, "subject-rights master key"), "hex").subarray(0, idLength),
  ]);

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/**
 * Wraps keys under a master key, and opens them under any that is handed in: a key says itself which one it is under.
 *
 * @throws ConfigurationMistake where a master key has not 32 bytes
 */
export const keyWrapping = (
  masterKeys: MasterKeys,
  randomness: Randomness = systemRandomness,
): KeyWrapping => {
  const { masterKey, otherMasterKeys = [] } = optionsOf("master keys", masterKeyNames, masterKeys);
  const copied = (given: Uint8Array, what: string): Uint8Array => {
    if (given instanceof Uint8Array && given.length === keyBytes) return new Uint8Array(given);
    throw new ConfigurationMistake(`${what}: hand in ${keyBytes} random bytes, as a Uint8Array.`);
  };
  const current = copied(masterKey, "masterKey");
  const others = otherMasterKeys.map((key) => copied(key, "otherMasterKeys"));
  const byPrefix = new Map([...others, current].map((key) => [hexOf(prefixOf(key)), key]));
  const prefix = prefixOf(current);
  return {
    prefix,
    wrap: (place, key) => Buffer.concat([prefix, seal(current, place, key, randomness)]),
    unwrap(place, wrapped) {
      if (wrapped.length !== wrappedLength || wrapped[0] !== form) throw new Damaged("A stored key");
      const under = byPrefix.get(hexOf(wrapped.subarray(0, prefixLength)));
      if (under === undefined) throw new WrongMasterKey(hexOf(wrapped.subarray(1, prefixLength)));
      try {
        return new Uint8Array(unseal(under, place, wrapped.subarray(prefixLength)));
      } catch (cause) {
        throw new Damaged("A stored key", { cause });
      }
    },
  };
};
