import type { Instant } from "../instant.ts";
import { type Identifier, includesIdentifier, isSteady, sameIdentifier } from "../subject/identifier.ts";
import { leading } from "../subject/vouching.ts";
import type { Confidential, Request } from "./request.ts";
import type { SourceStep } from "./steps.ts";

/** An address of the person, and what it was good for. */
export interface KnownAddress extends Identifier {
  /** When a source last said of one of their numbers that it is theirs. Left out: none has. */
  readonly toldAt?: Instant;
  /** The sources that were asked by it as for the first time: whoever has it there was taken in. */
  readonly askedOf: readonly string[];
}

type Addressed = Pick<Confidential, "addresses">;

const addressesIn = ({ addresses = [] }: Addressed): readonly KnownAddress[] => addresses;

const withAddress = (
  all: readonly KnownAddress[],
  address: Identifier,
  change: (known: KnownAddress) => KnownAddress,
): readonly KnownAddress[] => {
  const known = all.find((each) => sameIdentifier(each, address));
  const { type, value } = address;
  return known === undefined
    ? [...all, change({ type, value, askedOf: [] })]
    : all.map((each) => (each === known ? change(each) : each));
};

export const askedBy = (
  confidential: Addressed,
  source: string,
  addresses: readonly Identifier[],
): readonly KnownAddress[] =>
  addresses.reduce(
    (all, address) =>
      withAddress(all, address, (known) => ({
        ...known,
        askedOf: known.askedOf.includes(source) ? known.askedOf : [...known.askedOf, source],
      })),
    addressesIn(confidential),
  );

export const toldNow = (
  confidential: Addressed,
  addresses: readonly Identifier[],
  at: Instant,
): readonly KnownAddress[] =>
  addresses.reduce(
    (all, address) => withAddress(all, address, (known) => ({ ...known, toldAt: at })),
    addressesIn(confidential),
  );

/**
 * Whether an address still leads to whoever has it where this source is asked who the person is: until everybody was asked
 * once more, and wherever nobody was asked before.
 */
export const doAddressesLead = (
  { isAskedAgain }: Pick<Request, "isAskedAgain">,
  { lastAsked }: Pick<SourceStep, "lastAsked">,
): boolean => isAskedAgain !== true || lastAsked === undefined;

/**
 * The addresses that are the person's right now, because a source has said so since then of one of their numbers, and by
 * which this source was never asked as for the first time: it may hold them by nothing else that is known.
 */
export const ownNow = (
  { confidential }: Pick<Request, "confidential">,
  source: string,
  since: Instant,
): readonly Identifier[] => {
  if (confidential === null) return [];
  const known = leading(confidential.identifiers);
  return addressesIn(confidential)
    .filter(({ toldAt, askedOf }) => toldAt !== undefined && toldAt >= since && !askedOf.includes(source))
    .map(({ type, value }) => ({ type, value }))
    .filter((each) => !isSteady(each) && includesIdentifier(known, each));
};
