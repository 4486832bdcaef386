import type { FoundIdentifier, GivenIdentifier, Identifier } from "./identifier.ts";

/**
 * What is known of a person, with a mark on what others may have too and nobody answers for. It is kept, because holds
 * and other requests are looked up by it, and it leads to nobody.
 */
export const withShared = (
  given: readonly (GivenIdentifier & FoundIdentifier)[],
  sharedTypes: ReadonlySet<string>,
): FoundIdentifier[] =>
  given.map(({ type, value, verified, shared }) =>
    shared === true || (sharedTypes.has(type) && verified !== true)
      ? { type, value, shared: true }
      : { type, value },
  );

/** Whether it leads to a person by itself, or because somebody has said that it is theirs. */
export const isLeading = ({ shared }: FoundIdentifier): boolean => shared !== true;

/** Those by which sources are asked for a person. */
export const leading = (known: readonly FoundIdentifier[]): readonly Identifier[] =>
  known.filter(isLeading).map(({ type, value }) => ({ type, value }));

/** The identifier types that others may share, by what sources say of themselves. */
export const sharedTypesOf = (
  sources: Iterable<{ readonly descriptor: { readonly shares?: readonly string[] } }>,
): ReadonlySet<string> => new Set([...sources].flatMap(({ descriptor }) => descriptor.shares ?? []));
