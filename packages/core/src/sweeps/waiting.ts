import { z } from "zod";
import type { StoredSweepPart } from "../ports/sweep-store.ts";
import { orThrow } from "../result.ts";
import { allParts } from "./all-parts.ts";
import type { Fate, WaitingPerson } from "./fate.ts";
import { unsealIn } from "./stored-sweep.ts";
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

const fatesIn = (run: SweepRun, { sealed }: StoredSweepPart): readonly Fate[] => {
  const people = orThrow(unsealIn(run, run.journal.secret, "people", sealed ?? ""));
  // Written by `fatesChange` and by nothing else.
  return (z.array(z.unknown()).parse(people) as WaitingPerson[]).map(({ outcomes, ...person }) => ({
    ...person,
    outcomes: {},
    before: outcomes,
    problem: null,
    part: null,
  }));
};
