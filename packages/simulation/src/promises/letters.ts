import type { Delivered } from "../world/history.ts";
import type { Promised } from "./promise.ts";

/** Letters to the person, each of which says one thing once. */
const toThePerson = new Set(["delivery", "completion", "refusal", "failure", "extension"]);

/** What a letter says, but for what is of its try alone. */
const saying = ({ message: { to, notice } }: Delivered): string => {
  const { url: _, expiresAt: _until, ...said } = notice as unknown as Record<string, unknown>;
  return JSON.stringify([to, said]);
};

export const oneIdAMessage: Promised = {
  name: "no message comes under two ids",
  atTheEnd: ({ history }) => {
    const ids = new Map<string, string>();
    return history.delivered.flatMap((delivered) => {
      const { notice, id } = delivered.message;
      if (!toThePerson.has(notice.type) || history.againOnPurpose.has(notice.requestId)) return [];
      const said = saying(delivered);
      const known = ids.get(said);
      ids.set(said, known ?? id);
      return known === undefined || known === id
        ? []
        : [`${notice.type} of ${notice.requestId} as ${known} and ${id}`];
    });
  },
};

/** What its last letter may be, for each way in which a request ends. */
const lastLetters: Readonly<Record<string, readonly string[]>> = {
  erasure: ["completion", "refusal"],
  export: ["delivery", "failure", "refusal"],
};

export const nobodyWithoutAnAnswer: Promised = {
  name: "whoever has confirmed a request hears how it ended, or support hears that they have not",
  atTheEnd: ({ history }, views) =>
    views.flatMap(({ id, kind, outcome }) => {
      // Whoever has called it off knows; one that lapsed nobody has confirmed.
      if (outcome === null || outcome === "cancelled" || outcome === "lapsed") return [];
      const isTold = history.delivered.some(
        ({ message: { notice } }) =>
          notice.requestId === id &&
          // Given up after thirty days without mail.
          (lastLetters[kind]?.includes(notice.type) === true || notice.type === "undelivered"),
      );
      return isTold ? [] : [`${id} is ${outcome}, and nobody was told`];
    }),
};

export const noneAfterTheEnd: Promised = {
  name: "no message comes behind a refusal",
  atTheEnd: ({ history }) =>
    history.delivered.flatMap(({ message, moment }) => {
      if (message.notice.type === "refusal") return [];
      const refusal = history.delivered.find(
        (each) =>
          each.moment < moment &&
          each.message.notice.type === "refusal" &&
          each.message.notice.requestId === message.notice.requestId,
      );
      const isToPerson = toThePerson.has(message.notice.type);
      return refusal !== undefined && isToPerson
        ? [`${message.notice.type} of ${message.notice.requestId} behind its refusal`]
        : [];
    }),
};
