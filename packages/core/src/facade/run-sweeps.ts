import { chainStart } from "../audit/chain.ts";
import { newId } from "../crypto.ts";
import {
  ChangedMeanwhile,
  type Damaged,
  type InvalidInput,
  KeyDestroyed,
  type NotAllowed,
  NotPossibleNow,
  StorageFailed,
  SubjectRightsError,
} from "../errors.ts";
import { instant } from "../instant.ts";
import type { SweepKey } from "../ports/sweep-store.ts";
import type { Actor, RecordedActor } from "../request/actor.ts";
import { type Category, categoriesReached } from "../request/kinds.ts";
import { err, ok, orThrow, type Result, ResultAsync } from "../result.ts";
import { chained } from "../runner/chained.ts";
import { recordedAs } from "../runner/recorded-actor.ts";
import { checkTenant } from "../runner/served.ts";
import { withSignature } from "../runner/signed-end.ts";
import { CountedPeople } from "../sweeps/come-again.ts";
import { BrokenOff } from "../sweeps/erase-people.ts";
import type { NotSweepable, PeopleUnavailable, SweepNotFound } from "../sweeps/errors.ts";
import { givenUpSweeps } from "../sweeps/given-up.ts";
import { guardOf } from "../sweeps/guard.ts";
import { type Journal, openJournal } from "../sweeps/journal.ts";
import type { PeopleStream } from "../sweeps/people.ts";
import { conclude, runSweep, type Task, whoJoins } from "../sweeps/run-sweep.ts";
import { type SweepSources, sweepSources } from "../sweeps/sources.ts";
import { createSweepKey, fromStoredSweep, toStoredSweep } from "../sweeps/stored-sweep.ts";
import { isEnded, noCounts, type Sweep, type SweepReason } from "../sweeps/sweep.ts";
import type { SweepRun } from "../sweeps/sweep-run.ts";
import { type SweepView, viewOfSweep } from "../sweeps/view.ts";
import { followSweep } from "./follow-sweep.ts";
import { authorise } from "./policy.ts";
import { type OnSweep, openSweep, type SweepContext } from "./sweep-access.ts";

export interface SweepPace {
  /** People in a batch, 10 to 100. Default: 50. A batch is one transaction where a source works in the store's. */
  readonly batchSize?: number;
  /** Batches that are worked on at the same moment, 1 to 16. Default: 4. */
  readonly concurrency?: number;
  /** Fires when nothing new is to be begun; what is under way is finished, and the sweep can go on later. */
  readonly signal?: AbortSignal;
}

export interface EraseManyInput extends SweepPace {
  readonly actor: Actor;
  readonly reason: SweepReason;
  readonly category: Category;
  /** Whom to erase. */
  readonly people: PeopleStream;
}

export interface GoOnInput extends OnSweep, SweepPace {
  /** The same people in the same order; it is asked to go on behind the stored cursor. */
  readonly people: PeopleStream;
}

export interface RetryInput extends OnSweep, SweepPace {}

export type EraseManyError = InvalidInput | NotAllowed | NotSweepable | StorageFailed | KeyDestroyed;
export type GoOnError = EraseManyError | SweepNotFound | NotPossibleNow | ChangedMeanwhile | Damaged;
export type SweepRunError = PeopleUnavailable | StorageFailed | ChangedMeanwhile | KeyDestroyed | Damaged;

/** A sweep that is under way in this process. */
export interface RunningSweep {
  readonly id: string;
  /**
   * Resolves when this run has ended: everybody was dealt with, it was stopped, or a source is down (`stopped`, with
   * a problem). What is stored by then is true, also after an error, which stops it (`problem`); `goOn` goes on from there.
   *
   * Errors: `PeopleUnavailable` where the stream failed; `ChangedMeanwhile` where another run took over;
   * `StorageFailed`, `Damaged`, `KeyDestroyed`.
   */
  end(): ResultAsync<SweepView, SweepRunError>;
  /** Begins nothing new; `end()` then says how far it came. */
  stop(): void;
  /**
   * How it stands, each time that something is stored, to the end of this run. Where another run has taken over, it is that
   * one's, no longer than this library runs.
   *
   * @throws the errors of reading
   */
  progress(): AsyncIterable<SweepView>;
}

