import { defineHoldStore, type HoldStore, type StoredHold } from "@subject-rights/core";
import { copied } from "./copied.ts";

export type HoldTable = Map<string, StoredHold>;

const keyOf = ({ tenant, id }: { readonly tenant: string; readonly id: string }): string =>
  JSON.stringify([tenant, id]);

const placeOf = ({ placedAt, id }: StoredHold): string => `${placedAt} ${id}`;

/**
 * Keeps holds in memory.
 *
 * @param holds where they are kept; handing the same to a second store is a restart without loss
 */
export const memoryHoldStore = (holds: HoldTable = new Map()): HoldStore =>
  defineHoldStore({
    async put(hold) {
      if ((holds.get(keyOf(hold))?.version ?? 0) !== hold.version - 1) return { outcome: "changed" };
      holds.set(keyOf(hold), copied(hold));
      return { outcome: "stored" };
    },

    read: async (key) => copied(holds.get(keyOf(key))),

    async list({ tenant, open, cursor, limit }) {
      const found = [...holds.values()]
        .filter((hold) => hold.tenant === tenant && (open === undefined || hold.open === open))
        .filter((hold) => cursor === undefined || placeOf(hold) < cursor)
        .sort((one, other) => (placeOf(one) < placeOf(other) ? 1 : -1));
      const page = copied(found.slice(0, limit));
      const last = page.at(-1);
      return { holds: page, cursor: last !== undefined && found.length > limit ? placeOf(last) : undefined };
    },

    async standing({ tenant, people, on }) {
      const all = [...holds.values()].filter(
        (hold) => hold.tenant === tenant && hold.open && (hold.until === null || hold.until >= on),
      );
      return people.map(
        (pseudonyms) =>
          all.find((hold) => hold.pseudonyms.some((each) => pseudonyms.includes(each)))?.id ?? null,
      );
    },
  });
