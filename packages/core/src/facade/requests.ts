import type { AuditEntry } from "../audit/entry.ts";
import type { DamagedRecord } from "../bridge/readable.ts";
import { newConfirmation } from "../crypto.ts";
import { type InvalidInput, KeyDestroyed, NotPossibleNow } from "../errors.ts";
import type { Actor } from "../request/actor.ts";
import { confidentialOf } from "../request/change.ts";
import { errAsync, okAsync, type ResultAsync } from "../result.ts";
import type { ApplyError } from "../runner/apply.ts";
import { pseudonymsOf } from "../runner/keys.ts";
import { load } from "../runner/load.ts";
import { fromStored } from "../runner/record.ts";
import type { Identifier } from "../subject/identifier.ts";
import { leading } from "../subject/vouching.ts";
import { acknowledge, acknowledgeByReply } from "./acknowledge.ts";
import {
  applyBy,
  type ChangeError,
  changeRequest,
  type FacadeContext,
  type OnRequest,
  type ReadError,
  readRequest,
  untilStopped,
} from "./context.ts";
import { type DueRequests, dueWithin, resume } from "./deadlines.ts";
import { follow } from "./follow.ts";
import { pageOf } from "./list-cursor.ts";
import { authorise } from "./policy.ts";
import { type PlanPreview, previewOf } from "./preview.ts";
import type { ProgressEvent } from "./progress.ts";
import { putFirst } from "./put-first.ts";
import { readEach } from "./read-each.ts";
import { checkNamesNobody, namesIn } from "./reason.ts";
import { type Submission, type SubmitError, type Submitted, submit } from "./submit.ts";
import { type RequestView, readView, viewOf } from "./view.ts";

export interface RequestList {
  readonly requests: readonly RequestView[];
  /** Those of this page whose record cannot be read: changed, cut short, or of a version that this code does not know. */
  readonly damaged: readonly DamagedRecord[];
  readonly cursor: string | null;
}

/** Requests: from somebody asking to the answer. Every call is for one actor, in that actor's tenant. */
export interface Requests {
  /**
   * Takes a request in, and has it confirmed by the address on record; until then nothing is read or erased.
   * Asking the same again while it is open answers the one that is open, where that knows all that is named now. Whether anybody knows the person plays
   * no part, and shows nowhere.
   *
   * Errors: `InvalidInput` for a malformed email address, or a category that no source holds; `NotAllowed`;
   * `StorageFailed`.
   */
  submit(submission: Submission): ResultAsync<Submitted, SubmitError>;

  /**
   * Acknowledges a request with the token that went to the address on record. Call it for a POST only: mail
   * scanners open links.
   *
   * Errors: `TokenRejected` for a token that is unknown, expired or used; of two at the same moment one is
   * accepted.
   */
  acknowledge(input: { readonly token: string }): ResultAsync<RequestView, InvalidInput | ApplyError>;

  /**
   * Acknowledges a request with the token of its reply address (`replyTokenOf`). `from` is whom the reply comes from, and
   * has to be proven beforehand (DMARC), or anybody could be that. It counts only where that is the address on record,
   * and uses the token up only then.
   *
   * Errors: as `acknowledge`, and `TokenRejected` with the reason `another-address`; `StorageFailed` where the address
   * on record could not be looked up.
   */
  acknowledgeByReply(input: {
    readonly token: string;
    readonly from: string;
  }): ResultAsync<RequestView, InvalidInput | ApplyError>;

  /** Sends a new token to the address on record; earlier ones stop working. */
  resendConfirmation(input: OnRequest): ResultAsync<RequestView, ChangeError>;

  /** Refuses a request (Art. 12(5) GDPR), with a reason. A letter tells the person so, what was done until then, and whom they can turn to. */
  decline(input: OnRequest & { readonly reason: string }): ResultAsync<RequestView, ChangeError>;

  /**
   * Calls a request off, with a reason. What sources did until then stays done, and stays to be read. Where an erasure had
   * erased something by then, or may have, a letter says so to the person, with the reason.
   */
  cancel(input: OnRequest & { readonly reason: string }): ResultAsync<RequestView, ChangeError>;

  read(input: OnRequest): ResultAsync<RequestView, ReadError>;

  /** Newest first, at most 100 a page. */
  list(query: {
    readonly actor: Actor;
    readonly open?: boolean;
    readonly cursor?: string;
    readonly limit?: number;
  }): ResultAsync<RequestList, ReadError>;

  /**
   * Follows a request to its end: first everything as it stands, then what changes. Ends when the request is
   * closed, with the event `closed`; fire the signal, or leave the loop, to stop earlier. Ends without that event where
   * the library stops: the request goes on then.
   */
  progress(
    input: OnRequest & { readonly signal?: AbortSignal },
  ): ResultAsync<AsyncIterable<ProgressEvent>, ReadError>;

  /** Who did what and when. Holds nothing personal, and stays after the erasure. */
  audit(input: OnRequest): ResultAsync<readonly AuditEntry[], ReadError>;

