import type { Forms } from "../forms.ts";
import { endedWhenClosed } from "./ended-when-closed.ts";
import { namedByItsAddress } from "./named-by-its-address.ts";
import { provenAsItsStepsSay } from "./proven-as-its-steps-say.ts";
import { standsAtNothing } from "./stands-at-nothing.ts";
import { stepsHaveTitles } from "./steps-have-titles.ts";

/** Of what is stored in clear of a request. */
export const requestForms: Forms = [
  [stepsHaveTitles, endedWhenClosed, namedByItsAddress, standsAtNothing, provenAsItsStepsSay],
];
