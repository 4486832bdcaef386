import type { DataSource } from "../bridge/define-data-source.ts";
import type { SweepTransaction } from "../bridge/define-sweep-store.ts";
import { CallFailed, type SubjectRightsError } from "../errors.ts";
import { instant } from "../instant.ts";
import type { CollectionCount, CollectionOutcome } from "../request/outcomes.ts";
import { err, ok, orThrow, type Result } from "../result.ts";
import { bounded } from "../runner/bounded.ts";
import { type Earlier, erasedBefore } from "../runner/erased-before.ts";
import { havePackages, leavePackages } from "../runner/leave-packages.ts";
import { inLine } from "../runner/line.ts";
import { suppressOfSweep } from "../runner/suppressing.ts";
import { numbersOf } from "../subject/numbers.ts";
import { leading } from "../subject/vouching.ts";
import { beginWith } from "./begin-with.ts";
import { countedBefore, countedOf, withAgain } from "./come-again.ts";
import { type AtSource, checkAt, eraseAt } from "./erase-at.ts";
import { altogether, type Fate, fatesChange, ownNames, problemOf, withOutcome } from "./fate.ts";
import { HeldBack } from "./guard.ts";
import type { Committed, SweepChange } from "./journal.ts";
import type { SweepProblem } from "./sweep.ts";
import { atSource, type SweepRun } from "./sweep-run.ts";

/** The library stops: what was under way is done anew by the next run, and counts for nothing now. */
export class BrokenOff extends Error {}

/** What else is stored with what became of people, and who is told once it is. */
export interface Landing {
  also(
    fates: readonly Fate[],
  ): Pick<SweepChange, "add" | "remove"> & { readonly cursor?: string | undefined };
  /** Called in the order in which they are stored. */
  stored(fates: readonly Fate[], committed: Committed): void;
}

/**
 * Erases people in the origins, and stores what became of them. Where an origin is in the store's database both are
 * one transaction. Whoever cannot be erased is left behind, alone: where several fail together, they are tried again
 * in halves.
 *
 * @returns what became of them
 * @throws BrokenOff; StorageFailed, ChangedMeanwhile
 */
export const erasePeople = async (
  run: SweepRun,
  fates: readonly Fate[],
  landing: Landing,
): Promise<readonly Fate[]> => {
  // Held until it is stored what became of them; a transaction can do without, it holds them itself.
  const free = await withoutInLine(run, await withoutHeld(run, fates));
  const follows = moreFollows(run, free);
  let worked = run.apart.length === 0 ? free : await beginWith(run, await hold(run, free));
  for (const source of run.apart) worked = await eraseEach(run, atSource(run, source), worked);
  await suppressSwept(run, worked);
  await countedBefore(run, worked);
  if (follows) return land(run, worked, landing, follows);
  // Whoever was erased in last has just been asked.
  for (const source of run.apart.slice(0, -1)) worked = await lookAgain(run, source, worked);
  const left = await withPackagesLeft(run, await withPackagesBegun(run, worked));
  return land(run, await withEarlier(run, left), landing, follows);
};

/**
 * Whether these people are to wait until everybody is erased in the origins: for copies, and for the list of users. And for
 * a last look at those that work apart, where others work in the transaction: what comes of that shows only behind it. So does
 * what is there by an address that nobody vouches for any more: who is left behind for that is erased by what is certain.
 */
const moreFollows = (
  { joined, apart, sources: { refreshed, erasedAfter, directory } }: SweepRun,
  fates: readonly Fate[],
): boolean =>
  refreshed.length + erasedAfter.length > 0 ||
  directory !== null ||
  (joined.length > 0 && apart.length > 0) ||
  fates.some(({ problem, uncertain = [] }) => problem === null && uncertain.length > 0);

/**
 * Before it is stored that people are erased, nobody but they can fetch packages that were made of them before.
 *
 * @throws StorageFailed, ChangedMeanwhile
 */
export const withPackagesLeft = async (
  { services, journal }: SweepRun,
  fates: readonly Fate[],
): Promise<readonly Fate[]> => {
  const at = instant(services.clock.now());
  const people = fates.map((fate) => ({
    names: fate.problem === null ? ownNames(fate) : [],
    numbers: numbersOf(fate.identifiers, fate.pseudonyms),
    at,
  }));
  const packages = await leavePackages(services, journal.current(), people);
  return fates.map((fate, index) => ({ ...fate, packages: packages[index] ?? [] }));
};

/**
 * Before it is stored that people are erased, it is looked up what earlier erasures had to leave of them.
 *
 * @throws StorageFailed
 */
