import type { StorageFailed } from "../errors.ts";
import { isConfirmedLongBefore } from "../request/addresses.ts";
import { confidentialOf } from "../request/change.ts";
import { ownNames } from "../request/claims.ts";
import type { RequestEvent } from "../request/events.ts";
import { isOfSomebodyElse, notFollowed, type Request } from "../request/request.ts";
import { ok, okAsync, type ResultAsync } from "../result.ts";
import { leading } from "../subject/vouching.ts";
import { fromStored } from "./record.ts";
import type { Services } from "./services.ts";

interface ToTell {
  /** Those of whoever goes by one of the names of a request, and was confirmed long before it. */
  readonly others: readonly Request[];
  readonly event: Extract<RequestEvent, { type: "address-confirmed" }>;
}

/**
 * What a request tells those that were confirmed under one of its names more than a day before it, while it is open: that
 * somebody has confirmed it since. Nobody finds that out once the request is over. They may be closed as well, where
 * something is still due.
 *
 * @param request with what is personal
 */
export const confirmationToTell = (
  { requestStore }: Pick<Services, "requestStore">,
  request: Request,
): ResultAsync<ToTell | null, StorageFailed> => {
  const { id, tenant, acknowledgement, reopened } = request;
  const { identifiers, candidates } = confidentialOf(request);
  const { acknowledgedAt } = acknowledgement;
  // Opened again, it says nothing of today.
  if (acknowledgedAt === null || reopened > 0 || identifiers.length === 0) return okAsync(null);
  const event: ToTell["event"] = {
    type: "address-confirmed",
    by: id,
    confirmedAt: acknowledgedAt,
    names: leading(identifiers).filter((each) => !isOfSomebodyElse(request, each)),
    notTheirs: notFollowed(request).flatMap((decision) => candidates[decision.id] ?? []),
  };
  return requestStore.findAbout({ tenant, pseudonyms: ownNames(request) }).andThen((found) =>
    ok({
      event,
      others: found
        .flatMap((stored) => fromStored(stored).unwrapOr([]))
        .filter(
          (other) => other.id !== id && other.key === "live" && isConfirmedLongBefore(other, acknowledgedAt),
        ),
    }),
  );
};
