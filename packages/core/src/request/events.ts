import type { Instant } from "../instant.ts";
import type { Identifier } from "../subject/identifier.ts";
import type { RecordedActor } from "./actor.ts";
import type { NamedCollection } from "./collections.ts";
import type { DeadlineDates } from "./deadline/deadline.ts";
import type { LeftPackage } from "./left-packages.ts";
import type { Try } from "./notices.ts";
import type { OutageNews } from "./outage.ts";
import type { CollectionCount, CollectionOutcome } from "./outcomes.ts";
import type { Plan } from "./planned.ts";
import type { Problem } from "./problems.ts";
import type { ExportPackage } from "./request.ts";
import type { SourceDescriptor } from "./sources.ts";
import type { StandingKind } from "./standings.ts";
import type { CollectedCollection, CollectedColumn, ManualTask, StepStage } from "./steps.ts";

/** An identifier that turned up, with its pseudonym: hashing needs a key, and this part of the code has none. */
export interface PseudonymisedIdentifier {
  readonly identifier: Identifier;
  readonly pseudonym: string;
  readonly shared: boolean;
  /** How many further records a shared one leads to. Left out: nobody counted. */
  readonly others?: number;
}

/** The addresses that a source tells of somebody whom it was asked for by nothing but their numbers. */
export interface SaidOfNumber {
  readonly source: string;
  readonly told: readonly Identifier[];
}

/** Names the piece of work that an answer belongs to; an answer to an older piece is refused. */
interface OfStep {
  readonly source: string;
  readonly generation: number;
}

/** Everything that can happen to a request once it is there. */
/** It takes its place behind the other requests of the person. */
interface Joining {
  /** The last place that is taken. Left out, and null: nobody else is there. */
  readonly lastPlace?: Instant | null;
}

/** It waits for another request of the person. */
interface Behind {
  readonly by: string;
  /** What that one waits for itself. Left out: nothing. */
  readonly otherWaitsFor?: readonly StandingKind[];
  readonly jitter: number;
}

