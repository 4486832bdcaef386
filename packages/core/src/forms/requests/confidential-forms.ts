import type { SourceStep } from "../../request/steps.ts";
import type { Forms } from "../forms.ts";
import { columnsOfTheLastRound } from "./columns-of-the-last-round.ts";

/** Of what is stored encrypted of a request: without its key it stays in the form that it has, whatever form the rest gets. */
export const confidentialForms = (steps: readonly Pick<SourceStep, "source" | "generation">[]): Forms => [
  [columnsOfTheLastRound(steps)],
];
