import { createSha256 } from "../crypto.ts";

/** What a stream of bytes comes to, once it was read to its end. */
export class Measured implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncGenerator<Uint8Array>;
  #result: { readonly bytes: number; readonly sha256: string } | null = null;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = this.#measure(stream);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    return this.#chunks;
  }

  /** @throws Error before all bytes were read: a package that was cut short has no size */
  result(): { readonly bytes: number; readonly sha256: string } {
    if (this.#result === null) throw new Error("The package was not read to its end, so it has no summary.");
    return this.#result;
  }

  async *#measure(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const hash = createSha256();
    let bytes = 0;
    for await (const chunk of stream) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
    this.#result = { bytes, sha256: hash.hex() };
  }
}
