import type { Attachment, Message, Notice, NoticeType } from "@subject-rights/core";
import { bytesSample } from "../bytes.ts";

const about = {
  requestId: "9b2f6f0e-3d5c-4a41-8d0b-5f1f0d6a7c11",
  category: "customer-data",
  controller: "Brightwater Cycles GmbH",
} as const;

const subject = "ada.lindqvist@example.org";
const crm = { id: "crm", title: "Customer records (Ångström & Söhne)" };
const expiresAt = "2026-03-09T09:00:00.000Z";

const notices: { readonly [Type in NoticeType]: Extract<Notice, { readonly type: Type }> } = {
  confirmation: {
    ...about,
    type: "confirmation",
    kind: "erasure",
    subject,
    token: "8Yc3Vn0pQm5tXw2LrKzHbJdGfSaUiEoT7N1R4B6C9xM",
    url: "https://privacy.example.com/acknowledge?token=8Yc3Vn0pQm5tXw2LrKzHbJdGfSaUiEoT7N1R4B6C9xM&language=en",
    expiresAt,
    receivedOn: "2026-02-27",
    dueOn: "2026-03-27",
  },
  support: {
    ...about,
    type: "support",
    kind: "erasure",
    source: crm,
    problem: "timed-out",
    retryable: true,
    attempts: 5,
  },
  undelivered: {
    ...about,
    type: "undelivered",
    kind: "erasure",
    message: { id: "completion-1", kind: "completion" },
    problem: "permanent-failure",
    retryable: false,
    until: expiresAt,
  },
  "manual-task": {
    ...about,
    type: "manual-task",
    kind: "erasure",
    subject,
    identifiers: [
      { type: "email", value: subject },
      { type: "customer-number", value: "C-10482" },
      { type: "email", value: "ada.before@example.org", mayBeOthers: true },
    ],
    source: crm,
  },
  decision: { ...about, type: "decision", kind: "erasure", source: crm, identifierType: "telephone" },
  approval: {
    ...about,
    type: "approval",
    kind: "erasure",
    plan: "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
    expiresAt,
    sources: [{ title: "Customer records (Ångström & Söhne)", task: "erase", records: 3 }],
  },
  deadline: {
    ...about,
    type: "deadline",
    kind: "erasure",
    dueOn: "2026-03-27",
    overdue: true,
    explanation: "Received on 27 February 2026 (UTC). One month ends on 27 March 2026 (Art. 12(3) GDPR).",
  },
  extension: {
    ...about,
    type: "extension",
    kind: "export",
    subject,
    originalDueOn: "2026-03-27",
    dueOn: "2026-05-27",
    reasons: "The archive of the years before 2010 is read by hand.",
  },
  delivery: {
    ...about,
    type: "delivery",
    kind: "export",
    subject,
    url: "https://privacy.example.com/download?token=2mQvT8sZ4kXb0LhPc6YdRf9WjNgAu1EoI3V5K7B-_xq",
    expiresAt,
    bytes: 48_213,
    sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    missing: [{ title: "Newsletter archive", problem: "unavailable" }],
  },
  completion: {
    ...about,
    type: "completion",
    kind: "erasure",
    subject,
    complete: false,
    sources: [
      {
        title: crm.title,
        outcomes: [
          { collection: "customers", outcome: "erased", count: 1 },
          { collection: "notes", outcome: "anonymised", count: 3 },
          { collection: "calls", outcome: "absent" },
          {
            collection: "invoices",
            outcome: "retained",
            count: 2,
            reason: "Invoices are kept for ten years (§ 147 AO)",
            until: "2035-12-31",
          },
          { collection: "minutes", outcome: "kept", count: 1, reason: "Written together with others" },
        ],
        checked: true,
        settled: null,
      },
      {
        title: "Newsletter archive",
        outcomes: [],
        checked: false,
        stillThere: 1,
        settled: "The archive was shut down in May",
      },
    ],
  },
  trouble: {
    ...about,
    type: "trouble",
    kind: "export",
    problem: "internal-error",
    retryable: true,
    since: "2026-03-02T09:00:00.000Z",
  },
  "task-stopped": { ...about, type: "task-stopped", kind: "erasure", source: crm, forGood: false },
  recipient: {
    ...about,
    type: "recipient",
    kind: "erasure",
    subject,
    identifiers: [
      { type: "email", value: subject },
      { type: "email", value: "ada.before@example.org", mayBeOthers: true },
    ],
    source: crm,
    recipient: "Credit agency (Øst)",
  },
  refusal: {
    ...about,
    type: "refusal",
    kind: "erasure",
    subject,
    receivedOn: "2026-02-27",
    reasons: "The same was asked for, and done, ten days before (Art. 12(5) GDPR).",
  },
  failure: {
    ...about,
    type: "failure",
    kind: "export",
    subject,
    missing: [
      { title: crm.title, problem: "permanent-failure" },
      { title: "Newsletter archive", problem: "timed-out" },
    ],
  },
};

export type MessageOf<Type extends NoticeType> = Message & {
  readonly notice: Extract<Notice, { readonly type: Type }>;
};

/** A message of each kind of notice, about invented people. Parts of it can be replaced. */
export const sampleMessage = <Type extends NoticeType>(
  type: Type,
  part: Partial<Omit<Message, "notice">> = {},
): MessageOf<Type> => ({
  id: `sample-${type}-1`,
  to: "tenant.admin@example.com",
  at: "2026-03-02T09:00:00.000Z",
  attachment: null,
  ...part,
  notice: notices[type],
});

export const noticeTypes = Object.keys(notices) as readonly NoticeType[];

const chunkSize = 64 * 1024;

/** An attachment of so many bytes, which differ from chunk to chunk. */
export const sampleAttachment = (bytes: number): Attachment => ({
  filename: "export-9b2f6f0e.zip",
  contentType: "application/zip",
  bytes,
  async *read() {
    for (let start = 0; start < bytes; start += chunkSize) {
      yield bytesSample(Math.min(chunkSize, bytes - start), start / chunkSize);
    }
  },
});

/** What a message cannot do without, whatever its words: its reader would not know what to do. */
export const factsOf = (notice: Notice): readonly string[] => {
  switch (notice.type) {
    case "confirmation":
      return [notice.controller, notice.subject, notice.url ?? notice.token];
    case "support":
    case "decision":
    case "task-stopped":
      return [notice.requestId, notice.source.title];
    case "undelivered":
      return [notice.requestId, notice.message.id];
    case "manual-task":
      return [notice.requestId, notice.source.title, ...notice.identifiers.map(({ value }) => value)];
    case "approval":
      return [notice.requestId, notice.plan, ...notice.sources.map(({ title }) => title)];
    case "deadline":
    case "trouble":
      return [notice.requestId];
    case "extension":
      return [notice.controller, notice.reasons];
    case "recipient":
      return [notice.controller, ...notice.identifiers.map(({ value }) => value)];
    case "refusal":
      return [notice.controller, notice.reasons];
    case "delivery":
      return [...(notice.url === null ? [] : [notice.url]), ...notice.missing.map(({ title }) => title)];
    case "completion":
      return notice.sources.flatMap(({ title, outcomes, settled }) => [
        title,
        ...outcomes.flatMap((outcome) => ("reason" in outcome ? [outcome.reason] : [])),
        ...(settled === null ? [] : [settled]),
      ]);
    case "failure":
      return notice.missing.map(({ title }) => title);
  }
};
