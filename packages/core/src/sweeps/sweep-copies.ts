import type { DataSource } from "../bridge/define-data-source.ts";
import { newId } from "../crypto.ts";
import { CallFailed, HeldInCopy } from "../errors.ts";
import { instant } from "../instant.ts";
import { systemActorId } from "../request/actor.ts";
import { standingInOrigins, stayingInCopy } from "../request/copies.ts";
import type { CollectionCount } from "../request/outcomes.ts";
import { orThrow, ResultAsync } from "../result.ts";
import { canFind } from "../runner/ask-who.ts";
import { mayFillAnew, openHolds } from "../runner/copy-guard.ts";
import { refreshSource } from "../runner/source-status.ts";
import { includesIdentifier } from "../subject/identifier.ts";
import { mayHavePassedOn } from "../subject/identifying.ts";
import { leading } from "../subject/vouching.ts";
import { heldAt } from "./erase-at.ts";
import {
  eraseEach,
  hold,
  lookAgain,
  throwIfOver,
  withEarlier,
  withoutHeld,
  withPackagesLeft,
} from "./erase-people.ts";
import { altogether, type Fate, fatesChange, problemOf, waitingDraft } from "./fate.ts";
import { identifyPeople, otherNumber } from "./identify-people.ts";
import { type Candidate, candidateOf } from "./people.ts";
import type { SweepProblem } from "./sweep.ts";
import { atSource, type SweepRun } from "./sweep-run.ts";
import { type WaitingPart, waitingPeople } from "./waiting.ts";

/**
 * Refreshes each copy once, when no origin holds these people any more, and then asks every source for each of them once more,
 * and the list of users, which may be in an origin, and forgets nobody before that is stored.
 * Whoever is held by then is left behind, and a copy that would lose them by being refreshed waits.
 *
 * @returns what stopped it: a copy that cannot be refreshed now
 * @throws BrokenOff, StorageFailed, ChangedMeanwhile, Damaged, KeyDestroyed
 */
export const sweepCopies = async (run: SweepRun, enough: AbortSignal): Promise<SweepProblem | null> => {
  await leaveHeldBehind(run);
  for (const source of run.sources.refreshed) {
    // Nobody waits any more: all of them are held.
    if (enough.aborted || run.journal.current().counts.waiting === 0) return null;
    const { id } = source.descriptor;
    const idempotencyKey = [run.id, id, "refresh", newId(run.services.randomness)].join("/");
    const call = { ...run.call, idempotencyKey };
    const guard = () => mayFillAnew(run.services, run.tenant, source, () => run.guard([]));
    const done = await refreshSource(run.services, source, call, () => new ResultAsync(guard()));
    throwIfOver(run);
    if (done.isErr()) {
      const { error } = done;
      if (error instanceof HeldInCopy) return waitsForHold(run, error);
      if (error instanceof CallFailed) return problemOf(error);
      throw error;
    }
    const at = instant(run.services.clock.now());
    await run.journal.commit((sweep) => ({
      sweep,
      entries: [{ at, actor: systemActorId, action: "copy-refreshed", source: id, detail: {} }],
    }));
  }
  for await (const waiting of waitingPeople(run)) {
    if (enough.aborted) return null;
    await finishWaiting(run, waiting);
  }
  return null;
};

const waitsForHold = async (run: SweepRun, { source, hold }: HeldInCopy): Promise<SweepProblem | null> => {
  await leaveHeldBehind(run);
  const isOver = run.journal.current().counts.waiting === 0;
  return isOver ? null : { code: "held", source, retryable: true, hold };
};

/** Those on whom a hold stands wait for no copy any more: they are left behind, and named as held. */
const leaveHeldBehind = async (run: SweepRun): Promise<void> => {
  const { holdStore, clock } = run.services;
  if (holdStore === null || (await openHolds(holdStore, run.tenant)).size === 0) return;
  for await (const { part, fates } of waitingPeople(run)) {
    const looked = await withoutHeld(run, fates);
    const held = looked.filter(({ problem }) => problem !== null);
    if (held.length === 0) continue;
    const rest = fates.filter(({ mark }) => !held.some((each) => each.mark === mark));
    const at = instant(clock.now());
    await run.journal.commit((sweep) => {
      const change = fatesChange(sweep, { fates: held, at, moreFollows: false, countedAs: "waiting" });
      return {
        ...change,
        add: [...(change.add ?? []), ...waitingDraft(rest, at)],
        remove: [...(change.remove ?? []), part.number],
      };
    });
  }
};