export const withEarlier = async (
  { services, journal }: SweepRun,
  fates: readonly Fate[],
): Promise<readonly Fate[]> => {
  const { tenant, id, category } = journal.current();
  const names = [...new Set(fates.flatMap((fate) => (fate.problem === null ? ownNames(fate) : [])))];
  const asking = { tenant, id, kind: "erasure", category } as const;
  const { earlier, unreadable } = await erasedBefore(services, asking, names);
  return fates.map((fate) => {
    const own = ownNames(fate);
    const isAbout = (known: readonly string[]) => known.some((name) => own.includes(name));
    // Nobody can say of them whether anything stays: it costs them alone.
    if (fate.problem === null && unreadable.some((part) => isAbout(part.names)))
      return { ...fate, problem: unreadableEarlier };
    const isMeant = ({ names: known, onlyAnswers = false }: Earlier) => onlyAnswers || isAbout(known);
    return { ...fate, earlier: earlier.filter(isMeant) };
  });
};

const unreadableEarlier: SweepProblem = { code: "damaged", source: null, retryable: false };

/**
 * What is done with a package is told to the export for good. In the store's transaction nothing else is done before the
 * record of it: whose packages it is about is begun with, so that the erasure follows whatever happens.
 *
 * @throws StorageFailed, ChangedMeanwhile
 */
const withPackagesBegun = async (run: SweepRun, fates: readonly Fate[]): Promise<readonly Fate[]> => {
  const due = fates.filter(({ problem }) => problem === null);
  const people = due.map(({ pseudonyms }) => pseudonyms);
  const found = await havePackages(run.services, run.journal.current(), people);
  const begun = await beginWith(
    run,
    due.filter((_, index) => found[index] === true),
  );
  return fates.map((fate) => begun.find(({ mark }) => mark === fate.mark) ?? fate);
};

/** So that a restored backup does not bring them back. @throws StorageFailed, KeyDestroyed */
const suppressSwept = async ({ services, journal }: SweepRun, fates: readonly Fate[]): Promise<void> => {
  const erased = fates
    .filter(({ problem }) => problem === null)
    .map(({ mark, identifiers }) => ({ mark, identifiers: leading(identifiers) }));
  orThrow(await suppressOfSweep(services, journal.current(), erased));
};

/** Takes the claims of people, until they are given back. @throws StorageFailed */
export const hold = async (run: SweepRun, fates: readonly Fate[]): Promise<readonly Fate[]> => {
  const { tenant, id: sweepId } = run;
  const people = fates.map(({ pseudonyms, problem }) => (problem === null ? pseudonyms : []));
  return withHolders(fates, orThrow(await run.store.hold({ tenant, sweepId, people })));
};

/** Leaves out everybody on whom a hold stands. @throws StorageFailed where that could not be asked; ChangedMeanwhile */
export const withoutHeld = async (run: SweepRun, fates: readonly Fate[]): Promise<readonly Fate[]> => {
  const passed = await run.guard(fates.filter(({ problem }) => problem === null));
  if (passed.isOk()) return fates;
  const { error } = passed;
  if (error instanceof HeldBack) return fates.map((fate) => withHold(fate, error));
  throw error;
};

/**
 * Leaves out everybody who has an acknowledged request open: that goes first, also while it waits for its turn and holds
 * nothing. Not whom the sweep has begun with, before the process died: they were first. @throws StorageFailed
 */
const withoutInLine = async (
  { services, tenant }: SweepRun,
  fates: readonly Fate[],
): Promise<readonly Fate[]> => {
  const able = fates.filter(({ problem, part }) => problem === null && part?.kind !== "begun");
  const pseudonyms = [...new Set(able.flatMap((fate) => fate.pseudonyms))];
  if (pseudonyms.length === 0) return fates;
  const found = inLine(orThrow(await services.requestStore.findAbout({ tenant, pseudonyms })));
  const holderOf = (fate: Fate): string | null =>
    found.find((each) => each.pseudonyms.some((name) => fate.pseudonyms.includes(name)))?.id ?? null;
  return withHolders(
    fates,
    fates.map((fate) => (able.includes(fate) ? holderOf(fate) : null)),
  );
};

/** Says of somebody on whom a hold stands that they are left alone, and by which. */
const withHold = (fate: Fate, { holds }: HeldBack): Fate => {
  const hold = holds.get(fate.mark);
  return hold === undefined || fate.problem !== null ? fate : { ...fate, problem: heldBy(hold) };
};

const heldBy = (hold: string): SweepProblem => ({ code: "held", source: null, retryable: true, hold });

