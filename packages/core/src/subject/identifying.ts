import { type Instant, later, latest, liesAhead } from "../instant.ts";
import {
  type FoundIdentifier,
  type Identifier,
  includesIdentifier,
  isSteady,
  normaliseIdentifier,
} from "./identifier.ts";

/** Who somebody is, as far as is known. */
export interface Known {
  /** What they are known by. */
  readonly identifiers: readonly Identifier[];
  /** Those of them that whoever asks has named, or that somebody has confirmed: they stay, whatever a source says of them. */
  readonly vouched: readonly Identifier[];
  /** Some source has said of these that others may go by them too: they pull nobody in, whoever else tells them. */
  readonly shared: readonly Identifier[];
  /** The address led to them, or everybody was asked, long enough ago for it to have changed hands. */
  readonly isLongKnown: boolean;
  /**
   * They were asked for by nothing but their numbers, and addresses that a source has just told of one of these. Left out:
   * no, or it does not matter yet.
   */
  readonly isAskedByOwn?: boolean;
}

/** What is new in an answer to "what else is this person known by?". */
export interface Learnt {
  /** The person's own: from now on they are known by these too, everywhere. */
  readonly own: readonly Identifier[];
  /** Others may go by these as well, so they pull nobody in by themselves. */
  readonly shared: readonly FoundIdentifier[];
  /** One that is shared was taken for their own until now: what it has led to is not certain, and is asked anew. */
  readonly isTakenBack: boolean;
}

/**
 * The rule by which one identifier leads to another, for everybody who has to know who somebody is. What any source
 * calls shared is shared, in whatever order they answer. An answer that comes late has to say whose it is.
 */
export const learntFrom = (known: Known, found: readonly FoundIdentifier[]): Learnt => {
  const told = asTold(found);
  const isCertain =
    !known.isLongKnown ||
    saysWhose(known, told) ||
    (known.isAskedByOwn === true && numbersBeside(known, told).every(({ isTheirs }) => isTheirs));
  const shared: FoundIdentifier[] = [];
  for (const { identifier, shared: isShared, others } of told) {
    const isNew = !includesIdentifier([...known.vouched, ...known.shared, ...shared], identifier);
    if (isNew && (isShared || !(isCertain || includesIdentifier(known.identifiers, identifier))))
      shared.push({ ...identifier, ...(others !== undefined && { others }) });
  }
  const own: Identifier[] = [];
  for (const { identifier } of told) {
    if (!includesIdentifier([...known.identifiers, ...known.shared, ...shared, ...own], identifier))
      own.push(identifier);
  }
  return { own, shared, isTakenBack: shared.some((each) => includesIdentifier(known.identifiers, each)) };
};

interface Told {
  readonly identifier: Identifier;
  readonly shared: boolean;
  readonly others?: number;
}

const asTold = (found: readonly FoundIdentifier[]): Told[] =>
  found.map((each) => ({
    identifier: normaliseIdentifier(each),
    shared: each.shared === true,
    ...(each.others !== undefined && { others: each.others }),
  }));

/**
 * Whether an answer is about this person beyond an address: it names a number of theirs that is known, and no other of that
 * type; or there was no address to find anybody by. Whoever is known by nothing but addresses is whoever has them by then.
 */
const saysWhose = (known: Known, told: readonly Told[]): boolean =>
  known.identifiers.every(isSteady) || isOfTheirNumber(known, told);

/** What an answer says of numbers of the types of which the person's are known. */
const numbersBeside = (
  { identifiers }: Pick<Known, "identifiers">,
  told: readonly Told[],
): { readonly isTheirs: boolean }[] => {
  const steady = identifiers.filter(isSteady);
  return told.flatMap(({ identifier, shared }) =>
    !shared && steady.some(({ type }) => type === identifier.type)
      ? [{ isTheirs: includesIdentifier(steady, identifier) }]
      : [],
  );
};

const isOfTheirNumber = (known: Pick<Known, "identifiers">, told: readonly Told[]): boolean => {
  const numbers = numbersBeside(known, told);
  return numbers.length > 0 && numbers.every(({ isTheirs }) => isTheirs);
};

/**
 * The addresses that an answer tells of a number of the person's, and of no other: right now they are theirs. Null where it is
 * not about that.
 *
 * @param decided what others may have too, and somebody has said is theirs: it is theirs as long as it is told of them
 * @param isByNumber it was asked by their numbers and by nothing else: it need not name them
 */
