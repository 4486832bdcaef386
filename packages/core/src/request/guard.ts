import { isSuspended } from "./deadline/deadline.ts";
import type { NoticeRecord } from "./notices.ts";
import { isCalledOff } from "./phases.ts";
import type { Request } from "./request.ts";

/** What is done for a request that reaches somebody else: a source, an owner, a mail server, the person. */
export type Act =
  /** Asks sources who the person is, how much they hold, and what is left. */
  | "ask"
  /** Asks sources whether an address is the person's still, right before a letter goes there. */
  | "find"
  /** Reads what a source holds, and makes the package of it. */
  | "collect"
  /** Erases in a source, fills a copy anew, or asks an owner to erase by hand. */
  | "erase"
  /** Sends a package, its secret or its link, or lets it be fetched. */
  | "hand-over"
  /** Tells how the request goes: confirmations, reminders, what support and approvers have to know. */
  | "tell"
  /** Tells how it ended, and what was done until then: to the person, and to whoever was given what is erased (Art. 19 GDPR). */
  | "conclude"
  /**
   * Tells support that work of the library itself does not get on, that a message could not be delivered, or that a source
   * keeps one back; and an owner who was asked to erase by hand that they are not to.
   */
  | "warn"
  /** Opens it again, because a duty to keep something has ended. */
  | "reopen";

/** What stops a request. */
export type Stop =
  /** A hold stands on the person. */
  | "hold"
  /** It is in doubt who asks (Art. 12(6) GDPR). */
  | "doubt"
  | "declined"
  | "cancelled"
  /** It came to its end by itself. */
  | "ended";

/** What goes on all the same. Everything that is not listed waits until the stop is over, or is not done at all. */
const goesOn: Readonly<Record<Stop, readonly Act[]>> = {
  hold: ["ask", "find", "collect", "hand-over", "tell", "warn"],
  doubt: ["tell", "warn"],
  declined: ["find", "conclude", "warn"],
  cancelled: ["find", "conclude", "warn"],
  ended: ["find", "hand-over", "conclude", "warn", "reopen"],
};

/** What stops a request now, as far as it is stored with it; a hold is asked for right before an act. */
const stopsOf = ({ phase, outcome, deadline, held }: Request): Stop[] => {
  if (phase === "closed") return [isCalledOff(outcome) ? outcome : "ended"];
  return [
    ...(isSuspended(deadline) ? (["doubt"] as const) : []),
    ...(held === null ? [] : (["hold"] as const)),
  ];
};

export const mayGoOn = (request: Request, act: Act): boolean =>
  stopsOf(request).every((stop) => goesOn[stop].includes(act));

export const actOf = ({ kind, forLetter }: Pick<NoticeRecord, "kind" | "forLetter">): Act => {
  switch (kind) {
    case "manual-task":
      return "erase";
    case "delivery":
    case "package-secret":
      return "hand-over";
    case "completion":
    case "recipient":
    case "refusal":
    case "failure":
      return "conclude";
    case "trouble":
    case "undelivered":
    case "task-stopped":
      return "warn";
    case "support":
      return forLetter === true ? "warn" : "tell";
    case "confirmation":
    case "decision":
    case "approval":
    case "deadline":
    case "extension":
      return "tell";
  }
};
