import type { Transact, Transaction } from "../bridge/transaction.ts";
import { ChangedMeanwhile, NotPossibleNow, RequestNotFound } from "../errors.ts";
import type { RequestKey } from "../ports/request-store.ts";
import { systemActorId } from "../request/actor.ts";
import type { RequestEvent } from "../request/events.ts";
import type { Act } from "../request/guard.ts";
import { err, ok, type Result, ResultAsync } from "../result.ts";
import { type ApplyError, tries } from "./apply.ts";
import { decideAndCommit } from "./commit.ts";
import { isUndone } from "./guard.ts";
import { type Opened, openWith } from "./load.ts";
import type { Services } from "./services.ts";

/** What is done inside a transaction of the store; answers what then has happened to the request. */
export type Joined<Failure> = (handle: unknown) => Promise<Result<RequestEvent, Failure>>;

/**
 * Like `apply`, for work whose own changes are stored together with the record of it; where anything fails,
 * neither is. The request is read, and locked, after the work: others may have changed it meanwhile. Announces
 * nothing: that is for when it is stored.
 *
 * Inside, nothing uses a store or the key ring but through the transaction, and nothing waits for anybody who
 * does: over one connection, all of them wait until the transaction ends.
 *
 * @param secret the key of the request, taken from the key ring before
 * @param act what the work is: whatever stops that before the end undoes it
 */
export const applyTogether = <Failure>(
  services: Services,
  transact: Transact,
  key: RequestKey,
  secret: Uint8Array | null,
  act: Act,
  work: Joined<Failure>,
): ResultAsync<Opened, ApplyError | Failure> => {
  const once = () =>
    transact<Opened, ApplyError | Failure>(async (transaction) => {
      const event = await work(transaction.handle);
      if (event.isErr()) return err(event.error);
      return record(services, transaction, key, secret, act, event.value);
    });
  const again = async (attempt: number): Promise<Result<Opened, ApplyError | Failure>> => {
    const done = await once();
    const isLate = done.isErr() && done.error instanceof ChangedMeanwhile;
    return isLate && attempt < tries ? again(attempt + 1) : done;
  };
  return new ResultAsync(again(1));
};

const record = async (
  services: Services,
  transaction: Transaction,
  key: RequestKey,
  secret: Uint8Array | null,
  act: Act,
  event: RequestEvent,
): Promise<Result<Opened, ApplyError>> => {
  const found = await transaction.read(key);
  if (found.isErr()) return err(found.error);
  if (found.value === undefined) return err(new RequestNotFound());
  const opened = openWith(found.value, secret);
  if (opened.isErr()) return err(opened.error);
  if (await isUndone(services, transaction, opened.value.request, act)) {
    return err(new NotPossibleNow("It was stopped before it was stored, and is undone."));
  }
  const done = await decideAndCommit(services, transaction, opened.value, [event], systemActorId);
  return done.andThen((stored): Result<Opened, ApplyError> => {
    // Somebody was faster all the same: the work is undone with the record of it.
    if (stored === null) return err(new ChangedMeanwhile());
    const [refusal] = stored.refusals;
    return refusal ? err(refusal) : ok({ request: stored.request, key: stored.key });
  });
};
