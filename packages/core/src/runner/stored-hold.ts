import { z } from "zod";
import { Damaged } from "../errors.ts";
import type { StoredHold } from "../ports/hold-store.ts";
import { err, ok, type Result } from "../result.ts";

const stateSchema = z.object({
  placedBy: z.string(),
  reason: z.string(),
  lifted: z.object({ at: z.string(), by: z.string(), reason: z.string() }).nullable(),
});

export type HoldState = z.infer<typeof stateSchema>;

/** Who placed and lifted a hold, when and why. */
export const holdStateOf = ({ id, state }: StoredHold): Result<HoldState, Damaged> => {
  const { success, data, error } = stateSchema.safeParse(state);
  return success ? ok(data) : err(new Damaged(`Hold ${id}`, { hold: id, cause: error }));
};

/** Stands for who placed a hold, and why, where nobody can read that any more when it is lifted. */
const unreadable = "damaged";

/** Lifted, it is readable again: whoever it stops must not wait for ever, and a list not name it for ever. */
export const liftedState = (
  hold: StoredHold,
  lifted: NonNullable<HoldState["lifted"]>,
): StoredHold["state"] =>
  holdStateOf(hold).match(
    () => ({ ...hold.state, lifted }),
    () => ({ placedBy: unreadable, reason: unreadable, lifted }),
  );
