import { type Instant, later, liesAhead } from "../instant.ts";
import {
  type FoundIdentifier,
  type Identifier,
  includesIdentifier,
  isSteady,
  normaliseIdentifier,
  sameIdentifier,
} from "../subject/identifier.ts";
import { addressLeadsFor, mayHavePassedOn } from "../subject/identifying.ts";
import { leading } from "../subject/vouching.ts";
import { confidentialOf } from "./change.ts";
import type { SaidOfNumber } from "./events.ts";
import type {
  Confidential,
  IdentifierDecision,
  KnownAddress,
  LaterConfirmation,
  Request,
} from "./request.ts";
import type { SourceStep } from "./steps.ts";

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

/** What a source has said of somebody whom it knows by one of the person's numbers. */
interface Said {
  readonly source: string;
  readonly at: Instant;
  /** Where they are reached. */
  readonly told: readonly Identifier[];
  /** Numbers of others who have these too. Left out: none. */
  readonly others?: readonly Identifier[];
  /** Nobody was asked as long as the address was good that was confirmed. */
  readonly isLate: boolean;
}

/**
 * What a source tells is theirs right now. What it told before, and does not tell any more, is gone; and where nobody has told
 * anything before, and nobody was asked in time, everything of that kind: nobody can say whether it would have been told then.
 */
export const toldNow = (
  confidential: Addressed & Pick<Confidential, "identifiers">,
  { source, at, told, others = [], isLate }: Said,
): readonly KnownAddress[] => {
  const before = addressesIn(confidential);
  const isFirst = isLate && before.every(({ toldBy = [] }) => toldBy.length === 0);
  const expected: readonly Identifier[] = isFirst
    ? leading(confidential.identifiers).filter((each) => told.some(({ type }) => type === each.type))
    : before.filter(({ toldBy = [] }) => toldBy.includes(source));
  const theirs = told.reduce(
    (all, address) =>
      withAddress(all, address, (known) => {
        const { toldBy = [], sharedWith = [] } = known;
        const added = others.filter((each) => !includesIdentifier(sharedWith, each));
        return {
          ...known,
          toldAt: at,
          toldBy: toldBy.includes(source) ? toldBy : [...toldBy, source],
          ...(added.length > 0 && { sharedWith: [...sharedWith, ...added] }),
        };
      }),
    before,
  );
  return expected
    .filter((each) => !includesIdentifier(told, each))
    .reduce((all, address) => withAddress(all, address, (known) => ({ ...known, goneAt: at })), theirs);
};

/** The same of several sources that were asked for the person by their numbers alone. */
export const toldByNumber = (
  { identifiers, addresses = [] }: Addressed & Pick<Confidential, "identifiers">,
  said: readonly SaidOfNumber[],
  at: Instant,
): readonly KnownAddress[] =>
  said.reduce(
    (saying, { source, told }) =>
      toldNow({ identifiers, addresses: saying }, { source, at, told, isLate: true }),
    addresses,
  );

/** Addresses against which nobody has had anything to say right now. */
export const undisputed = (
  confidential: Addressed,
  addresses: readonly Identifier[],
  at: Instant,
): readonly KnownAddress[] =>
  addresses.reduce(
    (all, address) => withAddress(all, address, (known) => ({ ...known, undisputedAt: at })),
    addressesIn(confidential),
  );

/**
 * Whether who has confirmed an address since may be somebody else than this person. Of whom no number is known, they are whoever
 * has the address.
 */
export const isTakenSince = (confidential: Confidential, address: Identifier): boolean =>
  isConfirmedSince(confidential, address) && leading(confidential.identifiers).some(isSteady);

const isUndisputed = (confidential: Confidential, address: Identifier, now: Instant): boolean => {
  const { undisputedAt, goneAt = "" } = known(confidential, address);
  return (
    undisputedAt !== undefined &&
    !mayHavePassedOn(undisputedAt, now) &&
    goneAt <= undisputedAt &&
    !isTakenSince(confidential, address)
  );
};

/** Whether a source has said since then of one of the person's numbers that an address is theirs, and none that it is gone. */
export const isToldSince = (confidential: Addressed, address: Identifier, since: Instant): boolean => {
  const { toldAt = "", goneAt = "" } = known(confidential, address);
  return toldAt >= since && goneAt < since;
};

/** Whether a source tells an address of their number no more, and none has told it since then, or within the day before. */
export const isGone = (confidential: Addressed, address: Identifier): boolean => {
  const { toldAt, goneAt } = known(confidential, address);
  return goneAt !== undefined && (toldAt === undefined || later(toldAt, addressLeadsFor) < goneAt);
};

/** Whether a source tells an address of their number no more, and none has told it since. */
export const isToldNoMore = (confidential: Addressed, address: Identifier): boolean => {
  const { toldAt = "", goneAt } = known(confidential, address);
  return goneAt !== undefined && goneAt >= toldAt;
};

/**
 * The addresses as somebody has confirmed them since in another request: what that one has said before is said anew.
 *
 * @param said undefined for whoever is the person
 */
export const confirmedSince = (
  confidential: Addressed,
  request: string,
  addresses: readonly Identifier[],
  said: LaterConfirmation | undefined,
): readonly KnownAddress[] =>
  addresses.reduce(
    (all, address) =>
      withAddress(all, address, ({ confirmedBy: before = [], ...known }) => {
        const others = before.filter((each) => each.request !== request);
        const now = said === undefined ? others : [...others, said];
        return { ...known, ...(now.length > 0 && { confirmedBy: now }) };
      }),
    addressesIn(confidential),
  );

export const confirmedBy = (confidential: Addressed, address: Identifier): readonly LaterConfirmation[] =>
  known(confidential, address).confirmedBy ?? [];

