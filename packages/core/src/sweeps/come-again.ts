import type { SweepStore } from "../bridge/define-sweep-store.ts";
import type { Instant } from "../instant.ts";
import type { SweepKey } from "../ports/sweep-store.ts";
import { isStaying } from "../request/outcomes.ts";
import { orThrow } from "../result.ts";
import { type Fate, ownNames, toldOf } from "./fate.ts";
import { countedIn } from "./stayed.ts";
import { personOutcome, type SourceOutcomes } from "./sweep.ts";

/** A run of a sweep, and whom it has counted. */
interface Counting extends SweepKey {
  readonly store: Pick<SweepStore, "findAbout">;
  readonly counted: CountedPeople;
}

/** So many of those who were counted last are remembered beside what is stored: batches work side by side. */
const remembered = 10_000;

/** Somebody who is counted: the pseudonyms of all that only they go by, and what stays of them. */
interface Counted {
  readonly names: readonly string[];
  readonly sources: SourceOutcomes;
}

interface Known {
  readonly names: ReadonlySet<string>;
  readonly staying: ReadonlyMap<string, number>;
}

/** Whom a run has counted. */
export class CountedPeople {
  readonly #byName = new Map<string, Set<Known>>();
  readonly #inOrder = new Set<Known>();

  /** Whether somebody was counted who is known by all of these names, and of whom as much stays. */
  has({ names: [first, ...others], sources }: Counted): boolean {
    if (first === undefined) return false;
    const staying = [...stayingIn(sources)];
    return [...(this.#byName.get(first) ?? [])].some(
      (known) =>
        others.every((name) => known.names.has(name)) &&
        staying.every(([what, count]) => (known.staying.get(what) ?? 0) >= count),
    );
  }

  add(people: readonly Counted[]): void {
    for (const { names, sources } of people) {
      const known = { names: new Set(names), staying: stayingIn(sources) };
      this.#inOrder.add(known);
      for (const name of known.names)
        this.#byName.set(name, (this.#byName.get(name) ?? new Set<Known>()).add(known));
    }
    for (const known of this.#inOrder) {
      if (this.#inOrder.size <= remembered) return;
      this.#forget(known);
    }
  }

  #forget(known: Known): void {
    this.#inOrder.delete(known);
    for (const name of known.names) {
      const those = this.#byName.get(name);
      those?.delete(known);
      if (those?.size === 0) this.#byName.delete(name);
    }
  }
}

const stayingIn = (sources: SourceOutcomes): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const [source, outcomes] of Object.entries(sources)) {
    for (const each of outcomes.filter(isStaying)) {
      const what = JSON.stringify([source, each.collection, each.outcome]);
      counts.set(what, (counts.get(what) ?? 0) + each.count);
    }
  }
  return counts;
};

/** Whoever was left behind is counted for the first time when that is over. */
const isNew = ({ part, problem }: Fate): boolean => problem === null && part?.kind !== "left-behind";

const countedAs = (fate: Fate, at: Instant): Counted => ({
  names: ownNames(fate),
  sources: toldOf(fate, at),
});

/**
 * Whom this sweep, or an earlier run of it, has counted already with something that stays, of those whom these may be.
 *
 * @throws StorageFailed
 */
export const countedBefore = async (
  { store, tenant, id, counted }: Counting,
  fates: readonly Fate[],
): Promise<void> => {
  const pseudonyms = [...new Set(fates.flatMap((fate) => (isNew(fate) ? ownNames(fate) : [])))];
  if (pseudonyms.length === 0) return;
  const found = orThrow(await store.findAbout({ tenant, pseudonyms }));
  counted.add(countedIn(found.filter(({ sweepId }) => sweepId === id)));
};

/** Marks those of whom what stays is counted by now: right before it is stored, since others were while these were worked on. */
export const withAgain = (counted: CountedPeople, fates: readonly Fate[], at: Instant): readonly Fate[] => {
  const beside = new CountedPeople();
  return fates.map((fate) => {
    if (!isNew(fate)) return fate;
    const so = countedAs(fate, at);
    const again = counted.has(so) || beside.has(so);
    if (!again && personOutcome(so.sources) !== "absent") beside.add([so]);
    return { ...fate, again };
  });
};

/** Those who are counted once this is stored; not who was nowhere, and may be found the next time. */
export const countedOf = (fates: readonly Fate[], at: Instant): readonly Counted[] =>
  fates
    .filter(({ problem, again }) => problem === null && again !== true)
    .map((fate) => countedAs(fate, at))
    .filter(({ sources }) => personOutcome(sources) !== "absent");
