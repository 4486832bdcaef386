import type { DataSource } from "../bridge/define-data-source.ts";
import type { DamagedRecord } from "../bridge/readable.ts";
import { newId } from "../crypto.ts";
import {
  type CallFailed,
  type Damaged,
  type HeldInCopy,
  type InvalidInput,
  type KeyDestroyed,
  type NotAllowed,
  SourceNotFound,
  StorageFailed,
} from "../errors.ts";
import { type Instant, milliseconds } from "../instant.ts";
import type { StoredSourceStatus } from "../ports/source-status-store.ts";
import type { Actor } from "../request/actor.ts";
import type { Category } from "../request/kinds.ts";
import { keptBackBy } from "../request/notices.ts";
import type { ProblemCode } from "../request/problems.ts";
import type { Request } from "../request/request.ts";
import { isStuck, type SourceStatus, type SourceStep } from "../request/steps.ts";
import { err, errAsync, ok, orThrow, type Result, ResultAsync } from "../result.ts";
import { mayFillAnew } from "../runner/copy-guard.ts";
import { thoseWaiting } from "../runner/every-request.ts";
import { load } from "../runner/load.ts";
import { recordedAs } from "../runner/recorded-actor.ts";
import type { Services } from "../runner/services.ts";
import { refreshSource } from "../runner/source-status.ts";
import { tellOther } from "../runner/tell-other.ts";
import { caught } from "./caught.ts";
import type { FacadeContext } from "./context.ts";
import { authorise } from "./policy.ts";
import { checkNamesNobody, namesIn } from "./reason.ts";

/** One row of the Data Sources page. */
export interface SourceRow {
  readonly id: string;
  readonly title: string;
  readonly holds: readonly Category[];
  readonly kind: "origin" | "copy";
  /** A check mark for `succeeded`, a warning triangle for `warning`. */
  readonly status: SourceStatus;
  /** What is wrong, for a warning. */
  readonly problem: ProblemCode | null;
  /** The open requests that cannot go on because of this source. */
  readonly requests: readonly string[];
  /** When it was last refreshed with success; null where it never was, or cannot be. */
  readonly refreshedAt: Instant | null;
  /** Whether the page offers "Refresh" for it. */
  readonly canRefresh: boolean;
}

export interface SourceList {
  readonly sources: readonly SourceRow[];
  /** Open requests whose record cannot be read: of these nobody can say what they meet at a source. */
  readonly damaged: readonly DamagedRecord[];
}

export type ListSourcesError = InvalidInput | NotAllowed | StorageFailed | Damaged;
export type RetryAllError =
  | InvalidInput
  | NotAllowed
  | SourceNotFound
  | StorageFailed
  | Damaged
  | KeyDestroyed;
export type SettleAllError = RetryAllError;
export type RefreshError =
  | InvalidInput
  | NotAllowed
  | SourceNotFound
  | CallFailed
  | HeldInCopy
  | Damaged
  | KeyDestroyed
  | StorageFailed;

