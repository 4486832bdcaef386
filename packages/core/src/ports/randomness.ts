/** Randomness. Must be fit for cryptography, outside of tests: tokens, ids and nonces are made from it. */
export interface Randomness {
  bytes(length: number): Uint8Array;
}
