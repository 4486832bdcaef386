import type { AuditDraft, AuditEntry } from "../audit/entry.ts";
import type { RequestStore } from "../bridge/define-request-store.ts";
import type { StorageFailed } from "../errors.ts";
import { instant } from "../instant.ts";
import { systemActorId } from "../request/actor.ts";
import type { Happening, RequestEvent } from "../request/events.ts";
import type { Request } from "../request/request.ts";
import { err, ok, type Result } from "../result.ts";
import { decide, type Refusal } from "../workflows/decide.ts";
import { chained } from "./chained.ts";
import { jitter } from "./jitter.ts";
import type { Opened } from "./load.ts";
import { toStored } from "./record.ts";
import type { Services } from "./services.ts";
import { type Signing, withSignature } from "./signed-end.ts";

/** A request as it was stored, and what of it could not be. */
export interface Committed extends Opened {
  /** For each event in turn: why it did not fit the request any more; null where it happened. */
  readonly refusals: readonly (Refusal | null)[];
}

/**
 * Decides what becomes of a request to which these things happen one after the other, and commits all of it at
 * once; null where somebody else was faster. What is refused leaves the others as they are; where all are, nothing
 * is committed. Where another request works on the same person, this one is put off.
 *
 * @param store where to commit: the store, or a transaction of it
 */
export const decideAndCommit = async (
  services: Services,
  store: Pick<RequestStore, "commit">,
  { request, key }: Opened,
  events: readonly RequestEvent[],
  actor: string,
  blockedBy?: string,
): Promise<Result<Committed | null, StorageFailed>> => {
  const {
    next: decided,
    entries: drafts,
    refusals,
  } = decideInTurn(services, request, events, actor, blockedBy);
  if (refusals.every((refusal) => refusal !== null)) return ok({ request, key, refusals });
  const { request: next, entries } = audited(services, request, decided, drafts);
  const stored = await store.commit({
    request: toStored(next, next.key === "destroyed" ? null : key, services.rules, services.randomness),
    expectedVersion: request.version,
    entries,
  });
  if (stored.isErr()) return err(stored.error);
  switch (stored.value.outcome) {
    case "changed":
      return ok(null);
    case "claimed":
      return decideAndCommit(services, store, { request, key }, events, actor, stored.value.by);
    case "committed":
      return ok({ request: next, key, refusals });
  }
};

interface DecidedInTurn {
  readonly next: Request;
  readonly entries: readonly AuditDraft[];
  readonly refusals: readonly (Refusal | null)[];
}

/** Where it is put off, what happened stays true, and what somebody said stays said: only the work waits. */
const decideInTurn = (
  { clock, rules, randomness }: Services,
  request: Request,
  events: readonly RequestEvent[],
  actor: string,
  blockedBy: string | undefined,
): DecidedInTurn => {
  const at = instant(clock.now());
  const entries: AuditDraft[] = [];
  let next = request;
  const happen = (happening: Happening): Refusal | null => {
    const decided = decide(next, happening, rules);
    if (decided.isErr()) return decided.error;
    next = decided.value.request;
    entries.push(...decided.value.entries);
    return null;
  };
  const refusals = events.map((event) =>
    event.type === "claimed" && blockedBy !== undefined ? null : happen({ ...event, actor, at }),
  );
  if (blockedBy !== undefined) {
    const put = {
      type: "blocked",
      by: blockedBy,
      jitter: jitter(randomness),
      actor: systemActorId,
      at,
    } as const;
    const refusal = happen(put);
    if (refusal !== null) return { next: request, entries: [], refusals: events.map(() => refusal) };
  }
  // Many decisions, one commit.
  return { next: { ...next, version: request.version + 1 }, entries, refusals };
};

/**
 * A request behind a decision, with its audit numbered and chained, and signed.
 *
 * @param before as it was read; null for a new one
 */
export const audited = (
  signing: Signing,
  before: Request | null,
  decided: Request,
  drafts: readonly AuditDraft[],
): { readonly request: Request; readonly entries: AuditEntry[] } => {
  const { entries, auditHead } = chained({ ...decided, audited: decided.audited - drafts.length }, drafts);
  return { request: withSignature(signing, before, { ...decided, auditHead }), entries };
};
