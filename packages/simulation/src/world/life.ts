import type { SimulatedClock } from "@subject-rights/testing";
import type { Gate } from "./gates.ts";

const never = new Promise<never>(() => undefined);

/** What lets a process end between any two effects; from then on nothing of it moves. */
export interface Life {
  readonly gate: Gate;
  readonly wait: SimulatedClock["wait"];
  readonly isDead: () => boolean;
  /** It ends after so many effects more; never, where that is infinite. */
  readonly dieAfter: (effects: number) => void;
  /** Resolves as the work does; undefined where the process ends before. */
  readonly alive: <Value>(work: PromiseLike<Value>) => Promise<Value | undefined>;
}

/** @param isWornOut whether so much has happened in the world that nothing more does */
export const newLife = (clock: SimulatedClock, isWornOut: () => boolean): Life => {
  let left = Number.POSITIVE_INFINITY;
  let died = (): void => undefined;
  const death = new Promise<undefined>((resolve) => {
    died = () => resolve(undefined);
  });
  const isDead = () => left <= 0;
  const step = (): Promise<void> | undefined => {
    if (isDead()) return never;
    left = isWornOut() ? 0 : left - 1;
    if (!isDead()) return undefined;
    died();
    return never;
  };
  return {
    gate: async (_name, effect) => {
      await step();
      const answer = await effect();
      await step();
      return answer;
    },
    wait: (milliseconds, signal) =>
      isDead() ? never : clock.wait(milliseconds, signal).then(() => (isDead() ? never : undefined)),
    isDead,
    dieAfter: (effects) => {
      if (!isDead()) left = effects + 1;
    },
    alive: (work) => Promise.race([work, death]),
  };
};
