import type { Randomness } from "@subject-rights/core";

/**
 * The same bytes in the same order for the same seed, so that a run can be repeated. **Never for production**:
 * whoever sees a few of the bytes can work out all others, and with them every token and every key.
 *
 * The generator is mulberry32 (Tommy Ettinger, 2017).
 *
 * @param seed a whole number; only its lower 32 bits count
 */
export const seededRandomness = (seed: number): Randomness => {
  let state = seed >>> 0;
  const nextByte = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 24;
  };
  return { bytes: (length) => Uint8Array.from({ length }, nextByte) };
};