const otherRequest: SweepProblem = { code: "other-request", source: null, retryable: true };

const withHolders = (fates: readonly Fate[], holders: readonly (string | null)[]): readonly Fate[] =>
  fates.map((fate, index) =>
    (holders[index] ?? null) === null || fate.problem !== null ? fate : { ...fate, problem: otherRequest },
  );

/** Erases those who can still be erased at one source; who cannot has a problem then. @throws `NotNow` but for holds */
export const eraseEach = async (
  run: SweepRun,
  at: AtSource,
  fates: readonly Fate[],
): Promise<readonly Fate[]> => {
  const able = fates.filter(({ problem }) => problem === null);
  const worked = new Map<Fate, Fate>();
  const soFar = (fate: Fate): Fate => worked.get(fate) ?? fate;
  const eraseSome = async (some: readonly Fate[]): Promise<Worked> => {
    const erased = await eraseAt(at, some);
    throwIfOver(run);
    if (erased.isOk()) {
      // Kept also where it has to be done again: the second time, what is gone is not there any more.
      for (const [index, fate] of some.entries()) {
        const outcomes = erased.value.outcomes[index] ?? [];
        worked.set(fate, withOutcome(soFar(fate), at.source.descriptor.id, outcomes));
      }
    }
    const failure = erased.isOk() ? erased.value.failure : erased.error;
    if (failure === null) {
      run.services.looked(at.source.descriptor.id, run.id, null);
      return "done";
    }
    if (failure instanceof HeldBack) {
      for (const fate of some) worked.set(fate, withHold(soFar(fate), failure));
      return failure;
    }
    if (!(failure instanceof CallFailed)) throw failure;
    if (some.length > 1) return "again";
    run.services.looked(at.source.descriptor.id, run.id, failure);
    for (const fate of some) worked.set(fate, { ...soFar(fate), problem: problemOf(failure) });
    return "done";
  };
  if (at.source.eraseMany !== null) await inHalves(able, eraseSome);
  else await bounded(able, at.atOnce, async (fate) => void (await eraseSome([fate])));
  return fates.map((fate) => worked.get(fate) ?? fate);
};

/**
 * Asks a source once more, behind the work of others: what is erased in one may fill another, as where two keep each other
 * up to date. Whoever is there has a problem then.
 *
 * @param staying what of a person may be there, by what is found, and by whether that was by all that were their names. Left
 *   out: what the source itself has said
 */
export const lookAgain = async (
  run: SweepRun,
  source: DataSource,
  fates: readonly Fate[],
  staying: (
    fate: Fate,
    found: readonly CollectionCount[],
    isByAll: boolean,
  ) => readonly CollectionOutcome[] = (fate) => altogether(fate)[source.descriptor.id] ?? [],
): Promise<readonly Fate[]> => {
  const present = new Map<Fate, SweepProblem>();
  await inHalves(
    fates.filter(({ problem }) => problem === null),
    async (some) => {
      const mayStay = (index: number, found: readonly CollectionCount[], isByAll: boolean) => {
        const fate = some[index];
        return fate === undefined ? [] : staying(fate, found, isByAll);
      };
      const checked = await checkAt(atSource(run, source), some, mayStay, "verify");
      throwIfOver(run);
      if (checked.isOk()) return "done";
      if (some.length > 1) return "again";
      for (const fate of some) present.set(fate, problemOf(checked.error));
      return "done";
    },
  );
  return fates.map((fate) => {
    const problem = present.get(fate);
    return problem === undefined ? fate : { ...fate, problem };
  });
};

/** All are dealt with; or nobody is, and it is to be tried with fewer, or without those who are held. */
type Worked = "done" | "again" | HeldBack;

/** Does all at once; where that is to be tried again, each half, down to one by one. */
const inHalves = async (
  fates: readonly Fate[],
  work: (some: readonly Fate[]) => Promise<Worked>,
): Promise<void> => {
  if (fates.length === 0) return;
  const worked = await work(fates);
  if (worked === "done") return;
  if (worked instanceof HeldBack) {
    return inHalves(
      fates.filter(({ mark }) => !worked.holds.has(mark)),
      work,
    );
  }
  const middle = Math.ceil(fates.length / 2);
  await inHalves(fates.slice(0, middle), work);
  await inHalves(fates.slice(middle), work);
};

export const throwIfOver = ({ call }: SweepRun): void => {
  if (call.signal.aborted) throw new BrokenOff("The library was stopped.");
};

