import type { FailingAdapter } from "../bridge/adapter-watch.ts";
import type { SweepStore } from "../bridge/define-sweep-store.ts";
import { KeyDestroyed, StorageFailed } from "../errors.ts";
import { type Instant, instant } from "../instant.ts";
import type { SweepKey } from "../ports/sweep-store.ts";
import type { ProblemCode } from "../request/problems.ts";
import { PeopleUnavailable } from "./errors.ts";
import { conclude } from "./run-sweep.ts";
import type { SweepRun } from "./sweep-run.ts";

interface GivenUp extends SweepKey {
  readonly problem: ProblemCode;
  readonly since: Instant;
  /** As this process knows it: where it is another one, somebody has gone on with it or ended it. */
  readonly version: number;
}

/** Sweeps whose run has ended with an error in this process, and that nobody works on since. */
export interface GivenUpSweeps {
  /**
   * Stores that a run was stopped by an error, and is worked on by nobody. Where the store takes nothing now, it is stored
   * once it does.
   *
   * @param goesOn is called with what goes on until then
   */
  giveUp(
    run: SweepRun,
    thrown: unknown,
    stopping: AbortSignal,
    goesOn: (work: Promise<void>) => void,
  ): Promise<void>;
  /** Those that nobody has gone on with, settled or taken over, as what fails. */
  failing(): Promise<readonly FailingAdapter[]>;
}

const [firstPause, longestPause] = [60_000, 3_600_000];

export const givenUpSweeps = (store: () => Pick<SweepStore, "read">): GivenUpSweeps => {
  const known = new Map<string, GivenUp>();
  const nameOf = ({ tenant, id }: SweepKey): string => JSON.stringify([tenant, id]);

  /** @returns whether it is stored, by this run or by whoever has taken over */
  const isStored = async (run: SweepRun, code: ProblemCode): Promise<boolean> => {
    try {
      await conclude(run, { code, source: null, retryable: code !== "key-lost" });
      return true;
    } catch (thrown) {
      return !(thrown instanceof StorageFailed);
    }
  };

  const note = (run: SweepRun, problem: ProblemCode, since: Instant): void => {
    const { tenant, id, version } = run.journal.current();
    known.set(nameOf(run), { tenant, id, problem, since, version });
  };

  const storeLater = async (run: SweepRun, problem: ProblemCode, stopping: AbortSignal): Promise<void> => {
    const { clock } = run.services;
    const since = instant(clock.now());
    for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
      await clock.wait(pause, stopping).catch(() => undefined);
      if (stopping.aborted) return;
      if (await isStored(run, problem)) return note(run, problem, since);
    }
  };

  return {
    giveUp: async (run, thrown, stopping, goesOn) => {
      const problem = problemOf(thrown);
      const stored = await isStored(run, problem);
      note(run, problem, instant(run.services.clock.now()));
      if (!stored) goesOn(storeLater(run, problem, stopping));
    },

    failing: async () => {
      const standing: FailingAdapter[] = [];
      for (const [name, { version, problem, since, ...key }] of known) {
        const read = await store().read(key);
        if (read.isOk() && read.value?.version !== version) known.delete(name);
        else standing.push({ adapter: `sweep ${key.id}`, problem, since });
      }
      return standing;
    },
  };
};

/** A key that is lost is for somebody to bring back; everything else may pass. */
const problemOf = (thrown: unknown): ProblemCode => {
  if (thrown instanceof KeyDestroyed) return "key-lost";
  return thrown instanceof PeopleUnavailable ? "unavailable" : "internal-error";
};
