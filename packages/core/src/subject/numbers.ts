import type { Instant } from "../instant.ts";
import { type FoundIdentifier, isSteady } from "./identifier.ts";
import { areDaysApart } from "./identifying.ts";
import { isLeading } from "./vouching.ts";

/** The pseudonyms of what says for good who somebody is, by type of identifier: `{ "customer-number": [pseudonym] }`. */
export type Numbers = Readonly<Record<string, readonly string[]>>;

/** @param all each with its type; what has none, or no pseudonym, says nothing for good */
const byType = (all: readonly (readonly [string | undefined, string | undefined])[]): Numbers => {
  const numbers: Record<string, string[]> = {};
  for (const [type, pseudonym] of all) {
    if (type !== undefined && pseudonym !== undefined) numbers[type] = [...(numbers[type] ?? []), pseudonym];
  }
  return numbers;
};

/** @param pseudonyms one for each identifier, in the same order */
export const numbersOf = (identifiers: readonly FoundIdentifier[], pseudonyms: readonly string[]): Numbers =>
  byType(
    identifiers.map((each, index) => [
      isLeading(each) && isSteady(each) ? each.type : undefined,
      pseudonyms[index],
    ]),
  );

/** @param rows what is kept of names, each with its type where it says for good who somebody is */
export const numbersIn = (
  rows: readonly { readonly numberType?: string | undefined; readonly pseudonym: string }[],
): Numbers => byType(rows.map(({ numberType, pseudonym }) => [numberType, pseudonym]));

/** All numbers of somebody who goes by each of these. */
export const together = (all: readonly Numbers[]): Numbers =>
  byType(
    all
      .flatMap((each) => Object.entries(each))
      .flatMap(([type, values]) => values.map((value) => [type, value] as const)),
  );

/**
 * Whether two who go by one address are two people: both have a number of one type, and none is the same. An address leads
 * to people, a number says who they are.
 */
export const areTwo = (one: Numbers, other: Numbers): boolean => {
  const others = Object.values(other).flat();
  return (
    Object.keys(one).some((type) => Object.hasOwn(other, type)) &&
    !Object.values(one)
      .flat()
      .some((number) => others.includes(number))
  );
};

/** Somebody as they were known at a time. */
interface KnownThen {
  /** Undefined: nobody kept it. */
  readonly numbers: Numbers | undefined;
  /** When their addresses were confirmed. */
  readonly at: Instant;
}

/**
 * Whether what is known of somebody is nothing that another is told who goes by the same address: they are two people, or may
 * be. Who was known by an address alone had it on that day; who has it on another, and is known by a number, may be whoever
 * it was given to since. To whoever asks by the address alone once more it is told: nothing else says who that is.
 */
export const mayBeTwo = (before: KnownThen, now: KnownThen): boolean =>
  areTwo(before.numbers ?? {}, now.numbers ?? {}) ||
  (before.numbers !== undefined &&
    Object.keys(before.numbers).length === 0 &&
    Object.keys(now.numbers ?? {}).length > 0 &&
    areDaysApart(before.at, now.at));

export const shareNumber = (one: Numbers, other: Numbers): boolean =>
  Object.entries(one).some(([type, numbers]) => numbers.some((each) => other[type]?.includes(each)));
