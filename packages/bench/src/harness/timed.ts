import type { Side } from "./contest.ts";

/** Resolves with the milliseconds that count, where only a part of it does; else all of it does. */
export type Timed = (round: number) => Promise<number | undefined>;

/** A side that does one thing a round. */
export const timedSide = (name: string, work: Timed): Side => ({
  name,
  run: async (round) => {
    const began = performance.now();
    const counted = await work(round);
    return { seconds: (counted ?? performance.now() - began) / 1_000, amount: 1, did: {} };
  },
});
