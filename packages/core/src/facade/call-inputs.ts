import { type OptionNames, optionsOf } from "../bridge/options.ts";
import type { Audit } from "./audit.ts";
import type { Sweeps } from "./erase-many.ts";
import type { Holds } from "./holds.ts";
import type { Packages } from "./packages.ts";
import type { Requests } from "./requests.ts";
import type { Sources } from "./sources.ts";
import type { Suppressions } from "./suppressions.ts";
import type { Users } from "./users.ts";

type NamesOfEach<Input> = Input extends object ? keyof Input : never;

/** What each call of a group takes, so that a new one cannot be forgotten here. */
type InputNames<Group> = {
  readonly [Call in keyof Group]: Group[Call] extends (input: infer Input) => unknown
    ? { readonly [Name in NamesOfEach<Input>]: true }
    : never;
};

const byActor = { actor: true } as const;
const onRequest = { ...byActor, requestId: true } as const;
const onRequestWithReason = { ...onRequest, reason: true } as const;
const onSweep = { ...byActor, sweepId: true } as const;
const sweepPace = { batchSize: true, concurrency: true, signal: true } as const;
const aboutPeople = { ...byActor, identifiers: true, category: true } as const;

const requests: InputNames<Requests> = {
  submit: {
    ...byActor,
    kind: true,
    category: true,
    email: true,
    identifiers: true,
    receivedAt: true,
    acknowledgedBy: true,
    idempotencyKey: true,
  },
  acknowledge: { token: true },
  acknowledgeByReply: { token: true, from: true },
  resendConfirmation: onRequest,
  decline: onRequestWithReason,
  cancel: onRequestWithReason,
  read: onRequest,
  list: { ...byActor, open: true, cursor: true, limit: true },
  progress: { ...onRequest, signal: true },
  audit: onRequest,
  retrySource: { ...onRequest, source: true },
  settleSource: { ...onRequestWithReason, source: true },
  answerTask: { ...onRequest, source: true, answer: true, note: true },
  decideIdentifier: { ...onRequestWithReason, decision: true, answer: true },
  preview: onRequest,
  approve: { ...onRequest, plan: true },
  extend: onRequestWithReason,
  suspend: onRequestWithReason,
  putFirst: onRequestWithReason,
  resume: onRequest,
  overdue: byActor,
  due: { ...byActor, within: true },
  resendMessage: { ...onRequest, message: true },
  reveal: onRequest,
};

const packages: InputNames<Packages> = { download: { token: true }, fetch: onRequest };

const sources: InputNames<Sources> = {
  list: byActor,
  refresh: { ...byActor, source: true },
  retryAll: { ...byActor, source: true },
  settleAll: { ...byActor, source: true, reason: true },
};

const users: InputNames<Users> = {
  list: { ...byActor, cursor: true },
  remove: { ...byActor, userIds: true, includingMyself: true, idempotencyKey: true },
};

const sweeps: InputNames<Sweeps> = {
  eraseMany: { ...byActor, ...sweepPace, reason: true, category: true, people: true },
  goOn: { ...onSweep, ...sweepPace, people: true },
  retry: { ...onSweep, ...sweepPace },
  stop: onSweep,
  settle: { ...onSweep, reason: true },
  read: onSweep,
  list: { ...byActor, cursor: true },
  progress: { ...onSweep, signal: true },
  leftBehind: { ...onSweep, after: true },
  reveal: { ...onSweep, number: true },
  audit: { ...onSweep, after: true },
};

const holds: InputNames<Holds> = {
  place: { ...byActor, identifiers: true, reason: true, until: true, idempotencyKey: true },
  lift: { ...byActor, holdId: true, reason: true },
  read: { ...byActor, holdId: true },
  list: { ...byActor, open: true, cursor: true },
};

const suppressions: InputNames<Suppressions> = {
  mayTakeIn: aboutPeople,
  filter: { ...aboutPeople, rows: true, leftOut: true, batchSize: true },
  lift: { ...aboutPeople, reason: true },
  rotate: byActor,
  renew: byActor,
  copy: byActor,
  restore: { ...byActor, suppressions: true },
  replay: { ...byActor, since: true, category: true, dryRun: true },
};

const audit: InputNames<Audit> = {
  verify: onRequest,
  verifySweep: onSweep,
  verifyAll: { ...byActor, known: true },
  checkpoint: byActor,
  evidence: onRequest,
  isAbout: { ...onRequest, email: true, identifiers: true },
  requestsOf: { ...byActor, email: true, identifiers: true },
  unlink: onRequest,
};

const inputNames = { requests, packages, sources, users, sweeps, holds, suppressions, audit };

export interface CallGroups {
  readonly requests: Requests;
  readonly packages: Packages;
  readonly sources: Sources;
  readonly users: Users;
  readonly sweeps: Sweeps;
  readonly holds: Holds;
  readonly suppressions: Suppressions;
  readonly audit: Audit;
}

type AnyCall = (input: object) => unknown;

/**
 * The calls of the library, each of which refuses what it does not take: `recievedAt` would else be a deadline that
 * counts from the wrong day. A mistake in the program, so it is thrown.
 */
export const withCheckedInputs = (groups: CallGroups): CallGroups => {
  const checked = <Name extends keyof CallGroups>(group: Name): CallGroups[Name] => {
    const names = inputNames[group] as Readonly<Record<string, OptionNames<object>>>;
    const calls = Object.entries(groups[group] as unknown as Readonly<Record<string, AnyCall>>);
    return Object.fromEntries(
      calls.map(([name, call]) => [
        name,
        (input: object) => call(optionsOf(`${group}.${name}`, names[name] ?? {}, input)),
      ]),
    ) as unknown as CallGroups[Name];
  };
  return {
    requests: checked("requests"),
    packages: checked("packages"),
    sources: checked("sources"),
    users: checked("users"),
    sweeps: checked("sweeps"),
    holds: checked("holds"),
    suppressions: checked("suppressions"),
    audit: checked("audit"),
  };
};
