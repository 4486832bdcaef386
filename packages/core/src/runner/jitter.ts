import type { Randomness } from "../ports/randomness.ts";

/** A random number from 0 up to, but not including, 1. */
export const jitter = (randomness: Randomness): number => {
  const bytes = randomness.bytes(4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32;
};
