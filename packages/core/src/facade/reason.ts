import { InvalidInput } from "../errors.ts";
import type { Actor } from "../request/actor.ts";
import { confidentialOf } from "../request/change.ts";
import type { Request } from "../request/request.ts";
import { err, ok, type Result } from "../result.ts";
import type { Identifier } from "../subject/identifier.ts";
import { keepableText } from "../subject/keepable.ts";
import { carriesPersonalData, says } from "../subject/personal.ts";

/** A reason, as people type it wherever one has to be given; it is kept for good. */
export const reasonSchema = keepableText("give a reason").trim().min(1, "give a reason").max(500);

/** Everything in a request that is somebody's: also what others go by, or may, and was put before somebody. */
export const namesIn = (request: Request): readonly Identifier[] => {
  const { identifiers, candidates } = confidentialOf(request);
  return [...identifiers, ...Object.values(candidates)];
};

/** Shorter ids of actors are found in too many texts that do not mean them. */
const shortestId = 4;

/**
 * What people type is kept long after the person is erased, and after they are themselves, so it must name nobody.
 *
 * @param identifiers of the person whom it is about, and whoever else is known: `namesIn` of a request
 * @param field what the call has it as
 *
 * Errors: `InvalidInput` where it carries an email address, one of these identifiers, or the id of whoever types it.
 */
export const checkNamesNobody = (
  words: string,
  { id }: Pick<Actor, "id">,
  identifiers: readonly Identifier[],
  field: "reason" | "note" = "reason",
): Result<void, InvalidInput> =>
  carriesPersonalData(words, identifiers) || (id.length >= shortestId && says(words, id))
    ? err(
        new InvalidInput([
          {
            path: field,
            message: "this is kept for good: say it without naming the person, yourself, or any address",
          },
        ]),
      )
    : ok(undefined);