/** The Data Sources page as calls. */
export interface Sources {
  /** All registered sources, in the order of their registration. */
  list(query: { readonly actor: Actor }): ResultAsync<SourceList, ListSourcesError>;
  /**
   * Refreshes one copy from its origins, and resolves when that is finished.
   *
   * Errors: `SourceNotFound`; `CallFailed` where it did not work (the page then shows a warning), with the code
   * `not-supported` for a source that cannot be refreshed, and `interrupted` where `stop()` broke it off, or came before; `HeldInCopy` where it would lose somebody on whom a hold
   * stands; `Damaged`, `KeyDestroyed` where a hold stands, and nobody can read on whom erasures are under way.
   */
  refresh(input: { readonly actor: Actor; readonly source: string }): ResultAsync<void, RefreshError>;
  /**
   * Tries a source again, now, for every open request that cannot go on because of it, whatever the reason: for when it
   * was mended. What went on without the source takes it in. An owner's "cannot" stays as it is: that is answered, and not
   * tried. Answers with the requests for which it is tried; one that cannot be read, or whose key is lost, is left out.
   *
   * Errors: `SourceNotFound`.
   */
  retryAll(input: {
    readonly actor: Actor;
    readonly source: string;
  }): ResultAsync<{ readonly requests: readonly string[] }, RetryAllError>;
  /**
   * Closes a source by hand, with a reason, for every request that cannot go on because of it, or of which a letter cannot
   * leave, as `requests.settleSource` does for one: for when it is given up, registered or not. Requests that meet it later are not
   * closed by that. Answers with the requests for which it is closed; one that cannot be read, or whose key is lost, is left
   * out.
   *
   * Errors: `SourceNotFound` where none of this id is registered, and no open request has a part there; `InvalidInput` for a
   * reason that names anybody whom one of these requests is about: then nothing is closed.
   */
  settleAll(input: {
    readonly actor: Actor;
    readonly source: string;
    readonly reason: string;
  }): ResultAsync<{ readonly requests: readonly string[] }, SettleAllError>;
}

export const sourcesOf = ({ services, policy }: FacadeContext): Sources => ({
  list: ({ actor }) =>
    authorise(policy, actor, "list-sources").andThen(({ tenant }) => caught(() => rows(services, tenant))),

  retryAll: ({ actor, source }) =>
    authorise(policy, actor, "retry-source").andThen((allowed) =>
      services.sources.find(allowed.tenant, source) !== undefined
        ? caught(() => retryAll(services, allowed, source))
        : errAsync(new SourceNotFound(source)),
    ),

  settleAll: ({ actor, source, reason }) =>
    authorise(policy, actor, "settle-source")
      .andThen(() => checkNamesNobody(reason, actor, []))
      .andThen(() => caught(() => stuckAt(services, actor, source, reason)))
      .andThen((stuck) => stuck)
      .andThen((ids) => caught(() => settleAll(services, actor, ids, { source, reason }))),

  refresh: ({ actor, source: id }) =>
    authorise(policy, actor, "refresh-source").andThen(({ tenant }) => {
      const source = services.sources.find(tenant, id);
      if (source === undefined) return errAsync(new SourceNotFound(id));
      const call = {
        tenant,
        requestId: null,
        categories: source.descriptor.holds,
        idempotencyKey: `refresh/${id}/${newId(services.randomness)}`,
        signal: services.stopped,
        clock: services.clock,
        deadline: services.callDeadline,
      };
      return refreshSource(
        services,
        source,
        call,
        () => new ResultAsync(mayFillAnew<never>(services, tenant, source, async () => ok(undefined))),
      );
    }),
});

const retryAll = async (services: Services, actor: Actor, source: string) => {
  const by = orThrow(await recordedAs(services, actor));
  const requests: string[] = [];
  for await (const read of thoseWaiting(services, actor.tenant, [source])) {
    if (read.isErr()) continue;
    const request = read.value;
    const step = request.steps.find((each) => each.source === source);
    if (step === undefined || !isHeldUpBy(request, step, mayTryAgain)) continue;
    if (await tellOther(services, request, { type: "source-retried", source }, by)) requests.push(request.id);
  }
  return { requests };
};

const mayTryAgain = (step: SourceStep): boolean => isStuck(step) && step.manual?.answer !== "cannot";

/** Whether a request cannot go on because of what it meets at a source, or a letter of it cannot leave. */
const isHeldUpBy = (
  { phase, notices }: Request,
  step: SourceStep,
  isMeant: (step: SourceStep) => boolean = isStuck,
): boolean =>
  (phase !== "closed" && isMeant(step)) || keptBackBy(notices).some(({ source }) => source === step.source);

