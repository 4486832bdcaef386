import type { FormStep } from "../forms.ts";
import { inRequest } from "./in-request.ts";

/** When it ended by the clock was not kept beside when the record says that it was closed. */
export const endedWhenClosed: FormStep = inRequest((request) => ({
  ...request,
  endedAt: request.endedAt ?? request.closedAt,
}));