/** Erases where that is one transaction with the record, and stores it. */
const land = async (
  run: SweepRun,
  fates: readonly Fate[],
  landing: Landing,
  follows: boolean,
): Promise<readonly Fate[]> => {
  const done: Fate[] = [];
  const store = async (some: readonly Fate[]): Promise<void> => {
    if (some.length === 0) return;
    await run.journal.commit(changeFor(run, some, landing, follows));
    done.push(...some);
  };
  if (run.joined.length === 0) {
    await store(fates);
    return done;
  }
  const failed: Fate[] = fates.filter(({ problem }) => problem !== null);
  const able = fates.filter(({ problem }) => problem === null);
  await inHalves(able, async (some) => {
    const together = await eraseTogether(run, some, landing, follows);
    throwIfOver(run);
    if (together.isOk()) {
      done.push(...together.value);
      return "done";
    }
    const { error } = together;
    if (error instanceof HeldBack) {
      failed.push(...some.map((fate) => withHold(fate, error)).filter(({ problem }) => problem !== null));
      return error;
    }
    if (!(error instanceof CallFailed)) throw error;
    if (some.length > 1) return "again";
    run.services.looked(error.adapter, run.id, error);
    const problem = problemOf(error);
    failed.push(...some.map((fate) => ({ ...fate, problem })));
    return "done";
  });
  await store(failed);
  return done;
};

const eraseTogether = async (
  run: SweepRun,
  fates: readonly Fate[],
  landing: Landing,
  follows: boolean,
): Promise<Result<readonly Fate[], SubjectRightsError | HeldBack>> => {
  let worked = fates;
  // A hold that is placed while sources work undoes what they did: until it is stored, all of it can be undone.
  const last = ({ handle }: SweepTransaction) =>
    run.guard(
      worked.filter(({ problem }) => problem === null),
      handle,
    );
  const done = await run.journal.together<SubjectRightsError | HeldBack>(async (transaction) => {
    const people = fates.map(({ pseudonyms }) => pseudonyms);
    const holders = await transaction.hold({ tenant: run.tenant, sweepId: run.id, people });
    if (holders.isErr()) return err(holders.error);
    worked = withHolders(fates, holders.value);
    const able = worked.filter(({ problem }) => problem === null);
    for (const source of able.length === 0 ? [] : run.joined) {
      const erased = await eraseAt(atSource(run, source, transaction.handle), able);
      if (erased.isErr()) return err(erased.error);
      const { outcomes, failure } = erased.value;
      // What was done in a transaction is undone with it.
      if (failure !== null) return err(failure);
      worked = withErased(worked, source, able, outcomes);
    }
    // As `lookAgain`, and before anything is stored.
    for (const source of able.length === 0 ? [] : run.joined.slice(0, -1)) {
      const id = source.descriptor.id;
      const people = worked.filter(({ problem }) => problem === null);
      const checked = await checkAt(
        atSource(run, source, transaction.handle),
        people,
        (index) => people[index]?.outcomes[id] ?? [],
        "verify",
      );
      if (checked.isErr()) return err(checked.error);
    }
    return ok(changeFor(run, worked, landing, follows));
  }, last);
  return done.map(() => worked);
};

const withErased = (
  fates: readonly Fate[],
  source: DataSource,
  able: readonly Fate[],
  outcomes: readonly Parameters<typeof withOutcome>[2][],
): readonly Fate[] =>
  fates.map((fate) => {
    const outcome = outcomes[able.indexOf(fate)];
    return fate.problem !== null || outcome === undefined
      ? fate
      : withOutcome(fate, source.descriptor.id, outcome);
  });

const changeFor =
  (
    run: SweepRun,
    fates: readonly Fate[],
    landing: Landing,
    follows: boolean,
  ): Parameters<SweepRun["journal"]["commit"]>[0] =>
  (sweep) => {
    const at = instant(run.services.clock.now());
    const counted = withAgain(run.counted, fates, at);
    const change = fatesChange(sweep, {
      fates: counted,
      at,
      moreFollows: follows,
      countedAs: fates.some(({ part }) => part?.kind === "left-behind") ? "leftBehind" : "nothing",
    });
    const also = landing.also(fates);
    const { cursor } = also;
    return {
      sweep: change.sweep,
      entries: change.entries ?? [],
      add: [...(change.add ?? []), ...(also.add ?? [])],
      remove: [...(change.remove ?? []), ...(also.remove ?? [])],
      release: [...new Set(fates.flatMap(({ pseudonyms }) => pseudonyms))],
      stored: (committed) => {
        run.counted.add(countedOf(counted, at));
        landing.stored(fates, committed);
      },
      ...(cursor === undefined ? {} : { cursor }),
    };
  };
