import {
  defineSuppressionStore,
  isLifted,
  liftedWith,
  type StoredSuppression,
  type SuppressionCause,
  type SuppressionStore,
  standsFor,
} from "@subject-rights/core";
import { copied } from "./copied.ts";

/** By tenant and pseudonym: a look-up costs the same however long the list is. */
export type SuppressionTable = Map<string, readonly StoredSuppression[]>;

const keyOf = (tenant: string, pseudonym: string): string => JSON.stringify([tenant, pseudonym]);

const isSame = (one: StoredSuppression, other: StoredSuppression): boolean =>
  one.category === other.category && one.cause === other.cause;

const placeOf = ({ pseudonym, category, cause }: StoredSuppression): string =>
  `${pseudonym} ${category} ${cause}`;

/**
 * Keeps suppressions in memory.
 *
 * @param table where they are kept; handing the same to a second store is a restart without loss
 */
export const memorySuppressionStore = (table: SuppressionTable = new Map()): SuppressionStore => {
  const insert = (suppression: StoredSuppression) => {
    const { lifted, endedAt } = suppression;
    const key = keyOf(suppression.tenant, suppression.pseudonym);
    const there = table.get(key) ?? [];
    const before = there.find((each) => isSame(each, suppression));
    if (before === undefined) table.set(key, [...there, copied(suppression)]);
    else {
      const both = {
        ...before,
        lifted: isLifted(before) ? before.lifted : lifted,
        endedAt: (before.endedAt ?? "") > (endedAt ?? "") ? before.endedAt : endedAt,
      };
      change(key, (each) => (each === before ? both : each));
    }
  };
  /** Null deletes. */
  const change = (key: string, changed: (each: StoredSuppression) => StoredSuppression | null) => {
    const kept = (table.get(key) ?? []).flatMap((each) => changed(each) ?? []);
    if (kept.length === 0) table.delete(key);
    else table.set(key, kept);
  };
  const changeCause = (
    { tenant, cause }: SuppressionCause,
    changed: (each: StoredSuppression) => StoredSuppression,
  ) => {
    for (const key of [...table.keys()]) {
      change(key, (each) => (each.tenant === tenant && each.cause === cause ? changed(each) : each));
    }
  };
  const ofTenant = (tenant: string) => [...table.values()].flat().filter((each) => each.tenant === tenant);

  return defineSuppressionStore({
    async add(suppressions) {
      suppressions.forEach(insert);
    },

    async end({ at, ...cause }) {
      changeCause(cause, (each) => ({ ...each, endedAt: at }));
    },

    async withdraw({ lifted, ...cause }) {
      changeCause(cause, (each) => (isLifted(each) ? each : { ...each, lifted }));
    },

    async lift({ tenant, category, lifted, ...lifting }) {
      const standing = ofTenant(tenant).filter(
        (each) => !isLifted(each) && (category === undefined || each.category === category),
      );
      const theirs = new Set(liftedWith(standing, lifting));
      for (const { pseudonym } of theirs) {
        change(keyOf(tenant, pseudonym), (each) => (theirs.has(each) ? { ...each, lifted } : each));
      }
      return theirs.size;
    },

    async standing({ tenant, pseudonyms, ...asked }) {
      const found = [...new Set(pseudonyms)].filter((pseudonym) =>
        (table.get(keyOf(tenant, pseudonym)) ?? []).some((each) => standsFor(each, asked)),
      );
      let generation = 0;
      for (const each of ofTenant(tenant)) generation = Math.max(generation, each.generation);
      return { pseudonyms: found, generation };
    },

    async list({ tenant, below = Number.POSITIVE_INFINITY, cursor = "", limit }) {
      const found = ofTenant(tenant)
        .filter((each) => each.generation < below && placeOf(each) > cursor)
        .sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
      const page = copied(found.slice(0, limit));
      const last = page.at(-1);
      return {
        suppressions: page,
        cursor: last !== undefined && found.length > limit ? placeOf(last) : undefined,
      };
    },

    async newest({ tenant }) {
      const moments = ofTenant(tenant).flatMap(({ begunAt, endedAt }) => [begunAt, endedAt ?? begunAt]);
      const known = moments.filter((each) => Number.isFinite(Date.parse(each)));
      return known.sort().at(-1) ?? null;
    },

    async rename(renamed) {
      for (const { from, to, generation } of renamed) {
        const key = keyOf(from.tenant, from.pseudonym);
        const there = (table.get(key) ?? []).find((each) => isSame(each, from));
        if (there === undefined) continue;
        change(key, (each) => (isSame(each, from) ? null : each));
        insert({ ...there, pseudonym: to, generation });
      }
    },
  });
};
