import { type CollectionOutcome, isStaying } from "./outcomes.ts";
import { notFollowed, type Request } from "./request.ts";
import { leftAt, outcomesAt, type SourceStep } from "./steps.ts";

/**
 * How well it is proven what became of a collection.
 * - `verified-absent`: the source was asked afterwards, and holds nothing more of the person there.
 * - `verified-changed`: the records are still there, were made anonymous, and each was compared with what it was before.
 * - `accepted`: a third party, or the owner who did it by hand, says so, and nobody could look.
 * - `unverifiable`: it was done, and there is no way to ask whether it worked.
 * - `failed`: it was not done; a person closed the source by hand.
 */
export type ProofGrade = "verified-absent" | "verified-changed" | "accepted" | "unverifiable" | "failed";

export interface GradedCollection {
  readonly source: string;
  /** Null for a source that named none. */
  readonly collection: string | null;
  /**
   * Null where nothing was to be erased: the law keeps all of it, it is somebody else's too, or it came in after the
   * request was closed.
   */
  readonly grade: ProofGrade | null;
  /** How many records the law keeps. */
  readonly retained: number;
  /** How many records stay because they are somebody else's too. */
  readonly kept: number;
}

/** The grades of an erasure, so far as its sources are done; empty for an export. */
export const gradesOf = (request: Request): GradedCollection[] =>
  request.kind === "erasure"
    ? request.steps.flatMap((step) => gradesAt(step, provenBefore(request, step)))
    : [];

/**
 * What was proven of a source before the request was opened again. A person who then closes it takes nothing back of what
 * was done by then.
 */
const provenBefore = ({ closedBefore }: Request, { source, settlement }: SourceStep): GradedCollection[] => {
  const before = closedBefore?.steps.find((step) => step.source === source);
  return before === undefined || before.settlement !== null || settlement === null
    ? []
    : gradesAt(before, []);
};

const gradesAt = (step: SourceStep, before: readonly GradedCollection[]): GradedCollection[] => {
  const { source } = step;
  // Who was only to be asked by what else the person is known has nothing to prove, but may have failed to say so.
  const isAsked = step.task !== "identify" || step.onlyAsked === true;
  const isOver = step.settlement !== null || (step.stage === "done" && isAsked);
  if (!isOver) return [];
  const left = leftAt(step);
  const told = outcomesAt(step);
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
    const proven = isThere ? undefined : before.find((each) => each.collection === collection);
    const hasCome = isThere && step.settlement === null;
    const grade = hasCome ? null : (proven?.grade ?? gradeOf(step, outcomes));
    return { source, collection, grade, retained: staying("retained"), kept: staying("kept") };
  });
};

const gradeOf = (step: SourceStep, outcomes: readonly CollectionOutcome[]): ProofGrade | null => {
  if (step.settlement !== null) return "failed";
  if (outcomes.length > 0 && outcomes.every(isStaying)) return null;
  if (step.checked !== true) {
    return step.task === "manual" || step.thirdParty === true ? "accepted" : "unverifiable";
  }
  const anonymised = outcomes.filter((each) => each.outcome === "anonymised");
  if (anonymised.length === 0) return "verified-absent";
  return anonymised.every(({ count, changed }) => changed === count) ? "verified-changed" : "unverifiable";
};

/**
 * Whether nothing stays, nothing failed, and everything was looked at afterwards; and nobody decided to leave what is
 * found by an identifier that others have too: some of that may be the person's.
 */
export const isProven = (request: Request): boolean =>
  notFollowed(request).length === 0 &&
  gradesOf(request).every(
    ({ grade, retained, kept }) =>
      retained + kept === 0 && (grade === "verified-absent" || grade === "verified-changed"),
  );