/** Whether somebody has confirmed an address since, who may be somebody else: it is theirs unless a source tells it of the person. */
export const isConfirmedSince = (confidential: Addressed, address: Identifier): boolean =>
  confirmedBy(confidential, address).length > 0;

/** Whether it was decided that whoever has confirmed an address since is somebody else, whatever a source tells. */
export const isSaidToBeAnothers = (confidential: Addressed, address: Identifier): boolean =>
  confirmedBy(confidential, address).some(({ isDecided }) => isDecided === true);

/**
 * What an address leads to that it did not lead to when a source last said that it is theirs: a number that had it together
 * with the person is no sign that it has changed hands.
 */
export const ledToSince = (
  confidential: Addressed,
  address: Identifier,
  found: readonly FoundIdentifier[],
): readonly FoundIdentifier[] => {
  const { sharedWith = [] } = known(confidential, address);
  return found.filter((each) => !includesIdentifier(sharedWith, normaliseIdentifier(each)));
};

const known = (confidential: Addressed, address: Identifier): Partial<KnownAddress> =>
  addressesIn(confidential).find((each) => sameIdentifier(each, address)) ?? {};

/**
 * Whether an address still leads to whoever has it where this source is asked who the person is: until everybody was asked
 * once more, and wherever nobody was asked before.
 */
export const doAddressesLead = (
  { isAskedAgain }: Pick<Request, "isAskedAgain">,
  { lastAsked }: Pick<SourceStep, "lastAsked">,
): boolean => isAskedAgain !== true || lastAsked === undefined;

/** Addresses that a source has told of one of the person's numbers, and that another was never asked by. */
interface NeverAskedBy {
  /** They were told within the day: the person's right now. */
  readonly own: readonly Identifier[];
  /** They were told before that, and by nobody since: somebody else may have them by now. */
  readonly old: readonly Identifier[];
}

/**
 * The addresses that a source has told of one of the person's numbers, and has not taken back, and by which this source was
 * never asked as for the first time: it may hold them by nothing else that is known. It was down when they were told, and whoever
 * told them may be unable to do so again.
 */
export const neverAskedBy = (
  { confidential }: Pick<Request, "confidential">,
  source: string,
  now: Instant,
): NeverAskedBy => {
  if (confidential === null) return { own: [], old: [] };
  const known = leading(confidential.identifiers);
  const told = addressesIn(confidential).filter(
    (each) =>
      !isSteady(each) &&
      each.toldAt !== undefined &&
      !isToldNoMore(confidential, each) &&
      !each.askedOf.includes(source) &&
      includesIdentifier(known, each),
  );
  const isOld = ({ toldAt = now }: KnownAddress) => mayHavePassedOn(toldAt, now);
  const plain = ({ type, value }: KnownAddress): Identifier => ({ type, value });
  return { own: told.filter((each) => !isOld(each)).map(plain), old: told.filter(isOld).map(plain) };
};

/** Whether an address was confirmed that long ago that somebody else may have it by now. */
export const isLongConfirmed = (
  { acknowledgement: { acknowledgedAt, wasAhead = false } }: Pick<Request, "acknowledgement">,
  now: Instant,
): boolean => wasAhead || (acknowledgedAt !== null && mayHavePassedOn(acknowledgedAt, now));

/** Whether an address was confirmed that long before it was in another request. */
export const isConfirmedLongBefore = (
  { acknowledgement: { acknowledgedAt, wasAhead = false } }: Pick<Request, "acknowledgement">,
  at: Instant,
): boolean => acknowledgedAt !== null && (wasAhead || later(acknowledgedAt, addressLeadsFor) <= at);

/**
 * Whether what somebody has said whose it is holds still. By what people are reached they have it of a day, whoever has said so;
 * a number stays, but in a request that was opened again.
 */
export const isSaidLately = (
  { closedBefore, decisions }: Request,
  decision: IdentifierDecision,
  now: Instant,
): boolean => {
  const { answeredAt } = decision;
  if (closedBefore === undefined && isSteady(decision)) return true;
  return (
    decisions.indexOf(decision) >= (closedBefore?.decisions ?? 0) &&
    answeredAt !== undefined &&
    !mayHavePassedOn(answeredAt, now)
  );
};

/**
 * What somebody has said of that it is the person's.
 *
 * @param holds which of these decisions count. Left out: all
 */
export const saidToBeTheirs = (
  request: Request,
  holds: (decision: IdentifierDecision) => boolean = () => true,
): readonly Identifier[] => {
  const { candidates } = confidentialOf(request);
  return request.decisions.filter(holds).flatMap(({ id, answer }) => {
    const decided = candidates[id];
    return answer === "same-person" && decided !== undefined ? [decided] : [];
  });
};

/**
 * Whether an address leads to the person still: it was confirmed, or told of a number of theirs, within the last day, or nobody
 * has had anything to say against it when a request that was opened again was about to go by it; and nobody has said that it is
 * somebody else's who has confirmed it since. Who has said that it is theirs has the last word, for a day.
 */
export const isVouchedFor = (request: Request, address: Identifier, now: Instant): boolean =>
  !isLongConfirmed(request, now) ||
  includesIdentifier(
    saidToBeTheirs(request, (each) => isSaidLately(request, each, now)),
    address,
  ) ||
  isUndisputed(confidentialOf(request), address, now) ||
  (!isSaidToBeAnothers(confidentialOf(request), address) &&
    isToldSince(confidentialOf(request), address, later(now, -addressLeadsFor)) &&
    !liesAhead(known(confidentialOf(request), address).toldAt ?? now, now));
