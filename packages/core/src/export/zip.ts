import { type Block, Blocks } from "./blocks.ts";
import { crc32, deflateBlock } from "./compression.ts";
import {
  dataDescriptor,
  deflatedPacking,
  directoryRecord,
  endOfDirectory,
  localHeader,
  type ZipMember,
} from "./zip-records.ts";

export interface ZipEntry {
  /** Relative, with forward slashes. */
  readonly path: string;
  /** A piece is not looked at any more once the next one is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** Two at work in zlib's threads, and one that waits, so that neither idles while the next block is made. */
const blocksAtOnce = 3;

/**
 * A ZIP file, made while it is read. The next entry is asked for when the content of the one before was read to
 * its end, and content is read no faster than the file is taken. Leaving early closes the content that is open; what
 * the content throws, this throws.
 */
export async function* zip(entries: Iterable<ZipEntry>, modified: Date): AsyncGenerator<Uint8Array> {
  const directory: Uint8Array[] = [];
  const blocks = new Blocks(blocksAtOnce);
  let written = 0;
  for (const { path, content } of entries) {
    const header = localHeader(path, modified, deflatedPacking);
    yield header;
    const offset = written;
    written += header.length;
    const measure = { crc32: 0, bytes: 0, compressedBytes: 0 };
    for await (const piece of compressed(blocks.of(measured(content, measure)))) {
      measure.compressedBytes += piece.length;
      yield piece;
    }
    const member: ZipMember = { path, offset, ...measure };
    const descriptor = dataDescriptor(member);
    yield descriptor;
    written += member.compressedBytes + descriptor.length;
    directory.push(directoryRecord(member, modified, deflatedPacking));
  }
  const records = Buffer.concat(directory);
  yield records;
  yield endOfDirectory(directory.length, written, records.length);
}

async function* measured(
  content: AsyncIterable<Uint8Array>,
  measure: { crc32: number; bytes: number },
): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    measure.crc32 = crc32(piece, measure.crc32);
    measure.bytes += piece.length;
    yield piece;
  }
}

/** The blocks compressed, several at once, in their order. */
async function* compressed(blocks: AsyncIterable<Block>): AsyncGenerator<Uint8Array> {
  const underWay: Promise<readonly Uint8Array[]>[] = [];
  try {
    for await (const { bytes, before, isLast } of blocks) {
      underWay.push(deflateBlock(bytes, before, isLast));
      if (underWay.length === blocksAtOnce) yield* (await underWay.shift()) ?? [];
    }
    while (underWay.length > 0) yield* (await underWay.shift()) ?? [];
  } finally {
    // Nobody asks any more what comes of these.
    for (const block of underWay) block.catch(() => undefined);
  }
}
