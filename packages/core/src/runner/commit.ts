import type { AuditDraft, AuditEntry } from "../audit/entry.ts";
import type { RequestStore } from "../bridge/define-request-store.ts";
import type { StorageFailed } from "../errors.ts";
import { instant } from "../instant.ts";
import { systemActorId } from "../request/actor.ts";
import type { Decision } from "../request/change.ts";
import type { Happening, RequestEvent } from "../request/events.ts";
import type { Request } from "../request/request.ts";
import { err, ok, type Result } from "../result.ts";
import { decide, type Refusal } from "../workflows/decide.ts";
import { jitter } from "./jitter.ts";
import type { Opened } from "./load.ts";
import { toStored } from "./record.ts";
import type { Services } from "./services.ts";

/**
 * Decides what becomes of a request, and commits it, once; null where somebody else was faster. Where another
 * request works on the same person, this one is put off.
 *
 * @param store where to commit: the store, or a transaction of it
 */
export const decideAndCommit = async (
  services: Services,
  store: Pick<RequestStore, "commit">,
  { request, key }: Opened,
  event: RequestEvent,
  actor: string,
  blockedBy?: string,
): Promise<Result<Opened | null, StorageFailed | Refusal>> => {
  const happening: Happening = { ...event, actor, at: instant(services.clock.now()) };
  const decided =
    blockedBy === undefined
      ? decide(request, happening, services.rules)
      : putOff(services, request, happening, blockedBy);
  if (decided.isErr()) return err(decided.error);
  const next = decided.value.request;
  const stored = await store.commit({
    request: toStored(next, next.key === "destroyed" ? null : key, services.rules, services.randomness),
    expectedVersion: request.version,
    entries: entriesFor(next, decided.value.entries),
  });
  if (stored.isErr()) return err(stored.error);
  switch (stored.value.outcome) {
    case "changed":
      return ok(null);
    case "claimed":
      return decideAndCommit(services, store, { request, key }, event, actor, stored.value.by);
    case "committed":
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

export const entriesFor = (request: Request, drafts: readonly AuditDraft[]): AuditEntry[] =>
  drafts.map((draft, index) => ({
    ...draft,
    tenant: request.tenant,
    requestId: request.id,
    sequence: request.audited - drafts.length + index + 1,
  }));
