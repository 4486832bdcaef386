import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Randomness } from "@subject-rights/core";
import { WrongMasterKey } from "./errors.ts";

const nonceLength = 12;
const tagLength = 16;

/**
 * A key under the master key: AES-256-GCM (NIST SP 800-38D), with the key's name as additional data, so that nobody
 * puts one key in the place of another.
 *
 * @returns nonce (12 bytes), authentication tag (16 bytes), ciphertext
 */
export const wrapped = (
  masterKey: Uint8Array,
  name: string,
  key: Uint8Array,
  randomness: Randomness,
): Uint8Array => {
  const nonce = randomness.bytes(nonceLength);
  const cipher = createCipheriv("aes-256-gcm", masterKey, nonce).setAAD(Buffer.from(name));
  const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
};

/** @throws WrongMasterKey where it was wrapped under another one, for another name, or is damaged */
export const unwrapped = (masterKey: Uint8Array, name: string, bytes: Uint8Array): Uint8Array => {
  try {
    const nonce = bytes.subarray(0, nonceLength);
    const decipher = createDecipheriv("aes-256-gcm", masterKey, nonce, { authTagLength: tagLength })
      .setAAD(Buffer.from(name))
      .setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength));
    const key = decipher.update(bytes.subarray(nonceLength + tagLength));
    return new Uint8Array(Buffer.concat([key, decipher.final()]));
  } catch (cause) {
    throw new WrongMasterKey({ cause });
  }
};