  /** Tries one source again, now. Errors: `NotPossibleNow` where it is done, or at work. */
  retrySource(input: OnRequest & { readonly source: string }): ResultAsync<RequestView, ChangeError>;

  /**
   * Closes one source by hand, with a reason: the request goes on without it, and can at best end as
   * `completed-with-exceptions`. Where its work is done, and a letter waits for it to say whose the address is, also of a
   * request that is closed, it is closed for letters alone: they go out by what the other sources say, and how the request
   * ends stays as it is.
   *
   * Errors: `NotPossibleNow` where it is done, and no letter waits for it.
   */
  settleSource(
    input: OnRequest & { readonly source: string; readonly reason: string },
  ): ResultAsync<RequestView, ChangeError>;

  /**
   * Answers the task that a source's owner was sent. `done` and `not-there` are checked where the source can be
   * asked; `cannot` turns the source to `warning`.
   */
  answerTask(
    input: OnRequest & {
      readonly source: string;
      readonly answer: "done" | "not-there" | "cannot";
      readonly note: string;
    },
  ): ResultAsync<RequestView, ChangeError>;

  /**
   * Says whose what is found by a shared identifier is, with a reason. `same-person`: all of it is the person's, and it
   * leads to further records like their own; of a telephone number or an address that holds for a day, and is asked anew
   * behind that where a source says otherwise. `somebody-else`: others have it as well; what is found by it alone is left,
   * and the request ends `completed-with-exceptions`. So is what is found by an address that alone has led to a number.
   */
  decideIdentifier(
    input: OnRequest & {
      readonly decision: string;
      readonly answer: "same-person" | "somebody-else";
      readonly reason: string;
    },
  ): ResultAsync<RequestView, ChangeError>;

  /**
   * What the request is going to do, a collection, from what the sources counted last: what an approval is given for.
   * Holds nothing personal.
   */
  preview(input: OnRequest): ResultAsync<PlanPreview, ReadError>;

  /**
   * Approves a plan, by its hash. Every source is then counted once more; only where that gives the same plan does the
   * work begin. Otherwise the new plan is put up, and has to be approved again.
   *
   * Errors: `ApprovalRejected` for another plan than the one that is put up, by whoever asked for the request, after
   * its time, and for a second approval; `NotPossibleNow` where no plan is put up.
   */
  approve(input: OnRequest & { readonly plan: string }): ResultAsync<RequestView, ChangeError>;

  /**
   * Extends the period to three months from receipt, once, with the reasons that the person is told (Art. 12(3) GDPR).
   * It counts from when the letter about it is accepted for delivery, which has to be within the first month.
   *
   * Errors: `NotPossibleNow` after the first month, and for a second extension.
   */
  extend(input: OnRequest & { readonly reason: string }): ResultAsync<RequestView, ChangeError>;

  /**
   * Says that it is in doubt who asks, and that they were asked (Art. 12(6) GDPR): the clock stands still, and nothing
   * is begun, until `resume`. Asking them is up to the application. A closed request that opens because its day has come is
   * opened with it, where nobody has done so yet. Errors: `NotPossibleNow` where it stands already.
   */
  suspend(input: OnRequest & { readonly reason: string }): ResultAsync<RequestView, ChangeError>;

  /** Says that it is known again who asks. The deadline moves by the days in which the clock stood still. */
  resume(input: OnRequest): ResultAsync<RequestView, ChangeError>;

  /**
   * Lets a request go before the others of the same person, which run in the order in which they were acknowledged, with
   * a reason. Whoever waits for people (a doubt about identity, a hold, an approval, a decision, a source that is for
   * people) is put off for it, and begins anew behind it; whoever is at work, has a task out that is done by hand, or has
   * made its package, is waited for: then this one is next.
   *
   * Errors: `NotPossibleNow` where it is not acknowledged, is at work itself, or is closed.
   */
  putFirst(input: OnRequest & { readonly reason: string }): ResultAsync<RequestView, ChangeError>;

  /** Open requests whose deadline is over, the oldest deadline first; while the clock stands still, none is. */
  overdue(input: { readonly actor: Actor }): ResultAsync<DueRequests, ReadError>;

  /** Open requests that will be overdue in so many days, those that are so already included. */
  due(input: { readonly actor: Actor; readonly within: number }): ResultAsync<DueRequests, ReadError>;

  /**
   * Sends a message again that could not be delivered, now: one that has failed, or that waits for its next try. What
   * is over by now (a package, a token) is made anew first, and goes out under a new id.
   *
   * Errors: `NotPossibleNow` where it was sent or withdrawn, or was not tried yet.
   */
  resendMessage(input: OnRequest & { readonly message: string }): ResultAsync<RequestView, ChangeError>;

  /**
   * Whom the request is about, and the shared identifiers that wait for a decision. Personal: show it, and keep
   * it nowhere. Errors: `KeyDestroyed` once the request is over.
   */
  reveal(input: OnRequest): ResultAsync<RevealedSubject, ChangeError>;
}

