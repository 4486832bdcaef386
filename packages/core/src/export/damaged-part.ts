import { Damaged } from "../errors.ts";
import type { ProblemCode } from "../request/problems.ts";
import type { SourceName } from "./contents.ts";

/**
 * What was collected of a source cannot be read back: the source has handed out lines that are no rows (`invalid-answer`), or
 * it is not there any more as it was put down (`damaged`). It is read anew, or given up, like any other part.
 */
export class DamagedPart extends Damaged {
  /** The id of the source. */
  readonly source: string;
  readonly problem: Extract<ProblemCode, "invalid-answer" | "damaged">;

  constructor(
    part: { readonly source: SourceName; readonly collection: string },
    problem: DamagedPart["problem"],
    options?: ErrorOptions,
  ) {
    const why =
      problem === "damaged" ? "" : ", of which a line is no JSON object or has a column that was not told,";
    super(`The collection "${part.collection}" of ${part.source.id}${why}`, options);
    this.source = part.source.id;
    this.problem = problem;
  }
}
