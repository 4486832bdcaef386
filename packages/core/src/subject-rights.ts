import { adapterWatch, isTold } from "./bridge/adapter-watch.ts";
import { addressBookId, safeAddressBook } from "./bridge/address-book.ts";
import { listenerOf } from "./bridge/asked.ts";
import type { ArtifactStore } from "./bridge/define-artifact-store.ts";
import { type Calendar, weekendsOnly } from "./bridge/define-calendar.ts";
import type { CheckpointStore } from "./bridge/define-checkpoint-store.ts";
import type { DataSource } from "./bridge/define-data-source.ts";
import type { HoldStore } from "./bridge/define-hold-store.ts";
import type { IntakeStore } from "./bridge/define-intake-store.ts";
import type { KeyRing } from "./bridge/define-key-ring.ts";
import type { Notifier } from "./bridge/define-notifier.ts";
import type { RequestStore } from "./bridge/define-request-store.ts";
import type { SourceStatusStore } from "./bridge/define-source-status-store.ts";
import type { SuppressionStore } from "./bridge/define-suppression-store.ts";
import type { SweepStore } from "./bridge/define-sweep-store.ts";
import { defineUserDirectory, type UserDirectory } from "./bridge/define-user-directory.ts";
import { directorySource } from "./bridge/directory-source.ts";
import { checkDefinition } from "./bridge/issues.ts";
import { safeSecretCarrier, secretCarrierId } from "./bridge/secret-carrier.ts";
import { systemClock } from "./bridge/system-clock.ts";
import { checkpointing, keepCheckpoints } from "./checkpoints/keep-checkpoints.ts";
import { type EvidenceSigner, publicKeyId, systemRandomness } from "./crypto.ts";
import { ConfigurationMistake, StorageFailed } from "./errors.ts";
import { type ActorCalls, actorCallsOf } from "./facade/actor-calls.ts";
import { auditOf } from "./facade/audit.ts";
import { type CallGroups, withCheckedInputs } from "./facade/call-inputs.ts";
import { type NeedsApproval, safeNeedsApproval } from "./facade/context.ts";
import { sweepsOf } from "./facade/erase-many.ts";
import { type Health, healthOf } from "./facade/health.ts";
import { holdsOf } from "./facade/holds.ts";
import { optionsSchema } from "./facade/options-schema.ts";
import { packagesOf } from "./facade/packages.ts";
import { type Policy, rolePolicy, safePolicy } from "./facade/policy.ts";
import { requestsOf } from "./facade/requests.ts";
import { sourcesOf } from "./facade/sources.ts";
import { checkRuntime } from "./facade/supported-runtime.ts";
import { suppressionsOf } from "./facade/suppressions.ts";
import { usersOf } from "./facade/users.ts";
import type { AddressBookDefinition } from "./ports/address-book.ts";
import type { Clock } from "./ports/clock.ts";
import type { Dispatcher } from "./ports/dispatcher.ts";
import type { PackageEncryption } from "./ports/package-encryption.ts";
import type { Randomness } from "./ports/randomness.ts";
import type { Category } from "./request/kinds.ts";
import type { Acknowledger } from "./request/request.ts";
import { type RuleChanges, withRules } from "./request/rules.ts";
import { orThrow, ResultAsync } from "./result.ts";
import { answersOf } from "./runner/answers.ts";
import { inProcessDispatcher } from "./runner/dispatcher/in-process-dispatcher.ts";
import { lookAhead } from "./runner/dispatcher/look-ahead.ts";
import { lookOut } from "./runner/dispatcher/look-out.ts";
import { unreadableRequests } from "./runner/dispatcher/unreadable.ts";
import { wakeOrder } from "./runner/dispatcher/wake-order.ts";
import { wakeWhoLacks } from "./runner/dispatcher/wake-who-lacks.ts";
import { wakingStore } from "./runner/dispatcher/waking-store.ts";
import { workerOf } from "./runner/dispatcher/worker.ts";
import { tenantKeysOf } from "./runner/lasting-keys.ts";
import { latestStatus } from "./runner/latest-status.ts";
import { newerSourcesOf } from "./runner/newer-sources.ts";
import { type RegisteredSources, registeredSources } from "./runner/served.ts";
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
  /** What the intake of mail works with, so that `health()` counts messages that wait for a person. Left out: it does not. */
  readonly intakeStore?: IntakeStore;

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
   * Whether an erasure deletes export packages of the person that were made earlier, so that the link that they were sent
   * works no more. Default: false. The link works until it expires, because many ask for a copy and then to be erased; in
   * both cases nobody else can fetch the package once the erasure is completed.
   */
  readonly packagesEndWithErasure?: boolean;
  /**
   * Which requests begin only when somebody else than who asked has approved the plan (`requests.approve`). Is asked
   * when a request is submitted. One that throws, or answers neither true nor false, is told to `onError`, and the request
   * needs approval. Default: none.
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
  /** Milliseconds that one call to a source or the notifier may take; a page, for an export. At most 43,200,000, twelve hours. Default: 60,000. */
  readonly callDeadline?: number;
  /** How many requests are worked on at once. Default: 4. */
  readonly concurrency?: number;
  /** Milliseconds between two looks into the store for what is due. Default: 30,000. */
  readonly lookEvery?: number;
  /**
   * Is told, for whoever operates this:
   *
   * - of the first failure of anything that was handed in (a source, the notifier, the address book, the user directory,
   *   the calendar, the policy, `needsApproval`, the key ring, a store, the dispatcher, the encryption of packages): `CallFailed` or `StorageFailed`,
   *   with what was thrown as its `cause`. Once an outage, and again after it has worked in between.
   * - when a request could not be worked on for the time being: its key is gone, its record is damaged.
   *
   * **A `cause` holds a driver's or a server's own words, which may name a person**: keep it where such data may be kept,
   * and log the `code`, `adapter` or `port`, and `problem` elsewhere.
   */
  readonly onError?: (error: unknown, requestId: string | null) => void;
  /** Wakes requests. Default: within this process. */
  readonly dispatcher?: Dispatcher;
  readonly clock?: Clock;
  readonly randomness?: Randomness;
}

