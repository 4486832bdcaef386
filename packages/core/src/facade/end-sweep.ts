import {
  ChangedMeanwhile,
  type KeyDestroyed,
  NotPossibleNow,
  StorageFailed,
  SubjectRightsError,
} from "../errors.ts";
import { instant } from "../instant.ts";
import type { RecordedActor } from "../request/actor.ts";
import { orThrow, ResultAsync } from "../result.ts";
import { recordedWithoutKey } from "../runner/recorded-actor.ts";
import { allParts } from "../sweeps/all-parts.ts";
import type { Journal } from "../sweeps/journal.ts";
import { isDamaged } from "../sweeps/stayed.ts";
import { destroySweepKey, useSweepKey } from "../sweeps/stored-sweep.ts";
import { isEnded, type Sweep } from "../sweeps/sweep.ts";
import { type SweepView, viewOfSweep } from "../sweeps/view.ts";
import { checkNamesNobody } from "./reason.ts";
import {
  type OnSweep,
  openSweep,
  openToEnd,
  type ReadSweepError,
  type SweepContext,
} from "./sweep-access.ts";

export type StopSweepError = ReadSweepError | KeyDestroyed | NotPossibleNow | ChangedMeanwhile;
export type SettleSweepError = StopSweepError;

/** How often it is tried again because the run has stored something at the same moment. */
const tries = 25;

const caught = <Problem extends SubjectRightsError>(
  work: () => Promise<SweepView>,
): ResultAsync<SweepView, Problem | StorageFailed> =>
  ResultAsync.fromPromise(work(), (thrown) =>
    SubjectRightsError.is(thrown)
      ? (thrown as Problem)
      : new StorageFailed("sweep-store", "commit", { cause: thrown }),
  );

/** What keeps its key from being used, where it has ended already, is no error of stopping it. */
export const stopSweep = (context: SweepContext, input: OnSweep): ResultAsync<SweepView, StopSweepError> =>
  caught<StopSweepError>(async () => {
    for (let attempt = 1; ; attempt += 1) {
      const journal = orThrow(await openSweep(context, input, "erase-many"));
      const { status, tenant, id } = journal.current();
      if (status !== "running") throw new NotPossibleNow("The sweep is not running.");
      const by = orThrow(await recordedWithoutKey(context.services, input.actor));
      try {
        const at = instant(context.services.clock.now());
        const entry = { at, actor: by, action: "sweep-stopped", source: null, detail: {} };
        const { sweep } = await journal.commit((known) => ({
          sweep: { ...known, status: "stopped" },
          entries: [entry],
        }));
        orThrow(await context.store.release({ tenant, id }));
        return viewOfSweep(sweep);
      } catch (thrown) {
        if (!(thrown instanceof ChangedMeanwhile) || attempt === tries) throw thrown;
      }
    }
  });

export const settleSweep = (
  context: SweepContext,
  { reason, ...input }: OnSweep & { readonly reason: string },
): ResultAsync<SweepView, SettleSweepError> =>
  caught<SettleSweepError>(async () => {
    const journal = orThrow(await openToEnd(context, input, "erase-many"));
    orThrow(checkNamesNobody(reason, input.actor, []));
    const known = journal.current();
    const by = orThrow(await recordedWithoutKey(context.services, input.actor));
    const unreadable = await unreadableParts(context.store, known);
    if (known.settled === null || unreadable.length > 0)
      await storeSettled(context, journal, { by, reason, unreadable: unreadable.length });
    // Somebody's process died before it had deleted who they are: settling again does the rest.
    else orThrow((await useSweepKey(context.services, known)).mapErr(nothingWithoutKey));
    for (const kind of ["left-behind", "waiting", "counted", "begun"] as const) {
      for await (const parts of allParts(context.store, known, kind, 1_000, known.numbered)) {
        const remove = parts.map(({ number }) => number);
        await journal.commit((sweep) => ({ sweep, remove }));
      }
    }
    if (unreadable.length > 0) await journal.commit((sweep) => ({ sweep, remove: unreadable }));
    orThrow(await destroySweepKey(context.services, known));
    return viewOfSweep(journal.current());
  });

/** What it has kept of what stays of people, and nobody can read: whoever asks for one of them would wait for it for ever. */
const unreadableParts = async (store: SweepContext["store"], sweep: Sweep): Promise<readonly number[]> => {
  const numbers: number[] = [];
  for await (const parts of allParts(store, sweep, null, 1_000, sweep.numbered))
    numbers.push(...parts.filter(isDamaged).map(({ number }) => number));
  return numbers;
};

const nothingToSettle = (): NotPossibleNow =>
  new NotPossibleNow("The sweep is running, or nobody is left behind.");

const nothingWithoutKey = (error: KeyDestroyed | StorageFailed): NotPossibleNow | StorageFailed =>
  error instanceof StorageFailed ? error : nothingToSettle();

const storeSettled = async (
  { services }: SweepContext,
  journal: Journal,
  {
    by,
    reason,
    unreadable,
  }: { readonly by: RecordedActor; readonly reason: string; readonly unreadable: number },
): Promise<void> => {
  const known = journal.current();
  const isOpen = isEnded(known) ? known.counts.leftBehind > 0 || unreadable > 0 : known.status === "stopped";
  if (!isOpen) throw nothingToSettle();
  const at = instant(services.clock.now());
  await journal.commit((sweep) => ({
    sweep: {
      ...sweep,
      status: "completed-with-exceptions",
      endedAt: sweep.endedAt ?? at,
      settled: sweep.settled ?? { by, at, reason },
    },
    cursor: null,
    entries: [
      {
        at,
        actor: by,
        action: "sweep-settled",
        source: null,
        detail: { reason, ...(unreadable > 0 && { unreadable }) },
      },
    ],
  }));
};
