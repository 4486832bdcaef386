import { constants, crc32 as crc32OfPiece, createDeflateRaw, deflateRawSync } from "node:zlib";

/** The one file that compresses; everything here is `node:zlib`, put to our use. */

/** The CRC-32 of what came before and `bytes` together. */
export const crc32 = (bytes: Uint8Array, before: number): number => crc32OfPiece(bytes, before);

/** How far back DEFLATE refers (RFC 1951). */
const windowBytes = 32 * 1024;

/** Level 1: on rows, the levels above take two to seven times as long to save a tenth of the size. */
const level = 1;

/** Fewer bytes are compressed in the time that it takes to hand them to a thread. */
const worthAThread = 8 * 1024;

/**
 * One block of a DEFLATE stream, compressed in a thread of zlib's. Blocks of one file may be compressed side by
 * side: put together in order, they are one stream.
 *
 * @param before what stands before the block in the same file; neither may be written to until this has resolved
 */
export const deflateBlock = (
  block: Uint8Array,
  before: Uint8Array | null,
  isLast: boolean,
): Promise<readonly Uint8Array[]> => {
  const options = {
    level,
    // Rows shrink to a quarter: this is room for nearly every block.
    chunkSize: Math.max(1024, Math.ceil(block.length / 2)),
    finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    ...(before === null ? {} : { dictionary: before.subarray(-windowBytes) }),
  };
  if (block.length < worthAThread) return Promise.resolve([deflateRawSync(block, options)]);
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    const stream = createDeflateRaw(options);
    stream.on("data", (piece: Uint8Array) => void pieces.push(piece));
    stream.on("end", () => resolve(pieces));
    stream.on("error", reject);
    stream.end(block);
  });
};
