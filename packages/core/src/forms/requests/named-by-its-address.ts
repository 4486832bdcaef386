import type { FormStep } from "../forms.ts";
import { inRequest } from "./in-request.ts";

/** How many names a request came with was not kept: the first one is the address that it always has. */
export const namedByItsAddress: FormStep = inRequest(({ named = 1, ...request }) => ({ ...request, named }));
