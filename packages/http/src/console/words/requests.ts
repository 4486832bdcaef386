import type {
  Category,
  CollectionOutcome,
  ManualTask,
  NoticeKind,
  Outcome,
  Phase,
  PlannedFate,
  ProofGrade,
  RequestKind,
  RequestView,
  SourceProgress,
  StepTask,
} from "@subject-rights/core";

export const categoryWords: Readonly<Record<Category, string>> = {
  "customer-data": "customer data",
  "user-data": "user data",
  "user-telemetry": "user telemetry",
};

const kindWords: Readonly<Record<RequestKind, string>> = { erasure: "Erasure", export: "Export" };

/** "Erasure of customer data": what a request is called. It names nobody. */
export const nameOf = ({ kind, category }: Pick<RequestView, "kind" | "category">): string =>
  `${kindWords[kind]} of ${categoryWords[category]}`;

export const phaseWords: Readonly<Record<Phase, string>> = {
  received: "Waits to be confirmed",
  acknowledged: "Confirmed; finding out who this is",
  identified: "Counting what there is",
  planned: "Planned",
  approved: "Approved",
  origins: "Erasing in the origins",
  copies: "Refreshing the copies",
  verified: "Checked afterwards",
  collecting: "Collecting",
  packaged: "Packed",
  delivered: "Delivered",
  closed: "Closed",
};

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  completed: "Completed",
  "completed-with-exceptions": "Completed with exceptions",
  failed: "Failed",
  declined: "Declined",
  cancelled: "Called off",
  lapsed: "Lapsed: nobody confirmed it",
};

export const taskWords: Readonly<Record<StepTask, string>> = {
  erase: "Erase",
  refresh: "Refresh from its origins",
  manual: "Erased by its owner, by hand",
  export: "Collect",
  leave: "Left out: its origins are in the package",
  identify: "Only asked who this is",
};

export const fateWords: Readonly<Record<PlannedFate, string>> = {
  erased: "erased",
  anonymised: "made anonymous",
  retained: "kept by law",
  kept: "stays: somebody else's too",
  refreshed: "gone with the next refresh",
  "erased-by-owner": "erased by its owner",
  exported: "handed over",
};

const gradeWords: Readonly<Record<ProofGrade, string>> = {
  "verified-absent": "Asked afterwards: nothing is there",
  "verified-changed": "Compared: each record was changed",
  accepted: "Somebody else's word for it",
  unverifiable: "Done; nobody can look whether it worked",
  failed: "Not done: a person closed it",
};

/** How it is known what became of the records of a collection, and how many of them are kept. */
export const proofWords = ({
  grade,
  retained,
  kept,
}: Pick<RequestView["grades"][number], "grade" | "retained" | "kept">) => {
  const byLaw = retained > 0 ? [`is kept by law (${retained})`] : [];
  const shared = kept > 0 ? [`was left as somebody else's too (${kept})`] : [];
  const staying = [...byLaw, ...shared];
  if (grade === "verified-absent" && staying.length > 0)
    return `Asked afterwards: nothing is left but what ${staying.join(", and what ")}`;
  const known = grade === null ? "Nothing was to be erased" : gradeWords[grade];
  return [
    known,
    ...(retained > 0 ? [`${retained} kept by law`] : []),
    ...(kept > 0 ? [`${kept} not erased: somebody else's too`] : []),
  ].join("; ");
};

export const noticeWords: Readonly<Record<NoticeKind, string>> = {
  confirmation: "Asks for the confirmation",
  support: "Tells support of a source that does not work",
  undelivered: "Tells support of a message that could not be delivered",
  "manual-task": "Asks the owner to erase by hand",
  "task-stopped": "Tells the owner not to erase, or not now",
  decision: "Tells support that something is to be decided",
  approval: "Tells the approver that a plan waits",
  deadline: "Reminds of the deadline",
  extension: "Tells of the extension (Art. 12(3) GDPR)",
  delivery: "Brings the package",
  "package-secret": "Brings what opens the package",
  completion: "Says what was done",
  recipient: "Tells somebody the data was disclosed to (Art. 19 GDPR)",
  refusal: "Says that it is declined, and why",
  failure: "Says that it came to nothing",
  trouble: "Tells support that its own work does not get on",
};

/** What came of what an owner was asked to do. */
export const answerWords: Readonly<Record<NonNullable<ManualTask["answer"]>, string>> = {
  done: "It is done",
  "not-there": "The person is not there",
  cannot: "It cannot be done",
};

/** How far a source has come, for one that is being worked on, by the same four signs as everywhere. */
export const progressWords = ({ status, task, settlement }: SourceProgress): string => {
  if (settlement !== null) return "Closed by hand";
  switch (status) {
    case "pending":
      return "Not its turn yet";
    case "running":
      return "Running";
    case "succeeded":
      return task === "identify" || task === "leave" ? "Nothing to do" : "Done";
    case "warning":
      return "Warning";
  }
};

export const collectionWords = (outcome: CollectionOutcome, dayInWords: (day: string) => string): string => {
  switch (outcome.outcome) {
    case "erased":
      return `${outcome.count} erased`;
    case "anonymised":
      return `${outcome.count} made anonymous`;
    case "absent":
      return "nothing there";
    case "retained":
      return `${outcome.count} kept until ${dayInWords(outcome.until)}${asOf(outcome, dayInWords)}: ${outcome.reason}`;
    case "kept":
      return `${outcome.count} ${outcome.asOf === undefined ? "not erased" : "left before"}${asOf(outcome, dayInWords)}: ${outcome.reason}`;
  }
};

/** What was so then, and nobody has said since. */
const asOf = (
  { asOf: day }: { readonly asOf?: string | undefined },
  dayInWords: (day: string) => string,
): string => (day === undefined ? "" : `, as of ${dayInWords(day)}`);

/** Of what the last look found beside what stays. */
export const leftWords = (count: number): string => `${count} there when it was last asked`;