const finishWaiting = async (run: SweepRun, { part, fates: waiting }: WaitingPart): Promise<void> => {
  let fates = await askedOnceMore(run, waiting);
  const { origins, erasedAfter, refreshed, directory } = run.sources;
  if (erasedAfter.length > 0) fates = await hold(run, fates);
  for (const source of erasedAfter) fates = await eraseEach(run, atSource(run, source), fates);
  for (const source of [...origins, ...erasedAfter]) fates = await lookAgain(run, source, fates);
  for (const source of refreshed) {
    const held = await heldInOrigins(run, source, fates);
    fates = await lookAgain(run, source, fates, (fate, found, isByAll) =>
      isByAll
        ? standingInOrigins(held.get(fate.mark) ?? [], found)
        : stayingInCopy(originsOf(source, fate), found),
    );
  }
  if (directory !== null) {
    fates = await lookAgain(run, directory, fates, (fate, found) =>
      stayingInCopy(originsOf(directory, fate), found),
    );
  }
  fates = await withEarlier(run, await withPackagesLeft(run, fates));
  const at = instant(run.services.clock.now());
  await run.journal.commit((sweep) => {
    const change = fatesChange(sweep, { fates, at, moreFollows: false, countedAs: "waiting" });
    return {
      ...change,
      remove: [...(change.remove ?? []), part.number],
      release: [...new Set(fates.flatMap(({ pseudonyms }) => pseudonyms))],
    };
  });
};

/**
 * Whoever has waited for more than a day is asked for once more, by their numbers: an address may be somebody else's by now. A
 * copy that is erased in, and finds them by nothing else, is left for somebody to look at.
 */
const askedOnceMore = async (run: SweepRun, fates: readonly Fate[]): Promise<readonly Fate[]> => {
  const now = instant(run.services.clock.now());
  const isLong = ({ askedAt = run.journal.current().startedAt }: Fate) => mayHavePassedOn(askedAt, now);
  const due = fates.filter(isLong);
  if (due.length === 0) return fates;
  const candidates = due.map(
    ({ mark, given, identifiers, shared, uncertain = [], households = uncertain }): Candidate => ({
      ...candidateOf(given, () => mark),
      knownSince: [...identifiers, ...uncertain],
      sharedSince: shared.filter((each) => !includesIdentifier(uncertain, each)),
      householdsSince: households,
      namedAt: run.journal.current().startedAt,
    }),
  );
  const asked = orThrow(await identifyPeople(run, candidates));
  return fates.map((fate) => {
    const found = asked[due.indexOf(fate)];
    if (found === undefined) return fate;
    const { identifiers, pseudonyms, shared, sharedPseudonyms, uncertain, households } = found;
    const { askedAt, problem } = found;
    const isFound = run.sources.erasedAfter.every((source) => canFind(source, leading(identifiers)));
    // Where they are erased already, and are only looked at, it does not matter by what.
    const isOnlyLookedAt =
      problem?.code === "identifier-missing" ||
      (problem?.code === "other-number" && identifiers.length === 0);
    return {
      ...fate,
      ...{ identifiers, pseudonyms, shared, sharedPseudonyms, uncertain, households, askedAt },
      problem: isOnlyLookedAt || problem === null ? (isFound ? null : otherNumber) : problem,
    };
  });
};

/**
 * What the origins of a copy hold by all the names that were somebody's, of each who has an address that nobody vouches for any
 * more: by that, the copy finds whoever has it by now, as its origins do.
 */
const heldInOrigins = async (
  run: SweepRun,
  { descriptor: { copyOf } }: DataSource,
  fates: readonly Fate[],
) => {
  const origins = run.sources.origins.filter(
    ({ descriptor }) => copyOf === null || copyOf.includes(descriptor.id),
  );
  const held = new Map<string, (readonly CollectionCount[])[]>();
  for (const fate of fates) {
    if (fate.problem !== null || (fate.uncertain ?? []).length === 0) continue;
    const counts: (readonly CollectionCount[])[] = [];
    for (const origin of origins) counts.push(await heldAt(atSource(run, origin), fate));
    held.set(fate.mark, counts);
  }
  return held;
};

/** What the origins of a copy have answered of a person. */
const originsOf = ({ descriptor: { copyOf } }: DataSource, fate: Fate) =>
  Object.entries(altogether(fate))
    .filter(([source]) => copyOf === null || copyOf.includes(source))
    .map(([, outcomes]) => ({ outcomes, located: null }));
