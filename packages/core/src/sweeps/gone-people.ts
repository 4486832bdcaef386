import type { SweepStore } from "../bridge/define-sweep-store.ts";
import type { StoredSweep, StoredSweepPart } from "../ports/sweep-store.ts";
import { type Category, categoriesReached } from "../request/kinds.ts";
import { orThrow } from "../result.ts";
import { pseudonymsOf } from "../runner/keys.ts";
import type { Services } from "../runner/services.ts";
import { allParts } from "./all-parts.ts";
import { keptPersonSchema } from "./kept-person.ts";
import { fromStoredSweep, unsealIn, useSweepKey } from "./stored-sweep.ts";
import { isEnded } from "./sweep.ts";
import { peopleIn } from "./waiting.ts";

/** The pseudonyms of one person. */
type Names = readonly string[];

const pageSize = 100;

/**
 * Those with whom some origin was done in a sweep, and who may still be in a copy that holds one of these categories: who
 * waits for copies, and who was left behind or begun with.
 *
 * @throws StorageFailed; Damaged, KeyDestroyed where a sweep keeps somebody and nobody can say whom
 */
export async function* goneInSweeps(
  services: Pick<Services, "sweepStore" | "keyRing">,
  tenant: string,
  holds: readonly Category[],
): AsyncGenerator<readonly Names[], void, undefined> {
  const { sweepStore } = services;
  if (sweepStore === null) return;
  let cursor: string | undefined;
  do {
    const page = orThrow(await sweepStore.list({ tenant, cursor, limit: pageSize }));
    for (const stored of page.sweeps) {
      if (mayKeepSomebody(stored, holds)) yield* goneIn(services, sweepStore, stored);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** A record that cannot be read says nothing of what is kept beside it. */
const mayKeepSomebody = (stored: StoredSweep, holds: readonly Category[]): boolean =>
  fromStoredSweep(stored).match(
    (sweep) =>
      sweep.settled === null &&
      !(isEnded(sweep) && sweep.counts.leftBehind === 0) &&
      categoriesReached("erasure", sweep.category).some((each) => holds.includes(each)),
    () => true,
  );

async function* goneIn(
  services: Pick<Services, "keyRing">,
  store: SweepStore,
  sweep: StoredSweep,
): AsyncGenerator<readonly Names[], void, undefined> {
  for (const kind of ["waiting", "left-behind", "begun"] as const) {
    for await (const parts of allParts(store, sweep, kind, pageSize, Number.POSITIVE_INFINITY)) {
      const some = parts.filter(mayBeGone);
      if (some.length === 0) continue;
      const secret = orThrow(await useSweepKey(services, sweep));
      if (kind === "waiting") {
        for (const part of some) yield peopleIn(sweep, secret, part).map(({ pseudonyms }) => pseudonyms);
      } else yield await namesOf(services, sweep, secret, some);
    }
  }
}

/** Whoever was left behind before any source did anything is where they were. */
const mayBeGone = ({ kind, info }: StoredSweepPart): boolean =>
  kind !== "left-behind" || Object.keys(info["outcomes"] ?? {}).length > 0;

const namesOf = async (
  services: Pick<Services, "keyRing">,
  sweep: StoredSweep,
  secret: Uint8Array,
  parts: readonly StoredSweepPart[],
): Promise<readonly Names[]> => {
  const people = parts.map(
    ({ sealed }) =>
      keptPersonSchema.parse(orThrow(unsealIn(sweep, secret, "person", sealed ?? ""))).identifiers,
  );
  const pseudonyms = orThrow(await pseudonymsOf(services, sweep.tenant, people.flat())).values();
  return people.map((identifiers) => identifiers.flatMap(() => pseudonyms.next().value ?? []));
};
