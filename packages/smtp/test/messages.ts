import {
  type Attachment,
  type Call,
  type Message,
  type Notice,
  type NoticeType,
  systemClock,
} from "@subject-rights/core";
import type { NoticeOf } from "../src/index.ts";

/** What core calls the notifier with. */
export const call = (change: Partial<Call> = {}): Call => ({
  clock: systemClock,
  deadline: 20_000,
  signal: new AbortController().signal,
  tenant: "northwind",
  requestId: "request-1",
  categories: ["customer-data"],
  idempotencyKey: "key-1",
  ...change,
});

export const message = (notice: Notice, change: Partial<Message> = {}): Message => ({
  id: `request-1/${notice.type}-1`,
  to: "admin@northwind.example",
  at: "2026-11-23T09:30:00.000Z",
  notice,
  attachment: null,
  ...change,
});

export const attachment = (bytes: Uint8Array, change: Partial<Attachment> = {}): Attachment => ({
  filename: "export.zip",
  contentType: "application/zip",
  bytes: bytes.length,
  async *read() {
    for (let start = 0; start < bytes.length; start += 1_000) yield bytes.subarray(start, start + 1_000);
  },
  ...change,
});

const about = { requestId: "request-1", controller: "Northwind Traders" } as const;
const erasure = { ...about, kind: "erasure", category: "customer-data" } as const;
const exporting = { ...about, kind: "export", category: "user-data" } as const;
const subject = "ada@example.org";
const crm = { id: "crm", title: "Customer database" };

/** One notice of each type. */
export const notices: { readonly [Type in NoticeType]: NoticeOf<Type> } = {
  confirmation: {
    ...erasure,
    type: "confirmation",
    subject,
    token: "b7Zq-token",
    url: "https://privacy.northwind.example/confirm#b7Zq-token",
    expiresAt: "2026-11-30T09:30:00.000Z",
    receivedOn: "2026-11-23",
    dueOn: "2026-12-23",
  },
  support: {
    ...erasure,
    type: "support",
    source: crm,
    problem: "unavailable",
    retryable: true,
    attempts: 5,
  },
  trouble: {
    ...exporting,
    type: "trouble",
    problem: "internal-error",
    retryable: true,
    since: "2026-11-23T09:30:00.000Z",
  },
  undelivered: {
    ...erasure,
    type: "undelivered",
    message: { id: "completion-1", kind: "completion" },
    problem: "permanent-failure",
    retryable: false,
    until: "2026-12-30T09:30:00.000Z",
  },
  "manual-task": {
    ...erasure,
    type: "manual-task",
    subject,
    identifiers: [
      { type: "email", value: subject },
      { type: "customer-number", value: "C-1815" },
      { type: "email", value: "ada.before@example.org", mayBeOthers: true },
    ],
    source: { id: "paper-files", title: "Paper files" },
  },
  "task-stopped": {
    ...erasure,
    type: "task-stopped",
    source: { id: "paper-files", title: "Paper files" },
    forGood: false,
  },
  decision: { ...erasure, type: "decision", source: crm, identifierType: "telephone", others: 3 },
  approval: {
    ...erasure,
    type: "approval",
    plan: "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
    expiresAt: "2026-11-30T09:30:00.000Z",
    sources: [
      { title: "Customer database", task: "erase", records: 12 },
      { title: "Search index", task: "refresh", records: 1 },
      { title: "Paper archive", task: "manual", records: null },
    ],
  },
  deadline: {
    ...erasure,
    type: "deadline",
    dueOn: "2026-12-28",
    overdue: false,
    explanation:
      "Received on 25 November 2026 (Europe/Berlin). One month ends on 25 December 2026 (Art. 12(3) GDPR), which is Christmas Day.",
  },
  extension: {
    ...exporting,
    type: "extension",
    subject,
    originalDueOn: "2026-12-28",
    dueOn: "2027-02-25",
    reasons: "Your records of ten years are in an archive that is read by hand.",
  },
  delivery: {
    ...exporting,
    type: "delivery",
    subject,
    url: "https://privacy.northwind.example/packages#c9Yr-token",
    expiresAt: "2026-11-30T09:30:00.000Z",
    bytes: 1_415_926,
    sha256: "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea",
    missing: [{ title: "Support tickets", problem: "timed-out" }],
    kept: [
      {
        title: "Web shop",
        outcomes: [{ collection: "orders", outcome: "kept", count: 1, reason: "It may be somebody else's" }],
      },
    ],
  },
  completion: {
    ...erasure,
    type: "completion",
    subject,
    complete: false,
    sources: [
      {
        title: "Customer database",
        outcomes: [
          { collection: "customers", outcome: "erased", count: 1 },
          { collection: "invoices", outcome: "retained", count: 2, reason: "§ 147 AO", until: "2031-12-31" },
          { collection: "visits", outcome: "anonymised", count: 1_200 },
          { collection: "logins", outcome: "anonymised", count: 3, changed: 1 },
          { collection: "reports", outcome: "kept", count: 3, reason: "Others wrote them too" },
          { collection: "complaints", outcome: "absent" },
        ],
        checked: true,
        settled: null,
      },
      {
        title: "Paper files",
        outcomes: [],
        checked: false,
        stillThere: 2,
        settled: "The archive burnt down in 2019.",
      },
      { title: "Billing", outcomes: [], checked: false, askedTooLate: true, settled: null },
      { title: "Search index", outcomes: [], checked: true, settled: null },
    ],
  },
  recipient: {
    ...erasure,
    type: "recipient",
    subject,
    identifiers: [
      { type: "email", value: subject },
      { type: "customer-number", value: "4711" },
    ],
    source: crm,
    recipient: "Northwind Credit Checks",
  },
  refusal: {
    ...erasure,
    type: "refusal",
    subject,
    receivedOn: "2026-11-23",
    reasons: "The request is manifestly unfounded (Art. 12(5) GDPR).",
  },
  failure: {
    ...exporting,
    type: "failure",
    subject,
    missing: [
      { title: "Customer database", problem: "unavailable" },
      { title: "Support tickets", problem: "permanent-failure" },
    ],
  },
};