/** Every call that takes something answers `InvalidInput` for what does not fit, before anything else is done. */
export interface SubjectRights extends ActorCalls, CallGroups {
  /** Who is answerable for the data, as it was handed in. */
  readonly controller: string;
  /** The time zone in which deadlines count, as it was handed in. */
  readonly timeZone: string;
  /**
   * The categories that some data source holds: a request for another one is refused. One that only goes along with others
   * (`goesAlong`) opens none.
   */
  readonly categories: readonly Category[];
  /**
   * What fails, since when, and what requests wait for: for a health check, and for an alert that is true only when
   * something is wrong. Over all tenants, so it is for who operates this; nothing in it is personal. Cheap. Errors: none.
   */
  health(): ResultAsync<Health, never>;
  /**
   * Starts working on requests in this process, those first that an earlier process left unfinished. Without it,
   * requests are taken in and stored, and wait for a process that works on them. Where `stop()` comes while it starts, nothing
   * is begun from then on, and it resolves all the same: stopping is no failure.
   *
   * @throws ConfigurationMistake after `stop()`
   */
  start(): ResultAsync<void, StorageFailed>;
  /**
   * Stops working: calls under way are told to stop, and what they did not finish is taken up at the next start. Whoever
   * follows something follows it no longer. Nothing keeps the process from then on.
   */
  stop(): Promise<void>;
}

/**
 * Puts everything together. This is the one place that composes.
 *
 * @throws ConfigurationMistake where the options cannot work: two sources of one id, a copy of a source that is
 *   not there; and on a Node.js that is too old
 */
