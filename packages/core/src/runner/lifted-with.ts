import type { StoredSuppression } from "../ports/suppression-store.ts";
import { areTwo, type Numbers, numbersIn, together } from "../subject/numbers.ts";

/** Who is to be taken in again: the pseudonyms of what was named, and which of these say for good who it is. */
export interface Lifting {
  readonly pseudonyms: readonly string[];
  readonly numbers?: Numbers | undefined;
}

/** What one cause has put there for one person. */
interface Person {
  readonly rows: readonly StoredSuppression[];
  readonly numbers: Numbers;
}

/** Those of one person, of one cause; one of a sweep that does not say whose it is stands for itself. */
const personOf = ({ cause, reason, person, pseudonym }: StoredSuppression): string =>
  reason === "request" ? cause : JSON.stringify([cause, person ?? { pseudonym }]);

/**
 * Which suppressions are lifted: those with a name that was given, and with each whatever else the same cause put there for
 * the same person, and so on with the names of these. Whoever is known by a number of the same type, and by none that is
 * lifted, is somebody else, who has had the address before or since: of theirs only a name that was given is lifted. Where
 * nothing but an address is known, nobody can say which of those who had it is meant, and it is all of them.
 *
 * @param standing those of the tenant, and of the category if one is given, that are not lifted; at least all that one of
 * these names leads to
 */
export const liftedWith = (
  standing: readonly StoredSuppression[],
  { pseudonyms, numbers = {} }: Lifting,
): readonly StoredSuppression[] => {
  const people = [...Map.groupBy(standing, personOf).values()].map(
    (rows): Person => ({ rows, numbers: numbersIn(rows) }),
  );
  const given = new Set(pseudonyms);
  const names = new Set(pseudonyms);
  const theirs = new Set<Person>();
  let known = numbers;
  for (;;) {
    const found = people.filter(
      (each) =>
        !theirs.has(each) &&
        each.rows.some(({ pseudonym }) => names.has(pseudonym)) &&
        !areTwo(known, each.numbers),
    );
    if (found.length === 0) break;
    known = together([known, ...found.map((each) => each.numbers)]);
    for (const each of found) {
      theirs.add(each);
      for (const { pseudonym } of each.rows) names.add(pseudonym);
    }
  }
  return people.flatMap((each) =>
    theirs.has(each) ? each.rows : each.rows.filter(({ pseudonym }) => given.has(pseudonym)),
  );
};
