import type { GradedCollection, ProofGrade } from "./graded.ts";
import { type CollectionOutcome, isStaying, unprovenIn } from "./outcomes.ts";
import { notFollowed, type Request } from "./request.ts";
import { toldAt } from "./retention.ts";
import { leftAt, type SourceStep } from "./steps.ts";

/** The grades of an erasure, so far as its sources are done; empty for an export. */
export const gradesOf = (request: Request): GradedCollection[] =>
  request.kind === "erasure"
    ? request.steps.flatMap((step) => gradesAt(step, toldAt(request, step), doneBefore(request, step)))
    : [];

/**
 * What was done at a source before the request was opened again. A person who then closes it takes nothing back of that; but
 * what was proven then is of that day, and whether it is so still nobody was asked. What was to be done later was not.
 */
const doneBefore = ({ closedBefore }: Request, { source, settlement }: SourceStep): GradedCollection[] => {
  if (closedBefore === undefined || settlement === null) return [];
  return closedBefore.grades
    .filter((each) => each.source === source && each.retained === 0)
    .map((each) => (isVerified(each) ? { ...each, grade: "unverifiable" } : each));
};

const isVerified = ({ grade }: GradedCollection): boolean =>
  grade === "verified-absent" || grade === "verified-changed";

export const gradesAt = (
  step: SourceStep,
  told: readonly CollectionOutcome[],
  before: readonly GradedCollection[],
): GradedCollection[] => {
  const { source } = step;
  // Who was only to be asked by what else the person is known has nothing to prove, but may have failed to say so.
  const isAsked = step.task !== "identify" || step.onlyAsked === true;
  const isOver = step.settlement !== null || (step.stage === "done" && isAsked);
  if (!isOver) return [];
  const left = leftAt(step);
  const named = [...told, ...(step.located ?? []), ...left].map(({ collection }) => collection);
  const collections = [...new Set(named)];
  if (collections.length === 0) {
    const [whole] = before;
    const grade = whole?.collection === null ? whole.grade : gradeOf(step, []);
    return [{ source, collection: null, grade, retained: 0, kept: 0 }];
  }
  return collections.map((collection) => {
    const outcomes = told.filter((outcome) => outcome.collection === collection);
    const staying = (why: "retained" | "kept") =>
      outcomes.reduce((sum, each) => (each.outcome === why ? sum + each.count : sum), 0);
    const isThere = left.some((each) => each.collection === collection);
    const done = isThere ? undefined : before.find((each) => each.collection === collection);
    const hasCome = isThere && step.settlement === null;
    const grade = hasCome ? null : (done?.grade ?? gradeOf(step, outcomes));
    return { source, collection, grade, retained: staying("retained"), kept: staying("kept") };
  });
};

const gradeOf = (step: SourceStep, outcomes: readonly CollectionOutcome[]): ProofGrade | null => {
  // What its owner has done after somebody had closed it is done all the same.
  if (step.settlement !== null) return step.manual?.late === true ? "accepted" : "failed";
  if (outcomes.length > 0 && outcomes.every(isStaying)) return null;
  if (step.checked !== true) {
    return step.task === "manual" || step.thirdParty === true ? "accepted" : "unverifiable";
  }
  if (outcomes.every(({ outcome }) => outcome !== "anonymised")) return "verified-absent";
  return unprovenIn(outcomes) === 0 ? "verified-changed" : "unverifiable";
};

/**
 * Whether nothing stays, nothing failed, nobody closed a source by hand, in whatever round, and everything was looked at
 * afterwards; and nobody decided to leave what is found by an identifier that others have too: some of that may be the
 * person's.
 */
export const isProven = (request: Request): boolean =>
  notFollowed(request).length === 0 &&
  request.steps.every(
    ({ settlement, settledBefore }) => settlement === null && settledBefore === undefined,
  ) &&
  gradesOf(request).every((each) => each.retained + each.kept === 0 && isVerified(each));
