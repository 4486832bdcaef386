import assert from "node:assert/strict";
import type {
  AuditEntry,
  StoredSweep,
  StoredSweepPart,
  SweepCommit,
  SweepPartKind,
  SweepStore,
} from "@subject-rights/core";
import { answerOf } from "../answers.ts";

export const tenant = "tenant-one";
export const otherTenant = "tenant-two";

/** A sweep as it is first stored. */
export const sweepSample = (id: string, part: Partial<StoredSweep> = {}): StoredSweep => ({
  tenant,
  id,
  version: 1,
  category: "customer-data",
  startedAt: "2026-03-02T09:00:00.000Z",
  state: { marker: `state of ${id}`, nested: { list: [1, null, "ä\u0000"] } },
  sealed: `sealed part of ${id}`,
  ...part,
});

export const sweepEntry = ({ tenant, id }: StoredSweep, sequence: number): AuditEntry => ({
  tenant,
  requestId: id,
  sequence,
  at: "2026-03-02T09:00:00.000Z",
  actor: "actor-17",
  action: `action-${sequence}-of-${id}`,
  source: sequence % 2 === 0 ? "crm" : null,
  detail: { count: sequence, pseudonym: "pseudonym", nothing: null },
  hash: `hash of ${sequence} of ${id}`,
});

export const partSample = (number: number, kind: SweepPartKind = "left-behind"): StoredSweepPart => ({
  number,
  kind,
  info: { marker: `info of part ${number}` },
  sealed: number % 2 === 0 ? null : `sealed part ${number}`,
});

/** A commit of the next version. */
export const commitSample = (sweep: StoredSweep, part: Partial<SweepCommit> = {}): SweepCommit => ({
  sweep: { ...sweep, version: sweep.version + 1 },
  expectedVersion: sweep.version,
  entries: [],
  add: [],
  remove: [],
  release: [],
  ...part,
});

export const inserted = async (store: SweepStore, ...sweeps: readonly StoredSweep[]): Promise<void> => {
  for (const sweep of sweeps) await answerOf(store.insert({ sweep, entries: [sweepEntry(sweep, 1)] }));
};

export const committed = async (store: SweepStore, input: SweepCommit): Promise<void> => {
  assert.deepEqual(await answerOf(store.commit(input)), { outcome: "committed" });
};

export const numbersOf = async (
  store: SweepStore,
  { tenant, id }: StoredSweep,
  kind: SweepPartKind = "left-behind",
): Promise<readonly number[]> =>
  (await answerOf(store.parts({ tenant, id, kind, after: 0, limit: 100 }))).map(({ number }) => number);
