import { createHash, randomUUID } from "node:crypto";
import type { AuditEntry, StoredRequest } from "@subject-rights/core";

export const tenantCount = 20;
/** One of those that the filled store has many requests of. */
export const tenant = "tenant-1";

/** When open requests are woken here: later than now, so that no dispatcher takes them for its own. */
const daysFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
export const openWakeAt = daysFromNow(365);
export const closedWakeAt = daysFromNow(1_500);

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * About two kilobytes, as the state of a request with half a dozen sources has. `#` stands where the text differs
 * from request to request.
 */
export const stateTemplate = JSON.stringify({
  form: 1,
  request: {
    phase: "closed",
    outcome: "completed",
    pseudonyms: ["#a#", "#b#"],
    acknowledgement: { tokenHash: "#c##d#", acknowledgedAt: "2026-03-02T09:30:00.000Z", tries: 1 },
    steps: ["shop", "newsletter", "search", "warehouse", "support", "payments"].map((source) => ({
      source,
      status: "succeeded",
      attempts: 1,
      idempotencyKey: `#${source}#`,
      finishedAt: "2026-03-02T10:00:00.000Z",
      outcomes: ["customers", "orders"].map((collection) => ({ collection, outcome: "erased", count: 3 })),
    })),
    messages: [{ type: "confirmation", status: "sent", id: "#e#" }],
  },
});

/** A new request as it is submitted. */
export const newRequest = (): StoredRequest => {
  const id = randomUUID();
  return {
    tenant,
    id,
    version: 1,
    kind: "erasure",
    category: "customer-data",
    receivedAt: new Date().toISOString(),
    open: true,
    duplicateKey: `erasure/customer-data/${digest(`person ${id}`)}`,
    claims: [],
    about: [],
    tokenHashes: [digest(`token ${id}`)],
    wakeAt: null,
    state: JSON.parse(stateTemplate.replaceAll("#", id)) as StoredRequest["state"],
    sealed: digest(id).repeat(8),
  };
};

/** The same request once it is acknowledged. */
export const acknowledged = (request: StoredRequest): StoredRequest => ({
  ...request,
  version: request.version + 1,
  claims: [digest(`person ${request.id}`), digest(`customer ${request.id}`)],
  wakeAt: openWakeAt,
});

export const entry = (request: StoredRequest, sequence: number, action: string): AuditEntry => ({
  tenant: request.tenant,
  requestId: request.id,
  sequence,
  at: request.receivedAt,
  actor: "admin-1",
  action,
  source: null,
  detail: { kind: request.kind, category: request.category },
  hash: digest(`${request.id} ${sequence}`),
});
