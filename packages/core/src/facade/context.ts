import { trueOrFalse } from "../bridge/asked.ts";
import {
  type CallFailed,
  type Damaged,
  type InvalidInput,
  KeyDestroyed,
  type NotAllowed,
  type RequestNotFound,
  type StorageFailed,
} from "../errors.ts";
import type { Actor } from "../request/actor.ts";
import type { RequestEvent } from "../request/events.ts";
import type { Category, RequestKind } from "../request/kinds.ts";
import type { Acknowledger, Request } from "../request/request.ts";
import { errAsync, ok, type Result, type ResultAsync } from "../result.ts";
import { type ApplyError, apply } from "../runner/apply.ts";
import { applyWithoutKey } from "../runner/commit-without-key.ts";
import { load, loadToEnd, type Opened } from "../runner/load.ts";
import { fromFound } from "../runner/record.ts";
import { recordedAs, recordedWithoutKey } from "../runner/recorded-actor.ts";
import type { Services } from "../runner/services.ts";
import type { Identifier } from "../subject/identifier.ts";
import { authorise, type PolicyAction, type SafePolicy } from "./policy.ts";
import { checkNamesNobody, namesIn } from "./reason.ts";
import { type RequestView, viewOf } from "./view.ts";

/**
 * Which requests begin only when somebody else than who asked has approved what is going to be done. Where it throws, or
 * answers neither true nor false, it is told to `onError`, and the request needs approval.
 */
export type NeedsApproval = (about: {
  readonly tenant: string;
  readonly kind: RequestKind;
  readonly category: Category;
}) => boolean | Promise<boolean>;

/** The same, safe to ask. Errors: it could not say. */
export interface SafeNeedsApproval {
  readonly asks: (about: Parameters<NeedsApproval>[0]) => ResultAsync<boolean, CallFailed>;
}

/** Makes what an application handed in safe to ask. */
export const safeNeedsApproval = (needsApproval: NeedsApproval): SafeNeedsApproval => ({
  asks: (about) => trueOrFalse("needs-approval", "needsApproval", () => needsApproval(about)),
});

/** What every call of the facade works with. */
export interface FacadeContext {
  readonly services: Services;
  readonly policy: SafePolicy;
  readonly acknowledgedBy: Acknowledger;
  readonly needsApproval: SafeNeedsApproval;
}

/** For whoever follows something: until they say so, and no longer than the library runs. */
export const untilStopped = (
  { services: { stopped } }: FacadeContext,
  signal: AbortSignal | undefined,
): AbortSignal => (signal === undefined ? stopped : AbortSignal.any([stopped, signal]));

/** An actor, and the request that the call is about. */
export interface OnRequest {
  readonly actor: Actor;
  readonly requestId: string;
}

export type ReadError = InvalidInput | NotAllowed | RequestNotFound | StorageFailed | Damaged;
export type ChangeError = InvalidInput | NotAllowed | ApplyError;

/** A request as it is stored, without what is personal. */
export const readRequest = (
  { services, policy }: FacadeContext,
  { actor, requestId }: OnRequest,
  action: PolicyAction = "read-requests",
): ResultAsync<Request, ReadError> =>
  authorise(policy, actor, action)
    .andThen(({ tenant }) => services.requestStore.read({ tenant, id: requestId }))
    .andThen(fromFound);

/** Lets an actor's decision happen to a request. Words that are kept with it have to name nobody. */
export const changeRequest = (
  { services, policy }: FacadeContext,
  { actor, requestId }: OnRequest,
  action: PolicyAction,
  event: RequestEvent,
  words?: { readonly reason: string } | { readonly note: string },
): ResultAsync<RequestView, ChangeError> =>
  authorise(policy, actor, action)
    .andThen(({ tenant }) => {
      const key = { tenant, id: requestId };
      const check = (names: readonly Identifier[]): Result<void, InvalidInput> => {
        if (words === undefined) return ok(undefined);
        return "reason" in words
          ? checkNamesNobody(words.reason, actor, names)
          : checkNamesNobody(words.note, actor, names, "note");
      };
      return (isEnding(event) ? loadToEnd : load)(services, key)
        .andThen((opened) => check(namesIn(opened.request)).map(() => opened))
        .andThen((opened) => applyBy(services, actor, opened, event))
        .map(({ request }) => request)
        .orElse((error) =>
          error instanceof KeyDestroyed && (isEnding(event) || event.type === "source-settled")
            ? check([])
                .asyncAndThen(() => recordedWithoutKey(services, actor))
                .andThen((by) => applyWithoutKey(services, key, event, by))
            : errAsync(error),
        );
    })
    .map((request) => viewOf(request, services));

/** Lets something happen to a request that was opened, as what this actor did. */
export const applyBy = (
  services: Services,
  actor: Actor,
  opened: Opened,
  event: RequestEvent,
): ResultAsync<Opened, ApplyError> =>
  recorded(services, actor, opened, event).andThen((by) =>
    apply(services, opened.request, event, by, opened),
  );

const recorded = (services: Services, actor: Actor, { request }: Opened, event: RequestEvent) =>
  isEnding(event) || (request.phase === "closed" && event.type === "source-settled")
    ? recordedWithoutKey(services, actor)
    : recordedAs(services, actor);

const isEnding = ({ type }: RequestEvent): boolean => type === "cancelled" || type === "declined";
