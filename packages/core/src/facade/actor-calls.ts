import { type InvalidInput, type KeyDestroyed, NotAllowed, type StorageFailed } from "../errors.ts";
import type { Actor, RecordedActor } from "../request/actor.ts";
import { err, ok, type ResultAsync } from "../result.ts";
import { recordedAs } from "../runner/recorded-actor.ts";
import type { FacadeContext } from "./context.ts";
import { authorise, type PolicyAction } from "./policy.ts";

/** What is asked about whoever calls, and about no request. */
export interface ActorCalls {
  /**
   * Whether the policy lets this actor do something, for pages that offer only what will not be refused. Every call
   * asks the policy again by itself. Errors: `InvalidInput` where the actor is none, or nothing is called so.
   */
  allows(input: { readonly actor: Actor; readonly action: PolicyAction }): ResultAsync<boolean, InvalidInput>;
  /**
   * Under what name records, audits and evidence have this actor: `actor-` and 32 hexadecimal digits, another in every
   * tenant. It cannot be turned back: to find out who acted, ask for everybody whom the application knows, and compare. It
   * asks no policy: what it needs is the id. Errors: `InvalidInput` where the actor is none; `StorageFailed`,
   * `KeyDestroyed` where the key of the tenant's pseudonyms is not to be had.
   */
  recordedAs(input: {
    readonly actor: Actor;
  }): ResultAsync<RecordedActor, InvalidInput | StorageFailed | KeyDestroyed>;
}

export const actorCallsOf = ({ services, policy }: FacadeContext): ActorCalls => ({
  allows: ({ actor, action }) =>
    authorise(policy, actor, action)
      .map(() => true)
      .orElse((error) => (error instanceof NotAllowed ? ok(false) : err(error))),

  recordedAs: ({ actor }) => recordedAs(services, actor),
});
