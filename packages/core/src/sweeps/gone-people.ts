import type { SweepStore } from "../bridge/define-sweep-store.ts";
import { Damaged, KeyDestroyed } from "../errors.ts";
import type { StoredSweep, StoredSweepPart } from "../ports/sweep-store.ts";
import { type Category, categoriesReached } from "../request/kinds.ts";
import { heldUnder } from "../request/request.ts";
import { orThrow } from "../result.ts";
import { pseudonymsOf } from "../runner/keys.ts";
import type { Services } from "../runner/services.ts";
import type { Identifier } from "../subject/identifier.ts";
import { allParts } from "./all-parts.ts";
import { keptPersonSchema } from "./kept-person.ts";
import { fromStoredSweep, shapedAs, unsealIn, useSweepKey } from "./stored-sweep.ts";
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
  services: SweepServices,
  tenant: string,
  holds: readonly Category[],
): AsyncGenerator<readonly Names[], void, undefined> {
  for await (const stored of everySweep(services, tenant)) {
    if (mayKeepSomebody(stored, holds)) yield* keptIn(services, stored, mayBeGone);
  }
}

type SweepServices = Pick<Services, "sweepStore" | "keyRing" | "tenantKeys">;

async function* everySweep({ sweepStore }: SweepServices, tenant: string) {
  let cursor: string | undefined;
  do {
    const page = sweepStore && orThrow(await sweepStore.list({ tenant, cursor, limit: pageSize }));
    yield* page?.sweeps ?? [];
    cursor = page?.cursor;
  } while (cursor !== undefined);
}

/** A sweep that keeps somebody. */
interface Keeping {
  readonly id: string;
  readonly category: Category;
  /** Whether it may be at work on them: it runs, or nobody can say. */
  readonly mayRun: boolean;
}

/**
 * The sweeps that have begun with somebody, wait for copies that they may be in, or left them behind; and those of which
 * nobody can say. Work in the store's own transaction does not count: a hold undoes it.
 *
 * @throws StorageFailed
 */
export const sweepsThatKeep = async (
  services: SweepServices,
  tenant: string,
  pseudonyms: readonly string[],
): Promise<readonly Keeping[]> => {
  const found: Keeping[] = [];
  for await (const stored of everySweep(services, tenant)) {
    const { id, category } = stored;
    const mayRun = fromStoredSweep(stored).match(
      ({ status }) => status === "running",
      () => true,
    );
    if (mayKeepSomebody(stored) && (await keeps(services, stored, pseudonyms))) {
      found.push({ id, category, mayRun });
    }
  }
  return found;
};

const keeps = async (
  services: SweepServices,
  sweep: StoredSweep,
  pseudonyms: readonly string[],
): Promise<boolean> => {
  try {
    for await (const people of keptIn(services, sweep)) {
      if (people.flat().some((each) => pseudonyms.includes(each))) return true;
    }
    return false;
  } catch (thrown) {
    if (thrown instanceof Damaged || thrown instanceof KeyDestroyed) return true;
    throw thrown;
  }
};

/** A record that cannot be read says nothing of what is kept beside it. */
const mayKeepSomebody = (stored: StoredSweep, holds?: readonly Category[]): boolean =>
  fromStoredSweep(stored).match(
    (sweep) =>
      sweep.settled === null &&
      !(isEnded(sweep) && sweep.counts.leftBehind === 0) &&
      categoriesReached("erasure", sweep.category).some((each) => holds?.includes(each) ?? true),
    () => true,
  );

async function* keptIn(
  services: SweepServices,
  sweep: StoredSweep,
  isMeant: (part: StoredSweepPart) => boolean = () => true,
): AsyncGenerator<readonly Names[], void, undefined> {
  const store = services.sweepStore;
  if (store === null) return;
  for (const kind of ["waiting", "left-behind", "begun"] as const) {
    for await (const parts of allParts(store, sweep, kind, pageSize, Number.POSITIVE_INFINITY)) {
      const some = parts.filter(isMeant);
      if (some.length === 0) continue;
      const secret = await keyOf(services, store, sweep, some);
      if (secret === null) continue;
      if (kind === "waiting") {
        for (const part of some) yield peopleIn(sweep, secret, part).map(heldUnder);
      } else yield await namesOf(services, sweep, secret, some);
    }
  }
}

/**
 * The key of a sweep, by which these parts are read; null where they are gone since, and the key with them. Both go at the
 * end of a sweep, the parts first.
 *
 * @throws StorageFailed; KeyDestroyed where they are there still
 */
const keyOf = async (
  services: Pick<Services, "keyRing">,
  store: SweepStore,
  { tenant, id }: StoredSweep,
  parts: readonly StoredSweepPart[],
): Promise<Uint8Array | null> => {
  const used = await useSweepKey(services, { tenant, id });
  if (used.isOk() || !(used.error instanceof KeyDestroyed)) return orThrow(used);
  for (const { kind, number } of parts) {
    const [there] = orThrow(await store.parts({ tenant, id, kind, after: number - 1, limit: 1 }));
    if (there?.number === number) throw used.error;
  }
  return null;
};

/** Whoever was left behind before any source did anything is where they were. */
const mayBeGone = ({ kind, info }: StoredSweepPart): boolean =>
  kind !== "left-behind" || Object.keys(info["outcomes"] ?? {}).length > 0;

const namesOf = async (
  services: Pick<Services, "keyRing" | "tenantKeys">,
  sweep: StoredSweep,
  secret: Uint8Array,
  parts: readonly StoredSweepPart[],
): Promise<readonly Names[]> => {
  const people = parts.map(({ sealed }): readonly Identifier[] => {
    const opened = orThrow(unsealIn(sweep, secret, "person", sealed ?? ""));
    const kept = orThrow(shapedAs(sweep.id, keptPersonSchema, opened));
    return [...kept.identifiers, ...kept.shared];
  });
  const pseudonyms = orThrow(await pseudonymsOf(services, sweep.tenant, people.flat())).values();
  return people.map((identifiers) => identifiers.flatMap(() => pseudonyms.next().value ?? []));
};
