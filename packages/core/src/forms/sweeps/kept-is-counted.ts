import type { JsonObject } from "../../ports/request-store.ts";
import type { FormStep } from "../forms.ts";

/** Sweeps from before there was a word for it have counted nothing as kept. */
export const keptIsCounted: FormStep = ({ sweep, ...state }) => {
  const { counts, records, ...rest } = sweep as {
    readonly counts: JsonObject;
    readonly records: readonly JsonObject[];
  };
  return {
    ...state,
    sweep: {
      ...rest,
      counts: { kept: 0, ...counts },
      records: records.map((each) => ({ kept: 0, ...each })),
    },
  };
};
