import { gradesAt } from "../../request/grades.ts";
import { outcomesAt, type SourceStep } from "../../request/steps.ts";
import type { FormStep } from "../forms.ts";
import { inRequest } from "./in-request.ts";

/** How well it was proven what was done before it was opened again was not kept: as the sources of that time say it. */
export const provenAsItsStepsSay: FormStep = inRequest(({ closedBefore, ...request }) => {
  if (closedBefore === undefined) return request;
  const { steps, grades = steps.flatMap(gradesOf) } = closedBefore;
  return { ...request, closedBefore: { ...closedBefore, grades } };
});

const gradesOf = (step: SourceStep) => gradesAt(step, outcomesAt(step), []);
