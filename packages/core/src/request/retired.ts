import { type Instant, later } from "../instant.ts";
import { type Identifier, isSteady, sameIdentifier } from "../subject/identifier.ts";
import { addressLeadsFor } from "../subject/identifying.ts";
import { isGone } from "./addresses.ts";
import { confidentialOf } from "./change.ts";
import type { Request } from "./request.ts";

/** Whether an address was confirmed that long ago that somebody else may have it by now. */
export const isLongConfirmed = ({ acknowledgement: { acknowledgedAt } }: Request, now: Instant): boolean =>
  acknowledgedAt !== null && now >= later(acknowledgedAt, addressLeadsFor);

/** Whether somebody has said of an address that it is the person's. */
export const isSaidToBeTheirs = (request: Request, address: Identifier): boolean =>
  request.decisions.some(({ id, answer }) => {
    const decided = confidentialOf(request).candidates[id];
    return answer === "same-person" && decided !== undefined && sameIdentifier(decided, address);
  });

/**
 * An address that was confirmed more than a day ago, and that sources which know the person by a number do not tell any more:
 * somebody else may have it by now. Nobody is told by it of the person, and it is handed on to nobody as theirs.
 */
export const isRetired = (request: Request, identifier: Identifier, now: Instant): boolean =>
  isLongConfirmed(request, now) &&
  !isSteady(identifier) &&
  !isSaidToBeTheirs(request, identifier) &&
  isGone(confidentialOf(request), identifier);
