import { type FoundIdentifier, type Identifier, normaliseIdentifier, sameIdentifier } from "./identifier.ts";

/** What is new in an answer to "what else is this person known by?". */
export interface Learnt {
  /** The person's own: from now on they are known by these too, everywhere. */
  readonly own: readonly Identifier[];
  /** Others may go by these as well, so they pull nobody in by themselves. */
  readonly shared: readonly Identifier[];
}

/**
 * The rule by which one identifier leads to another, for everybody who has to know who somebody is. What one source
 * calls the person's own is theirs, also where another one says that it may be shared.
 */
export const learntFrom = (known: readonly Identifier[], found: readonly FoundIdentifier[]): Learnt => {
  const own: Identifier[] = [];
  const shared: Identifier[] = [];
  const isNew = (each: Identifier, among: readonly Identifier[]) =>
    ![...known, ...among].some((other) => sameIdentifier(other, each));
  for (const each of found) {
    const identifier = normaliseIdentifier(each);
    const list = each.shared === true ? shared : own;
    if (isNew(identifier, list)) list.push(identifier);
  }
  return { own, shared: shared.filter((each) => isNew(each, own)) };
};

/** So many are not those of one person: some source mixes people up. */
export const areTooMany = (identifiers: number, most: number): boolean => identifiers > most;
