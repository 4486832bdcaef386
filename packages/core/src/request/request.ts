import type { EvidenceSignature } from "../audit/signature.ts";
import type { Instant } from "../instant.ts";
import { type FoundIdentifier, type Identifier, sameIdentifier } from "../subject/identifier.ts";
import type { Numbers } from "../subject/numbers.ts";
import type { Approval } from "./approval.ts";
import type { Deadline } from "./deadline/deadline.ts";
import type { GradedCollection } from "./graded.ts";
import type { Category, RequestKind } from "./kinds.ts";
import type { LeftPackage, PackagesLeft } from "./left-packages.ts";
import type { NoticeRecord } from "./notices.ts";
import type { OutageNews } from "./outage.ts";
import type { Outcome, Phase } from "./phases.ts";
import type { StandingKind, Standings } from "./standings.ts";
import type { CollectedColumn, SourceStep } from "./steps.ts";
import type { Trouble } from "./trouble.ts";

/** Who must acknowledge: the tenant's administrator, or the person the request is about. */
export type Acknowledger = "tenant-admin" | "data-subject";

export interface Acknowledgement {
  readonly by: Acknowledger;
  /** SHA-256 of the token that is out, in hex; null when none is. */
  readonly tokenHash: string | null;
  /** SHA-256 of what stands in the reply address of the confirmation that is out, in hex; null when none is. */
  readonly replyTokenHash: string | null;
  /** How often a token was sent out: each sending is a message of its own. */
  readonly issued: number;
  readonly expiresAt: Instant;
  readonly acknowledgedAt: Instant | null;
  /** By a clock that was ahead: how long ago that was nobody can say. Left out: it was not, as far as is known. */
  readonly wasAhead?: boolean;
}

/** An identifier that others may share: whether it is the same person is for somebody to say. */
export interface IdentifierDecision {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** How many further records of the source are found by it, and would be taken for the person's. Left out: unknown. */
  readonly others?: number;
  readonly answer: "same-person" | "somebody-else" | null;
  readonly reason: string | null;
  readonly decidedBy: string | null;
  /** Left out: nobody has answered yet, or that was stored before this was kept. */
  readonly answeredAt?: Instant;
}

/** The shared identifiers that are not only the person's: what is found by these alone was left where it is. */
export const notFollowed = ({ decisions }: Pick<Request, "decisions">): readonly IdentifierDecision[] =>
  decisions.filter(({ answer }) => answer === "somebody-else");

/** Whether it was decided that it is not, or not only, the person's. */
export const isOfSomebodyElse = (request: Request, identifier: Identifier): boolean =>
  notFollowed(request).some(({ id }) => {
    const decided = request.confidential?.candidates[id];
    return decided !== undefined && sameIdentifier(decided, identifier);
  });

/** Of everything that the person goes by, whether others do too or not: a hold on any of it is one on them. */
export const heldUnder = ({
  pseudonyms,
  sharedPseudonyms = [],
}: Pick<Request, "pseudonyms" | "sharedPseudonyms">): readonly string[] => [
  ...pseudonyms,
  ...sharedPseudonyms,
];

/** Somebody let a request go before the others of the person. */
export interface PutFirst {
  readonly reason: string;
  readonly by: string;
  readonly at: Instant;
}

/** Whether nobody has to decide about an identifier any more. */
export const isDecided = ({ decisions }: Pick<Request, "decisions">): boolean =>
  decisions.every(({ answer }) => answer !== null);

export interface ExportPackage {
  /** Counts up when a source is read again after delivery and the package is made anew. */
  readonly edition: number;
  /** What `partsOf` said when it was made. Left out: it is out of date, and is made anew with what is collected. */
  readonly parts?: string;
  readonly artifact: string;
  readonly chunks: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly files: number;
  /** Sources whose part is not in it, or not all of it. */
  readonly missing: readonly string[];
  /** Those of them that it says follow by themselves. Left out: none. */
  readonly toCome?: readonly string[];
  /** Those of them of which it says that a person has closed them by hand. Left out: none. */
  readonly settled?: readonly string[];
  readonly builtAt: Instant;
  /** After this nobody can fetch it any more, and it is deleted. */
  readonly expiresAt: Instant;
  /** SHA-256 of the download token, in hex; null where the package travels as an attachment. */
  readonly tokenHash: string | null;
  /** Left out for a package that anybody can open who has it. */
  readonly encrypted?: true;
  readonly downloads: number;
  /** How many of them were by the link. Left out: none. */
  readonly downloadsByLink?: number;
  /** What an erasure of the person, a request or a sweep, has made of it, and of the earlier ones. Left out: there was none since. */
  readonly left?: LeftPackage & { readonly by: string };
  /** Those that it replaced, and whose links are still good. Left out: there are none. */
  readonly earlier?: readonly EarlierPackage[];
  /** Whose a name is that led to what is in it is in doubt since, or came to be. Left out: no. */
  readonly inDoubt?: true;
}

