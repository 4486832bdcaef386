import { z } from "zod";
import { newId } from "../crypto.ts";
import { IdempotencyKeyReused, type KeyDestroyed, type StorageFailed } from "../errors.ts";
import { type Actor, actorAsIdentifier } from "../request/actor.ts";
import { err, ok, type Result, type ResultAsync } from "../result.ts";
import { pseudonymsOf } from "../runner/keys.ts";
import type { Services } from "../runner/services.ts";

/**
 * What an idempotency key comes to: the id that what is made under it gets, and a keyed hash of what was asked for. Both
 * follow from the key alone, so that a second call finds what the first one made, in whichever process, and nothing has
 * to be kept for it.
 */
export interface OnceOnly {
  readonly id: string;
  readonly submission: string;
}

export const idempotencyKeySchema = z
  .string("an idempotency key is a text")
  .regex(/^[!-~]{1,200}$/, "an idempotency key is 1 to 200 characters of ASCII without spaces");

/**
 * @param asked what was asked for, as it was checked, in an order that is always the same
 * @param part which one it is, where one call makes several
 */
export const onceOnly = (
  services: Services,
  actor: Actor,
  key: string,
  asked: readonly unknown[],
  part = 0,
): ResultAsync<OnceOnly, StorageFailed | KeyDestroyed> =>
  pseudonymsOf(services, actor.tenant, [
    { type: "idempotency-key", value: JSON.stringify([actorAsIdentifier(actor).value, key, part]) },
    { type: "submission", value: JSON.stringify(asked) },
  ]).map(([hash = "", submission = ""]) => ({
    id: newId({ bytes: (length) => Buffer.from(hash, "hex").subarray(0, length) }),
    submission,
  }));

/** Whether what was made under the key is what is asked for now. */
export const sameAsBefore = (
  { submission }: OnceOnly,
  before: string | undefined,
): Result<void, IdempotencyKeyReused> =>
  before === submission ? ok(undefined) : err(new IdempotencyKeyReused());