export type RequestEvent =
  | (Joining & { readonly type: "acknowledged"; readonly sources: readonly SourceDescriptor[] })
  | {
      readonly type: "confirmation-reissued";
      readonly token: string;
      readonly tokenHash: string;
      readonly replyTokenHash: string;
    }
  /** Those that are registered now, to whom one may be new to the request. */
  | { readonly type: "sources-registered"; readonly sources: readonly SourceDescriptor[] }
  | { readonly type: "lapsed" }
  | { readonly type: "declined"; readonly reason: string }
  | { readonly type: "cancelled"; readonly reason: string }
  | { readonly type: "claimed" }
  | (Behind & { readonly type: "blocked" })
  /** Another one was put first, and this one waits for people. */
  | (Behind & {
      readonly type: "gave-way";
      /** A call that was begun before this has ended by now. */
      readonly begunBefore: Instant;
    })
  /** The one that it waits for has ended, or waits for something else by now. */
  | { readonly type: "line-moved" }
  /** One that goes first, because both have had one name, knows numbers of the person. */
  | {
      readonly type: "line-told";
      readonly found: readonly PseudonymisedIdentifier[];
      /** When it was known that a name that both have leads to them. */
      readonly knownAt: Instant;
      /** A source that finds people by one of them. */
      readonly source: string;
    }
  /** In another request somebody has confirmed an address that the person had before, more than a day later. */
  | {
      readonly type: "address-confirmed";
      /** That request. */
      readonly by: string;
      readonly confirmedAt: Instant;
      /** What they go by. */
      readonly names: readonly Identifier[];
      /** Of which it was decided there that it is not theirs. */
      readonly notTheirs: readonly Identifier[];
    }
  /** `firstPlace`: the earliest that another request of the person has; null where there is no other. */
  | { readonly type: "put-first"; readonly reason: string; readonly firstPlace: Instant | null }
  | (OfStep & {
      readonly type: "source-identified";
      readonly asked: number;
      readonly found: readonly PseudonymisedIdentifier[];
      /** The addresses by which it was asked as for the first time. Left out: none. */
      readonly askedBy?: readonly Identifier[];
      /** What it answered where it was asked by nothing but the person's numbers, and these. Left out: it was not. */
      readonly foundByOwn?: readonly PseudonymisedIdentifier[];
      /** The addresses by which it was asked that were told as theirs more than a day ago, and not since. Left out: none. */
      readonly askedByOld?: readonly Identifier[];
      /** What it answered where it was asked by nothing but these. Left out: nothing. */
      readonly foundByOld?: readonly PseudonymisedIdentifier[];
      /**
       * What it tells of the person's numbers alone, where others may have their addresses. Left out: that was not known when it
       * was asked.
       */
      readonly byNumbers?: readonly Identifier[];
      /** The pseudonyms of those that others may go by too, whether they lead to anybody or not. */
      readonly shared: readonly string[];
      /** Addresses of the request that another user has by now, as the list of users says. Left out: none. */
      readonly ofOthers?: readonly Identifier[];
      /** The address on record, where the list of users says it. */
      readonly address?: string;
    })
  /** The list of users has another address for them now. */
  | { readonly type: "address-changed"; readonly address: string }
  | {
      readonly type: "identifier-decided";
      readonly decision: string;
      readonly answer: "same-person" | "somebody-else";
      readonly pseudonym: string;
      readonly reason: string;
    }
  | (OfStep & {
      readonly type: "source-located";
      readonly counts: readonly CollectionCount[] | null;
      readonly configuration: string | null;
      /** By identifiers of which types it finds people. Left out: nobody said. */
      readonly foundBy?: readonly string[];
    })
  | (OfStep & { readonly type: "source-started" })
  /** Its work is due, and somebody has not said since then who the person is: nothing was done there. */
  | (OfStep & {
      readonly type: "names-outdated";
      readonly since: Instant;
      /** The source itself has said so. Left out: so much time has passed. */
      readonly isSaid?: true;
    })
  /** Its work is due, it would find people by these alone, and they lead to somebody else by now: nothing was done there. */
  | (OfStep & {
      readonly type: "addresses-passed-on";
      readonly addresses: readonly Identifier[];
      /** How many records the source finds by these alone. Left out: nobody has counted. */
      readonly others?: number;
    })
  /** Its work is due, and whoever knows the person by a number has just told which addresses are theirs. */
  | (OfStep & {
      readonly type: "addresses-told";
      readonly said: readonly SaidOfNumber[];
      /** Those that nobody has told, and nobody has had anything to say against. */
      readonly undisputed: readonly Identifier[];
    })
  /** Its work is due, and sources that could say whose the addresses are are down: nothing was done there by these. */
  | (OfStep & {
      readonly type: "addresses-unsaid";
      readonly by: readonly string[];
      /** It finds the person by a number, and goes on with that. Left out: it waits. */
      readonly byNumber?: true;
      readonly jitter: number;
    })
  | (OfStep & {
      readonly type: "source-collected";
      readonly collected: readonly CollectedCollection[];
      /** Of each collection, in the same order. */
      readonly columns: readonly (readonly CollectedColumn[])[];
      readonly cursor: string | null;
    })
  | (OfStep & {
      readonly type: "source-finished";
      readonly outcomes: readonly CollectionOutcome[];
      /** What earlier erasures left, beside that. Left out: nothing. */
      readonly keptEarlier?: readonly CollectionOutcome[];
      /** What an export has collected, and what it had before and is not there any more. Left out: as it was recorded. */
      readonly collected?: readonly CollectedCollection[];
      /** The collections that the source has, where something is retained in one. Left out: none is, or it does not say. */
      readonly keys?: readonly NamedCollection[];
      /** What was found afterwards, with what stays. Left out: nobody has looked. */
      readonly found?: readonly CollectionCount[];
      readonly checked: boolean | null;
      readonly identifiersUsed: number;
      /** It was asked without addresses that nobody had vouched for within a day. Left out: by all that was known. */
      readonly byCertain?: true;
    })
  | (OfStep & {
      readonly type: "source-verified";
      readonly checked: boolean;
      /** It was asked for the first time when whoever could tell the person's newest names was erased. Left out: no. */
      readonly isTooLate?: true;
      /** What it holds all the same, of a step that is only asked. */
      readonly left?: readonly CollectionCount[];
      /** What was found, with what stays. */
      readonly found: readonly CollectionCount[];
    })
  | (OfStep & {
      readonly type: "source-failed";
      readonly stage: StepStage;
      readonly problem: Problem;
      /** What was done before it failed, as the source said; null where it may have done something and did not say what. */
      readonly outcomes?: readonly CollectionOutcome[] | null;
      /** What it was found to hold all the same. Left out: nobody has looked. */
      readonly left?: readonly CollectionCount[];
      /** What was collected of it cannot be read back: it has to be collected anew. Left out: it can, or nothing was. */
      readonly isUnreadable?: true;
      readonly jitter: number;
      /** Another request looks after the outage of this source. Left out: none does, as far as is known. */
      readonly lookedAfter?: boolean;
      /** The source has answered others while it was thought to be down. Left out: not that it is known. */
      readonly isAlone?: boolean;
    })
  /** It was tried for the sake of other requests, and answered. */
  | { readonly type: "source-probed"; readonly source: string }
  /** It has answered another request. */
  | { readonly type: "source-answers"; readonly source: string; readonly toldAt: Instant | null }
  | {
      readonly type: "outage-handed-on";
      readonly source: string;
      readonly since: Instant;
      readonly toldAt: Instant | null;
      readonly lookedAfter?: boolean;
    }
  /** Another request has tried the source in vain, with another call. */
  | { readonly type: "outage-tried"; readonly source: string }
  | { readonly type: "outage-news-passed-on"; readonly source: string; readonly news: OutageNews["news"] }
  | { readonly type: "source-retried"; readonly source: string }
  | { readonly type: "source-settled"; readonly source: string; readonly reason: string }
  | {
      readonly type: "task-answered";
      readonly source: string;
      readonly answer: NonNullable<ManualTask["answer"]>;
      readonly note: string;
    }
  | {
      readonly type: "package-built";
      /** What `partsOf` said when the work on it began. */
      readonly parts: string;
      readonly package: Omit<ExportPackage, "parts" | "downloads" | "builtAt" | "expiresAt" | "earlier">;
      /** The download token, where the package is fetched by a link. */
      readonly token: string | null;
      /** What opens the package, where it is encrypted. */
      readonly secret: string | null;
    }
  /** It was over before its delivery was accepted. */
  | { readonly type: "package-expired"; readonly edition: number }
  | {
      readonly type: "package-downloaded";
      /** Left out: the newest. */
      readonly edition?: number;
      /** With the token of the delivery message, rather than by somebody who may fetch it anyway. */
      readonly byLink: boolean;
    }
  /** It was counted as downloaded, and stopped before its first byte. */
  | { readonly type: "download-stopped"; readonly edition: number; readonly byLink: boolean }
  | {
      readonly type: "packages-left";
      /** Under how many names it was looked. */
      readonly names: number;
      readonly packages: readonly LeftPackage[];
    }
  | {
      readonly type: "person-erased";
      /** The erasure. */
      readonly by: string;
      /** Whether the package ends with it. */
      readonly ends: boolean;
    }
  /** From here on, until then, whoever says so is the only one who sends it. */
  | (Try & { readonly type: "notice-begun"; readonly until: Instant })
  | {
      readonly type: "notice-sent";
      readonly notice: string;
      /** The sources that were asked before, and have answered. Left out: none. */
      readonly heard?: readonly string[];
    }
  | (Try & {
      readonly type: "notice-failed";
      readonly problem: Problem;
      readonly jitter: number;
      /** The source that has to be asked first, and has not answered. Left out: it is not because of a source. */
      readonly source?: string;
      /** The sources that were asked before, and have answered. Left out: none. */
      readonly heard?: readonly string[];
      /** Another request looks after the outage of this source. Left out: none does, as far as is known. */
      readonly lookedAfter?: boolean;
      /** The source has answered others while it was thought to be down. Left out: not that it is known. */
      readonly isAlone?: boolean;
    })
  | { readonly type: "notice-retried"; readonly notice: string }
  | {
      readonly type: "plan-made";
      /** Its SHA-256, in hex. */
      readonly plan: string;
      readonly content: Plan;
      /** What `planPartsOf` said when it was made. */
      readonly parts: string;
    }
  | {
      readonly type: "plan-approved";
      readonly plan: string;
      /** The id of whoever approves, by which records of before pseudonyms know who asked. */
      readonly plainId: string;
    }
  | { readonly type: "plan-expired" }
  /** The source is another than when the plan was approved, or holds more: nothing was done there. */
  | (OfStep & { readonly type: "plan-outgrown" })
  | { readonly type: "extended"; readonly reason: string }
  | { readonly type: "identity-questioned"; readonly reason: string }
  | { readonly type: "identity-confirmed"; readonly dates: DeadlineDates }
  | { readonly type: "reminder-due" }
  /** The letter of an extension could not be sent within the first month: there is none. */
  | { readonly type: "extension-too-late" }
  | (Joining & { readonly type: "retention-ended" })
  | { readonly type: "held"; readonly by: string }
  | { readonly type: "hold-lifted" }
  /** A hold stands on somebody else, whom filling a copy anew would take out of it: nothing was done there. */
  | {
      readonly type: "copy-held";
      readonly source: string;
      readonly generation: number;
      readonly by: string;
    }
  | {
      readonly type: "work-failed";
      readonly work: string;
      readonly doing?: string;
      readonly problem: Problem;
      readonly jitter: number;
    }
  | { readonly type: "work-done"; readonly work: string; readonly doing?: string }
  /** Nobody is kept out any more by what came to nothing. */
  | { readonly type: "suppressions-lifted" }
  | { readonly type: "finalised" }
  | { readonly type: "person-unlinked" };

export type RequestEventType = RequestEvent["type"];

/** An event with who caused it and when. */
export type Happening = RequestEvent & { readonly actor: RecordedActor; readonly at: Instant };
