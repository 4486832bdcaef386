import type { Ability, DataSource } from "../bridge/define-data-source.ts";
import { nameNow, nameOnRecord, onRecord } from "../request/collections.ts";
import { type CollectionCount, type CollectionOutcome, countIn, isLeft } from "../request/outcomes.ts";
import type { SourceStep } from "../request/steps.ts";

/**
 * A source that answers under the names that are on record at a step: what was told as "Invoices" stays that, in all that
 * this request says of it, however its author calls it by now.
 */
export const underNamesOnRecord = (source: DataSource, { keys = [] }: SourceStep): DataSource => {
  const { collections } = source;
  if (keys.length === 0 || collections === null) return source;
  const told = <Each extends { readonly collection: string }>(
    ability: Ability<readonly Each[]> | null,
  ): Ability<readonly Each[]> | null =>
    ability &&
    ((subject, call) =>
      ability(subject, call).map((answer) =>
        answer.map((each) => ({ ...each, collection: nameOnRecord(each.collection, keys, collections) })),
      ));
  return {
    ...source,
    locate: told(source.locate),
    erase: told(source.erase),
    remaining: told(source.remaining),
  };
};

/** What the source calls the collections that the work is about; without those that it has no more. */
export const namesToAskFor = (
  { collections }: DataSource,
  { keys = [] }: SourceStep,
  part: readonly string[],
): string[] => part.flatMap((name) => nameNow(name, keys, collections) ?? []);

/** How many records were told as staying in collections that the work is not about, by what the source calls these now. */
export const stayingBeside = (
  { collections }: DataSource,
  { keys = [], outcomes }: SourceStep,
  part: readonly string[],
): CollectionCount[] => {
  const staying = outcomes.filter(isLeft).filter(({ collection }) => !part.includes(collection));
  return [...new Set(staying.map(({ collection }) => collection))].flatMap((name) => {
    const now = nameNow(name, keys, collections);
    return now === null ? [] : [{ collection: now, count: countIn(staying, name) }];
  });
};

/** The collections that the work is about, and that the source has no more. */
export const missingAt = (
  { keys = [], part = [], task }: SourceStep,
  { collections }: DataSource,
): string[] => (task === "erase" ? part.filter((name) => nameNow(name, keys, collections) === null) : []);

/** What is put on record, so that what is retained now is found again when its day comes. */
export const keysOf = (
  { keys = [] }: SourceStep,
  { collections }: DataSource,
  outcomes: readonly CollectionOutcome[],
) =>
  collections !== null &&
  outcomes.some(({ outcome }) => outcome === "retained") && { keys: onRecord(keys, collections) };
