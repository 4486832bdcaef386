import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomFillSync,
  timingSafeEqual,
} from "node:crypto";
import { Damaged } from "./errors.ts";
import type { Randomness } from "./ports/randomness.ts";

/** The one file that does cryptography; everything here is `node:crypto`, put to our use. */

export const systemRandomness: Randomness = {
  bytes: (length) => randomFillSync(new Uint8Array(length)),
};

export interface Sha256 {
  update(bytes: Uint8Array): void;
  hex(): string;
}

/** SHA-256 over bytes that arrive in pieces. */
export const createSha256 = (): Sha256 => {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
};

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A keyed hash (HMAC-SHA-256), in hex: without the key nobody can try out whose pseudonym it is. */
export const keyedHash = (key: Uint8Array, text: string): string =>
  createHmac("sha256", key).update(text).digest("hex");

/** Compares two hex digests in a time that says nothing about where they differ. */
export const sameDigest = (one: string, other: string): boolean => {
  const [left, right] = [Buffer.from(one, "hex"), Buffer.from(other, "hex")];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** A secret that nobody guesses: 256 random bits, as 43 characters that fit into a URL. */
export const newToken = (randomness: Randomness): string =>
  Buffer.from(randomness.bytes(32)).toString("base64url");

/** A random id in the form of RFC 9562, version 4. */
export const newId = (randomness: Randomness): string => {
  const bytes = Buffer.from(randomness.bytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

const nonceLength = 12;
const tagLength = 16;

/**
 * Encrypts with AES-256-GCM. `place` says where the bytes belong; they can be opened for that place only, so
 * that nobody swaps one sealed value for another.
 *
 * @returns nonce (12 bytes), authentication tag (16 bytes), ciphertext
 */
export const seal = (
  key: Uint8Array,
  place: string,
  plain: Uint8Array,
  randomness: Randomness,
): Uint8Array => {
  const nonce = randomness.bytes(nonceLength);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(place));
  const sealed = cipher.update(plain);
  cipher.final();
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
};

/** @throws Damaged where the bytes are not what was sealed for this place under this key */
export const unseal = (key: Uint8Array, place: string, sealed: Uint8Array): Uint8Array => {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceLength));
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(sealed.subarray(nonceLength, nonceLength + tagLength));
    const plain = decipher.update(sealed.subarray(nonceLength + tagLength));
    decipher.final();
    return plain;
  } catch (cause) {
    throw new Damaged(`What was sealed for ${place}`, { cause });
  }
};
