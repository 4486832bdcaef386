/** One part of a file. */
export interface Block {
  readonly bytes: Uint8Array;
  /** The block before it; null for the first. */
  readonly before: Uint8Array | null;
  readonly isLast: boolean;
}

/** Small enough to hold several, large enough that handing one to a thread costs nothing beside the work on it. */
const blockBytes = 256 * 1024;

/**
 * Cuts files into blocks. Where a file is cut depends on its bytes alone, not on the pieces in which they come, so
 * that the same file is compressed to the same bytes. Blocks are buffers that are used again and again.
 */
export class Blocks {
  readonly #buffers: readonly Uint8Array[];
  #used = 0;

  /** @param held how many blocks are looked at once, the newest included */
  constructor(held: number) {
    // One more stands before the oldest that is looked at.
    this.#buffers = Array.from({ length: held + 1 }, () => new Uint8Array(blockBytes));
  }

  /** The blocks of one file: at least one, which is empty where the file is. */
  async *of(content: AsyncIterable<Uint8Array>): AsyncGenerator<Block> {
    let before: Uint8Array | null = null;
    let buffer = this.#next();
    let filled = 0;
    for await (const piece of content) {
      for (let from = 0; from < piece.length; ) {
        // Not before there is more, because only then it is not the last.
        if (filled === blockBytes) {
          yield { bytes: buffer, before, isLast: false };
          before = buffer;
          buffer = this.#next();
          filled = 0;
        }
        const part = piece.subarray(from, from + blockBytes - filled);
        buffer.set(part, filled);
        filled += part.length;
        from += part.length;
      }
    }
    yield { bytes: buffer.subarray(0, filled), before, isLast: true };
  }

  #next(): Uint8Array {
    this.#used += 1;
    return this.#buffers[this.#used % this.#buffers.length] as Uint8Array;
  }
}