export const createSubjectRights = (options: SubjectRightsOptions): SubjectRights => {
  checkRuntime(process.versions.node);
  const checked = checkDefinition("createSubjectRights", optionsSchema, options);
  const { controller, callDeadline, concurrency, lookEvery, acknowledgedBy, timeZone } = checked;
  const { otherEvidenceKeys, checkpointEvery } = checked;
  const { clock = systemClock, randomness = systemRandomness } = options;
  const tellOf = listenerOf(options.onError ?? (() => undefined));
  const watching = adapterWatch(clock, options.onError === undefined ? null : tellOf);
  const watchIfThere = <Adapter extends object>(
    port: string,
    adapter: Adapter | undefined,
  ): Adapter | null => (adapter === undefined ? null : watching.watch(port, adapter));
  // An adapter's failure was told where it was met.
  const tell = (error: unknown, requestId: string | null) => {
    if (!isTold(error)) tellOf(error, requestId);
  };
  const tellOfStore = (error: unknown) => tell(error, null);
  const requestStore = watching.watch("request-store", options.requestStore);
  const dispatcher =
    options.dispatcher === undefined
      ? inProcessDispatcher({
          clock,
          randomness,
          lookEvery,
          due: async (until, limit) => orThrow(await requestStore.due({ until, limit })),
          onError: tellOfStore,
        })
      : watching.watch("dispatcher", operationsOf(options.dispatcher));
  const waking = { requestStore, dispatcher, clock, order: wakeOrder() };
  const woken = wakingStore(waking);
  const userDirectory = watchIfThere("user-directory", options.users);
  const stores = {
    requestStore,
    keyRing: watching.watch("key-ring", options.keyRing),
    holdStore: watchIfThere("hold-store", options.holdStore),
    suppressionStore: watchIfThere("suppression-store", options.suppressionStore),
    sweepStore: watchIfThere("sweep-store", options.sweepStore),
  };
  const sourceStatusStore = latestStatus(watching.watch("source-status-store", options.sourceStatusStore));
  const sources = register(
    [...options.sources, ...(userDirectory === null ? [] : [directorySource(userDirectory)])].map((source) =>
      watching.watch(source.descriptor.id, source, true),
    ),
  );
  const stopping = new AbortController();
  const services: Services = {
    ...stores,
    tenantKeys: watching.watch("key-ring", tenantKeysOf(stores)),
    requestStore: woken,
    quietStore: requestStore,
    otherRequests: woken,
    artifactStore: watching.watch("artifact-store", options.artifactStore),
    sourceStatusStore,
    notifier: watching.watch(options.notifier.id, options.notifier),
    sources,
    newerSources: newerSourcesOf({ sourceStatusStore, sources, clock, lookEvery, onError: tellOfStore }),
    userDirectory,
    looked: watching.looked,
    addresses: watching.watch(addressBookId, safeAddressBook(options.addresses)),
    links: options.links ?? {},
    controller,
    packagesEndWithErasure: checked.packagesEndWithErasure,
    packageEncryption: watchIfThere(
      secretCarrierId,
      options.packageEncryption && safeSecretCarrier(options.packageEncryption),
    ),
    clock,
    randomness,
    rules: withRules(options.rules ?? {}),
    calendar: watching.watch("calendar", options.calendar ?? weekendsOnly),
    evidenceSigner: options.evidenceSigner ?? null,
    ownKeys: new Set([
      ...otherEvidenceKeys.map(publicKeyId),
      ...(options.evidenceSigner === undefined ? [] : [options.evidenceSigner("subject-rights").keyId]),
    ]),
    checkpointStore: watchIfThere("checkpoint-store", options.checkpointStore),
    timeZone,
    callDeadline,
    stopped: stopping.signal,
    signals: createSignals(),
    answers: answersOf(clock),
  };
  const unreadable = unreadableRequests(clock);
  const context = {
    services,
    policy: watching.watch("policy", safePolicy(options.policy ?? rolePolicy()), true),
    acknowledgedBy,
    needsApproval: watching.watch(
      "needs-approval",
      safeNeedsApproval(options.needsApproval ?? (() => false)),
      true,
    ),
  };
  const intakeStore = watchIfThere("intake-store", options.intakeStore);
  const { sweeps, ended, failing } = sweepsOf(context, services.sweepStore ?? undefined, stopping.signal);
  const work = async () => {
    const worker = workerOf({
      services: { ...services, requestStore },
      dispatcher,
      order: waking.order,
      stop: stopping.signal,
      unreadable,
      onError: tell,
    });
    await services.newerSources.tell(stopping.signal);
    if (stopping.signal.aborted) return;
    // First, so that a start that fails has begun nothing. The dispatcher within this process looks by itself.
    if (options.dispatcher !== undefined)
      await lookOut({ ...waking, lookEvery, onError: tellOfStore }, stopping.signal);
    if (stopping.signal.aborted) return;
    await dispatcher.work(worker, { concurrency });
    // It was told to stop while it began, and may have had nothing to stop then.
    if (stopping.signal.aborted) return dispatcher.stop();
    void wakeWhoLacks({ requestStore, sources, dispatcher, clock }, stopping.signal).catch(tellOfStore);
    lookAhead({ ...waking, rules: services.rules, lookEvery, onError: tellOfStore }, stopping.signal);
  };
  return {
    controller,
    timeZone,
    categories: services.sources.categories,
    health: () => healthOf({ ...services, intakeStore }, watching, unreadable, failing),
    ...withCheckedInputs(actorCallsOf(context), {
      requests: requestsOf(context),
      holds: holdsOf(context),
      suppressions: suppressionsOf(context, sweeps, stopping.signal),
      audit: auditOf(context),
      packages: packagesOf(context),
      sources: sourcesOf(context),
      users: usersOf(context, userDirectory ?? nobody),
      sweeps,
    }),
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

/** A dispatcher may be an object of a class, whose operations are not its own. */
const operationsOf = (dispatcher: Dispatcher): Dispatcher => ({
  enqueue: (request, wakeUp) => dispatcher.enqueue(request, wakeUp),
  work: (handler, bound) => dispatcher.work(handler, bound),
  stop: () => dispatcher.stop(),
  ...(dispatcher.joins !== undefined && { joins: (handle) => dispatcher.joins?.(handle) === true }),
});

const register = (sources: readonly DataSource[]): RegisteredSources => {
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
  return registeredSources(sources);
};
