import type { AuditDraft, AuditEntry } from "../audit/entry.ts";
import {
  ChangedMeanwhile,
  type Damaged,
  KeyDestroyed,
  RequestNotFound,
  type StorageFailed,
} from "../errors.ts";
import { instant } from "../instant.ts";
import type { RequestKey } from "../ports/request-store.ts";
import { systemActorId } from "../request/actor.ts";
import type { Decision } from "../request/change.ts";
import type { Happening, RequestEvent } from "../request/events.ts";
import type { Request } from "../request/request.ts";
import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "../result.ts";
import { wakeAt } from "../workflows/actions.ts";
import { decide, type Refusal } from "../workflows/decide.ts";
import { jitter } from "./jitter.ts";
import { useRequestKey } from "./keys.ts";
import { fromFound, fromSealed, fromStored, toStored } from "./record.ts";
import type { Services } from "./services.ts";

export type LoadError = RequestNotFound | StorageFailed | KeyDestroyed | Damaged;
export type ApplyError = LoadError | ChangedMeanwhile | Refusal;

/** A request together with the key that opened it. */
export interface Opened {
  readonly request: Request;
  /** Null once it is destroyed. */
  readonly key: Uint8Array | null;
}

/** Reads a request, personal part included as long as its key is there. */
export const load = (services: Services, key: RequestKey): ResultAsync<Opened, LoadError> =>
  services.requestStore
    .read(key)
    .andThen((stored) => (stored === undefined ? errAsync(new RequestNotFound()) : okAsync(stored)))
    .andThen((stored) =>
      stored.sealed === null
        ? fromStored(stored).map((request): Opened => ({ request, key: null }))
        : useRequestKey(services, key).andThen((secret) =>
            fromSealed(stored, secret).map((request): Opened => ({ request, key: secret })),
          ),
    );

/**
 * Reads a request that is to be ended, for which its key is not needed: without its key it could go nowhere else.
 */
export const loadToEnd = (services: Services, key: RequestKey): ResultAsync<Opened, LoadError> =>
  load(services, key).orElse((error) =>
    error instanceof KeyDestroyed
      ? services.requestStore
          .read(key)
          .andThen(fromFound)
          .map((request): Opened => ({ request: { ...request, key: "destroyed" }, key: null }))
      : errAsync(error),
  );

/** How often a decision is made again because somebody else was faster. */
const tries = 25;

/**
 * Lets something happen to a request, and stores what was decided: the new state, the audit and the next
 * wake-up, together or not at all. Where another commit came first, the decision is made again on what is there
 * now; where another request works on the same person, this one is put off.
 *
 * Errors: what `load` and `decide` answer; `ChangedMeanwhile` where others were faster again and again.
 */
export const apply = (
  services: Services,
  key: RequestKey,
  event: RequestEvent,
  actor: string = systemActorId,
  known?: Opened,
): ResultAsync<Opened, ApplyError> =>
  new ResultAsync(
    (async () => {
      let opened: Result<Opened, LoadError> = known === undefined ? await load(services, key) : ok(known);
      for (let attempt = 0; attempt < tries; attempt += 1) {
        if (opened.isErr()) return err(opened.error);
        const done = await commit(services, opened.value, {
          ...event,
          actor,
          at: instant(services.clock.now()),
        });
        if (done.isErr()) return err(done.error);
        if (done.value !== null) return ok(done.value);
        opened = await load(services, key);
      }
      return err(new ChangedMeanwhile());
    })(),
  );

/** One try; null where somebody else was faster. */
const commit = async (
  services: Services,
  { request, key }: Opened,
  happening: Happening,
  blockedBy?: string,
): Promise<Result<Opened | null, StorageFailed | Refusal>> => {
  const decided =
    blockedBy === undefined
      ? decide(request, happening, services.rules)
      : putOff(services, request, happening, blockedBy);
  if (decided.isErr()) return err(decided.error);
  const next = decided.value.request;
  const stored = await services.requestStore.commit({
    request: toStored(next, next.key === "destroyed" ? null : key, services.rules, services.randomness),
    expectedVersion: request.version,
    entries: entriesFor(next, decided.value.entries),
  });
  if (stored.isErr()) return err(stored.error);
  switch (stored.value.outcome) {
    case "changed":
      return ok(null);
    case "claimed":
      return commit(services, { request, key }, happening, stored.value.by);
    case "committed":
      await announce(services, next);
      return ok({ request: next, key });
  }
};

/** What happened stays true, and what somebody said stays said: only the work is put off. */
const putOff = (
  services: Services,
  request: Request,
  happening: Happening,
  by: string,
): Result<Decision, Refusal> => {
  const { rules, randomness } = services;
  const { at } = happening;
  const blocked: Happening = { type: "blocked", by, jitter: jitter(randomness), actor: systemActorId, at };
  if (happening.type === "claimed") return decide(request, blocked, rules);
  return decide(request, happening, rules).andThen((first) =>
    decide(first.request, blocked, rules).map(({ request: last, entries }) => ({
      // Two decisions, one commit.
      request: { ...last, version: first.request.version },
      entries: [...first.entries, ...entries],
    })),
  );
};

/** Makes prompt what the store knows already: a wake-up that gets lost here is found when the store is asked. */
export const announce = async (services: Services, request: Request): Promise<void> => {
  services.signals.changed(request);
  const runAt = wakeAt(request, services.rules);
  if (runAt === null) return;
  await services.dispatcher
    .enqueue({ tenant: request.tenant, requestId: request.id, runAt })
    .catch(() => undefined);
};

export const entriesFor = (request: Request, drafts: readonly AuditDraft[]): AuditEntry[] =>
  drafts.map((draft, index) => ({
    ...draft,
    tenant: request.tenant,
    requestId: request.id,
    sequence: request.audited - drafts.length + index + 1,
  }));
