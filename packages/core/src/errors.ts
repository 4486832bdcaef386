import type { ProblemCode } from "./request/problems.ts";
import { anything } from "./request/trouble.ts";

// Symbols, because drivers put properties of their own on their errors: nodemailer has a `permanent` too.
const permanentMarker: unique symbol = Symbol.for("@subject-rights/permanent-failure");
const marker: unique symbol = Symbol.for("@subject-rights/error");

/**
 * The base of every error here. `code` is part of the API and is what to switch on; `message` is for people and
 * may change. Holds nothing personal, but `cause` may: log the code.
 */
export abstract class SubjectRightsError extends Error {
  abstract readonly code: string;
  /** Whether the same call may work later, unchanged. */
  readonly retryable: boolean = false;
  readonly [marker] = true;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** Recognises errors of another copy of this package too, where `instanceof` does not. */
  static is(value: unknown): value is SubjectRightsError {
    return value instanceof Error && marker in value;
  }
}

export interface InputIssue {
  /** Where in the input; empty for the input as a whole. */
  readonly path: string;
  readonly message: string;
}

/** A value handed to the library is not of the documented shape. */
export class InvalidInput extends SubjectRightsError {
  readonly code = "invalid-input";
  readonly issues: readonly InputIssue[];

  constructor(issues: readonly InputIssue[]) {
    super(issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; "));
    this.issues = issues;
  }
}

/** The policy does not let this actor do this. */
export class NotAllowed extends SubjectRightsError {
  readonly code = "not-allowed";
  readonly action: string;

  constructor(action: string, options?: ErrorOptions) {
    super(`The policy does not allow this actor to ${action.replaceAll("-", " ")}.`, options);
    this.action = action;
  }
}

/** No request of this id in the actor's tenant. */
export class RequestNotFound extends SubjectRightsError {
  readonly code = "request-not-found";

  constructor() {
    super("There is no request of this id in the actor's tenant.");
  }
}

/** No data source of this id is registered, or the request has no part in it. */
export class SourceNotFound extends SubjectRightsError {
  readonly code = "source-not-found";
  readonly source: string;

  constructor(source: string) {
    super(`No data source "${source}" is known here. Check the id against sources.list().`);
    this.source = source;
  }
}

/** The request, or the source, is in no state for this: closed already, not acknowledged yet, and so on. */
export class NotPossibleNow extends SubjectRightsError {
  readonly code = "not-possible-now";
}

/**
 * The acknowledgement or download token does not work. `unknown` tells nothing about whether a person or a
 * request exists: only somebody who was sent a token gets any other answer.
 */
export class TokenRejected extends SubjectRightsError {
  readonly code = "token-rejected";
  readonly reason: "unknown" | "expired" | "used" | "another-address";

  constructor(reason: TokenRejected["reason"]) {
    super(
      {
        unknown: "This token is not known. Check that the whole of it was copied.",
        expired: "This token has expired. Ask for a new one.",
        used: "This token was used already.",
        "another-address":
          "This reply does not come from the address on record. Use the link in the message.",
      }[reason],
    );
    this.reason = reason;
  }
}

/** No hold of this id in the actor's tenant. */
export class HoldNotFound extends SubjectRightsError {
  readonly code = "hold-not-found";

  constructor() {
    super("There is no hold of this id in the actor's tenant.");
  }
}

/**
 * A copy is not filled anew now: somebody on whom a hold stands is gone from its origins, and would be lost with it. It can
 * be once the hold is lifted.
 */
export class HeldInCopy extends SubjectRightsError {
  readonly code = "held-in-copy";
  readonly source: string;
  /** The id of the hold. */
  readonly hold: string;

  constructor(source: string, hold: string) {
    super(`The hold ${hold} stands on somebody whom refreshing "${source}" would take out of it.`);
    this.source = source;
    this.hold = hold;
  }
}

/** The approval does not count; nothing was approved. */
export class ApprovalRejected extends SubjectRightsError {
  readonly code = "approval-rejected";
  readonly reason: "another-plan" | "by-requester" | "expired" | "already-approved";

