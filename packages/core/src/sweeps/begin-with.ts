import { type Identifier, includesIdentifier } from "../subject/identifier.ts";
import { type Fate, keptOf } from "./fate.ts";
import type { KeptPart } from "./kept-person.ts";
import type { SweepRun } from "./sweep-run.ts";

/**
 * Stores whom sources are going to erase, with everything that they are known by, before the first of them acts: what
 * that one erases may be what told it, and what had the stream name them. Where the process dies, the next run does
 * these people first. Who was left behind stays so, and is kept with what turned up since.
 *
 * @throws StorageFailed, ChangedMeanwhile
 */
export const beginWith = async (run: SweepRun, fates: readonly Fate[]): Promise<readonly Fate[]> => {
  const due = fates.filter((fate) => fate.problem === null && !isKept(fate));
  if (due.length === 0) return fates;
  const { numbers } = await run.journal.commit((sweep) => ({
    sweep,
    add: due.map((fate) => ({ ...partOf(fate), personal: keptOf(fate) })),
    remove: due.flatMap(({ part }) => part?.number ?? []),
  }));
  const begun = new Map(
    due.map((fate, index): [Fate, KeptPart] => {
      return [fate, { ...partOf(fate), number: numbers[index] ?? 0, knows: keptOf(fate) }];
    }),
  );
  return fates.map((fate) => ({ ...fate, part: begun.get(fate) ?? fate.part }));
};

/** Whether nothing is known of them but what stands in the part that keeps them. */
const isKept = (fate: Fate): boolean => {
  const { knows } = fate.part ?? {};
  if (knows === undefined) return false;
  const kept = keptOf(fate);
  const areIn = (among: readonly Identifier[] = [], some: readonly Identifier[]) =>
    some.every((each) => includesIdentifier(among, each));
  return (
    areIn(knows.identifiers, kept.identifiers) &&
    areIn(knows.shared, kept.shared) &&
    areIn(knows.households, kept.households)
  );
};

const partOf = ({ part }: Fate): Pick<KeptPart, "kind" | "info"> =>
  part === null ? { kind: "begun", info: {} } : { kind: part.kind, info: part.info };
