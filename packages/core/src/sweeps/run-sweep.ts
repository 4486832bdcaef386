import type { StorageFailed } from "../errors.ts";
import { instant } from "../instant.ts";
import { systemActorId } from "../request/actor.ts";
import { ok, orThrow, type Result } from "../result.ts";
import { endSuppressionsOf } from "../runner/suppressing.ts";
import type { PeopleStream } from "./people.ts";
import { destroySweepKey } from "./stored-sweep.ts";
import { endStatus, type Sweep, type SweepProblem } from "./sweep.ts";
import { sweepCopies } from "./sweep-copies.ts";
import { type Pace, sweepLeftBehind, sweepStream } from "./sweep-people.ts";
import type { SweepRun } from "./sweep-run.ts";

/** What a run is to do: everybody of the stream, or those again who were left behind. */
export type Task =
  | { readonly do: "stream"; readonly people: PeopleStream; readonly cursor: string | null }
  | { readonly do: "left-behind" };

/**
 * Takes a sweep as far as it gets, and stores how far that was.
 *
 * @throws BrokenOff, PeopleUnavailable, StorageFailed, ChangedMeanwhile, Damaged, KeyDestroyed
 */
export const runSweep = async (run: SweepRun, pace: Pace, task: Task): Promise<Sweep> => {
  try {
    const problem = await work(run, pace, task);
    return await conclude(run, problem);
  } finally {
    // What a batch held that failed half-way. Where this fails too, the next run does it.
    if (run.apart.length > 0) await run.store.release({ tenant: run.tenant, id: run.id });
  }
};

const work = async (run: SweepRun, pace: Pace, task: Task): Promise<SweepProblem | null> => {
  if (task.do === "left-behind") {
    const { problem } = await sweepLeftBehind(run, pace);
    if (problem !== null) return problem;
  } else if (!run.journal.current().isRead) {
    const { isRead, problem } = await sweepStream(run, pace, task.people, task.cursor);
    if (problem !== null || !isRead) return problem;
  }
  const { isRead, counts } = run.journal.current();
  if (!isRead || counts.waiting === 0 || pace.enough.aborted) return null;
  return sweepCopies(run, pace.enough);
};

/**
 * Says how it stands. What comes with the end comes before the end is said: where the process dies in between, the
 * sweep still runs, and whoever goes on with it does the rest.
 */
export const conclude = async (run: SweepRun, problem: SweepProblem | null): Promise<Sweep> => {
  const at = instant(run.services.clock.now());
  const { isRead, counts } = run.journal.current();
  const isOver = problem === null && isRead && counts.waiting === 0;
  if (isOver) {
    orThrow(await endSuppressionsOf(run.services, run, at));
    if (counts.leftBehind === 0) orThrow(await destroySweepKey(run.services, run));
  }
  const { sweep } = await run.journal.commit((sweep) => {
    const status = isOver ? endStatus(sweep) : "stopped";
    const { erased, absent, retained, kept, waiting, leftBehind } = sweep.counts;
    return {
      sweep: { ...sweep, status, problem, endedAt: isOver ? at : null },
      entries: [
        {
          at,
          actor: systemActorId,
          action: isOver ? "sweep-ended" : "sweep-stopped",
          source: problem?.source ?? null,
          detail: {
            status,
            ...(problem === null ? {} : { problem: problem.code }),
            ...(problem?.hold === undefined ? {} : { hold: problem.hold }),
            erased,
            absent,
            retained,
            ...(kept > 0 && { kept }),
            waiting,
            leftBehind,
          },
        },
      ],
    };
  });
  return sweep;
};

/** Asks each origin whether it can work in the transaction in which the sweep is stored. */
export const whoJoins = async ({
  store,
  sources,
}: Pick<SweepRun, "store" | "sources">): Promise<
  Result<Pick<SweepRun, "joined" | "apart">, StorageFailed>
> => {
  const { origins } = sources;
  if (store.transaction === null || origins.every(({ joins }) => joins === null)) {
    return ok({ joined: [], apart: origins });
  }
  return store
    .transaction(async ({ handle }) => ok(origins.filter(({ joins }) => joins?.(handle) === true)))
    .map((joined) => ({ joined, apart: origins.filter((each) => !joined.includes(each)) }));
};
