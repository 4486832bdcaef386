import { z } from "zod";
import type { AuditEntry } from "../audit/entry.ts";
import type { FailingAdapter } from "../bridge/adapter-watch.ts";
import type { SweepStore } from "../bridge/define-sweep-store.ts";
import type { DamagedRecord } from "../bridge/readable.ts";
import {
  ConfigurationMistake,
  type Damaged,
  InvalidInput,
  type KeyDestroyed,
  type NotAllowed,
  type NotPossibleNow,
  type StorageFailed,
} from "../errors.ts";
import type { SweepKey } from "../ports/sweep-store.ts";
import type { Actor } from "../request/actor.ts";
import { err, ok, type Result, type ResultAsync } from "../result.ts";
import type { Identifier } from "../subject/identifier.ts";
import { keptPersonSchema } from "../sweeps/kept-person.ts";
import { fromStoredSweep, shapedAs, unsealIn } from "../sweeps/stored-sweep.ts";
import type { SweepProblemCode } from "../sweeps/sweep.ts";
import { type SweepView, viewOfSweep } from "../sweeps/view.ts";
import { type FacadeContext, untilStopped } from "./context.ts";
import { type SettleSweepError, type StopSweepError, settleSweep, stopSweep } from "./end-sweep.ts";
import { followSweep } from "./follow-sweep.ts";
import { pageOf } from "./list-cursor.ts";
import { authorise } from "./policy.ts";
import { readEach } from "./read-each.ts";
import {
  type EraseManyError,
  type EraseManyInput,
  type GoOnError,
  type GoOnInput,
  type RetryInput,
  type RunningSweep,
  sweepRunner,
} from "./run-sweeps.ts";
import {
  type OnSweep,
  openSweep,
  type ReadSweepError,
  readSweep,
  type SweepContext,
} from "./sweep-access.ts";

export type ListSweepsError = InvalidInput | NotAllowed | StorageFailed | Damaged;

/** Somebody who was not erased, by pseudonym. */
export interface LeftBehind {
  /** Names the person within the sweep. */
  readonly number: number;
  /** As in the audit; null where they are no person with identifiers. */
  readonly pseudonym: string | null;
  /** `damaged`: somebody is left behind here, and why cannot be read; `reveal` may say who. */
  readonly problem: SweepProblemCode;
  readonly source: string | null;
  /** Whether trying again can help without anybody doing something before. */
  readonly retryable: boolean;
  /** For `held`: the hold that stood on the person then. */
  readonly hold?: string | undefined;
}

export interface SweepList {
  readonly sweeps: readonly SweepView[];
  /** Sweeps whose record cannot be read. */
  readonly damaged: readonly DamagedRecord[];
  readonly cursor?: string;
}

/**
 * Erases many people, without a request of each: because the storage period is over (Art. 5(1)(e) GDPR), or because
 * a restored backup has brought them back. That is the controller's own duty: nobody is asked to acknowledge, and
 * nobody gets a letter.
 */
export interface Sweeps {
  /**
   * Begins a sweep, and resolves once it is stored and under way in this process; its end is `end()` of what it
   * answers. Needs no `start()`.
   *
   * Errors: `NotSweepable` where a source has no code to erase; `InvalidInput`, `NotAllowed`, `StorageFailed`.
   */
  eraseMany(input: EraseManyInput): ResultAsync<RunningSweep, EraseManyError>;
  /**
   * Goes on with a sweep that was stopped, or whose process died, from its cursor. A process that still runs it
   * notices, and ends its run with `ChangedMeanwhile`.
   *
   * Errors: `NotPossibleNow` where it has ended; those of `eraseMany`.
   */
  goOn(input: GoOnInput): ResultAsync<RunningSweep, GoOnError>;
  /**
   * Tries those again who were left behind.
   *
   * Errors: `NotPossibleNow` where it is running, or nobody is left behind; those of `eraseMany`.
   */
  retry(input: RetryInput): ResultAsync<RunningSweep, GoOnError>;
  /** Stops a sweep wherever it runs: what is not stored by then is undone, or done again by the next run. */
  stop(input: OnSweep): ResultAsync<SweepView, StopSweepError>;
  /**
   * Gives up those who were left behind, with a reason: who they are is deleted, and the sweep can go on no more.
   * They stay counted, and its outcome stays `completed-with-exceptions`. And gives up what it has kept of what stays of
   * people and nobody can read (`damaged` in `waitingFor` of a request, with the id of the sweep): that goes on without it.
   */
  settle(input: OnSweep & { readonly reason: string }): ResultAsync<SweepView, SettleSweepError>;
  read(input: OnSweep): ResultAsync<SweepView, ReadSweepError>;
  /** Newest first, at most 100 a page. */
  list(query: { readonly actor: Actor; readonly cursor?: string }): ResultAsync<SweepList, ListSweepsError>;
  /**
   * How it stands each time that it has changed, from now to the end of its run; from any process. Ends before that, with
   * a sweep that is `running`, where this library stops.
   *
   * @throws the errors of reading
   */
  progress(input: OnSweep & { readonly signal?: AbortSignal }): AsyncIterable<SweepView>;
  /** Who was not erased and why, at most 1,000 a page; `after` is the last number of the page before. */
  leftBehind(
    input: OnSweep & { readonly after?: number },
  ): ResultAsync<readonly LeftBehind[], ReadSweepError>;
  /**
   * Who it is that was left behind, for whoever has to find out why.
   *
   * Errors: `NotPossibleNow` where nobody is left behind any more; `InvalidInput` where nobody of this number is left behind.
   */
  reveal(
    input: OnSweep & { readonly number: number },
  ): ResultAsync<readonly Identifier[], ReadSweepError | KeyDestroyed | NotPossibleNow>;
  /** Audit entries in order, at most 1,000 a page; `after` is the last sequence of the page before. */
  audit(input: OnSweep & { readonly after?: number }): ResultAsync<readonly AuditEntry[], ReadSweepError>;
}

