import { defineIntakeStore, type IntakeStore, type SeenMail, type WaitingMail } from "@subject-rights/core";
import { copied } from "./copied.ts";

export interface IntakeTables {
  readonly seenMails: Map<string, SeenMail>;
  readonly waitingMails: Map<string, WaitingMail>;
  /** How many answers went to somebody on a day. */
  readonly answers: Map<string, { readonly day: string; readonly count: number }>;
}

export const intakeTables = (): IntakeTables => ({
  seenMails: new Map(),
  waitingMails: new Map(),
  answers: new Map(),
});

const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts);

const placeOf = ({ since, id }: WaitingMail): string => `${since} ${id}`;

const byPlace = (one: WaitingMail, other: WaitingMail): number => (placeOf(one) < placeOf(other) ? -1 : 1);

/**
 * Keeps in memory what the intake of mail has to remember.
 *
 * @param tables where it is kept; handing the same to a second store is a restart without loss
 */
export const memoryIntakeStore = (tables: IntakeTables = intakeTables()): IntakeStore => {
  const { seenMails, waitingMails, answers } = tables;
  const waitingOf = (tenant: string) => [...waitingMails.values()].filter((mail) => mail.tenant === tenant);
  return defineIntakeStore({
    async see({ tenant, fingerprint, at }) {
      const key = keyOf(tenant, fingerprint);
      const seen = seenMails.get(key) ?? { at, conclusion: null };
      seenMails.set(key, seen);
      return copied(seen);
    },

    async conclude({ tenant, fingerprint, conclusion, waiting, most }) {
      const key = keyOf(tenant, fingerprint);
      const seen = seenMails.get(key);
      if (seen === undefined) throw new Error("A mail is concluded that was never seen.");
      if (seen.conclusion !== null) return { outcome: "concluded" };
      if (waiting !== null && waitingOf(tenant).length >= most) return { outcome: "full" };
      seenMails.set(key, copied({ ...seen, conclusion }));
      if (waiting !== null) waitingMails.set(keyOf(waiting.tenant, waiting.id), copied(waiting));
      return { outcome: "stored" };
    },

    async countAnswer({ tenant, recipient, day, most }) {
      const key = keyOf(tenant, recipient, day);
      const count = answers.get(key)?.count ?? 0;
      if (count >= most) return false;
      answers.set(key, { day, count: count + 1 });
      return true;
    },

    read: async ({ tenant, id }) => copied(waitingMails.get(keyOf(tenant, id))),

    async list({ tenant, cursor, limit }) {
      const found = waitingOf(tenant)
        .filter((mail) => cursor === undefined || placeOf(mail) > cursor)
        .sort(byPlace);
      const page = copied(found.slice(0, limit));
      const last = page.at(-1);
      return { mails: page, cursor: last !== undefined && found.length > limit ? placeOf(last) : undefined };
    },

    remove: async ({ tenant, id }) => waitingMails.delete(keyOf(tenant, id)),

    overdue: async ({ before, limit }) =>
      [...waitingMails.values()]
        .filter(({ since }) => since < before)
        .sort(byPlace)
        .slice(0, limit)
        .map(({ tenant, id }) => ({ tenant, id })),

    async forget({ before }) {
      for (const [key, { at, conclusion }] of seenMails)
        if (at < before && conclusion !== null) seenMails.delete(key);
      for (const [key, { day }] of answers) if (day < before.slice(0, 10)) answers.delete(key);
    },
  });
};