/** @param stopping fires when the library stops */
export const sweepRunner = (
  contextOf: () => SweepContext,
  listeners: Set<(sweep: SweepKey) => void>,
  stopping: AbortSignal,
) => {
  const underWay = new Set<Promise<unknown>>();
  const givenUp = givenUpSweeps(() => contextOf().store);
  const untilEnd = (work: Promise<unknown>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };

  /** From here on it is under way, and nothing is an error of beginning it. */
  const begin = async (
    context: SweepContext,
    actor: Actor,
    journal: Journal,
    sources: SweepSources,
    { batchSize = 50, concurrency = 4, signal }: SweepPace,
    task: Task,
  ): Promise<Result<RunningSweep, StorageFailed>> => {
    const { services, store } = context;
    const { tenant, id, category } = journal.current();
    const joins = await whoJoins({ store, sources });
    if (joins.isErr()) return err(joins.error);
    const run: SweepRun = {
      services,
      store,
      journal,
      sources,
      ...joins.value,
      tenant,
      id,
      counted: new CountedPeople(),
      guard: guardOf({ services, store, tenant, id }),
      call: {
        tenant,
        requestId: id,
        categories: categoriesReached("erasure", category),
        signal: stopping,
        clock: services.clock,
        timeZone: services.timeZone,
        deadline: services.callDeadline,
      },
    };
    const enough = new AbortController();
    const signals = [enough.signal, stopping, ...(signal === undefined ? [] : [signal])];
    const giveUp = (thrown: unknown) => givenUp.giveUp(run, thrown, stopping, untilEnd);
    const work = toEnd(run, { batchSize, concurrency, enough: AbortSignal.any(signals) }, task, giveUp);
    untilEnd(work);
    return ok({
      id,
      end: () => new ResultAsync(work),
      stop: () => enough.abort(),
      progress: async function* () {
        let isOver = false;
        for await (const view of followSweep(context, { actor, sweepId: id }, listeners, stopping)) {
          isOver = view.status !== "running";
          yield view;
        }
        if (isOver) return;
        // The library stops, and this run with it.
        const ended = await work;
        if (ended.isOk()) yield ended.value;
      },
    });
  };

  const takingPart = ({ services }: SweepContext, tenant: string, category: Category) =>
    checkTenant(services, tenant).andThen(() => sweepSources(services.sources.of(tenant), category));

  return {
    ended: async (): Promise<void> => {
      while (underWay.size > 0) await Promise.all(underWay);
    },

    failing: givenUp.failing,

    eraseMany: (input: EraseManyInput): ResultAsync<RunningSweep, EraseManyError> => {
      const context = contextOf();
      return authorise(context.policy, input.actor, "erase-many").andThen((actor) =>
        takingPart(context, actor.tenant, input.category).asyncAndThen((sources) =>
          recordedAs(context.services, actor)
            .andThen((by) => create(context, { by, tenant: actor.tenant }, input, sources))
            .andThen(
              (journal) =>
                new ResultAsync(
                  begin(context, actor, journal, sources, input, {
                    do: "stream",
                    people: input.people,
                    cursor: null,
                  }),
                ),
            ),
        ),
      );
    },

    goOn: (input: GoOnInput): ResultAsync<RunningSweep, GoOnError> => {
      const context = contextOf();
      return openSweep(context, input, "erase-many").andThen((journal) =>
        takingPart(context, input.actor.tenant, journal.current().category).asyncAndThen((sources) =>
          takeUp(context, input.actor, journal, sources, "sweep-went-on", (sweep) => !isEnded(sweep)).andThen(
            () =>
              new ResultAsync(
                begin(context, input.actor, journal, sources, input, {
                  do: "stream",
                  people: input.people,
                  cursor: journal.cursor(),
                }),
              ),
          ),
        ),
      );
    },

    retry: (input: RetryInput): ResultAsync<RunningSweep, GoOnError> => {
      const context = contextOf();
      const canRetry = ({ status, counts }: Sweep) => status !== "running" && counts.leftBehind > 0;
      return openSweep(context, input, "erase-many").andThen((journal) =>
        takingPart(context, input.actor.tenant, journal.current().category).asyncAndThen((sources) =>
          takeUp(context, input.actor, journal, sources, "left-behind-retried", canRetry).andThen(
            () =>
              new ResultAsync(begin(context, input.actor, journal, sources, input, { do: "left-behind" })),
          ),
        ),
      );
    },
  };
};

const unchecked = ({ origins, refreshed, erasedAfter }: SweepSources): readonly string[] =>
  [...origins, ...refreshed, ...erasedAfter]
    .filter(({ remaining }) => remaining === null)
    .map(({ descriptor }) => descriptor.id);

