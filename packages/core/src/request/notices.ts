import type { Instant } from "../instant.ts";
import type { Outage, PastOutage } from "./outage.ts";
import type { Problem, ProblemCode } from "./problems.ts";

export type NoticeKind =
  /** Asks the address on record to acknowledge the request. */
  | "confirmation"
  /** Tells the support contact that a source could not do its part. */
  | "support"
  /** Tells the support contact that a message could not be delivered, and is not tried any more. */
  | "undelivered"
  /** Asks a source's owner to erase by hand. */
  | "manual-task"
  /** Tells a source's owner, who was asked to erase by hand, not to. */
  | "task-stopped"
  /** Tells the support contact that somebody has to decide about a shared identifier. */
  | "decision"
  /** Tells who approves plans that one waits for them. */
  | "approval"
  /** Reminds the support contact of a deadline, or says that it is over. */
  | "deadline"
  /** Tells the person that the answer takes longer, with the reasons (Art. 12(3) GDPR). */
  | "extension"
  /** Carries the export package, or the link to it. */
  | "delivery"
  /** Carries the secret of an encrypted package: never by mail, but by the way that the application gave. */
  | "package-secret"
  /** Says what an erasure did, and what was kept. */
  | "completion"
  /** Tells somebody whom data was disclosed to what was erased (Art. 19 GDPR). */
  | "recipient"
  /** Tells the person that the request is declined, why, and whom they can turn to (Art. 12(4) GDPR). */
  | "refusal"
  /** Says that an export came to nothing. */
  | "failure"
  /** Tells the support contact that work of the library itself does not get on. */
  | "trouble";

/** A source that is asked before a letter goes out, whose the address is or what is there, and has not answered. */
export interface AskedFirst {
  readonly source: string;
  /** Tries in a row that it has not answered. */
  readonly attempts: number;
  /** While the source is down, and the quick tries of this letter are used up. Left out: null. */
  readonly outage?: Outage | null;
  /** The last one that is over. Left out: null. */
  readonly lastOutage?: PastOutage | null;
  /** It had not answered, and somebody had it tried again: nobody knows yet what comes of that. Left out, and false: no. */
  readonly triedAgain?: boolean;
}

/** A message that is due, on its way, or sent. It is stored with the change that made it due. */
export interface NoticeRecord {
  /** Unique within the request, and the same however often it is sent: the Message-ID is made from it. */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly source: string | null;
  /** What went wrong, for `support`. */
  readonly about: Problem | null;
  /** `failed`: trying again cannot help, or has not helped for as long as it may. `withdrawn`: overtaken by events before it was sent. */
  readonly status: "due" | "sent" | "failed" | "withdrawn";
  readonly createdAt: Instant;
  readonly attempts: number;
  readonly nextAttemptAt: Instant | null;
  /**
   * While somebody is sending it: until when nobody else begins to, so that of two processes one sends it, and one that
   * was killed keeps it for that long. Left out, and null: nobody is.
   */
  readonly begunUntil?: Instant | null;
  readonly sentAt: Instant | null;
  readonly problem: Problem | null;
  /** It had not left, and somebody had it sent again. Left out: no. */
  readonly triedAgain?: true;
  /** What it waits for before it goes out. Left out, and null: no source. */
  readonly asked?: AskedFirst | null;
  /** Sources that a person closed by hand while it waited for them: it goes out by what the others say. Left out: none. */
  readonly without?: readonly string[];
  /** Of one to support: a letter waits for the source, also of a request that is over. Left out: its part does. */
  readonly forLetter?: true;
}

/** Names one try of a message. What comes of an older one is refused: it was overtaken, or somebody else made it. */
export interface Try {
  readonly notice: string;
  /** How often it was tried before. */
  readonly attempts: number;
  /** `begunUntil` as it was seen. */
  readonly begunUntil: Instant | null;
}

export const tryOf = ({ id, attempts, begunUntil = null }: NoticeRecord): Try => ({
  notice: id,
  attempts,
  begunUntil,
});

/** A message that goes to the notifier. */
export type MailedNotice = NoticeRecord & { readonly kind: Exclude<NoticeKind, "package-secret"> };

export const confirmationNotice = (issued: number): string => `confirmation-${issued}`;
export const approvalNotice = (edition: number): string => `approval-${edition}`;
export const completionNotice = (reopened: number): string => `completion-${reopened + 1}`;
export const deadlineNotice = (reminder: number): string => `deadline-${reminder}`;
export const extensionNotice = "extension-1";
export const refusalNotice = "refusal-1";
/** A letter that was sent, once more, because something of it has turned out since. */
export const againNotice = (letter: string, messages: number): string => `${letter}-again-${messages}`;
export const troubleNotice = (told: number): string => `trouble-${told}`;
/** @param recipient which of those of the source, from 0 */
export const recipientNotice = (source: string, recipient: number, reopened: number): string =>
  `recipient-${source}-${reopened + 1}-${recipient}`;
export const recipientOf = ({ id }: { readonly id: string }): number =>
  Number(id.slice(id.lastIndexOf("-") + 1));
export const deliveryNotice = (edition: number): string => `delivery-${edition}`;
export const secretNotice = (edition: number): string => `package-secret-${edition}`;
export const supportNotice = (source: string, alert: number): string => `support-${source}-${alert}`;
export const manualTaskNotice = (source: string, generation: number): string =>
  `manual-task-${source}-${generation}`;
/** @param task the message that asked the owner */
export const stoppedNotice = (task: string): string => `${stoppedPrefix}${task}`;
/** The message that asked the owner. */
export const stoppedOf = ({ id }: { readonly id: string }): string => id.slice(stoppedPrefix.length);
const stoppedPrefix = "stopped-";
export const undeliveredNotice = (message: string): string => `${undeliveredPrefix}${message}`;
/** The message that could not be delivered. */
export const undeliveredOf = ({ id }: { readonly id: string }): string => id.slice(undeliveredPrefix.length);
const undeliveredPrefix = "undelivered-";

/** Whether a message stands still because a source does not answer. */
export const isKeptBack = ({ status, asked }: NoticeRecord): boolean =>
  status === "due" && asked != null && (asked.outage != null || asked.attempts >= quickTries);

/** So many tries in a row are no accident any more. */
export const quickTries = 5;

/** The sources that keep messages of a request back, each once, and why. */
export const keptBackBy = (
  notices: readonly NoticeRecord[],
): readonly { readonly source: string; readonly problem: ProblemCode }[] => {
  const problems = new Map(
    notices
      .filter(isKeptBack)
      .map(({ asked, problem }) => [asked?.source ?? "", problem?.code ?? "unavailable"]),
  );
  return [...problems].map(([source, problem]) => ({ source, problem }));
};

/** Whether it waits until a source that is down answers. */
export const waitsForSource = ({ status, asked }: NoticeRecord, source: string): boolean =>
  status === "due" && asked?.source === source && asked.outage != null;

/** Those that tell of trouble, or of a stop: they hold nothing personal, and go out without the key of the request. */
export const isOfTrouble = (kind: NoticeKind): boolean =>
  kind === "trouble" || kind === "undelivered" || kind === "task-stopped";

/** Those that go to the support contact: who is not reached is not told of that by the same way. */
export const isForSupport = (kind: NoticeKind): boolean =>
  kind === "support" ||
  kind === "trouble" ||
  kind === "undelivered" ||
  kind === "decision" ||
  kind === "deadline";
