import { createDecipheriv } from "node:crypto";
import {
  type KeyWrapping,
  keyBytes,
  keyWrapping,
  type MasterKeys,
  type Randomness,
  WrongMasterKey,
} from "@subject-rights/core";
import { faithful } from "./faithful.ts";

/** A generation of a key is bound to its place: nobody puts an old one in the place of a new one. */
export const placeOf = (name: string, generation: number): string =>
  generation === 1 ? faithful(name) : JSON.stringify([faithful(name), generation]);

const nonceLength = 12;
const tagLength = 16;
const namelessLength = nonceLength + tagLength + keyBytes;

/** As `keyWrapping`; and opens what was stored before keys named their master key, under whichever opens it. */
export const storedKeyWrapping = (masterKeys: MasterKeys, randomness?: Randomness): KeyWrapping => {
  const wrapping = keyWrapping(masterKeys, randomness);
  const all = [masterKeys.masterKey, ...(masterKeys.otherMasterKeys ?? [])].map((key) => new Uint8Array(key));
  return {
    ...wrapping,
    unwrap: (place, wrapped) =>
      wrapped.length === namelessLength ? openedByAny(all, place, wrapped) : wrapping.unwrap(place, wrapped),
  };
};

/** @throws WrongMasterKey where none opens it: it is under another one, for another place, or damaged */
const openedByAny = (masterKeys: readonly Uint8Array[], place: string, wrapped: Uint8Array): Uint8Array => {
  let cause: unknown;
  for (const masterKey of masterKeys) {
    try {
      return opened(masterKey, place, wrapped);
    } catch (thrown) {
      cause = thrown;
    }
  }
  throw new WrongMasterKey(null, { cause });
};

const opened = (masterKey: Uint8Array, place: string, wrapped: Uint8Array): Uint8Array => {
  const nonce = wrapped.subarray(0, nonceLength);
  const decipher = createDecipheriv("aes-256-gcm", masterKey, nonce, { authTagLength: tagLength })
    .setAAD(Buffer.from(place))
    .setAuthTag(wrapped.subarray(nonceLength, nonceLength + tagLength));
  const key = decipher.update(wrapped.subarray(nonceLength + tagLength));
  return new Uint8Array(Buffer.concat([key, decipher.final()]));
};
