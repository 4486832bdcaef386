/**
 * Gives the memory behind some bytes back at once, where they have it to themselves. Left to V8, dead buffers pile
 * up to 64 MB before it looks for them: it watches its own heap, of which a package takes hardly any.
 *
 * @param bytes that nobody else looks at: from here on they are none
 */
export const release = (bytes: Uint8Array): void => {
  const { buffer } = bytes;
  // Smaller ones are cut from memory that Node shares among many.
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
};

/** Pieces that are looked at one by one, each until the next one is asked for. Nobody else may hold them. */
export async function* inPassing(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    yield piece;
    release(piece);
  }
}