export const toldOfTheirs = (
  known: Pick<Known, "identifiers">,
  found: readonly FoundIdentifier[],
  decided: readonly Identifier[],
  isByNumber = false,
): Identifier[] | null => {
  const told = asTold(found);
  const isTheirs = isByNumber
    ? told.length > 0 && numbersBeside(known, told).every((each) => each.isTheirs)
    : isOfTheirNumber(known, told);
  return isTheirs
    ? told.flatMap(({ identifier, shared }) =>
        isSteady(identifier) || (shared && !includesIdentifier(decided, identifier)) ? [] : [identifier],
      )
    : null;
};

/**
 * The addresses by which a source was asked, and that it tells beside a number of the person's, by which it was asked too: a row
 * that holds nothing but the address, a newsletter's, is found by it, and tells it back, whoever has it by then.
 */
export const toldBack = (
  { identifiers }: Pick<Known, "identifiers">,
  found: readonly FoundIdentifier[],
): Identifier[] => {
  const back = asTold(found).filter(({ identifier }) => includesIdentifier(identifiers, identifier));
  const isOfNumber = back.some(({ identifier, shared }) => !shared && isSteady(identifier));
  return isOfNumber ? back.flatMap(({ identifier }) => (isSteady(identifier) ? [] : [identifier])) : [];
};

/** Whether an answer names a number by which the person is not known: whose the addresses are decides what becomes of it. */
export const namesUnknownNumber = (
  { identifiers }: Pick<Known, "identifiers">,
  found: readonly FoundIdentifier[],
): boolean =>
  asTold(found).some(
    ({ identifier }) => isSteady(identifier) && !includesIdentifier(identifiers, identifier),
  );

/** Whether an answer is about somebody else: it names a number of a type of which the person's are known, and none of theirs. */
export const isOfAnother = (
  known: Pick<Known, "identifiers">,
  found: readonly FoundIdentifier[],
): boolean => {
  const numbers = numbersBeside(known, asTold(found));
  return numbers.length > 0 && !numbers.some(({ isTheirs }) => isTheirs);
};

/**
 * By which addresses of theirs a source came to a number of which it is not known whose it is: those that it tells of that
 * one. Beside a number of the person's it tells of them what they have now; then it is by what they had before.
 */
export const ledTo = (known: Pick<Known, "identifiers">, found: readonly FoundIdentifier[]): Identifier[] => {
  const addresses = known.identifiers.filter((each) => !isSteady(each));
  const told = found.map(normaliseIdentifier);
  const isBesideTheirs = known.identifiers.some((each) => isSteady(each) && includesIdentifier(told, each));
  const named = addresses.filter((each) => includesIdentifier(told, each));
  if (isBesideTheirs) return addresses.filter((each) => !named.includes(each));
  return named.length > 0 ? named : addresses;
};

/**
 * Whether a source names, beside a number of the person's, one of the same type that is not theirs: an address led to both,
 * and is a household's.
 */
export const namesAnotherToo = (
  { identifiers }: Pick<Known, "identifiers">,
  found: readonly FoundIdentifier[],
): boolean => {
  const numbers = identifiers.filter(isSteady);
  return found.some(
    (each) =>
      each.shared === true &&
      isSteady(each) &&
      numbers.some(({ type }) => type === each.type) &&
      !includesIdentifier(numbers, each),
  );
};

/**
 * The numbers that a source names because others have the person's addresses too: not where it was asked by one that it does
 * not tell of them, since they are whoever has that one by then.
 */
export const sharingWith = (
  known: Pick<Known, "identifiers">,
  found: readonly FoundIdentifier[],
): Identifier[] => {
  const told = found.map(normaliseIdentifier);
  const areTold = known.identifiers.every((each) => isSteady(each) || includesIdentifier(told, each));
  return areTold ? told.filter((each) => isSteady(each) && !includesIdentifier(known.identifiers, each)) : [];
};

/** What is still known once something that was taken for the person's own has turned out to be shared. */
export const takenBack = (known: Known): readonly Identifier[] =>
  known.identifiers.filter((each) => includesIdentifier(known.vouched, each));

/** So many are not those of one person: some source mixes people up. */
export const areTooMany = (identifiers: number, most: number): boolean => identifiers > most;

/** For so long after everybody was asked who somebody is, an address still leads to whoever it led to then. */
export const addressLeadsFor = 24 * 3_600_000;

/** Whether an address that led to somebody then may lead to somebody else by now. */
export const mayHavePassedOn = (then: Instant, now: Instant): boolean =>
  now >= later(then, addressLeadsFor) || liesAhead(then, now);

/** Whether an address that led to somebody at one of two moments may have led to somebody else at the other, whichever was first. */
export const areDaysApart = (one: Instant, other: Instant): boolean =>
  latest(one, other) >= later(one < other ? one : other, addressLeadsFor);
