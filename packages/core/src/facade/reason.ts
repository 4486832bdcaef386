import { z } from "zod";
import { checkInput } from "../bridge/issues.ts";
import { InvalidInput } from "../errors.ts";
import type { Actor } from "../request/actor.ts";
import { err, ok, type Result } from "../result.ts";
import type { Identifier } from "../subject/identifier.ts";
import { carriesPersonalData, says } from "../subject/personal.ts";

/** A reason, as people type it wherever one has to be given; it is kept for good. */
export const reasonSchema = z
  .string()
  .trim()
  .min(1, "give a reason")
  .max(500)
  // It has no canonical form, and the request's evidence could not be made any more.
  .refine((text) => text.isWellFormed(), "is no text: it has half of a surrogate pair in it");

/** Shorter ids of actors are found in too many texts that do not mean them. */
const shortestId = 4;

/**
 * What people type is kept long after the person is erased, and after they are themselves, so it must name nobody.
 *
 * @param identifiers of the person whom it is about, as far as they are known
 * @returns the text, as it is kept
 *
 * Errors: `InvalidInput` where it is empty, too long, or carries an email address, an identifier of the person, or the id
 * of whoever types it.
 */
export const checkReason = (
  reason: string,
  { id }: Pick<Actor, "id">,
  identifiers: readonly Identifier[],
): Result<string, InvalidInput> =>
  checkInput(reasonSchema, reason, "reason").andThen((text) =>
    carriesPersonalData(text, identifiers) || (id.length >= shortestId && says(text, id))
      ? err(
          new InvalidInput([
            {
              path: "reason",
              message: "this is kept for good: say it without naming the person, yourself, or any address",
            },
          ]),
        )
      : ok(text),
  );
