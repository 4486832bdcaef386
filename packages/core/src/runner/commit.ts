import type { AuditDraft, AuditEntry } from "../audit/entry.ts";
import type { RequestStore } from "../bridge/define-request-store.ts";
import type { Damaged, StorageFailed } from "../errors.ts";
import { instant } from "../instant.ts";
import { type RecordedActor, systemActorId } from "../request/actor.ts";
import type { Happening, RequestEvent } from "../request/events.ts";
import { areOfTwo, isAhead } from "../request/line.ts";
import { outageClaim } from "../request/outage.ts";
import type { Request } from "../request/request.ts";
import type { StandingKind } from "../request/standings.ts";
import type { SourceStep } from "../request/steps.ts";
import { standingsOf, waitingOf } from "../request/waiting.ts";
import { err, ok, Result } from "../result.ts";
import { canLookAfter, lookedAfterBy } from "../workflows/actions.ts";
import { decide, type Refusal } from "../workflows/decide.ts";
import { missingSteps } from "../workflows/transitions/registering.ts";
import { chained } from "./chained.ts";
import { jitter } from "./jitter.ts";
import { lineOf } from "./line.ts";
import type { Opened } from "./load.ts";
import { fromStored, toStored } from "./record.ts";
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
 * is committed. Where another request works on the same person, or goes first, this one is put off; where another one looks after the
 * outage of a source that this one has met, this one waits for it. Sources that were
 * registered since the request was acknowledged come first, and are stored whatever becomes of the rest.
 *
 * @param store where to commit: the store, or a transaction of it
 */
export const decideAndCommit = async (
  services: Services,
  store: Pick<RequestStore, "commit">,
  { request, key }: Opened,
  events: readonly RequestEvent[],
  actor: RecordedActor,
  others: Others = noOthers,
): Promise<Result<Committed | null, StorageFailed | Damaged>> => {
  const { next: decided, entries: drafts, refusals } = decideInTurn(services, request, events, actor, others);
  if (decided === request) return ok({ request, key, refusals });
  const ahead = others.blockedBy === null ? await firstAhead(services, request, decided) : ok(null);
  if (ahead.isErr()) return err(ahead.error);
  if (ahead.value !== null) {
    const blockedBy = blockerOf(ahead.value);
    return decideAndCommit(services, store, { request, key }, events, actor, { ...others, blockedBy });
  }
  const { request: next, entries } = audited(services, request, decided, drafts);
  const secret = next.key === "destroyed" ? null : key;
  const written = toStored(next, secret, services.rules, services.randomness);
  if (written.isErr()) return err(written.error);
  const expectedVersion = request.version;
  const stored = await store.commit({ request: written.value, expectedVersion, entries });
  if (stored.isErr()) return err(stored.error);
  switch (stored.value.outcome) {
    case "changed":
      return ok(null);
    case "claimed": {
      const met = await whatIsClaimed(services, request, next, stored.value.by, others);
      if (met.isErr()) return err(met.error);
      return met.value === null
        ? ok(null)
        : decideAndCommit(services, store, { request, key }, events, actor, met.value);
    }
    case "committed":
      return stillWaiting(services, store, { request: next, key, refusals }, others);
  }
};

/** What is known of others by now. */
interface Others {
  /** The request that works on the same person, or goes first. */
  readonly blockedBy: Blocker | null;
  /** Who looks after the outage of a source, by source. */
  readonly lookingAfter: ReadonlyMap<string, string>;
  /** What is claimed by requests of other people: addresses that both have had. */
  readonly apart: readonly string[];
}

interface Blocker {
  readonly id: string;
  /** What that one waits for itself. */
  readonly waitsFor: readonly StandingKind[];
}

const blockerOf = (request: Request): Blocker => ({
  id: request.id,
  // Somebody may have changed anything in its record.
  waitsFor: Result.fromThrowable(() => [...new Set(waitingOf(request).map((each) => each.for))])().unwrapOr(
    [],
  ),
});

/**
 * The first of those that go before a request which takes somebody on; null where none does. Whoever is acknowledged after
 * this was looked at takes a place behind, so that looking and claiming need not be one.
 */
const firstAhead = async (
  services: Services,
  before: Request,
  next: Request,
): Promise<Result<Request | null, StorageFailed>> => {
  const added = next.claims.filter((claim) => !before.claims.includes(claim));
  if (added.length === 0) return ok(null);
  return (await lineOf(services, next, added)).map(
    (line) => line.find((other) => isAhead(other, next)) ?? null,
  );
};

const noOthers: Others = { blockedBy: null, lookingAfter: new Map(), apart: [] };

