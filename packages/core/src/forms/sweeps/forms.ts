import type { Forms } from "../forms.ts";
import { keptIsCounted } from "./kept-is-counted.ts";

/** Of what is stored in clear of a sweep. */
export const sweepForms: Forms = [[keptIsCounted]];

/** Of the parts that a sweep keeps beside its record. */
export const sweepPartForms: Forms = [];
