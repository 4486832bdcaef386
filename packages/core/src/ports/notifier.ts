import type { Instant } from "../instant.ts";
import type { CutShort } from "../request/cut-short.ts";
import type { Category, RequestKind } from "../request/kinds.ts";
import type { LeftPackage } from "../request/left-packages.ts";
import type { NoticeKind } from "../request/notices.ts";
import type { CollectionOutcome } from "../request/outcomes.ts";
import type { ProblemCode } from "../request/problems.ts";
import type { StandingKind } from "../request/standings.ts";
import type { StepTask } from "../request/steps.ts";
import type { CallContext } from "./call.ts";

/**
 * Takes messages to people. This is what an author writes; `defineNotifier` makes it safe to use.
 *
 * - Resolve when the message is accepted for delivery. Throw when it is not: it is tried again, at most an hour apart,
 *   for as long as the request is open and thirty days more. Throw `PermanentFailure` where that cannot help (no such mailbox).
 * - The same message may be handed over again after a crash. It then has the same `id`: give the other side
 *   something made from it (a Message-ID), so that the second one is recognised.
 * - An attachment that cannot be read to its end is an error: never a message without it, or with half of it.
 */
export interface NotifierDefinition {
  readonly id: string;
  /** The largest attachment it takes, in bytes; larger packages go by link. Default: 0, none at all. */
  readonly attachmentLimit?: number;
  send(message: Message, context: CallContext): Promise<void>;
}

export interface Message {
  /** The same for every try of the same message, unique over all tenants, and holding nothing personal. */
  readonly id: string;
  /** One email address. */
  readonly to: string;
  readonly at: Instant;
  readonly notice: Notice;
  readonly attachment: Attachment | null;
}

export interface Attachment {
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: number;
  /** Starts reading anew with each call. */
  read(): AsyncIterable<Uint8Array>;
}

/** What every message is about. */
export interface AboutRequest {
  readonly requestId: string;
  readonly kind: RequestKind;
  readonly category: Category;
  readonly controller: string;
}

/** By what somebody else is told whom a request is about. */
export interface NamedIdentifier {
  readonly type: string;
  readonly value: string;
  /**
   * It was the person's, and may be somebody else's by now: whoever erases looks whose the records are. Left out: it is the
   * person's.
   */
  readonly mayBeOthers?: true;
}

