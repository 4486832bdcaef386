import { createZipCipher } from "../crypto.ts";
import type { Randomness } from "../ports/randomness.ts";
import { dataDescriptor, directoryRecord, endOfDirectory, localHeader, type Packing } from "./zip-records.ts";

/** The extra field of an encrypted file: AE-2, AES-256, and within it the file as it is. */
const aesExtra = Buffer.from([0x01, 0x99, 7, 0, 2, 0, 0x41, 0x45, 3, 0, 0]);

const encryptedPacking: Packing = { method: 99, flags: 1, extra: aesExtra };

/**
 * A ZIP with one file in it, which is encrypted with AES-256 (WinZip's AE-2). What is put in is a package, so that
 * neither the names nor the sizes of its files can be seen from outside.
 *
 * @throws what the content throws
 */
export async function* encryptedZip(
  { path, content }: { readonly path: string; readonly content: AsyncIterable<Uint8Array> },
  modified: Date,
  secret: string,
  randomness: Randomness,
): AsyncGenerator<Uint8Array> {
  const cipher = createZipCipher(secret, randomness);
  const header = localHeader(path, modified, encryptedPacking);
  yield header;
  yield cipher.head;
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    yield cipher.update(piece);
  }
  const code = cipher.finish();
  yield code;
  // AE-2 leaves the CRC out: it would tell something of what is encrypted.
  const compressedBytes = cipher.head.length + bytes + code.length;
  const member = { path, offset: 0, crc32: 0, compressedBytes, bytes };
  const descriptor = dataDescriptor(member);
  yield descriptor;
  const record = directoryRecord(member, modified, encryptedPacking);
  yield record;
  yield endOfDirectory(1, header.length + compressedBytes + descriptor.length, record.length);
}
