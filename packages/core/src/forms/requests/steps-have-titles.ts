import type { FormStep } from "../forms.ts";
import { inRequest } from "./in-request.ts";

/** What a source was called was not kept: it is told by its id, where nobody knows it any more. */
export const stepsHaveTitles: FormStep = inRequest(({ steps, ...request }) => ({
  ...request,
  steps: steps.map((step) => ({ ...step, title: step.title ?? step.source })),
}));