/** The facts of a message. The notifier puts them into words. */
export type Notice =
  | (AboutRequest & {
      readonly type: "confirmation";
      /** Whose data it is about. */
      readonly subject: string;
      readonly token: string;
      /** The page on which to acknowledge; null where the application has none, and the token is typed in. */
      readonly url: string | null;
      readonly expiresAt: Instant;
      /** The day on which the request arrived, `YYYY-MM-DD`, in the controller's time zone. */
      readonly receivedOn: string;
      /** By when it has to be answered, `YYYY-MM-DD`. */
      readonly dueOn: string;
    })
  | (AboutRequest & {
      readonly type: "support";
      readonly source: { readonly id: string; readonly title: string };
      readonly problem: ProblemCode;
      /** The collections that it is about. Left out: none in particular. */
      readonly collections?: readonly string[];
      /**
       * A letter of the request waits for the source, which has to say whether the address is the person's still. Left out: its
       * part of the request does.
       */
      readonly letterWaits?: true;
      readonly retryable: boolean;
      readonly attempts: number;
    })
  | (AboutRequest & {
      /** Work of the library itself that does not get on: no data source is the reason. */
      readonly type: "trouble";
      readonly problem: ProblemCode;
      /** The sweep whose record cannot be read, for `damaged`. Left out: it is none's. */
      readonly sweep?: string;
      /** The same of a hold. */
      readonly hold?: string;
      readonly retryable: boolean;
      readonly since: Instant;
    })
  | (AboutRequest & {
      readonly type: "undelivered";
      /** What could not be delivered, by the id that `requests.resendMessage` takes. */
      readonly message: { readonly id: string; readonly kind: NoticeKind };
      /** The source that was asked before it whose the address is, and has not answered. Left out: it was not for a source. */
      readonly source?: { readonly id: string; readonly title: string };
      readonly problem: ProblemCode;
      /** True where it was tried until it had to be given up: `until` is over. */
      readonly retryable: boolean;
      /** Until when it can be sent again, if the request is closed; then nobody can say any more whom it was for. */
      readonly until: Instant | null;
    })
  | (AboutRequest & {
      readonly type: "manual-task";
      readonly subject: string;
      readonly identifiers: readonly NamedIdentifier[];
      readonly source: { readonly id: string; readonly title: string };
    })
  | (AboutRequest & {
      /** To an owner who was asked to erase by hand, and has not answered: they are not to. Nothing in it is personal. */
      readonly type: "task-stopped";
      readonly source: { readonly id: string; readonly title: string };
      /** Whether that is final. False: something stops the request for now, and they are asked anew once it goes on. */
      readonly forGood: boolean;
    })
  | (AboutRequest & {
      readonly type: "decision";
      readonly source: { readonly id: string; readonly title: string };
      readonly identifierType: string;
      /** How many further records of the source are found by it, and would be the person's as well. Left out: unknown. */
      readonly others?: number;
    })
  | (AboutRequest & {
      readonly type: "approval";
      /** The SHA-256 of the plan, in hex: what an approval names. */
      readonly plan: string;
      readonly expiresAt: Instant;
      /** How much there is to be done, a source. */
      readonly sources: readonly {
        readonly title: string;
        readonly task: StepTask;
        /** Null where the source could not say. */
        readonly records: number | null;
      }[];
    })
  | (AboutRequest & {
      readonly type: "deadline";
      /** The last day, `YYYY-MM-DD`. */
      readonly dueOn: string;
      readonly overdue: boolean;
      /** Why it is that day, with the legal sources. */
      readonly explanation: string;
      /** The request of the same person that has to be over first. Left out: it waits for none. */
      readonly waitsBehind?: {
        readonly requestId: string;
        /** What that one waits for itself; empty while it is at work. */
        readonly waitsFor: readonly StandingKind[];
      };
    })
  | (AboutRequest & {
      readonly type: "extension";
      readonly subject: string;
      /** By when it had to be answered, and has to be now: days, `YYYY-MM-DD`. */
      readonly originalDueOn: string;
      readonly dueOn: string;
      /** Why it takes longer, in the words of whoever decided so. */
      readonly reasons: string;
    })
  | (AboutRequest & {
      readonly type: "delivery";
      readonly subject: string;
      /** Null where the package is attached. */
      readonly url: string | null;
      readonly expiresAt: Instant;
      /** How often the link works. Left out: as often as they like until it expires, or the package is attached. */
      readonly downloads?: number;
      readonly bytes: number;
      readonly sha256: string;
      readonly missing: readonly MissingPart[];
      /** A package was sent before that lacked something, or promised what does not follow any more: this one takes its place; its link opens that one until it expires. Left out: none was. */
      readonly replacesEarlier?: true;
      /**
       * What is not in the package: what earlier erasures of the person left, and what is found by an address of theirs and
       * may be somebody else's (`kept` without `asOf`). Left out: nothing.
       */
      readonly kept?: readonly { readonly title: string; readonly outcomes: readonly CollectionOutcome[] }[];
      /** The package opens with a secret only, which reaches the person by another way than this message. */
      readonly encrypted?: boolean;
      /** The link works no more once the person is erased. Left out: it works until it expires. */
      readonly endsWithErasure?: boolean;
    })
  | (AboutRequest & {
      readonly type: "completion";
      readonly subject: string;
      readonly complete: boolean;
      readonly sources: readonly SourceReport[];
      /**
       * Types of identifiers that others have too, by a person's decision: what is found by these alone was left. Left
       * out: there are none.
       */
      readonly notFollowed?: readonly string[];
      /** What became of packages of this data that the person was sent before. Left out: there are none. */
      readonly earlierPackages?: readonly LeftPackage[];
      /**
       * Why the request was called off, in the words of whoever did so, when something had been erased already or may have
       * been: `sources` say what. Left out: it came to its end.
       */
      readonly calledOff?: string;
      /**
       * Why the rest was called off, in the words of whoever did so, where the request had come to its end before and was opened
       * again for what the law kept: what it had not erased by then stays. Left out: it was not.
       */
      readonly restCalledOff?: string;
    })
  | (AboutRequest & {
      readonly type: "recipient";
      readonly subject: string;
      readonly identifiers: readonly NamedIdentifier[];
      /** Where it was erased. */
      readonly source: { readonly id: string; readonly title: string };
      /** Whom the data of that source was disclosed to, and who is told. */
      readonly recipient: string;
    })
  | (AboutRequest & {
      readonly type: "refusal";
      readonly subject: string;
      /** The day on which the request arrived, `YYYY-MM-DD`, in the controller's time zone. */
      readonly receivedOn: string;
      /** Why it was declined, in the words of whoever did so. */
      readonly reasons: string;
      /**
       * Of an erasure that had erased something when it was declined, or may have: what was done at each source until then,
       * and stays done. Left out: nothing was.
       */
      readonly sources?: readonly SourceReport[];
      /**
       * Of an export that had sent a package that lacked something when it was declined: no more follows, and where it came by
       * link, that works no more. Left out: none was sent.
       */
      readonly packageSent?: "attached" | "by-link";
    })
  | (AboutRequest & {
      readonly type: "failure";
      readonly subject: string;
      readonly missing: readonly MissingPart[];
    });

export type NoticeType = Notice["type"];

export interface MissingPart {
  readonly title: string;
  readonly problem: ProblemCode;
  /** The source is down: a whole package follows by itself once it answers. Left out: it takes somebody to see to it. */
  readonly follows?: true;
  /** What was collected there before is in the package; what the source may hold beside that is not. Left out: nothing is. */
  readonly partly?: true;
  /** The reason that somebody gave for going on without it: it does not follow. Left out: nobody has. */
  readonly settled?: string;
}

export interface SourceReport {
  readonly title: string;
  readonly outcomes: readonly CollectionOutcome[];
  /** Whether the source was asked afterwards and no longer holds the person. */
  readonly checked: boolean;
  /**
   * It found nothing, and was asked for the first time when those that could have told a newer address of the person were
   * erased: it may hold them by that. Left out: no.
   */
  readonly askedTooLate?: true;
  /** What the owner says that they did by hand, or found not to be there, where nobody could look. Left out: no owner did. */
  readonly byOwner?: "done" | "not-there";
  /**
   * How many records of the person it holds, where it was registered when the request had been closed already, and had no part in
   * it: whoever wants them erased asks again. Left out: none, or it had a part.
   */
  readonly notPart?: number;
  /**
   * How many records of the person came in after the request was closed the first time: it was opened again for something
   * else, and they are no part of it. Left out: none.
   */
  readonly cameSince?: number;
  /**
   * How many records the last look found there beside what stays, where a person closed the source all the same. Left out:
   * none, or nobody has looked.
   */
  readonly stillThere?: number;
  /**
   * The request was declined or called off before its part was done: `not-done`, or `unknown` where it was at work, or had not
   * answered, and may have erased more than `outcomes` say. A source that a person closed (`settled`) while it was at work, or that
   * had not answered, is `unknown` too. Left out: its part was done, or closed before.
   */
  readonly cutShort?: CutShort;
  /** Why a person closed this source by hand; null where that was not needed. */
  readonly settled: string | null;
}
