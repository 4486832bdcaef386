import { instant } from "../instant.ts";
import type { RequestKey, StoredRequest } from "../ports/request-store.ts";
import { systemActorId } from "../request/actor.ts";
import type { RequestEvent } from "../request/events.ts";
import type { Request } from "../request/request.ts";
import { reopensAt } from "../request/retention.ts";
import { everything, isKeyLost, troublesOf } from "../request/trouble.ts";
import { orThrow } from "../result.ts";
import { dueActions, isPausing, needsNoKey } from "../workflows/actions.ts";
import { commitWithoutKey } from "./commit-without-key.ts";
import { send } from "./effects/send.ts";
import { jitter } from "./jitter.ts";
import { fromStored } from "./record.ts";
import type { Services } from "./services.ts";
import { endSuppressions } from "./suppressing.ts";

/**
 * Goes on with a request whose key is not there. Where a process died, or still is, between destroying the key of a
 * closed request and storing that, it is stored now. Where the request still needs its key, that is lost: it is shown
 * and told, and looked at again later, in case the key ring comes back from a backup.
 *
 * @param lost is called when it is known that the key is lost: once, as long as it is
 * @throws StorageFailed, Damaged
 */
export const goOnWithoutKey = async (
  services: Services,
  key: RequestKey,
  signal: AbortSignal,
  lost: () => void,
): Promise<void> => {
  const stored = orThrow(await services.requestStore.read(key));
  if (stored === undefined) return;
  const request = orThrow(fromStored(stored));
  if (request.key === "destroyed") return;
  if (!stored.open && reopensAt(request) === null) {
    orThrow(await endSuppressions(services, request));
    await commitWithoutKey(services, stored, { type: "finalised" }, systemActorId);
    return;
  }
  if (!isKeyLost(request)) lost();
  const told = isPutOff(request, services) ? { stored, request } : await lose(services, stored);
  if (told !== null) await warn(services, told, signal);
};

interface Kept {
  readonly stored: StoredRequest;
  readonly request: Request;
}

const isPutOff = (request: Request, { clock, rules }: Services): boolean =>
  troublesOf(request).some(
    ({ work, nextAttemptAt }) => work === everything && isPausing(nextAttemptAt, rules, instant(clock.now())),
  );

const lose = (services: Services, stored: StoredRequest): Promise<Kept | null> =>
  happened(services, stored, {
    type: "work-failed",
    work: everything,
    problem: { code: "key-lost", retryable: false },
    jitter: jitter(services.randomness),
  });

const happened = async (
  services: Services,
  stored: StoredRequest,
  event: RequestEvent,
): Promise<Kept | null> => {
  const request = await commitWithoutKey(services, stored, event, systemActorId);
  if (request === null) return null;
  const now = orThrow(await services.requestStore.read(stored));
  return now === undefined ? null : { stored: now, request: orThrow(fromStored(now)) };
};

/** Nothing that is told of trouble is personal. */
const noKey = new Uint8Array();

const warn = async (services: Services, kept: Kept, signal: AbortSignal): Promise<void> => {
  let { stored, request } = kept;
  for (const action of dueActions(request, services.rules, instant(services.clock.now()))) {
    if (action.do !== "send" || !needsNoKey(action)) continue;
    const effect = {
      services,
      request,
      key: noKey,
      signal,
      record: async () => undefined,
      recordTogether: null,
    };
    const event = await send(effect, action.notice);
    const next = await happened(services, stored, event);
    if (next === null) return;
    ({ stored, request } = next);
  }
};
