import assert from "node:assert/strict";
import type { AuditEntry, RequestKey, RequestStore, StoredRequest } from "@subject-rights/core";
import { answerOf } from "../answers.ts";

export const tenant = "tenant-one";
export const otherTenant = "tenant-two";

/** A request as it is first stored. Each id has a duplicate key and a token of its own. */
export const requestSample = (id: string, part: Partial<StoredRequest> = {}): StoredRequest => ({
  tenant,
  id,
  version: 1,
  kind: "erasure",
  category: "customer-data",
  receivedAt: "2026-03-02T09:00:00.000Z",
  open: true,
  duplicateKey: `erasure/customer-data/${id}`,
  claims: [],
  about: [],
  tokenHashes: [`token-hash-of-${id}`],
  wakeAt: null,
  state: { phase: "received", marker: `state of ${id}` },
  sealed: `sealed part of ${id}`,
  ...part,
});

/** The next version of a request. */
export const nextVersion = (request: StoredRequest, part: Partial<StoredRequest> = {}): StoredRequest => ({
  ...request,
  version: request.version + 1,
  ...part,
});

export const entrySample = (
  { tenant, id }: RequestKey,
  sequence: number,
  part: Partial<AuditEntry> = {},
): AuditEntry => ({
  tenant,
  requestId: id,
  sequence,
  at: "2026-03-02T09:00:00.000Z",
  actor: "actor-17",
  action: `action-${sequence}-of-${id}`,
  source: null,
  detail: {},
  hash: `hash of ${sequence} of ${id}`,
  ...part,
});

/** Stores requests that are expected to be stored, each with its first audit entry. */
export const stored = async (store: RequestStore, ...requests: readonly StoredRequest[]): Promise<void> => {
  for (const request of requests) {
    const { outcome } = await answerOf(store.insert({ request, entries: [entrySample(request, 1)] }));
    assert.equal(outcome, "stored", "a new request is stored");
  }
};

/** Commits a next version that is expected to be committed. */
export const committed = async (
  store: RequestStore,
  request: StoredRequest,
  entries: readonly AuditEntry[] = [],
): Promise<void> => {
  const { outcome } = await answerOf(
    store.commit({ request, expectedVersion: request.version - 1, entries }),
  );
  assert.equal(outcome, "committed", "a change made on the stored version is committed");
};

/** Reads a request that is expected to be there as it was stored. */
export const isStored = async (store: RequestStore, expected: StoredRequest): Promise<void> => {
  assert.deepEqual(await answerOf(store.read(expected)), expected);
};
