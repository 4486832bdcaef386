import { CallFailed } from "../../errors.ts";
import { type CollectionCount, type CollectionOutcome, totalCount, unkept } from "../../request/outcomes.ts";
import { isInPart } from "../../request/retention.ts";
import type { SourceStep } from "../../request/steps.ts";
import { okAsync, type ResultAsync } from "../../result.ts";
import type { Work } from "./effect.ts";

/** What a source said when it was asked afterwards. */
export interface Checked {
  /** False where it has no way to answer. */
  readonly checked: boolean;
  readonly remaining: readonly CollectionCount[];
  /** What of it was not said to stay. */
  readonly left: readonly CollectionCount[];
  /** The same, of collections that the work is not about. */
  readonly since: readonly CollectionCount[];
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
    ? okAsync({ checked: false, remaining: [], left: [], since: [], problem: null })
    : source.remaining(subject, call).map((remaining) => {
        const found = unkept(remaining, outcomes);
        const left = found.filter((each) => isInPart(step, each));
        const since = found.filter((each) => !isInPart(step, each));
        const isLeft = totalCount(left) > 0;
        const problem = isLeft ? new CallFailed(source.descriptor.id, "still-present", true) : null;
        return { checked: true, remaining, left, since, problem };
      });
