/** A collection of a source: what it is called, and what stays the same where it is called otherwise. */
export interface NamedCollection {
  readonly key: string;
  readonly name: string;
}

/**
 * What a collection that was put on record is called by now; null where the source has it no more, or another that was
 * there before has its name: nobody knows which is meant.
 *
 * @param recorded what the source had when that was put on record; empty for older records
 * @param now null where the source does not say what it has
 */
export const nameNow = (
  name: string,
  recorded: readonly NamedCollection[],
  now: readonly NamedCollection[] | null,
): string | null => {
  if (now === null) return name;
  const key = recorded.find((each) => each.name === name)?.key;
  const called = now.find((each) => each.name === name);
  if (key === undefined || called?.key === key) return called?.name ?? null;
  const same = now.find((each) => each.key === key);
  if (called === undefined) return same?.name ?? null;
  const isAnother = same !== undefined || recorded.some((each) => each.key === called.key);
  return isAnother ? null : called.name;
};

/** What a collection was put on record as. */
export const nameOnRecord = (
  name: string,
  recorded: readonly NamedCollection[],
  now: readonly NamedCollection[] | null,
): string => recorded.find((each) => nameNow(each.name, recorded, now) === name)?.name ?? name;

/** What a source has, by the names that are on record. */
export const onRecord = (
  recorded: readonly NamedCollection[],
  now: readonly NamedCollection[],
): NamedCollection[] => {
  const known = now.map(({ key, name }) => ({ key, name: nameOnRecord(name, recorded, now) }));
  return [...known, ...recorded.filter(({ name }) => !known.some((each) => each.name === name))];
};
