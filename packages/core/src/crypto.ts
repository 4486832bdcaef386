import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hash,
  type KeyObject,
  pbkdf2Sync,
  randomFillSync,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import type { EvidenceSignature } from "./audit/signature.ts";
import { ConfigurationMistake, Damaged } from "./errors.ts";
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

export const sha256 = (text: string): string => hash("sha256", text, "hex");

/** SHA-256 of a prefix (hexadecimal) and what follows it: of texts their UTF-8. */
export const merkleHash = (prefix: string, following: string | Uint8Array = ""): string =>
  hash("sha256", Buffer.concat([Buffer.from(prefix, "hex"), Buffer.from(following)]), "hex");

/** Node takes three times as long over a key that is handed to a cipher or a hash as bytes. */
const secret = (key: Uint8Array): KeyObject => createSecretKey(key);

/** A keyed hash (HMAC-SHA-256), in hex: without the key nobody can try out whose pseudonym it is. */
export const keyedHash = (key: Uint8Array, text: string): string =>
  createHmac("sha256", secret(key)).update(text).digest("hex");

const hmacBlock = 64;

/**
 * The same for many texts under one key. Written out as RFC 2104 has it, over two hashes in one call each: a `createHmac`
 * for each text takes three times as long, most of it for the objects around it.
 */
export const keyedHasher = (given: Uint8Array): ((text: string) => string) => {
  const key = given.length > hmacBlock ? Buffer.from(hash("sha256", given, "hex"), "hex") : given;
  const padded = (length: number, pad: number): Buffer => {
    const buffer = Buffer.alloc(length);
    for (let at = 0; at < hmacBlock; at += 1) buffer[at] = (key[at] ?? 0) ^ pad;
    return buffer;
  };
  const outer = padded(hmacBlock + 32, 0x5c);
  let inner = padded(hmacBlock + 1_024, 0x36);
  /** By their length: a view for each text would be the most expensive part again. */
  let views: (Buffer | undefined)[] = [];
  return (text) => {
    // A UTF-16 code unit takes three bytes at most.
    const most = hmacBlock + 3 * text.length;
    if (most > inner.length) {
      inner = padded(most, 0x36);
      views = [];
    }
    const end = hmacBlock + inner.write(text, hmacBlock);
    views[end] ??= inner.subarray(0, end);
    outer.write(hash("sha256", views[end], "binary"), hmacBlock, "binary");
    return hash("sha256", outer, "hex");
  };
};

/** Compares two hex digests in a time that says nothing about where they differ. */
export const sameDigest = (one: string, other: string): boolean => {
  const [left, right] = [Buffer.from(one, "hex"), Buffer.from(other, "hex")];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** A secret that nobody guesses: 256 random bits, as 43 characters that fit into a URL. */
export const newToken = (randomness: Randomness): string =>
  Buffer.from(randomness.bytes(32)).toString("base64url");

const base32 = "abcdefghijklmnopqrstuvwxyz234567";

/**
 * What stands in the reply address of a confirmation: made from its token, which cannot be made from it. In base 32 (RFC
 * 4648, lower case): 52 characters that survive a mail server which changes letter case, and leave 12 of the 64 that a
 * local part may have.
 */
export const replyTokenOf = (token: string): string => {
  const bits = Array.from(createHash("sha256").update(`reply/${token}`).digest(), (byte) =>
    byte.toString(2).padStart(8, "0"),
  ).join("");
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => base32[Number.parseInt(five.padEnd(5, "0"), 2)] ?? "")
    .join("");
};

/** A new token for whoever is to confirm, with what is stored of it: hashes only. */
export const newConfirmation = (randomness: Randomness) => {
  const token = newToken(randomness);
  return { token, tokenHash: sha256(token), replyTokenHash: sha256(replyTokenOf(token)) };
};

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
  const cipher = createCipheriv("aes-256-gcm", secret(key), nonce);
  cipher.setAAD(Buffer.from(place));
  const sealed = cipher.update(plain);
  cipher.final();
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
};

/** @throws Damaged where the bytes are not what was sealed for this place under this key */
export const unseal = (key: Uint8Array, place: string, sealed: Uint8Array): Uint8Array => {
  try {
    const decipher = createDecipheriv("aes-256-gcm", secret(key), sealed.subarray(0, nonceLength));
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(sealed.subarray(nonceLength, nonceLength + tagLength));
    const plain = decipher.update(sealed.subarray(nonceLength + tagLength));
    decipher.final();
    return plain;
  } catch (cause) {
    throw new Damaged(`What was sealed for ${place}`, { cause });
  }
};

/** Letters and digits that are not mistaken for one another when they are read aloud or typed (Crockford's base 32). */
const plainCharacters = "0123456789abcdefghjkmnpqrstvwxyz";

