/** Most files of a package are small, and there may be very many. */
const startingBytes = 1024;

/** Bytes that are put together, in a buffer that is used again and again and grows where it must. */
export class BytesOut {
  /** Room for what comes next. `reserve` may replace it. */
  bytes = new Uint8Array(startingBytes);
  length = 0;

  /** Makes room for so many bytes behind what is there. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  put(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Puts a part of other bytes here, without an object for each part: there may be millions. */
  copy(source: Uint8Array, from: number, to: number): void {
    this.reserve(to - from);
    const { bytes } = this;
    let { length } = this;
    for (let at = from; at < to; at += 1, length += 1) bytes[length] = source[at] as number;
    this.length = length;
  }

  text(text: string): void {
    // UTF-8 takes at most three bytes for each of JavaScript's 16-bit units. Counting is worth it for much only.
    this.reserve(text.length < 10_000 ? 3 * text.length : Buffer.byteLength(text));
    this.length += encoder.encodeInto(text, this.bytes.subarray(this.length)).written;
  }

  /** What is there, to be looked at before anything else is put here; and nothing is there any more. */
  taken(): Uint8Array {
    const taken = this.bytes.subarray(0, this.length);
    this.length = 0;
    return taken;
  }
}

const encoder = new TextEncoder();
