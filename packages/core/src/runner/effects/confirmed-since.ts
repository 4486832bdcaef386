import { instant } from "../../instant.ts";
import { isLongConfirmed } from "../../request/addresses.ts";
import { confidentialOf } from "../../request/change.ts";
import { orThrow } from "../../result.ts";
import { type Identifier, sameIdentifier } from "../../subject/identifier.ts";
import { shareNumber } from "../../subject/numbers.ts";
import { othersUnder } from "../line.ts";
import type { Effect } from "./effect.ts";

/**
 * Those of the addresses that somebody has confirmed in another open request, more than a day after they were confirmed in
 * this one, and of whom no number is known that is the person's. Where they are told of the person no more, they may be theirs.
 *
 * @throws StorageFailed
 */
export const confirmedSince = async (
  { services, request }: Pick<Effect, "services" | "request">,
  addresses: readonly Identifier[],
): Promise<readonly Identifier[]> => {
  // Nobody can have done so yet.
  if (!isLongConfirmed(request, instant(services.clock.now()))) return [];
  const { identifiers } = confidentialOf(request);
  const found = await Promise.all(
    addresses.map(async (address) => {
      const index = identifiers.findIndex((each) => sameIdentifier(each, address));
      const pseudonyms = request.pseudonyms.slice(index, index + 1);
      const others = index < 0 ? [] : orThrow(await othersUnder(services, request, pseudonyms));
      const isConfirmed = others.some(
        ({ acknowledgement: { acknowledgedAt }, numbers = {} }) =>
          acknowledgedAt !== null &&
          isLongConfirmed(request, acknowledgedAt) &&
          !shareNumber(numbers, request.numbers ?? {}),
      );
      return isConfirmed ? [address] : [];
    }),
  );
  return found.flat();
};
