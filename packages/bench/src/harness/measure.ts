import { setTimeout as pause } from "node:timers/promises";
import type { Contest, Pace, Sample, Side } from "./contest.ts";

export interface Measured {
  readonly contest: Contest;
  /** Of each side, in the order of the sides; without the rounds that only warmed up. */
  readonly samples: readonly (readonly Sample[])[];
}

/**
 * Runs all sides in turn, and all contests in turn, so that what else the machine does hits them alike. The order is
 * reversed with each round: whoever comes later finds what the earlier ones have warmed.
 *
 * @throws Error where two sides did not do the same work
 */
export const measure = async (
  contests: readonly Contest[],
  { rounds, warmUp }: Pace,
): Promise<Measured[]> => {
  const measured = contests.map((contest) => ({
    contest,
    samples: contest.sides.map((): Sample[] => []),
  }));
  for (let round = 0; round < warmUp + rounds; round += 1) {
    for (const { contest, samples } of measured) {
      const took = await oneRound(contest, round);
      contest.sides.forEach((side, index) => {
        const sample = took.get(side);
        if (sample !== undefined && round >= warmUp) samples[index]?.push(sample);
      });
    }
  }
  return measured;
};

const oneRound = async ({ title, sides }: Contest, round: number): Promise<Map<Side, Sample>> => {
  const took = new Map<Side, Sample>();
  for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
    try {
      took.set(side, await withinReason(side.run(round)));
    } catch (cause) {
      throw new Error(`${title}: "${side.name}" failed.`, { cause });
    }
  }
  expectSameWork(title, took);
  return took;
};

const longest = 30 * 60_000;

/** Whatever hangs is to be seen as that, and not as a long night. */
const withinReason = async <Value>(work: Promise<Value>): Promise<Value> => {
  const given = new AbortController();
  const tooLong = pause(longest, undefined, { signal: given.signal, ref: false }).then(
    () => Promise.reject(new Error("No end after half an hour.")),
    () => work,
  );
  return Promise.race([work, tooLong]).finally(() => given.abort());
};

const expectSameWork = (title: string, took: ReadonlyMap<Side, Sample>): void => {
  const known = new Map<string, { readonly by: string; readonly value: number | string }>();
  for (const [{ name }, { amount, seconds, did }] of took) {
    if (!(amount > 0 && seconds > 0)) throw new Error(`${title}: "${name}" did nothing.`);
    for (const [fact, value] of Object.entries(did)) {
      const before = known.get(fact);
      if (before === undefined) known.set(fact, { by: name, value });
      else if (before.value !== value) {
        throw new Error(
          `${title}: not the same work. ${fact} is ${before.value} for "${before.by}", ${value} for "${name}".`,
        );
      }
    }
  }
};
