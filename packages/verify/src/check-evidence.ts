import { canonicalJson, type EvidenceFile, optionsOf, type SignedCheckpoint } from "@subject-rights/core";
import { checkAudit } from "./check-audit.ts";
import { checkCheckpoint } from "./check-checkpoint.ts";
import { checkPlan } from "./check-plan.ts";
import { checkRecord } from "./check-record.ts";
import { checkSignature } from "./check-signature.ts";
import { type Findings, problem, together, unproven } from "./findings.ts";
import { readEvidence } from "./read-evidence.ts";

/** What a file of evidence proves, in plain words. */
export interface Verdict extends Findings {
  /** Whether nothing is off. A file that proves little may still be sound. */
  readonly sound: boolean;
  /** The file, where it could be read. */
  readonly file: EvidenceFile | null;
}

export interface CheckOptions {
  /** The ids of the keys that the controller published (`publicKeyId`). Left out: any key is taken, and said to be. */
  readonly trustedKeyIds?: readonly string[] | undefined;
  /** Checkpoints of this controller that were kept from before: the file has to agree with them. */
  readonly keptCheckpoints?: readonly SignedCheckpoint[] | undefined;
}

/** Checks a file of evidence, by itself: no database, no network. */
export const checkEvidence = (text: string, options: CheckOptions = {}): Verdict => {
  const names = { trustedKeyIds: true, keptCheckpoints: true } as const;
  const { trustedKeyIds = [], keptCheckpoints = [] } = optionsOf("checkEvidence", names, options);
  const file = readEvidence(text);
  if (typeof file === "string") return { sound: false, file: null, ...problem(file) };
  const trusted = new Set(trustedKeyIds);
  const found = together(
    canonicalJson(file) === text.trim()
      ? together()
      : problem(
          "The file is not in the form in which it was made: something was added to it, or written anew.",
        ),
    checkAudit(file),
    checkPlan(file),
    checkRecord(file),
    checkSignature(file, trusted),
    checkCheckpoint(file, trusted, keptCheckpoints),
    unproven(...whatNoFileProves(file)),
  );
  return { sound: found.problems.length === 0, file, ...found };
};

const whatNoFileProves = ({ request, grades, sources }: EvidenceFile): string[] => {
  const weak = grades.filter(
    ({ grade }) => grade !== null && grade !== "verified-absent" && grade !== "verified-changed",
  );
  return [
    ...(request.closedAt === null ? ["How the request ends: it was open when this file was made."] : []),
    ...weak.map(
      ({ source, collection, grade }) => `What became of ${collection ?? "the data"} in ${source}: ${grade}.`,
    ),
    ...sources.flatMap(moreThanCounted),
    "That the sources told the truth, and that there are no others: the file says what they answered.",
  ];
};

/** More may have come between a count and the work. Whether it did, nobody can look at any more once it is erased. */
const moreThanCounted = ({ id, located, outcomes }: EvidenceFile["sources"][number]): string[] =>
  (located ?? []).flatMap(({ collection, count }) => {
    const told = outcomes.reduce(
      (sum, each) =>
        each.collection === collection && each.asOf === undefined ? sum + (each.count ?? 0) : sum,
      0,
    );
    return told > count
      ? [
          `How many records of ${collection} there were in ${id}: it had counted ${count}, and told of ${told}.`,
        ]
      : [];
  });