/** The requests that a source holds up, where the reason to close it names nobody whom they are about. */
const stuckAt = async (
  services: Services,
  actor: Actor,
  source: string,
  reason: string,
): Promise<Result<readonly string[], SourceNotFound | InvalidInput>> => {
  const ids: string[] = [];
  let isKnown = services.sources.find(actor.tenant, source) !== undefined;
  for await (const read of thoseWaiting(services, actor.tenant, [source])) {
    if (read.isErr()) continue;
    const request = read.value;
    const step = request.steps.find((each) => each.source === source);
    isKnown ||= step !== undefined;
    if (step === undefined || !isHeldUpBy(request, step)) continue;
    const opened = await load(services, request);
    if (opened.isErr() && opened.error instanceof StorageFailed) throw opened.error;
    if (opened.isErr()) continue;
    const checked = checkNamesNobody(reason, actor, namesIn(opened.value.request));
    if (checked.isErr()) return err(checked.error);
    ids.push(request.id);
  }
  return isKnown ? ok(ids) : err(new SourceNotFound(source));
};

const settleAll = async (
  services: Services,
  actor: Actor,
  ids: readonly string[],
  settled: { readonly source: string; readonly reason: string },
) => {
  const by = orThrow(await recordedAs(services, actor));
  const requests: string[] = [];
  for (const id of ids) {
    const { tenant } = actor;
    if (await tellOther(services, { tenant, id }, { type: "source-settled", ...settled }, by))
      requests.push(id);
  }
  return { requests };
};

interface AtWork {
  isRunning: boolean;
  problem: ProblemCode | null;
  stuck: string[];
}

const rows = async (services: Services, tenant: string): Promise<SourceList> => {
  const known = orThrow(await services.sourceStatusStore.list({ tenant }));
  const { said, damaged } = await whatRequestsSay(services, tenant);
  const now = services.clock.now().getTime();
  const registered = services.sources.of(tenant).filter(({ descriptor }) => descriptor.directory !== true);
  const sources = registered.map((source) => {
    const { id } = source.descriptor;
    const stored = known.find((status) => status.source === id);
    return rowOf(source, stored, said.get(id), now - services.callDeadline);
  });
  return { sources, damaged };
};

/** What open requests meet at each source: a check mark must not hide a person who is not erased. */
const whatRequestsSay = async (services: Services, tenant: string) => {
  const said = new Map<string, AtWork>();
  const damaged: DamagedRecord[] = [];
  const registered = services.sources.of(tenant).map(({ descriptor }) => descriptor.id);
  const noted = (source: string) => {
    const those = said.get(source) ?? { isRunning: false, problem: null, stuck: [] };
    said.set(source, those);
    return those;
  };
  for await (const read of thoseWaiting(services, tenant, registered)) {
    if (read.isErr()) {
      damaged.push(read.error);
      continue;
    }
    const request = read.value;
    for (const { source, problem } of keptBackBy(request.notices)) {
      const those = noted(source);
      those.problem ??= problem;
      those.stuck.push(request.id);
    }
    if (request.phase === "closed") continue;
    for (const step of request.steps) {
      const those = noted(step.source);
      those.isRunning ||= step.status === "running";
      if (!isStuck(step)) continue;
      those.problem ??= step.problem?.code ?? null;
      if (!those.stuck.includes(request.id)) those.stuck.push(request.id);
    }
  }
  return { said, damaged };
};

const rowOf = (
  { descriptor }: DataSource,
  stored: StoredSourceStatus | undefined,
  atWork: AtWork | undefined,
  longAgo: number,
): SourceRow => {
  const { id, title, holds, kind, abilities } = descriptor;
  // A refresh that began longer ago than a call may take is not running any more: its process died.
  const isLost = stored?.status === "running" && milliseconds(stored.at) < longAgo;
  const problem = atWork?.problem ?? (isLost ? "interrupted" : (stored?.problem ?? null));
  const status = atWork?.isRunning ? "running" : problem !== null ? "warning" : (stored?.status ?? "pending");
  return {
    id,
    title,
    holds,
    kind,
    status,
    problem: status === "warning" ? problem : null,
    requests: atWork?.stuck ?? [],
    refreshedAt: stored?.refreshedAt ?? null,
    canRefresh: abilities.refresh,
  };
};
