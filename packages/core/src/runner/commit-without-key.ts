import { ChangedMeanwhile, KeyDestroyed, RequestNotFound, SubjectRightsError } from "../errors.ts";
import { instant } from "../instant.ts";
import type { RequestKey, StoredRequest } from "../ports/request-store.ts";
import type { RecordedActor } from "../request/actor.ts";
import type { RequestEvent } from "../request/events.ts";
import type { Request } from "../request/request.ts";
import { orThrow, ResultAsync } from "../result.ts";
import { decide } from "../workflows/decide.ts";
import { type ApplyError, tries } from "./apply.ts";
import { audited } from "./commit.ts";
import { fromStored, toStored } from "./record.ts";
import type { Services } from "./services.ts";

/**
 * Lets something happen to a request whose key is not there. What is personal stays as it is stored, until the key is
 * destroyed for good.
 *
 * @returns the request as it is then; null where somebody else was faster, and it has to be read again
 * @throws StorageFailed, Damaged, NotPossibleNow
 */
export const commitWithoutKey = async (
  services: Services,
  stored: StoredRequest,
  event: RequestEvent,
  actor: RecordedActor,
): Promise<Request | null> => {
  const { clock, rules, randomness, requestStore } = services;
  const at = instant(clock.now());
  const before = orThrow(fromStored(stored));
  const decided = orThrow(decide(before, { ...event, actor, at }, rules));
  const { request, entries } = audited(services, before, decided.request, decided.entries);
  const { outcome } = orThrow(
    await requestStore.commit({
      request: { ...orThrow(toStored(request, null, rules, randomness)), sealed: kept(request, stored) },
      expectedVersion: stored.version,
      entries,
    }),
  );
  return outcome === "committed" ? request : null;
};

/**
 * Lets what somebody has decided happen to a closed request whose key is lost, again where others were faster.
 *
 * Errors: as `apply`.
 */
export const applyWithoutKey = (
  services: Services,
  key: RequestKey,
  event: RequestEvent,
  actor: RecordedActor,
): ResultAsync<Request, ApplyError> => {
  const applied = async (): Promise<Request> => {
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const stored = orThrow(await services.requestStore.read(key));
      if (stored === undefined) throw new RequestNotFound();
      // An open one goes nowhere without its key, and can only be ended.
      if (stored.open) throw new KeyDestroyed();
      const request = await commitWithoutKey(services, stored, event, actor);
      if (request !== null) return request;
    }
    throw new ChangedMeanwhile();
  };
  return ResultAsync.fromPromise(applied(), (thrown) => {
    if (thrown instanceof SubjectRightsError) return thrown as ApplyError;
    throw thrown;
  });
};

const kept = ({ key }: Request, { sealed }: StoredRequest): string | null =>
  key === "destroyed" ? null : sealed;
