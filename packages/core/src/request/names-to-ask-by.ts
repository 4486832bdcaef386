import type { Instant } from "../instant.ts";
import { type Identifier, includesIdentifier, isSteady } from "../subject/identifier.ts";
import { mayHavePassedOn } from "../subject/identifying.ts";
import { leading } from "../subject/vouching.ts";
import { isVouchedFor } from "./addresses.ts";
import { confidentialOf } from "./change.ts";
import { householdsAt } from "./households.ts";
import type { Request } from "./request.ts";
import type { SourceStep } from "./steps.ts";
import { isByNumberOnly } from "./unsaid.ts";

/** By which names a source is asked for the person of a request right now. */
export interface NamesToAskBy {
  readonly names: readonly Identifier[];
  /**
   * Those of them that lead to the person for certain: everything but addresses that nobody has vouched for within a day,
   * where the person was erased at the source, or handed out, more than a day ago, and in a copy that is filled anew.
   */
  readonly certain: readonly Identifier[];
  /** Everything that is known of the person, but what is in doubt: where the source is asked by less, that is counted at the end. */
  readonly known: readonly Identifier[];
}

/**
 * Whether the work of a request at a source was done that long ago that what is found there by an address may have come since:
 * under this request, or before that was opened again.
 */
const isLongDone = ({ reopened }: Request, { saidAt, byCertain }: SourceStep, now: Instant): boolean =>
  reopened > 0 || (saidAt !== undefined && (byCertain === true || mayHavePassedOn(saidAt, now)));

/**
 * The names for a call to a source, from what is known and from the moment: the one place that says so for whatever a request
 * counts, hands out, erases and looks at. An address is as good as the day on which it was confirmed, or vouched for by whoever
 * knows the person by a number. Before a source has done its work, it is asked by every name: who knows nothing but an address
 * may have the person under the old one alone, and everybody who can say has just been asked; whoever could say and is down is
 * waited for, but where the source finds the person by a number (`unsaid.ts`). What is there more than a day after
 * that work may be whoever's has the address by then: where the source finds people by anything that is certain, it is asked
 * by that; and is only counted by all the names, at the end. Where it finds them by nothing else, it is counted too, and nothing
 * is erased by what it finds: in a request that was opened again it is found out first whose that is (`opened-again.ts`). A copy
 * that is filled anew is never more than counted: by all the names, which its origins are asked by too where it holds more
 * (`looked-at-copy.ts`). Of whose an address is somebody has still to say, it is in no call; and one of a household in none to a source that it has led to the other one's number.
 *
 * @param foundBy the types by which the source finds people
 * @param isLook nothing is done by what is found: without a number, it is looked at by the addresses of before as well
 */
export const namesToAskBy = (
  request: Request,
  step: SourceStep,
  foundBy: readonly string[],
  now: Instant,
  isLook: boolean,
): NamesToAskBy => {
  const doubted = [...inDoubt(request), ...householdsAt(request, step.source)];
  const known = leading(confidentialOf(request).identifiers).filter(
    (each) => !includesIdentifier(doubted, each),
  );
  const isOnlyCounted = step.task === "refresh";
  if (!isOnlyCounted && !isByNumberOnly(step) && !isLongDone(request, step, now))
    return { names: known, certain: known, known };
  const certain = known.filter((each) => isSteady(each) || isVouchedFor(request, each, now));
  const isFound = certain.some((each) => foundBy.includes(each.type) && (isSteady(each) || !isLook));
  // An owner who erases by hand is asked once more also for what may stand there without the number.
  const isForTheOwner = step.part !== undefined && step.task === "manual";
  return { names: isFound && !isForTheOwner && !isOnlyCounted ? certain : known, certain, known };
};

/** The addresses by which a source came to somebody of whom it is still to be decided who that is. */
const inDoubt = ({
  decisions,
  confidential,
}: Pick<Request, "decisions" | "confidential">): readonly Identifier[] =>
  decisions.flatMap(({ id, answer }) => (answer === null ? (confidential?.ledBy?.[id] ?? []) : []));

/**
 * Whether a source finds the person by nothing but an address that is in doubt with the number that it has led to: nothing is
 * done there before somebody has said whose it is.
 */
export const isFoundInDoubt = (request: Request, { foundBy }: Pick<SourceStep, "foundBy">): boolean => {
  const doubted = inDoubt(request);
  return (
    doubted.length > 0 &&
    !leading(confidentialOf(request).identifiers).some(
      (each) => foundBy?.includes(each.type) === true && !includesIdentifier(doubted, each),
    )
  );
};