/** A package that was replaced by one that holds something else. The link that was sent with it opens it until it expires. */
export type EarlierPackage = Omit<ExportPackage, "parts" | "left" | "earlier" | "inDoubt">;

/** Every package of it that may be fetched, the newest first. */
export const packagesIn = ({ package: held }: Pick<Request, "package">): readonly EarlierPackage[] =>
  held === null ? [] : [held, ...(held.earlier ?? [])];

/** An address of the person, and what it was good for. */
export interface KnownAddress extends Identifier {
  /** When a source last said of one of their numbers that it is theirs. Left out: none has. */
  readonly toldAt?: Instant;
  /** The sources that have ever said so. Left out: none has. */
  readonly toldBy?: readonly string[];
  /** Numbers of others that it led to as well when a source said so: a household shares it. Left out: none. */
  readonly sharedWith?: readonly Identifier[];
  /** When one that would tell it last told what they are reached by, and not this. Left out: none has. */
  readonly goneAt?: Instant;
  /**
   * When a request that was opened again was about to erase by it, and whoever could say whose it is had nothing to say against
   * that, or there is nobody who could. Left out: never.
   */
  readonly undisputedAt?: Instant;
  /** The sources that were asked by it as for the first time: whoever has it there was taken in. */
  readonly askedOf: readonly string[];
  /** Who has confirmed it since, more than a day later, and may be somebody else. Left out: nobody, as far as is known. */
  readonly confirmedBy?: readonly LaterConfirmation[];
}

/** Somebody of whom no number is known that is the person's has confirmed an address of theirs. */
export interface LaterConfirmation {
  /** The request in which they did: it may be over, and found by nobody any more. */
  readonly request: string;
  /** It was decided there that they are not whoever has the person's number. Left out: nobody has said so. */
  readonly isDecided?: true;
}

/**
 * What is only ever stored encrypted, under a key of this request that is destroyed when nothing more is due
 * under it.
 */
export interface Confidential {
  /** One with `shared` leads to nobody: others may have the same, and nobody has said whose it is. */
  readonly identifiers: readonly FoundIdentifier[];
  /** How many of these, the first ones, came with the request; the others were found out. Left out: all of them. */
  readonly asked?: number;
  /** The address that the request came with, as it was given. Left out: as it stands among the identifiers. */
  readonly mailbox?: string;
  /** What the list of users last had for their address. Left out: nothing. */
  readonly address?: string;
  /** Tokens, and secrets of packages, that are still to be sent out, by notice. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Where each source goes on with its export; authors may put anything into a cursor. */
  readonly cursors: Readonly<Record<string, string>>;
  /** The columns of what each source gave, by `columnsKey`, a collection: nobody can say what a source uses as a name. */
  readonly columns: Readonly<Record<string, readonly (readonly CollectedColumn[])[]>>;
  /** The shared identifiers that decisions are about or were, by decision. */
  readonly candidates: Readonly<Record<string, Identifier>>;
  /** What the addresses among the identifiers were good for. Left out: nothing is known of that. */
  readonly addresses?: readonly KnownAddress[];
  /** The addresses of theirs by which a source came to a number that a decision is about, by decision. Left out: none. */
  readonly ledBy?: Readonly<Record<string, readonly Identifier[]>>;
  /**
   * Addresses of a household, which stay the person's, and by which the source of a decision came to the number that it is about,
   * by decision: that source finds nobody by them before it is the same person's. Left out: none.
   */
  readonly householdAt?: Readonly<Record<string, readonly Identifier[]>>;
}

/** What was done, and told, when a request was opened again. */
export interface ClosedBefore {
  readonly outcome: Outcome;
  readonly steps: readonly SourceStep[];
  /** How well it was proven then. */
  readonly grades: readonly GradedCollection[];
  /** How many decisions there were: what was said then of an address is of that day. Left out: all of them are of today. */
  readonly decisions?: number;
}

