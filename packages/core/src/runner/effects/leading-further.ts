import { askedBeside } from "../../bridge/call.ts";
import type { CallFailed } from "../../errors.ts";
import { totalCount } from "../../request/outcomes.ts";
import type { SourceStep } from "../../request/steps.ts";
import { ok, type Result } from "../../result.ts";
import { type Identifier, includesIdentifier } from "../../subject/identifier.ts";
import { identifiedSubject } from "../../subject/subject.ts";
import { canFind as canFindBy } from "../ask-who.ts";
import { type Effect, workFor } from "./effect.ts";

/**
 * Those of the addresses, which may be somebody else's by now, by which a source is about to be asked and would take what it
 * does not find without them. One that finds the person by a number tells apart what has another one, and cannot say whose a
 * row is that has none: a guest's order. It is counted both ways; where nobody can count, it may be so.
 *
 * Errors: what the source answers, where it could count and does not for now
 */
export const leadingFurther = async (
  effect: Effect,
  step: SourceStep,
  addresses: readonly Identifier[],
): Promise<Result<readonly Identifier[], CallFailed>> => {
  const work = workFor(effect, step, "locate", "ask");
  // The work itself meets that.
  if (addresses.length === 0 || work.isErr()) return ok([]);
  const { source, subject, call } = work.value;
  const asked = addresses.filter((each) => includesIdentifier(subject.identifiers, each));
  const certain = subject.identifiers.filter((each) => !includesIdentifier(asked, each));
  if (asked.length === 0 || !canFindBy(source, certain) || source.locate === null) return ok(asked);
  const { locate } = source;
  const counted = (names: typeof subject, mark: string) =>
    locate(names, askedBeside(call, mark)).map(totalCount);
  return counted(subject, "with addresses").andThen((all) =>
    counted(identifiedSubject(certain, subject.shared), "without").map((theirs) =>
      all > theirs ? asked : [],
    ),
  );
};
