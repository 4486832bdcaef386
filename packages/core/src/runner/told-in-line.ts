import { latest } from "../instant.ts";
import { isGone } from "../request/addresses.ts";
import { confidentialOf } from "../request/change.ts";
import type { RequestEvent } from "../request/events.ts";
import { isOfSomebodyElse, type Request } from "../request/request.ts";
import { includesIdentifier, isSteady } from "../subject/identifier.ts";
import { isLeading } from "../subject/vouching.ts";
import type { Services } from "./services.ts";

/**
 * What a request tells another one of the person, that waits for it: their numbers. Null where that one knows them, or has no
 * name any more that leads to them.
 *
 * @param first with what is personal
 */
export const toldInLine = (
  { sources }: Pick<Services, "sources">,
  first: Request,
  second: Pick<Request, "pseudonyms">,
): Extract<RequestEvent, { type: "line-told" }> | null => {
  const { identifiers, addresses = [] } = confidentialOf(first);
  const names = identifiers.map((identifier, index) => ({
    identifier,
    pseudonym: first.pseudonyms[index] ?? "",
  }));
  const isShared = ({ pseudonym }: (typeof names)[number]) => second.pseudonyms.includes(pseudonym);
  // What was decided to be somebody else's, and what they have no more, makes nobody one person.
  const both = names.filter(
    (each) => isShared(each) && isLeading(each.identifier) && !isGone({ addresses }, each.identifier),
  );
  const own = names.filter(
    ({ identifier }) => isSteady(identifier) && isLeading(identifier) && !isOfSomebodyElse(first, identifier),
  );
  const source = sources
    .of(first.tenant)
    .find(({ needs }) => own.some(({ identifier }) => needs.includes(identifier.type)));
  const confirmedAt = first.identifiedAt ?? first.acknowledgement.acknowledgedAt;
  if (first.reopened > 0 || both.length === 0 || own.every(isShared)) return null;
  if (source === undefined || confirmedAt === null) return null;
  const shared = both.map(({ identifier }) => identifier);
  const told = addresses.flatMap((each) =>
    each.toldAt !== undefined && includesIdentifier(shared, each) ? [each.toldAt] : [],
  );
  return {
    type: "line-told",
    found: own.map(({ identifier: { type, value }, pseudonym }) => ({
      identifier: { type, value },
      pseudonym,
      shared: false,
    })),
    knownAt: told.reduce((last, at) => latest(last, at), confirmedAt),
    source: source.descriptor.id,
  };
};
