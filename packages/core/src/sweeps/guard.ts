import type { SweepStore } from "../bridge/define-sweep-store.ts";
import { ChangedMeanwhile, type Damaged, type KeyDestroyed, type StorageFailed } from "../errors.ts";
import type { SweepKey } from "../ports/sweep-store.ts";
import { heldUnder } from "../request/request.ts";
import { err, ok, type Result } from "../result.ts";
import { type HoldServices, holdsOn } from "../runner/holds.ts";
import type { Services } from "../runner/services.ts";
import { fromStoredSweep } from "./stored-sweep.ts";

/** Somebody on whom a hold may stand. */
export interface Holdable {
  /** Recognises the person within the sweep. */
  readonly mark: string;
  /** Of everything that the person is known by. */
  readonly pseudonyms: readonly string[];
  /** Of what they go by, and others may too. */
  readonly sharedPseudonyms: readonly string[];
}

/** Nothing was done, because holds stand on some of those whom it was about. */
export class HeldBack {
  /** By the mark of each person, the hold that stands on them. */
  readonly holds: ReadonlyMap<string, string>;
  constructor(holds: ReadonlyMap<string, string>) {
    this.holds = holds;
  }
}

/**
 * Why an act is not done: holds; that the sweep does not run any more, or runs elsewhere; that it could not be asked.
 */
export type NotNow = HeldBack | ChangedMeanwhile | StorageFailed | KeyDestroyed | Damaged;

interface GuardedSweep extends SweepKey {
  readonly services: Pick<Services, HoldServices>;
  readonly store: Pick<SweepStore, "read">;
}

/** The last thing that an act passes. In a transaction of the store it asks inside of it. */
export type Guard = (people: readonly Holdable[], transaction?: unknown) => Promise<Result<void, NotNow>>;

/**
 * What stops a sweep, or somebody in it, stops every act that has not begun: that it was stopped or taken over, or a
 * hold on a person. Whoever acts asks right before, and awaits nothing between the answer and the act.
 */
export const guardOf =
  (run: GuardedSweep): Guard =>
  async (people, transaction) => {
    // What is done in a transaction is undone where the record has changed meanwhile: the commit sees that.
    if (transaction === undefined) {
      const stored = await run.store.read({ tenant: run.tenant, id: run.id });
      if (stored.isErr()) return err(stored.error);
      if (stored.value === undefined) return err(new ChangedMeanwhile());
      const sweep = fromStoredSweep(stored.value);
      if (sweep.isErr()) return err(sweep.error);
      if (sweep.value.status !== "running") return err(new ChangedMeanwhile());
    }
    const asked = people.map(heldUnder);
    const standing = await holdsOn(run.services, run.tenant, asked, transaction);
    return standing.andThen((holds) => {
      const held = people.flatMap(({ mark }, index): [string, string][] => {
        const hold = holds[index] ?? null;
        return hold === null ? [] : [[mark, hold]];
      });
      return held.length === 0 ? ok(undefined) : err(new HeldBack(new Map(held)));
    });
  };
