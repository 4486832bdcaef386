import { SubjectRightsError } from "@subject-rights/core";
import type { MapProblem } from "./problem.ts";

/** The data map does not fit the live schema: nothing is read or erased with it. */
export class DataMapUnfit extends SubjectRightsError {
  readonly code = "data-map-unfit";
  readonly problems: readonly MapProblem[];

  constructor(problems: readonly MapProblem[]) {
    const lines = problems.map(
      ({ code, table, column, message }) =>
        `${table}${column === null ? "" : `.${column}`}: ${message} (${code})`,
    );
    super(`The data map does not fit the schema.\n${lines.join("\n")}`);
    this.problems = problems;
  }
}
