import { type Change, changed, confidentialOf } from "./change.ts";
import { isOfSomebodyElse, type Request } from "./request.ts";

/** The pseudonyms of what the person goes by; without what was decided to be somebody else's. */
export const ownNames = ({
  pseudonyms,
  letGo = [],
}: Pick<Request, "pseudonyms" | "letGo">): readonly string[] =>
  letGo.length === 0 ? pseudonyms : pseudonyms.filter((each) => !letGo.includes(each));

/**
 * What it claims while it is at work, but for what a request about somebody else has claimed: where nothing of the person is
 * known any more, that it is at work.
 */
export const ownClaims = (
  request: Pick<Request, "id" | "pseudonyms" | "letGo" | "apart">,
): readonly string[] => {
  const { apart = [] } = request;
  const names = ownNames(request).filter((each) => !apart.includes(each));
  return names.length > 0 ? names : [request.id];
};

/** What was decided to be somebody else's keeps nobody else waiting, and this request is not found by it. */
export const withoutOthersNames = (change: Change): Change => {
  const { request } = change;
  const letGo = confidentialOf(request).identifiers.flatMap((each, index) =>
    isOfSomebodyElse(request, each) ? (request.pseudonyms[index] ?? []) : [],
  );
  return letGo.length === 0 ? change : changed(change, { letGo });
};