const mostListed = 100;
const mostParts = 1_000;

const partInfoSchema = z.object({
  pseudonym: z.string().nullable(),
  code: z.custom<SweepProblemCode>((value) => typeof value === "string"),
  source: z.string().nullable(),
  retryable: z.boolean(),
  hold: z.string().optional(),
});

export interface SweepsAndStop {
  readonly sweeps: Sweeps;
  /** Resolves when nothing of any sweep is under way in this process any more. */
  readonly ended: () => Promise<void>;
  /** Sweeps that an error has stopped in this process, and that nobody has gone on with. */
  readonly failing: () => Promise<readonly FailingAdapter[]>;
}

/** @param stopping fires when the library stops */
export const sweepsOf = (
  facade: FacadeContext,
  sweepStore: SweepStore | undefined,
  stopping: AbortSignal,
): SweepsAndStop => {
  const listeners = new Set<(sweep: SweepKey) => void>();
  /** Without a store there are no sweeps: who calls them nevertheless is told what to hand in. */
  const context = (): SweepContext => {
    if (sweepStore === undefined) {
      throw new ConfigurationMistake("Sweeps need a `sweepStore`; hand it to createSubjectRights.");
    }
    return {
      ...facade,
      store: sweepStore,
      changed: (sweep) => {
        for (const listener of [...listeners]) listener(sweep);
      },
    };
  };
  const runner = sweepRunner(context, listeners, stopping);
  const sweeps: Sweeps = {
    eraseMany: runner.eraseMany,
    goOn: runner.goOn,
    retry: runner.retry,
    stop: (input) => stopSweep(context(), input),
    settle: (input) => settleSweep(context(), input),
    read: (input) => readSweep(context(), input).map(viewOfSweep),

    list: ({ actor, cursor }) => {
      const { policy, store } = context();
      return authorise(policy, actor, "read-sweeps")
        .andThen(({ tenant }) =>
          pageOf(["sweeps", tenant], cursor, (from) =>
            store.list({ tenant, cursor: from, limit: mostListed }),
          ),
        )
        .map(({ sweeps: stored, cursor: next }) => {
          const { read, damaged } = readEach(stored, fromStoredSweep);
          return { sweeps: read.map(viewOfSweep), damaged, ...(next === undefined ? {} : { cursor: next }) };
        });
    },

    progress: ({ signal, ...input }) =>
      followSweep(context(), input, listeners, untilStopped(facade, signal)),

    leftBehind: ({ after: from = 0, ...input }) =>
      readSweep(context(), input).andThen(({ tenant, id }) =>
        context()
          .store.parts({ tenant, id, kind: "left-behind", after: from, limit: mostParts })
          .andThen((parts) => {
            const people: LeftBehind[] = [];
            for (const { number, info } of parts) {
              const { success, data } = partInfoSchema.safeParse(info);
              if (!success) {
                people.push({
                  number,
                  pseudonym: null,
                  problem: "damaged",
                  source: null,
                  retryable: false,
                });
                continue;
              }
              const { code, ...rest } = data;
              people.push({ number, problem: code, ...rest });
            }
            return ok(people);
          }),
      ),

    reveal: ({ number, ...input }) =>
      openSweep(context(), input, "reveal-subject").andThen((journal) => {
        const sweep = journal.current();
        const query = { tenant: sweep.tenant, id: sweep.id, kind: "left-behind" } as const;
        return context()
          .store.parts({ ...query, after: Math.max(0, number - 1), limit: 1 })
          .andThen(([part]): Result<readonly Identifier[], InvalidInput | Damaged> => {
            if (part === undefined || part.number !== number || part.sealed === null) {
              return err(
                new InvalidInput([{ path: "number", message: "nobody of this number is left behind" }]),
              );
            }
            return unsealIn(sweep, journal.secret, "person", part.sealed).andThen((kept) => {
              return shapedAs(sweep.id, keptPersonSchema, kept).map(({ identifiers }) => identifiers);
            });
          });
      }),

    audit: ({ after = 0, ...input }) =>
      readSweep(context(), input).andThen(({ tenant, id }) =>
        context().store.audit({ tenant, id, after, limit: mostParts }),
      ),
  };
  return { sweeps, ended: runner.ended, failing: runner.failing };
};
