import type { Forms } from "./forms.ts";

/** Of what is stored in clear of a hold, beside whom it is on and until when. */
export const holdForms: Forms = [];
