import { instant } from "../../instant.ts";
import { confidentialOf } from "../../request/change.ts";
import { categoriesReached } from "../../request/kinds.ts";
import { type CollectionOutcome, isLeft } from "../../request/outcomes.ts";
import type { Request } from "../../request/request.ts";
import { orThrow } from "../../result.ts";
import { fromStored } from "../record.ts";
import { ownIdentifiers } from "../suppressing.ts";
import type { Effect } from "./effect.ts";

/**
 * What earlier erasures of the person left at a source. A customer number may have led to it that nobody knows any more by
 * the address that is asked under now: without this, one request would say that nothing is there, and the other until when
 * it is. Whoever is asked about under every name that the earlier request knew is found by the source itself.
 *
 * @throws StorageFailed
 */
export const keptEarlier = async (
  { services, request }: Pick<Effect, "services" | "request">,
  source: string,
): Promise<CollectionOutcome[]> => {
  const pseudonyms = ownPseudonyms(request);
  if (pseudonyms.length === 0) return [];
  const found = orThrow(await services.requestStore.findAbout({ tenant: request.tenant, pseudonyms }));
  const today = instant(services.clock.now()).slice(0, 10);
  const left = found.flatMap((stored) => {
    // One that cannot be read is named where requests are listed.
    const earlier = stored.open ? null : fromStored(stored).unwrapOr(null);
    if (earlier === null || !isEarlier(request, earlier)) return [];
    return earlier.steps
      .filter((step) => step.source === source && step.settlement === null)
      .flatMap(({ outcomes }) => outcomes.filter(isLeft));
  });
  return left.filter((each) => each.outcome !== "retained" || each.until >= today);
};

const isEarlier = (request: Request, { id, kind, category, pseudonyms }: Request): boolean => {
  const reached = categoriesReached(request.kind, request.category);
  return (
    id !== request.id &&
    kind === "erasure" &&
    categoriesReached("erasure", category).some((each) => reached.includes(each)) &&
    pseudonyms.some((name) => !request.pseudonyms.includes(name))
  );
};

/** What others go by too says nothing about whose the earlier request was. */
const ownPseudonyms = (request: Request): string[] => {
  const own = ownIdentifiers(request);
  return confidentialOf(request).identifiers.flatMap(({ type, value }, index) =>
    own.some((each) => each.type === type && each.value === value) ? (request.pseudonyms[index] ?? []) : [],
  );
};
