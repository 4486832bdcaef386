import type { JsonObject } from "../../ports/request-store.ts";
import type { ClosedBefore, Request } from "../../request/request.ts";
import type { SourceStep } from "../../request/steps.ts";
import type { FormStep } from "../forms.ts";

/** A request of the first form: what was not kept from the beginning is missing in some. */
export interface FirstRequest
  extends Omit<Request, "confidential" | "steps" | "closedBefore" | "endedAt" | "named" | "standings">,
    Partial<Pick<Request, "endedAt" | "named" | "standings">> {
  readonly steps: readonly (Omit<SourceStep, "title"> & Partial<Pick<SourceStep, "title">>)[];
  readonly closedBefore?: Omit<ClosedBefore, "grades"> & Partial<Pick<ClosedBefore, "grades">>;
}

/** A step that looks at the request alone. What it is handed is a request of that form, or was changed past us. */
export const inRequest =
  (step: (request: FirstRequest) => object): FormStep =>
  ({ request, ...state }) => ({
    ...state,
    request: step(request as unknown as FirstRequest) as JsonObject,
  });