/** A secret that people type: 140 random bits, as seven groups of four characters. */
export const newTypedSecret = (randomness: Randomness): string => {
  const characters = Array.from(randomness.bytes(28), (byte) => plainCharacters[byte % 32] ?? "");
  return Array.from({ length: 7 }, (_, group) => characters.slice(4 * group, 4 * group + 4).join("")).join(
    "-",
  );
};

/** Encrypts one file of a ZIP, as WinZip's AE-2 has it. */
export interface ZipCipher {
  /** Stands before the file: a salt, and two bytes that tell a mistyped secret. */
  readonly head: Uint8Array;
  /** As many bytes as are put in. */
  update(bytes: Uint8Array): Uint8Array;
  /** Stands behind the file: ten bytes by which a changed file is noticed. */
  finish(): Uint8Array;
}

const zipSaltLength = 16;
const zipBlocks = 4096;

/**
 * AES-256 as ZIP files have it (WinZip, "AES Encryption Information", version 2): keys by PBKDF2-HMAC-SHA-1 with
 * 1,000 rounds, which is little, and enough for a secret that nobody can guess; a counter that begins at 1 and is
 * little-endian, unlike that of `aes-256-ctr`; HMAC-SHA-1 over what is encrypted.
 */
export const createZipCipher = (secret: string, randomness: Randomness): ZipCipher => {
  const salt = randomness.bytes(zipSaltLength);
  const keys = pbkdf2Sync(secret, salt, 1_000, 66, "sha1");
  const cipher = createCipheriv("aes-256-ecb", keys.subarray(0, 32), null).setAutoPadding(false);
  const hmac = createHmac("sha1", keys.subarray(32, 64));
  const counters = Buffer.alloc(16 * zipBlocks);
  let counter = 0;
  let stream: Uint8Array = new Uint8Array(0);
  let used = 0;
  const refill = () => {
    for (let block = 0; block < zipBlocks; block += 1) {
      counter += 1;
      // 48 bits count four petabytes.
      counters.writeUIntLE(counter, 16 * block, 6);
    }
    stream = cipher.update(counters);
    used = 0;
  };
  return {
    head: Buffer.concat([salt, keys.subarray(64, 66)]),
    update: (bytes) => {
      const encrypted = new Uint8Array(bytes.length);
      for (let at = 0; at < bytes.length; at += 1, used += 1) {
        if (used === stream.length) refill();
        encrypted[at] = (bytes[at] as number) ^ (stream[used] as number);
      }
      hmac.update(encrypted);
      return encrypted;
    },
    finish: () => hmac.digest().subarray(0, 10),
  };
};

/** Signs a text, and says with which key. */
export type EvidenceSigner = (text: string) => EvidenceSignature;

/**
 * Signs evidence with an Ed25519 key (RFC 8032), as PEM (PKCS #8). Keep it away from the database: whoever has both can
 * make up evidence.
 *
 * @throws ConfigurationMistake where it is no private Ed25519 key
 */
export const ed25519Signer = (privateKey: string): EvidenceSigner => {
  const key = ed25519(() => createPrivateKey(privateKey), "A private");
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  const keyId = hash("sha256", spki, "hex");
  const publicKey = spki.toString("base64");
  return (text) => {
    const value = sign(null, Buffer.from(text), key).toString("base64");
    return { algorithm: "Ed25519", keyId, publicKey, value };
  };
};

/** Whether a signature over a text is good, by the key that it names itself. Whose key that is, it does not say. */
export const isSigned = (text: string, { keyId, publicKey, value }: EvidenceSignature): boolean => {
  const spki = Buffer.from(publicKey, "base64");
  if (hash("sha256", spki, "hex") !== keyId) return false;
  try {
    const key = createPublicKey({ key: spki, type: "spki", format: "der" });
    if (key.asymmetricKeyType !== "ed25519") return false;
    return verify(null, Buffer.from(text), key, Buffer.from(value, "base64"));
  } catch {
    return false;
  }
};

/**
 * The id of a public Ed25519 key (PEM): SHA-256 of its SPKI, in hex.
 *
 * @throws ConfigurationMistake where it is none
 */
export const publicKeyId = (publicKey: string): string =>
  hash(
    "sha256",
    ed25519(() => createPublicKey(publicKey), "A public").export({ type: "spki", format: "der" }),
    "hex",
  );

const ed25519 = (read: () => KeyObject, which: string): KeyObject => {
  let key: KeyObject | null = null;
  try {
    key = read();
  } catch {
    // What was handed in may be a secret: it is not said what it was.
  }
  if (key?.asymmetricKeyType !== "ed25519") {
    throw new ConfigurationMistake(`${which} Ed25519 key was expected, as PEM.`);
  }
  return key;
};