/** What another request or sweep had claimed when a commit was refused; null where it has let go since. */
const whatIsClaimed = async (
  { requestStore }: Pick<Services, "requestStore">,
  before: Request,
  next: Request,
  by: string,
  others: Others,
): Promise<Result<Others | null, StorageFailed>> => {
  const met = lookedAfterBy(next).filter((source) => !lookedAfterBy(before).includes(source));
  return (await requestStore.read({ tenant: next.tenant, id: by })).map((holder) => {
    const known = holder && fromStored(holder).unwrapOr(null);
    const theirs = next.claims.filter((claim) => holder?.claims.includes(claim));
    if (known && theirs.length > 0 && areOfTwo(known, next)) {
      return { ...others, apart: [...others.apart, ...theirs] };
    }
    const blocked: Others = {
      ...others,
      blockedBy: known ? blockerOf(known) : { id: by, waitsFor: [] },
      lookingAfter: new Map([...others.lookingAfter, ...met.map((source) => [source, by] as const)]),
    };
    if (met.length === 0) return blocked;
    if (holder === undefined || holder.claims.some((claim) => next.claims.includes(claim))) return blocked;
    // It may have been answered since: then this one is as if it had waited, and goes on at once.
    const letters = known?.notices.flatMap(({ asked }) => asked ?? []) ?? [];
    const past = [...(known?.steps ?? []), ...letters].filter(({ lastOutage }) => lastOutage != null);
    const held = met.filter(
      (source) => holder.claims.includes(outageClaim(source)) || past.some((step) => step.source === source),
    );
    if (held.length === 0) return null;
    const lookingAfter = new Map([...others.lookingAfter, ...held.map((source) => [source, by] as const)]);
    return { ...others, lookingAfter };
  });
};

/** Whoever looks after an outage may have told everybody that it is over at the moment at which this one began to wait. */
const stillWaiting = async (
  services: Services,
  store: Pick<RequestStore, "commit">,
  committed: Committed,
  { lookingAfter }: Others,
): Promise<Result<Committed, StorageFailed | Damaged>> => {
  const missed: RequestEvent[] = [];
  for (const [source, by] of lookingAfter) {
    const holder = await services.requestStore.read({ tenant: committed.request.tenant, id: by });
    if (holder.isErr()) return err(holder.error);
    if (holder.value?.claims.includes(outageClaim(source)) !== true)
      missed.push({ type: "source-answers", source, toldAt: null });
  }
  if (missed.length === 0) return ok(committed);
  const told = await decideAndCommit(services, store, committed, missed, systemActorId);
  // Where somebody else was faster, what was committed first is stored all the same.
  return told.map((latest) => ({ ...(latest ?? committed), refusals: committed.refusals }));
};

interface DecidedInTurn {
  readonly next: Request;
  readonly entries: readonly AuditDraft[];
  readonly refusals: readonly (Refusal | null)[];
}

/** Where it is put off, what happened stays true, and what somebody said stays said: only the work waits. */
const decideInTurn = (
  { clock, rules, randomness, sources }: Services,
  request: Request,
  events: readonly RequestEvent[],
  actor: RecordedActor,
  { blockedBy, lookingAfter, apart }: Others,
): DecidedInTurn => {
  const at = instant(clock.now());
  const entries: AuditDraft[] = [];
  const before = apart.length === 0 ? request : { ...request, apart: [...(request.apart ?? []), ...apart] };
  let next = before;
  const happen = (happening: Happening): Refusal | null => {
    const decided = decide(next, happening, rules);
    if (decided.isErr()) return decided.error;
    next = decided.value.request;
    entries.push(...decided.value.entries);
    return null;
  };
  // Before anything else, so that no request gets to its end without whoever is registered by then.
  if (!events.some(({ type }) => type === "declined" || type === "cancelled")) {
    const registered = sources.of(request.tenant).map(({ descriptor }) => descriptor);
    if (missingSteps(request, registered).length > 0) {
      happen({ type: "sources-registered", sources: registered, actor: systemActorId, at });
    }
  }
  const refusals = events.map((event) => {
    if (event.type === "claimed" && blockedBy !== null) return null;
    const isMet =
      event.type === "source-failed" || event.type === "notice-failed" || event.type === "outage-handed-on";
    return isMet && event.source !== undefined && lookingAfter.has(event.source)
      ? happen({ ...event, lookedAfter: true, actor, at })
      : happen({ ...event, actor, at });
  });
  if (blockedBy !== null) {
    const put = {
      type: "blocked",
      by: blockedBy.id,
      otherWaitsFor: blockedBy.waitsFor,
      jitter: jitter(randomness),
      actor: systemActorId,
      at,
    } as const;
    const refusal = happen(put);
    if (refusal !== null) return { next: request, entries: [], refusals: events.map(() => refusal) };
  }
  if (next === before) return { next: request, entries, refusals };
  // Many decisions, one commit.
  return { next: { ...next, version: request.version + 1 }, entries, refusals };
};

/**
 * A request behind a decision, with its audit numbered and chained, and signed.
 *
 * @param before as it was read; null for a new one
 */
export const audited = (
  signing: Signing & Pick<Services, "clock">,
  before: Request | null,
  decided: Request,
  drafts: readonly AuditDraft[],
): { readonly request: Request; readonly entries: AuditEntry[] } => {
  const { entries, auditHead } = chained({ ...decided, audited: decided.audited - drafts.length }, drafts);
  const isTried = (step: SourceStep) => canLookAfter(decided, step);
  const standings = standingsOf(before, decided, instant(signing.clock.now()), isTried);
  return { request: withSignature(signing, before, { ...decided, standings, auditHead }), entries };
};
