import { z } from "zod";
import type { ArtifactStore } from "./bridge/define-artifact-store.ts";
import { type Calendar, weekendsOnly } from "./bridge/define-calendar.ts";
import type { CheckpointStore } from "./bridge/define-checkpoint-store.ts";
import type { DataSource } from "./bridge/define-data-source.ts";
import type { HoldStore } from "./bridge/define-hold-store.ts";
import type { KeyRing } from "./bridge/define-key-ring.ts";
import type { Notifier } from "./bridge/define-notifier.ts";
import type { RequestStore } from "./bridge/define-request-store.ts";
import type { SourceStatusStore } from "./bridge/define-source-status-store.ts";
import type { SuppressionStore } from "./bridge/define-suppression-store.ts";
import type { SweepStore } from "./bridge/define-sweep-store.ts";
import { defineUserDirectory, type UserDirectory } from "./bridge/define-user-directory.ts";
import { callable, checkDefinition } from "./bridge/issues.ts";
import { systemClock } from "./bridge/system-clock.ts";
import { checkpointing, keepCheckpoints } from "./checkpoints/keep-checkpoints.ts";
import { type EvidenceSigner, publicKeyId, systemRandomness } from "./crypto.ts";
import { ConfigurationMistake, type InvalidInput, NotAllowed, StorageFailed } from "./errors.ts";
import { type Audit, auditOf } from "./facade/audit.ts";
import type { NeedsApproval } from "./facade/context.ts";
import { type Sweeps, sweepsOf } from "./facade/erase-many.ts";
import { type Holds, holdsOf } from "./facade/holds.ts";
import { type Packages, packagesOf } from "./facade/packages.ts";
import { authorise, type Policy, type PolicyAction, rolePolicy } from "./facade/policy.ts";
import { type Requests, requestsOf } from "./facade/requests.ts";
import { type Sources, sourcesOf } from "./facade/sources.ts";
import { type Suppressions, suppressionsOf } from "./facade/suppressions.ts";
import { type Users, usersOf } from "./facade/users.ts";
import type { AddressBookDefinition } from "./ports/address-book.ts";
import type { Clock } from "./ports/clock.ts";
import type { Dispatcher } from "./ports/dispatcher.ts";
import type { PackageEncryption } from "./ports/package-encryption.ts";
import type { Randomness } from "./ports/randomness.ts";
import type { Actor } from "./request/actor.ts";
import { isTimeZone } from "./request/deadline/time-zone.ts";
import type { Acknowledger } from "./request/request.ts";
import { type RuleChanges, withRules } from "./request/rules.ts";
import { err, ok, orThrow, ResultAsync } from "./result.ts";
import { answersOf } from "./runner/answers.ts";
import { inProcessDispatcher } from "./runner/dispatcher/in-process-dispatcher.ts";
import { lookOut } from "./runner/dispatcher/look-out.ts";
import { wakingStore } from "./runner/dispatcher/waking-store.ts";
import { workerOf } from "./runner/dispatcher/worker.ts";
import { latestStatus } from "./runner/latest-status.ts";
import type { Links, Services } from "./runner/services.ts";
import { createSignals } from "./runner/signals.ts";
import { sweepDaily } from "./runner/sweep.ts";

/** What an application hands in, once. */
export interface SubjectRightsOptions {
  /** Who is answerable for the data, as people know it: it stands in every message. */
  readonly controller: string;
  readonly sources: readonly DataSource[];
  readonly notifier: Notifier;
  readonly addresses: AddressBookDefinition;

  readonly requestStore: RequestStore;
  readonly artifactStore: ArtifactStore;
  readonly sourceStatusStore: SourceStatusStore;
  readonly keyRing: KeyRing;
  /** For `sweeps`. Left out: there are none. */
  readonly sweepStore?: SweepStore;
  /** Where holds are kept. Without one there are none: nothing stops an erasure. */
  readonly holdStore?: HoldStore;
  /** Where it is kept who was erased. Without one nobody is kept from being taken in again. */
  readonly suppressionStore?: SuppressionStore;

  /** Where checkpoints over all audits are kept. Without one, or without an `evidenceSigner`, none are made. */
  readonly checkpointStore?: CheckpointStore;

