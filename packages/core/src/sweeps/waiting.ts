import { z } from "zod";
import type { StoredSweepPart, SweepKey } from "../ports/sweep-store.ts";
import { orThrow } from "../result.ts";
import { allParts } from "./all-parts.ts";
import type { Fate, WaitingPerson } from "./fate.ts";
import { shapedAs, unsealIn } from "./stored-sweep.ts";
import type { SweepRun } from "./sweep-run.ts";

/** Those who are erased in the origins, as they were kept until the copies follow. */
export interface WaitingPart {
  readonly part: StoredSweepPart;
  readonly fates: readonly Fate[];
}

/** Everybody who waits for copies now, part by part. @throws StorageFailed, Damaged */
export async function* waitingPeople(run: SweepRun): AsyncGenerator<WaitingPart, void, undefined> {
  const { numbered } = run.journal.current();
  for await (const parts of allParts(run.store, run.journal.current(), "waiting", 10, numbered)) {
    for (const part of parts) yield { part, fates: fatesIn(run, part) };
  }
}

/** @throws Damaged */
export const peopleIn = (
  sweep: SweepKey,
  secret: Uint8Array,
  { sealed }: StoredSweepPart,
): readonly WaitingPerson[] =>
  // Written by `fatesChange` and by nothing else.
  orThrow(
    unsealIn(sweep, secret, "people", sealed ?? "").andThen((people) =>
      shapedAs(sweep.id, z.array(z.custom<WaitingPerson>(isObject)), people),
    ),
  );

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

const fatesIn = (run: SweepRun, part: StoredSweepPart): readonly Fate[] =>
  peopleIn(run, run.journal.secret, part).map(({ outcomes, ...person }) => ({
    ...person,
    shared: person.shared ?? [],
    sharedPseudonyms: person.sharedPseudonyms ?? [],
    outcomes: {},
    before: outcomes,
    problem: null,
    part: null,
  }));