/** A data subject request: everything that is known of it, and nothing that has to be looked up elsewhere. */
export interface Request {
  readonly id: string;
  readonly tenant: string;
  /** Counts up with each commit; a change made on an older version is refused. */
  readonly version: number;
  /** How many audit entries there are so far: the next one has the number behind. */
  readonly audited: number;
  /** The hash of the last of them: where their chain ends. */
  readonly auditHead: string;
  /** Under that end; null where nothing is signed. */
  readonly auditSignature: EvidenceSignature | null;
  /** The hash of it as it was read, where it is not as it was read any more: that is what was signed. It is never stored. */
  readonly asRead?: string;
  readonly kind: RequestKind;
  readonly category: Category;
  readonly phase: Phase;
  readonly outcome: Outcome | null;
  readonly receivedAt: Instant;
  readonly updatedAt: Instant;
  readonly closedAt: Instant | null;
  /** The same by the clock, from which it is counted what is to come: the record says later where a clock was ahead before. */
  readonly endedAt: Instant | null;
  readonly submittedBy: string;
  /** Recognises what was asked for under an idempotency key: a keyed hash. Left out where there was none. */
  readonly submission?: string;
  /** Why it was declined or cancelled, in the words of whoever did so. */
  readonly reason: string | null;
  readonly acknowledgement: Acknowledgement;
  /** The pseudonym of each identifier in `confidential.identifiers`, in the same order; empty once it is unlinked. */
  readonly pseudonyms: readonly string[];
  /**
   * Of what sources say that they are known by and others may be too. Nobody is found by it; a hold is met by it all the
   * same. Left out: nothing.
   */
  readonly sharedPseudonyms?: readonly string[];
  /**
   * Those of them that say for good who the person is, by type. Left out: nothing has happened to it yet, or it was stored
   * before this was kept.
   */
  readonly numbers?: Numbers;
  /** How many of the pseudonyms, the first ones, came with the request. */
  readonly named: number;
  /**
   * Those of the pseudonyms of which it was decided that they are somebody else's: they keep nobody waiting. Left out: none.
   */
  readonly letGo?: readonly string[];
  /**
   * An open request that asks the same under the same address, which may have been somebody else's then. Left out: there was
   * none.
   */
  readonly besides?: string;
  /** Types of identifiers that came with it, and by which no source said that it finds anybody. Left out: there were none. */
  readonly unknownTypes?: readonly string[];
  /** Pseudonyms nobody else's request may work on while this one does; empty while it does not work. */
  readonly claims: readonly string[];
  /**
   * Those that are not claimed, because a request about somebody else has: an address that both have had. Left out: none.
   */
  readonly apart?: readonly string[];
  /** Where it stands among the requests of the person: the earlier, the sooner it runs. Left out: when it was acknowledged. */
  readonly place?: Instant;
  /** Who put it before the others, and why. Left out, and null: nobody. */
  readonly putFirst?: PutFirst | null;
  /** The request about the same person that this one waits for. */
  readonly waitingFor: string | null;
  /** What that one waits for itself, as far as was known when this one looked last. Left out: nothing. */
  readonly otherWaitsFor?: readonly StandingKind[];
  /** How often it has looked whether that one is over. Left out: never. */
  readonly looks?: number;
  /** When it looks again whether it may go on. */
  readonly blockedUntil: Instant | null;
  /** When everybody had first been asked who this is. Left out: not yet, or it was stored before this was kept. */
  readonly identifiedAt?: Instant;
  /** Everybody was asked once more: from then on an address leads to nobody of whom no number is known. Left out: no. */
  readonly isAskedAgain?: true;
  readonly decisions: readonly IdentifierDecision[];
  readonly steps: readonly SourceStep[];
  readonly notices: readonly NoticeRecord[];
  readonly package: ExportPackage | null;
  /** What an erasure has made of packages that were made earlier. Left out: it has not looked yet. */
  readonly packagesLeft?: PackagesLeft;
  /** Null where the plan needs nobody's approval. */
  readonly approval: Approval | null;
  /** The hold that keeps it from erasing anything; null where none was met. */
  readonly held: { readonly by: string; readonly lookAt: Instant } | null;
  /** What other requests that wait for a source have still to be told. Left out: nothing. */
  readonly outageNews?: readonly OutageNews[];
  /** How often it was opened again, because a duty to keep something has ended. */
  readonly reopened: number;
  /**
   * It came to nothing, and what it had put into the list of suppressions is lifted; or the rest of it was called off, and the
   * list says so. Left out: not, or not yet.
   */
  readonly suppressionsLifted?: true;
  /** As it was closed before it was opened again the last time. Left out: it never was, or that was stored before this was kept. */
  readonly closedBefore?: ClosedBefore;
  /** By when it has to be answered. */
  readonly deadline: Deadline;
  /** What of its work does not get on. Left out: nothing. */
  readonly troubles?: readonly Trouble[];
  /** What it stands at, and since when. */
  readonly standings: Standings;
  readonly key: "live" | "destroyed";
  /** Null once the key is destroyed. */
  readonly confidential: Confidential | null;
}

/** Where the columns of what a source gave stand: what an earlier round collected may be handed out beside it. */
export const columnsKey = (source: string, generation: number): string => `${source}/${generation}`;

/** The columns of what a round of a source gave. */
export const columnsOf = (
  { columns }: Confidential,
  source: string,
  generation: number,
): readonly (readonly CollectedColumn[])[] => columns[columnsKey(source, generation)] ?? [];

export const emptyConfidential: Confidential = {
  identifiers: [],
  tokens: {},
  cursors: {},
  columns: {},
  candidates: {},
};
