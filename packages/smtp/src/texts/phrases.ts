import type {
  Category,
  CollectionOutcome,
  MissingPart,
  Notice,
  ProblemCode,
  StandingKind,
} from "@subject-rights/core";

type About = Pick<Notice, "kind" | "category">;

const categories = {
  "customer-data": "customer data",
  "user-data": "user data",
  "user-telemetry": "user telemetry",
} as const satisfies Record<Category, string>;

export const category = ({ category: asked }: About): string => categories[asked];

/** "Erasure of customer data". */
export const request = (about: About): string =>
  `${about.kind === "erasure" ? "Erasure" : "Export"} of ${category(about)}`;

/** What a source did, said behind its title. */
const problems = {
  unavailable: "could not be reached, or answered with an error",
  "timed-out": "gave no answer in time",
  "permanent-failure": "says that it cannot do this, and that trying again will not help",
  "invalid-answer": "gave an answer that cannot be right",
  "still-present": "still held records of the person after it said that they were erased",
  "identifier-missing": "needs an identifier that nobody knows for this person",
  "too-many-identifiers": "kept turning up further identifiers for this person",
  "collection-missing": "says nothing of a collection in which something was kept by law",
  "more-than-retained":
    "holds more under the person's address than was kept by law, and it may be somebody else's",
  "not-registered": "is not registered any more",
  "not-supported": "has no way to do this",
  "owner-cannot": "cannot be done, its owner answered",
  "no-address": "has nobody to write to",
  "package-too-large": "is too large to send, and no link for downloads is set up",
  "internal-error": "met an error inside the program",
  "no-progress": "is to be done again and again, and nothing comes of it",
  "key-lost": "cannot go on, because the key of the request is not in the key ring",
  damaged: "cannot go on, because something that is stored, and needed, cannot be read",
  interrupted: "was interrupted, and nobody knows whether it finished",
} as const satisfies Record<ProblemCode, string>;

export const problem = (code: ProblemCode): string => problems[code];

/** What a request waits for, or what fails again and again. */
const standings = {
  acknowledgement: "its confirmation",
  "other-request": "another request about the same person",
  decision: "somebody to decide who is meant",
  hold: "a hold that stops it",
  identity: "proof of who asks",
  approval: "the approval of its plan",
  task: "something that is done by hand",
  source: "a data source that does not work",
  work: "its own work, which does not get on",
  message: "a message that could not be delivered",
  delivery: "a message that is tried again",
  retry: "a data source that is tried again",
  deadline: "nothing: its last day is over",
} as const satisfies Record<StandingKind, string>;

export const standing = (kind: StandingKind): string => standings[kind];

export const missing = (parts: readonly MissingPart[]): string[] =>
  parts.map(
    ({ title, problem: code, partly, settled }) =>
      `${title}: ${problem(code)}${partly === true ? "; what it had given before is in the package" : ""}${settled === undefined ? "" : `; closed by a person, for this reason: ${settled}`}`,
  );

export const records = (count: number): string => (count === 1 ? "1 record" : `${count} records`);

/** "invoices: 2 records kept until 31 December 2031 (§ 147 AO)". */
export const outcome = (of: CollectionOutcome): string => {
  switch (of.outcome) {
    case "erased":
      return `${of.collection}: ${records(of.count)} erased`;
    case "anonymised":
      return `${of.collection}: ${records(of.count)} made anonymous${unproven(of)}`;
    case "absent":
      return `${of.collection}: nothing there to erase`;
    case "retained":
      return `${of.collection}: ${records(of.count)} kept until ${day(of.until)} (${of.reason})${asOf(of)}`;
    case "kept":
      return `${of.collection}: ${records(of.count)} ${of.asOf === undefined ? "not erased" : "left before"} (${of.reason})${asOf(of)}`;
  }
};

/** What was made anonymous, and has not changed, or nobody has shown that it has: the exception of a request without another one. */
const unproven = ({ count, changed }: { readonly count: number; readonly changed?: number | undefined }) => {
  if (changed === count) return "";
  return changed === undefined
    ? "; nobody has compared whether that has changed anything"
    : `; ${count - changed} of them as they were before`;
};

/** The same, of what is not in a package. */
export const notHandedOut = (of: CollectionOutcome): string =>
  of.outcome === "kept" && of.asOf === undefined
    ? `${of.collection}: ${records(of.count)} not handed out (${of.reason})`
    : outcome(of);

/** What was so then, and nobody has said since. */
const asOf = ({ asOf: since }: { readonly asOf?: string | undefined }): string =>
  since === undefined ? "" : `, as of ${day(since)}; whether this is still so could not be found out`;

const dayFormat = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/** "31 December 2031", of an instant or of a day such as `2031-12-31`. */
export const day = (at: string): string => dayFormat.format(new Date(at));

/** "30 November 2026, 09:30 UTC". */
export const moment = (at: string): string => `${day(at)}, ${utcTime(at)} UTC`;

/** "09:30". */
export const utcTime = (at: string): string => new Date(at).toISOString().slice(11, 16);

const units = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** "812 bytes", "1.4 MB"; a unit is 1,000 of the one before. */
export const size = (bytes: number): string => {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const amount = bytes / 1_000 ** power;
  return `${power === 0 ? amount : amount.toFixed(1)} ${units[power]}`;
};