  constructor(reason: ApprovalRejected["reason"]) {
    super(
      {
        "another-plan": "This is not the plan that is put up now. Look at it with requests.preview().",
        "by-requester": "Whoever asked for it cannot approve it: a second person has to.",
        expired: "This plan was put up too long ago. It is made anew; look at it with requests.preview().",
        "already-approved": "This plan is approved already.",
      }[reason],
    );
    this.reason = reason;
  }
}

/** Removing these users would leave the application without an administrator. */
export class LastAdministrator extends SubjectRightsError {
  readonly code = "last-administrator";

  constructor() {
    super("This would leave no administrator. Make somebody else an administrator first.");
  }
}

/** The actor is among the users to remove, and did not say that this is meant. */
export class RemovingYourself extends SubjectRightsError {
  readonly code = "removing-yourself";

  constructor() {
    super("You are among the users to remove. Say `includingMyself: true` if that is meant.");
  }
}

/** The application has no user of one of these ids; nobody was removed. */
export class UserNotFound extends SubjectRightsError {
  readonly code = "user-not-found";

  constructor() {
    super("The application has no user of one of these ids. Check them against users.list().");
  }
}

/** This idempotency key came with something else before; nothing was done now. */
export class IdempotencyKeyReused extends SubjectRightsError {
  readonly code = "idempotency-key-reused";

  constructor() {
    super("This idempotency key was used before, for something else. Take a new one for each thing asked.");
  }
}

/** Somebody else changed the request again and again at the same moment; nothing was changed by this call. */
export class ChangedMeanwhile extends SubjectRightsError {
  readonly code = "changed-meanwhile";
  override readonly retryable = true;

  constructor() {
    super("The request was changed by others at the same moment. Read it and try again.");
  }
}

/** A store, the key ring or the user directory could not be asked, or gave an answer that cannot be right. */
export class StorageFailed extends SubjectRightsError {
  readonly code = "storage-failed";
  override readonly retryable = true;
  readonly port: string;
  readonly operation: string;

  constructor(port: string, operation: string, options?: ErrorOptions) {
    super(`${port}.${operation} failed.`, options);
    this.port = port;
    this.operation = operation;
  }
}

/** A key is gone, of one request or of a whole tenant: what it protected cannot be read any more, by anybody. */
export class KeyDestroyed extends SubjectRightsError {
  readonly code = "key-destroyed";
  /** Which key of a tenant it is, as the key ring knows it: `pseudonyms/acme`. Null where it is that of one request. */
  readonly keyName: string | null;
  /** What needs a key of a tenant, so that none is made in its place: the first that was found. Null where that was not asked. */
  readonly neededBy: string | null;
  /** How many suppressions of a copy are under it, and were not taken in; 0 where no copy was brought back. */
  readonly notTakenIn: number;

  constructor(keyName: string | null = null, neededBy: string | null = null, notTakenIn = 0) {
    super(
      keyName === null
        ? "The key of this request is destroyed; what it protected cannot be read any more."
        : `The key "${keyName}" of a whole tenant is lost. Bring the key ring back.` +
            (neededBy === null ? "" : ` No other key is made in its place as long as ${neededBy} needs it.`) +
            (notTakenIn === 0
              ? ""
              : ` ${notTakenIn} suppressions of the copy are under it, and were not taken in.`),
    );
    this.keyName = keyName;
    this.neededBy = neededBy;
    this.notTakenIn = notTakenIn;
  }
}

/** A key is there, and none of the master keys that were handed in opens it. */
export class WrongMasterKey extends SubjectRightsError {
  readonly code = "wrong-master-key";
  /** Which master key it is under: the id that stands in front of the key; null where it names none. */
  readonly masterKeyId: string | null;

  constructor(masterKeyId: string | null, options?: ErrorOptions) {
    super(
      `A stored key is under another master key${masterKeyId === null ? "" : ` (${masterKeyId})`}: hand that in as ` +
        "`masterKey`, or among `otherMasterKeys` until rewrapKeys() has left no key under it.",
      options,
    );
    this.masterKeyId = masterKeyId;
  }
}

/** Some keys could not be put under the new master key. All others are; `cause` is the first error. */
export class KeysNotRewrapped extends SubjectRightsError {
  readonly code = "keys-not-rewrapped";
  /** How many were put under the new master key by this call. */
  readonly rewrapped: number;
  /** How many are under others still. None of the master keys before may be dropped. */
  readonly left: number;

