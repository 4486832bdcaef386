import type { FormStep } from "../forms.ts";
import { inRequest } from "./in-request.ts";

/** Since when it stands at something was not kept: that counts from when it is stored next. */
export const standsAtNothing: FormStep = inRequest(({ standings = {}, ...request }) => ({
  ...request,
  standings,
}));
