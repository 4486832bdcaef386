import { z } from "zod";
import { checkInput } from "../bridge/issues.ts";
import { InvalidInput } from "../errors.ts";
import { confidentialOf } from "../request/change.ts";
import type { Request } from "../request/request.ts";
import { err, ok, type Result } from "../result.ts";
import { carriesPersonalData } from "../subject/personal.ts";

/** A reason, as people type it wherever one has to be given; it is kept for good. */
export const reasonSchema = z
  .string()
  .trim()
  .min(1, "give a reason")
  .max(500)
  // It has no canonical form, and the request's evidence could not be made any more.
  .refine((text) => text.isWellFormed(), "is no text: it has half of a surrogate pair in it");

/**
 * What people type is kept long after the person is erased, so it must not name them.
 *
 * Errors: `InvalidInput` where it is empty, too long, or carries an email address or an identifier of the person.
 */
export const checkReason = (reason: string | undefined, request: Request): Result<void, InvalidInput> => {
  if (reason === undefined) return ok(undefined);
  return checkInput(reasonSchema, reason, "reason").andThen((text) =>
    carriesPersonalData(text, confidentialOf(request).identifiers)
      ? err(
          new InvalidInput([
            {
              path: "reason",
              message: "this is kept for good: say it without naming the person or any address",
            },
          ]),
        )
      : ok(undefined),
  );
};
