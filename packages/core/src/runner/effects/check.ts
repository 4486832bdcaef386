import { CallFailed } from "../../errors.ts";
import { type CollectionCount, type CollectionOutcome, leftOver } from "../../request/outcomes.ts";
import { isInPart } from "../../request/retention.ts";
import type { SourceStep } from "../../request/steps.ts";
import { okAsync, type ResultAsync } from "../../result.ts";
import type { Work } from "./effect.ts";

/** What a source said when it was asked afterwards. */
export interface Checked {
  /** False where it has no way to answer. */
  readonly checked: boolean;
  readonly remaining: readonly CollectionCount[];
  /** `still-present` where more is left than was said to stay; null where all is well. */
  readonly problem: CallFailed | null;
}

/** Asks a source whether it still holds the person, and takes nobody's word for it. */
export const check = (
  { source, subject, call }: Work,
  outcomes: readonly CollectionOutcome[],
  step: Pick<SourceStep, "part">,
): ResultAsync<Checked, CallFailed> =>
  source.remaining === null
    ? okAsync({ checked: false, remaining: [], problem: null })
    : source.remaining(subject, call).map((remaining) => ({
        checked: true,
        remaining,
        problem:
          leftOver(
            remaining.filter((each) => isInPart(step, each)),
            outcomes,
          ) > 0
            ? new CallFailed(source.descriptor.id, "still-present", true)
            : null,
      }));