export interface RevealedSubject {
  readonly identifiers: readonly Identifier[];
  readonly undecided: readonly {
    readonly decision: string;
    readonly identifier: Identifier;
    /** How many further records of the source are found by it, and would be the person's as well. Left out: unknown. */
    readonly others?: number;
  }[];
}

export const mostListed = 100;

export const requestsOf = (context: FacadeContext): Requests => {
  const { services, policy } = context;
  return {
    submit: (submission) => submit(context, submission),
    acknowledge: ({ token }) => acknowledge(services, token),
    acknowledgeByReply: (input) => acknowledgeByReply(services, input),

    resendConfirmation: (input) =>
      changeRequest(context, input, "resend-message", {
        type: "confirmation-reissued",
        ...newConfirmation(services.randomness),
      }),

    decline: (input) =>
      changeRequest(context, input, "decline-request", { type: "declined", reason: input.reason }, input),

    cancel: (input) =>
      changeRequest(context, input, "cancel-request", { type: "cancelled", reason: input.reason }, input),

    read: (input) => readRequest(context, input).andThen((request) => readView(request, services)),

    list: ({ actor, open, cursor, limit = mostListed }) =>
      authorise(policy, actor, "read-requests")
        .andThen(({ tenant }) =>
          pageOf(["requests", tenant, open], cursor, (from) =>
            services.requestStore.list({ tenant, open, cursor: from, limit }),
          ),
        )
        .map(({ requests: stored, cursor: next = null }) => {
          const { read, damaged } = readEach(stored, (each) =>
            fromStored(each).andThen((request) => readView(request, services)),
          );
          return { requests: read, damaged, cursor: next };
        }),

    progress: (input) =>
      readRequest(context, input).map((request) =>
        follow(services, request, untilStopped(context, input.signal)),
      ),

    audit: (input) => readRequest(context, input).andThen((request) => services.requestStore.audit(request)),

    retrySource: (input) =>
      changeRequest(context, input, "retry-source", { type: "source-retried", source: input.source }),

    settleSource: (input) => {
      const { source, reason } = input;
      return changeRequest(
        context,
        input,
        "settle-source",
        { type: "source-settled", source, reason },
        input,
      );
    },

    answerTask: (input) => {
      const { source, answer, note } = input;
      return changeRequest(
        context,
        input,
        "answer-task",
        { type: "task-answered", source, answer, note },
        input,
      );
    },

    decideIdentifier: (input) =>
      authorise(policy, input.actor, "decide-identifier")
        .andThen(({ tenant }) =>
          load(services, { tenant, id: input.requestId }).andThen((opened) => {
            const { decision, answer, reason, actor } = input;
            const candidate = confidentialOf(opened.request).candidates[decision];
            if (candidate === undefined)
              return errAsync(new NotPossibleNow("There is no decision of this id to make."));
            return checkNamesNobody(reason, actor, namesIn(opened.request))
              .asyncAndThen(() => pseudonymsOf(services, tenant, [candidate]))
              .andThen(([pseudonym = ""]) =>
                applyBy(services, actor, opened, {
                  type: "identifier-decided",
                  decision,
                  answer,
                  pseudonym,
                  reason,
                }),
              );
          }),
        )
        .map(({ request }) => viewOf(request, services)),

    preview: (input) => readRequest(context, input).map(previewOf),

    approve: (input) =>
      changeRequest(context, input, "approve-plan", {
        type: "plan-approved",
        plan: input.plan,
        plainId: input.actor.id,
      }),

    extend: (input) => {
      const { reason } = input;
      return changeRequest(context, input, "keep-deadline", { type: "extended", reason }, input);
    },

    suspend: (input) => {
      const { reason } = input;
      return changeRequest(context, input, "keep-deadline", { type: "identity-questioned", reason }, input);
    },

    putFirst: (input) => putFirst(context, input),

    resume: (input) => resume(context, input),
    overdue: ({ actor }) => dueWithin(context, actor, 0),
    due: ({ actor, within }) => dueWithin(context, actor, within),

    resendMessage: (input) =>
      changeRequest(context, input, "resend-message", { type: "notice-retried", notice: input.message }),

    reveal: ({ actor, requestId }) =>
      authorise(policy, actor, "reveal-subject")
        .andThen(({ tenant }) => load(services, { tenant, id: requestId }))
        .andThen(({ request }) => {
          if (request.confidential === null) return errAsync(new KeyDestroyed());
          const { identifiers, candidates } = request.confidential;
          const undecided = request.decisions.flatMap(({ id, answer, others }) => {
            const identifier = candidates[id];
            return answer === null && identifier !== undefined
              ? [{ decision: id, identifier, ...(others !== undefined && { others }) }]
              : [];
          });
          return okAsync({ identifiers: leading(identifiers), undecided });
        }),
  };
};
