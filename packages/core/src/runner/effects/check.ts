import { CallFailed } from "../../errors.ts";
import { type CollectionOutcome, leftOver } from "../../request/outcomes.ts";
import { errAsync, okAsync, type ResultAsync } from "../../result.ts";
import type { Work } from "./effect.ts";

/**
 * Asks a source whether it still holds the person, and takes nobody's word for it: `still-present` where more
 * is left than was said to be retained. False where the source has no way to answer.
 */
export const check = (
  { source, subject, call }: Work,
  outcomes: readonly CollectionOutcome[],
): ResultAsync<boolean, CallFailed> =>
  source.remaining === null
    ? okAsync(false)
    : source
        .remaining(subject, call)
        .andThen((remaining) =>
          leftOver(remaining, outcomes) > 0
            ? errAsync(new CallFailed(source.descriptor.id, "still-present", true))
            : okAsync<boolean, CallFailed>(true),
        );
