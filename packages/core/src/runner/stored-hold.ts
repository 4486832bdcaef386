import { z } from "zod";
import { Damaged } from "../errors.ts";
import { formToday, inFormOfToday } from "../forms/forms.ts";
import { holdForms } from "../forms/hold-forms.ts";
import type { StoredHold } from "../ports/hold-store.ts";
import type { JsonObject } from "../ports/request-store.ts";
import { err, ok, type Result } from "../result.ts";

const stateSchema = z.object({
  placedBy: z.string(),
  reason: z.string(),
  lifted: z.object({ at: z.string(), by: z.string(), reason: z.string() }).nullable(),
});

export type HoldState = z.infer<typeof stateSchema>;

/** A hold's state in the form of today, whatever else stands in it. */
const stateOf = ({ id, state }: StoredHold): Result<JsonObject, Damaged> =>
  inFormOfToday(holdForms, state, `Hold ${id}`, { hold: id });

/** Who placed and lifted a hold, when and why. Errors: `Damaged`, with `isNewer` where newer code has stored it. */
export const holdStateOf = (hold: StoredHold): Result<HoldState, Damaged> =>
  stateOf(hold).andThen((state) => {
    const { success, data, error } = stateSchema.safeParse(state);
    return success ? ok(data) : err(new Damaged(`Hold ${hold.id}`, { hold: hold.id, cause: error }));
  });

export const newHoldState = (state: JsonObject): JsonObject => ({ form: formToday(holdForms), ...state });

/** Stands for who placed a hold, and why, where nobody can read that any more when it is lifted. */
const unreadable = "damaged";

/**
 * Lifted, it is readable again: whoever it stops must not wait for ever, and a list not name it for ever. Errors: `Damaged`
 * where newer code has stored it, which can read it, and lift it.
 */
export const liftedState = (
  hold: StoredHold,
  lifted: NonNullable<HoldState["lifted"]>,
): Result<StoredHold["state"], Damaged> =>
  holdStateOf(hold)
    .andThen(() => stateOf(hold))
    .map((state) => newHoldState({ ...state, lifted }))
    .orElse((error) =>
      error.isNewer ? err(error) : ok(newHoldState({ placedBy: unreadable, reason: unreadable, lifted })),
    );
