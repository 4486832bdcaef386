import type { SweepStore } from "../bridge/define-sweep-store.ts";
import {
  type Damaged,
  type InvalidInput,
  KeyDestroyed,
  type NotAllowed,
  NotPossibleNow,
  type StorageFailed,
} from "../errors.ts";
import type { StoredSweep, SweepKey } from "../ports/sweep-store.ts";
import type { Actor } from "../request/actor.ts";
import { err, ok, type Result, type ResultAsync } from "../result.ts";
import { SweepNotFound } from "../sweeps/errors.ts";
import { type Journal, openJournal } from "../sweeps/journal.ts";
import { fromStoredSweep, unsealIn, useSweepKey } from "../sweeps/stored-sweep.ts";
import { isEnded, type Sweep } from "../sweeps/sweep.ts";
import type { FacadeContext } from "./context.ts";
import { authorise, type PolicyAction } from "./policy.ts";

/** What every call about sweeps works with. */
export interface SweepContext extends FacadeContext {
  readonly store: SweepStore;
  /** Tells whoever follows that something was stored. */
  readonly changed: (sweep: SweepKey) => void;
}

/** An actor, and the sweep that the call is about. */
export interface OnSweep {
  readonly actor: Actor;
  readonly sweepId: string;
}

export type ReadSweepError = InvalidInput | NotAllowed | SweepNotFound | StorageFailed | Damaged;

/** A sweep, and where it goes on as long as its key is there. */
export interface OpenedSweep {
  readonly sweep: Sweep;
  readonly cursor: string | null;
}

const found = (stored: StoredSweep | undefined): Result<StoredSweep, SweepNotFound> =>
  stored === undefined ? err(new SweepNotFound()) : ok(stored);

export const readSweep = (
  { policy, store }: SweepContext,
  { actor, sweepId }: OnSweep,
  action: PolicyAction = "read-sweeps",
): ResultAsync<Sweep, ReadSweepError> =>
  authorise(policy, actor, action)
    .andThen(({ tenant }) => store.read({ tenant, id: sweepId }))
    .andThen(found)
    .andThen(fromStoredSweep);

/** Opens a sweep to change it. Errors: those of reading; `NotPossibleNow` where nothing is left to be done with it. */
export const openSweep = (
  context: SweepContext,
  { actor, sweepId }: OnSweep,
  action: PolicyAction,
): ResultAsync<Journal, ReadSweepError | KeyDestroyed | NotPossibleNow> => {
  const { services, policy, store, changed } = context;
  return authorise(policy, actor, action)
    .andThen(({ tenant }) => store.read({ tenant, id: sweepId }))
    .andThen(found)
    .andThen((stored) =>
      useSweepKey(services, stored)
        .map((secret) => ({ stored, secret }))
        .orElse((error) => (error instanceof KeyDestroyed ? withoutKey(store, stored, error) : err(error)))
        .andThen(({ stored: read, secret }) =>
          opened(read, secret).map((each) => openJournal(services, store, secret, each, changed)),
        ),
    );
};

interface ReadSweep {
  readonly stored: StoredSweep;
  readonly secret: Uint8Array;
}

/**
 * The key goes right before the end of the sweep is stored. Where nobody waits or is left behind, nothing is left that
 * it opens; before, that it is gone is a failure. Read anew: it may have gone with its last people since it was read.
 */
const withoutKey = (
  store: SweepStore,
  key: SweepKey,
  error: KeyDestroyed,
): ResultAsync<ReadSweep, KeyDestroyed | NotPossibleNow | SweepNotFound | StorageFailed | Damaged> =>
  store
    .read({ tenant: key.tenant, id: key.id })
    .andThen(found)
    .andThen((stored) =>
      fromStoredSweep(stored).match(
        (sweep): Result<ReadSweep, KeyDestroyed | NotPossibleNow | Damaged> => {
          const { isRead, counts, settled } = sweep;
          const isOver = settled !== null || counts.waiting + counts.leftBehind === 0;
          if (isEnded(sweep) && isOver)
            return err(new NotPossibleNow("The sweep has ended, and nobody is left behind."));
          return isRead && counts.waiting + counts.leftBehind === 0
            ? ok({ stored, secret: new Uint8Array() })
            : err(error);
        },
        (damaged) => err(damaged.isNewer ? damaged : error),
      ),
    );

/** Opens a sweep to end it: what stands under its key is needed no more. */
export const openToEnd = (
  context: SweepContext,
  input: OnSweep,
  action: PolicyAction,
): ResultAsync<Journal, ReadSweepError> =>
  readSweep(context, input, action).map((sweep) =>
    openJournal(context.services, context.store, new Uint8Array(), { sweep, cursor: null }, context.changed),
  );

const opened = (stored: StoredSweep, secret: Uint8Array): Result<OpenedSweep, Damaged> =>
  fromStoredSweep(stored).andThen((sweep) =>
    stored.sealed === null
      ? ok({ sweep, cursor: null })
      : unsealIn(sweep, secret, "cursor", stored.sealed).map((cursor) => ({
          sweep,
          cursor: cursor as string,
        })),
  );