  constructor(
    { rewrapped, left }: { readonly rewrapped: number; readonly left: number },
    options?: ErrorOptions,
  ) {
    super(`${left} keys are still under other master keys: keep those, and see the cause.`, options);
    this.rewrapped = rewrapped;
    this.left = left;
  }
}

/** The request has no package to fetch: none was made yet, or it has expired. */
export class PackageNotAvailable extends SubjectRightsError {
  readonly code = "package-not-available";

  constructor() {
    super("There is no package to fetch: none was made yet, or it has expired.");
  }
}

/** For `Damaged`: whose record it is, and why it cannot be read. */
export interface DamagedOptions extends ErrorOptions {
  readonly sweep?: string;
  readonly hold?: string;
  readonly isNewer?: true;
}

/**
 * What was read back is not what was written: changed, cut short or mixed up; or newer code has written it, and this one has
 * no idea of what it means.
 */
export class Damaged extends SubjectRightsError {
  readonly code = "damaged";
  /** The sweep whose record it is; null where it is none's. */
  readonly sweep: string | null;
  /** The hold whose record it is; null where it is none's. */
  readonly hold: string | null;
  /** Whether a newer version has stored it: deploy that one, or a newer one. Until then it is left as it is. */
  readonly isNewer: boolean;

  constructor(what: string, options: DamagedOptions = {}) {
    super(
      options.isNewer === true
        ? `${what} was stored by a newer version: deploy that one, or a newer one. It is left as it is until then.`
        : `${what} was read back damaged; nothing of it is handed out.`,
      options,
    );
    this.isNewer = options.isNewer ?? false;
    this.sweep = options.sweep ?? null;
    this.hold = options.hold ?? null;
  }
}

/** For `onError`: something was due at once again and again, and did not get on. It is put off, shown and told. */
export class NoProgress extends SubjectRightsError {
  readonly code = "no-progress";
  /** Which work of the request. */
  readonly work: string;

  constructor(work: string) {
    super(
      work === anything
        ? "Nothing is due for the request, and nobody is waited for. This is a mistake in the library."
        : `"${work}" was to be done again and again, and nothing came of it. This is a mistake in the library.`,
    );
    this.work = work;
  }
}

/** A data source or the notifier could not do what it was asked. */
export class CallFailed extends SubjectRightsError {
  readonly code = "call-failed";
  override readonly retryable: boolean;
  /** The id of the data source or the notifier. */
  readonly adapter: string;
  /** What is stored of it. */
  readonly problem: ProblemCode;
  /** The collections that it is about; empty where it is about none in particular. */
  readonly collections: readonly string[];

  constructor(
    adapter: string,
    problem: ProblemCode,
    retryable: boolean,
    options?: ErrorOptions,
    collections: readonly string[] = [],
  ) {
    const which = collections.map((each) => JSON.stringify(each)).join(", ");
    super(`${adapter}: ${problem.replaceAll("-", " ")}${which && ` (${which})`}.`, options);
    this.adapter = adapter;
    this.problem = problem;
    this.retryable = retryable;
    this.collections = collections;
  }
}

/**
 * Thrown by authors of data sources, in `erase` and `export`, by one that finds further names of a person by itself: they
 * have one by now that it was not asked with. Nothing was done; everybody is asked once more who that is, and then this.
 */
export class KnownOtherwise extends CallFailed {
  constructor(source: string) {
    super(source, "still-present", true);
  }
}

/**
 * Thrown by authors of data sources and notifiers for "never will": trying again cannot help. Anything else
 * that is thrown means "could not", and is tried again.
 */
export class PermanentFailure extends Error {
  readonly [permanentMarker] = true;
  override readonly name = "PermanentFailure";

  /** Recognises those of another copy of this package too. */
  static is(value: unknown): boolean {
    return value instanceof Error && permanentMarker in value;
  }
}

/** A mistake in the program rather than in its input: thrown, never returned. */
export class ConfigurationMistake extends SubjectRightsError {
  readonly code = "configuration-mistake";
}