const create = (
  { services, store, changed }: SweepContext,
  { by, tenant }: { readonly by: RecordedActor; readonly tenant: string },
  { reason, category }: Pick<Sweep, "reason" | "category">,
  sources: SweepSources,
): ResultAsync<Journal, StorageFailed | KeyDestroyed> => {
  const at = instant(services.clock.now());
  const id = newId(services.randomness);
  const started = { at, actor: by, action: "sweep-started", source: null, detail: { reason, category } };
  const { entries, auditHead } = chained({ tenant, id, audited: 0, auditHead: chainStart }, [started]);
  const sweep: Sweep = withSignature<Sweep>(services, null, {
    tenant,
    id,
    version: 1,
    audited: 1,
    auditHead,
    auditSignature: null,
    numbered: 0,
    reason,
    category,
    status: "running",
    startedBy: by,
    startedAt: at,
    updatedAt: at,
    endedAt: null,
    isRead: false,
    counts: noCounts,
    records: [],
    unchecked: unchecked(sources),
    problem: null,
    settled: null,
  });
  return createSweepKey(services, sweep).andThen((secret) =>
    store
      .insert({ sweep: toStoredSweep(sweep, null), entries })
      .map(() => openJournal(services, store, secret, { sweep, cursor: null }, changed)),
  );
};

/** Makes this run the one that works on it. */
const takeUp = (
  { services, store }: SweepContext,
  actor: Actor,
  journal: Journal,
  sources: SweepSources,
  action: string,
  isPossible: (sweep: Sweep) => boolean,
): ResultAsync<void, StorageFailed | KeyDestroyed | NotPossibleNow | ChangedMeanwhile> =>
  ResultAsync.fromPromise(
    (async () => {
      const known = journal.current();
      if (!isPossible(known) || known.settled !== null) {
        throw new NotPossibleNow(`The sweep is ${known.status}, and there is nothing to go on with.`);
      }
      const by = orThrow(await recordedAs(services, actor));
      const at = instant(services.clock.now());
      await journal.commit((sweep) => ({
        sweep: {
          ...sweep,
          status: "running",
          problem: null,
          endedAt: null,
          unchecked: [...new Set([...sweep.unchecked, ...unchecked(sources)])],
        },
        entries: [{ at, actor: by, action, source: null, detail: {} }],
      }));
      // What the run before held, whose process died.
      orThrow(await store.release(known));
    })(),
    (thrown) =>
      thrown instanceof NotPossibleNow ||
      thrown instanceof ChangedMeanwhile ||
      thrown instanceof KeyDestroyed ||
      thrown instanceof StorageFailed
        ? thrown
        : new StorageFailed("sweep-store", "commit", { cause: thrown }),
  );

/**
 * Runs it; where it was broken off or stopped elsewhere, that is an end like any other. Never rejects.
 *
 * @param giveUp is told what else has ended it: nobody works on it from then on
 */
const toEnd = async (
  run: SweepRun,
  pace: Parameters<typeof runSweep>[1],
  task: Task,
  giveUp: (thrown: unknown) => Promise<void>,
): Promise<Result<SweepView, SweepRunError>> => {
  try {
    return ok(viewOfSweep(await runSweep(run, pace, task)));
  } catch (thrown) {
    if (thrown instanceof BrokenOff) return stoppedHere(run);
    if (thrown instanceof ChangedMeanwhile) return stoppedElsewhere(run, thrown);
    await giveUp(thrown);
    return err(asRunError(thrown));
  }
};

const asRunError = (thrown: unknown): SweepRunError =>
  SubjectRightsError.is(thrown)
    ? (thrown as SweepRunError)
    : new StorageFailed("sweep-store", "commit", { cause: thrown });

const stoppedHere = async (run: SweepRun): Promise<Result<SweepView, SweepRunError>> => {
  try {
    return ok(viewOfSweep(await conclude(run, null)));
  } catch (thrown) {
    return err(asRunError(thrown));
  }
};

const stoppedElsewhere = async (
  { store, tenant, id }: SweepRun,
  changed: ChangedMeanwhile,
): Promise<Result<SweepView, SweepRunError>> => {
  const stored = await store.read({ tenant, id });
  if (stored.isErr()) return err(stored.error);
  if (stored.value === undefined) return err(changed);
  return fromStoredSweep(stored.value).andThen((sweep) =>
    sweep.status === "running" ? err(changed) : ok(viewOfSweep(sweep)),
  );
};
