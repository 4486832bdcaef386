import type { GivenIdentifier } from "../subject/identifier.ts";
import { areTwo, type Numbers, numbersOf, together } from "../subject/numbers.ts";
import type { SweptPerson } from "../sweeps/people.ts";

interface Known {
  readonly names: Set<string>;
  numbers: Numbers;
}

/**
 * Those whom sources have listed, one person however many rows there are of theirs: a source lists a customer, a subscription
 * and a letter one by one.
 */
export interface FoundPeople {
  readonly count: number;
  /**
   * Takes in who was listed.
   *
   * @returns those of them by whom something is known that was not known of the same person before, who is known by most first
   */
  take(people: readonly SweptPerson[]): readonly SweptPerson[];
}

export const foundPeople = (): FoundPeople => {
  const byName = new Map<string, Known[]>();
  let count = 0;

  const take = ({ identifiers, found = [] }: SweptPerson): boolean => {
    const names = [...identifiers, ...found].map(nameOf);
    const numbers = numbersOf(
      identifiers,
      identifiers.map(({ value }) => value),
    );
    const same = identifiers
      .flatMap((each) => byName.get(nameOf(each)) ?? [])
      .filter((known) => !areTwo(known.numbers, numbers));
    const isNews = !same.some((known) => names.every((name) => known.names.has(name)));
    const known = same[0] ?? { names: new Set<string>(), numbers: {} };
    if (same.length === 0) count += 1;
    known.numbers = together([known.numbers, numbers]);
    for (const each of identifiers) {
      const those = byName.get(nameOf(each)) ?? [];
      if (!those.includes(known)) byName.set(nameOf(each), [...those, known]);
    }
    for (const name of names) known.names.add(name);
    return isNews;
  };

  return {
    get count() {
      return count;
    },
    take: (people) =>
      people.toSorted((one, other) => other.identifiers.length - one.identifiers.length).filter(take),
  };
};

const nameOf = ({ type, value }: GivenIdentifier): string => JSON.stringify([type, value]);