  /** The application's own users, for the Permissions page. Left out: there are none. */
  readonly users?: UserDirectory;
  /** Default: admins erase, tenant admins export. */
  readonly policy?: Policy;
  /** Who acknowledges a request. Default: the tenant's administrator. */
  readonly acknowledgedBy?: Acknowledger;
  readonly links?: Links;
  /** Left out: packages are not encrypted. */
  readonly packageEncryption?: PackageEncryption;
  /**
   * Which requests begin only when somebody else than who asked has approved the plan (`requests.approve`). Is asked
   * when a request is submitted. Default: none.
   */
  readonly needsApproval?: NeedsApproval;
  /** The controller's time zone, of the IANA database, in which deadlines count. Default: `UTC`. */
  readonly timeZone?: string;
  /** Public holidays, on which no deadline ends. Default: none, so that only weekends are passed over. */
  readonly calendar?: Calendar;
  /** Signs evidence: `ed25519Signer(pem)`. Default: it is not signed, and proves nothing to strangers. */
  readonly evidenceSigner?: EvidenceSigner;
  /** Further public keys (PEM) whose signatures are good: those of before, and the next one, before it is signed with. */
  readonly otherEvidenceKeys?: readonly string[];
  /** Milliseconds between two checkpoints, which a process makes that was started. Default: 3,600,000, an hour. */
  readonly checkpointEvery?: number;
  /** Changes some of the bounds; the others stay as in `defaultRules`. */
  readonly rules?: RuleChanges;
  /** Milliseconds that one call to a source or the notifier may take; a page, for an export. Default: 60,000. */
  readonly callDeadline?: number;
  /** How many requests are worked on at once. Default: 4. */
  readonly concurrency?: number;
  /** Milliseconds between two looks into the store for what is due. Default: 30,000. */
  readonly lookEvery?: number;
  /** Is told when a request could not be worked on for the time being: its store failed, its key is gone. */
  readonly onError?: (error: unknown, requestId: string | null) => void;
  /** Wakes requests. Default: within this process. */
  readonly dispatcher?: Dispatcher;
  readonly clock?: Clock;
  readonly randomness?: Randomness;
}

export interface SubjectRights {
  /** Who is answerable for the data, as it was handed in. */
  readonly controller: string;
  /** The time zone in which deadlines count, as it was handed in. */
  readonly timeZone: string;
  /**
   * Whether the policy lets this actor do something, for pages that offer only what will not be refused. Every call
   * asks the policy again by itself. Errors: `InvalidInput` where the actor is none.
   */
  allows(input: { readonly actor: Actor; readonly action: PolicyAction }): ResultAsync<boolean, InvalidInput>;
  readonly requests: Requests;
  readonly packages: Packages;
  readonly sources: Sources;
  readonly users: Users;
  readonly sweeps: Sweeps;
  readonly holds: Holds;
  readonly suppressions: Suppressions;
  readonly audit: Audit;
  /**
   * Starts working on requests in this process, those first that an earlier process left unfinished. Without it,
   * requests are taken in and stored, and wait for a process that works on them.
   *
   * @throws ConfigurationMistake after `stop()`
   */
  start(): ResultAsync<void, StorageFailed>;
  /** Stops working: calls under way are told to stop, and what they did not finish is taken up at the next start. */
  stop(): Promise<void>;
}

const part = z.custom<object>((value) => typeof value === "object" && value !== null, "is missing");

const optionsSchema = z.object({
  sources: z.array(part),
  notifier: part,
  addresses: part,
  requestStore: part,
  artifactStore: part,
  sourceStatusStore: part,
  keyRing: part,
  controller: z.string().trim().min(1).max(200),
  packageEncryption: z.object({ carrySecret: callable }).optional(),
  needsApproval: callable.optional(),
  evidenceSigner: callable.optional(),
  otherEvidenceKeys: z.array(z.string()).default([]),
  checkpointEvery: z.number().int().positive().default(3_600_000),
  timeZone: z.string().refine(isTimeZone, "is no time zone of the IANA database").default("UTC"),
  callDeadline: z.number().int().positive().default(60_000),
  concurrency: z.number().int().positive().default(4),
  lookEvery: z.number().int().positive().default(30_000),
  acknowledgedBy: z.enum(["tenant-admin", "data-subject"]).default("tenant-admin"),
});

/**
 * Puts everything together. This is the one place that composes.
 *
 * @throws ConfigurationMistake where the options cannot work: two sources of one id, a copy of a source that is
 *   not there
 */
