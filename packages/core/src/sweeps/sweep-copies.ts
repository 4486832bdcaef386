import { z } from "zod";
import { newId } from "../crypto.ts";
import { CallFailed } from "../errors.ts";
import { instant } from "../instant.ts";
import type { StoredSweepPart } from "../ports/sweep-store.ts";
import { systemActorId } from "../request/actor.ts";
import { orThrow } from "../result.ts";
import { refreshSource } from "../runner/source-status.ts";
import { allParts } from "./all-parts.ts";
import { checkAt } from "./erase-at.ts";
import { eraseEach, hold, inHalves, throwIfOver } from "./erase-people.ts";
import { type Fate, fatesChange, problemOf, type WaitingPerson } from "./fate.ts";
import { unsealIn } from "./stored-sweep.ts";
import type { SweepProblem } from "./sweep.ts";
import { atSource, type SweepRun } from "./sweep-run.ts";

/**
 * Refreshes each copy once, when no origin holds these people any more, and then asks every copy for each of them.
 *
 * @returns what stopped it: a copy that cannot be refreshed now
 * @throws BrokenOff, StorageFailed, ChangedMeanwhile, Damaged
 */
export const sweepCopies = async (run: SweepRun, enough: AbortSignal): Promise<SweepProblem | null> => {
  for (const source of run.sources.refreshed) {
    if (enough.aborted) return null;
    const { id } = source.descriptor;
    const idempotencyKey = [run.id, id, "refresh", newId(run.services.randomness)].join("/");
    const done = await refreshSource(run.services, source, { ...run.call, idempotencyKey });
    throwIfOver(run);
    if (done.isErr()) {
      if (done.error instanceof CallFailed) return problemOf(done.error);
      throw done.error;
    }
    const at = instant(run.services.clock.now());
    await run.journal.commit((sweep) => ({
      sweep,
      entries: [{ at, actor: systemActorId, action: "copy-refreshed", source: id, detail: {} }],
    }));
  }
  const { numbered } = run.journal.current();
  for await (const parts of allParts(run.store, run.journal.current(), "waiting", 10, numbered)) {
    for (const part of parts) {
      if (enough.aborted) return null;
      await finishWaiting(run, part);
    }
  }
  return null;
};

const finishWaiting = async (run: SweepRun, part: StoredSweepPart): Promise<void> => {
  const people = orThrow(unsealIn(run, run.journal.secret, "people", part.sealed ?? ""));
  // Written by `fatesChange` and by nothing else.
  let fates = (z.array(z.unknown()).parse(people) as WaitingPerson[]).map(
    ({ outcomes, ...person }): Fate => ({
      ...person,
      outcomes: {},
      before: outcomes,
      problem: null,
      part: null,
    }),
  );
  const { erasedAfter, refreshed } = run.sources;
  if (erasedAfter.length > 0) fates = [...(await hold(run, fates))];
  for (const source of erasedAfter) fates = [...(await eraseEach(run, atSource(run, source), fates))];
  for (const source of refreshed) {
    const present = new Map<Fate, SweepProblem>();
    await inHalves(
      fates.filter(({ problem }) => problem === null),
      async (some) => {
        const checked = await checkAt(
          atSource(run, source),
          some,
          some.map(() => []),
        );
        throwIfOver(run);
        if (checked.isOk()) return "done";
        if (some.length > 1) return "again";
        for (const fate of some) present.set(fate, problemOf(checked.error));
        return "done";
      },
    );
    fates = fates.map((fate) => {
      const problem = present.get(fate);
      return problem === undefined ? fate : { ...fate, problem };
    });
  }
  const at = instant(run.services.clock.now());
  await run.journal.commit((sweep) => {
    const change = fatesChange(sweep, { fates, at, copiesFollow: false, countedAs: "waiting" });
    return {
      ...change,
      remove: [...(change.remove ?? []), part.number],
      release: [...new Set(fates.flatMap(({ pseudonyms }) => pseudonyms))],
    };
  });
};
