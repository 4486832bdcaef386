import type { Contest } from "../../harness/contest.ts";
import { type Timed, timedSide } from "../../harness/timed.ts";

const deeper = "an index that is a level deeper, in an operation that takes a quarter of a millisecond.";

/** The same on a store with many closed requests as on one with next to none. */
export const filledAgainstEmpty = (title: string, empty: Timed, filled: Timed): Contest => ({
  title,
  unit: "times",
  sides: [timedSide("empty", empty), timedSide("filled", filled)],
  comparisons: [
    { title, measure: "cost", of: "filled", against: "empty", goal: { atMost: 1.3 }, whenMissed: deeper },
  ],
});