export const createSubjectRights = (options: SubjectRightsOptions): SubjectRights => {
  const checked = checkDefinition("createSubjectRights", optionsSchema, options);
  const { controller, callDeadline, concurrency, lookEvery, acknowledgedBy, timeZone } = checked;
  const { otherEvidenceKeys, checkpointEvery } = checked;
  const { requestStore, clock = systemClock, randomness = systemRandomness } = options;
  const { onError = () => undefined } = options;
  // What a listener throws is its own trouble, and must not end the work.
  const tell = (error: unknown, requestId: string | null) =>
    void (async () => onError(error, requestId))().catch(() => undefined);
  const tellOfStore = (error: unknown) => tell(error, null);
  const dispatcher =
    options.dispatcher ??
    inProcessDispatcher({
      clock,
      randomness,
      lookEvery,
      due: async (until, limit) => orThrow(await requestStore.due({ until, limit })),
      onError: tellOfStore,
    });
  const waking = { requestStore, dispatcher, clock };
  const woken = wakingStore(waking);
  const services: Services = {
    requestStore: woken,
    otherRequests: woken,
    artifactStore: options.artifactStore,
    sourceStatusStore: latestStatus(options.sourceStatusStore),
    keyRing: options.keyRing,
    notifier: options.notifier,
    sources: register(options.sources),
    addresses: options.addresses,
    links: options.links ?? {},
    controller,
    packageEncryption: options.packageEncryption ?? null,
    clock,
    randomness,
    rules: withRules(options.rules ?? {}),
    calendar: options.calendar ?? weekendsOnly,
    holdStore: options.holdStore ?? null,
    suppressionStore: options.suppressionStore ?? null,
    evidenceSigner: options.evidenceSigner ?? null,
    ownKeys: new Set([
      ...otherEvidenceKeys.map(publicKeyId),
      ...(options.evidenceSigner === undefined ? [] : [options.evidenceSigner("subject-rights").keyId]),
    ]),
    sweepStore: options.sweepStore ?? null,
    checkpointStore: options.checkpointStore ?? null,
    timeZone,
    callDeadline,
    signals: createSignals(),
    answers: answersOf(clock),
  };
  const context = {
    services,
    policy: options.policy ?? rolePolicy(),
    acknowledgedBy,
    needsApproval: options.needsApproval ?? (() => false),
  };
  const stopping = new AbortController();
  const { sweeps, ended } = sweepsOf(context, options.sweepStore, stopping.signal);
  const work = async () => {
    const worker = workerOf({
      services: { ...services, requestStore },
      dispatcher,
      stop: stopping.signal,
      onError: tell,
    });
    // First, so that a start that fails has begun nothing. The dispatcher within this process looks by itself.
    if (options.dispatcher !== undefined)
      await lookOut({ ...waking, lookEvery, onError: tellOfStore }, stopping.signal);
    await dispatcher.work(worker, { concurrency });
  };
  return {
    controller,
    timeZone,
    allows: ({ actor, action }) =>
      authorise(context.policy, actor, action)
        .map(() => true)
        .orElse((error) => (error instanceof NotAllowed ? ok(false) : err(error))),
    requests: requestsOf(context),
    holds: holdsOf(context),
    suppressions: suppressionsOf(context, sweeps, stopping.signal),
    audit: auditOf(context),
    packages: packagesOf(context),
    sources: sourcesOf(context),
    users: usersOf(context, options.users ?? nobody),
    sweeps,
    start: () => {
      if (stopping.signal.aborted)
        throw new ConfigurationMistake("This library was stopped: create it anew.");
      return ResultAsync.fromPromise(work(), (thrown) =>
        thrown instanceof StorageFailed ? thrown : new StorageFailed("dispatcher", "work", { cause: thrown }),
      ).map(() => {
        void sweepDaily(services, stopping.signal, tellOfStore);
        const signing = checkpointing(services);
        if (signing !== null) void keepCheckpoints(signing, checkpointEvery, stopping.signal, tellOfStore);
        return undefined;
      });
    },
    stop: async () => {
      stopping.abort(new Error("The library was stopped."));
      await Promise.all([dispatcher.stop(), ended()]);
    },
  };
};

const nobody = defineUserDirectory({ list: async () => ({ users: [] }) });

const register = (sources: readonly DataSource[]): ReadonlyMap<string, DataSource> => {
  const registered = new Map<string, DataSource>();
  for (const source of sources) {
    const { id } = source.descriptor;
    if (registered.has(id))
      throw new ConfigurationMistake(`Two data sources have the id "${id}". Give each its own.`);
    registered.set(id, source);
  }
  for (const { descriptor } of sources) {
    for (const origin of descriptor.copyOf ?? []) {
      if (registered.get(origin)?.descriptor.kind === "origin") continue;
      throw new ConfigurationMistake(
        `Data source "${descriptor.id}" is a copy of "${origin}", but no origin of that id is registered.`,
      );
    }
  }
  return registered;
};
