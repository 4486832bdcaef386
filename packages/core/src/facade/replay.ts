import type { DataSource } from "../bridge/define-data-source.ts";
import type { CallFailed, InvalidInput, NotAllowed } from "../errors.ts";
import { type Instant, instant } from "../instant.ts";
import type { Actor } from "../request/actor.ts";
import { type Category, categoriesReached, endsUsers } from "../request/kinds.ts";
import type { Problem } from "../request/problems.ts";
import { orThrow, ResultAsync } from "../result.ts";
import { checkTenant } from "../runner/served.ts";
import { keysOfList } from "../runner/suppressing.ts";
import type { PeoplePage, SweptPerson } from "../sweeps/people.ts";
import { fromStoredSweep } from "../sweeps/stored-sweep.ts";
import { isEnded } from "../sweeps/sweep.ts";
import { type SweepView, viewOfSweep } from "../sweeps/view.ts";
import type { Sweeps } from "./erase-many.ts";
import {
  type AskedFor,
  apart,
  countedAt,
  erasedAmong,
  foundByNothing,
  isByAddress,
  type ListingContext,
  listedIn,
} from "./listed-again.ts";
import type { EraseManyError, SweepRunError } from "./run-sweeps.ts";

export interface ReplayInput {
  readonly actor: Actor;
  /** The moment of the backup that was restored, with a margin: better an hour too early than a second too late. */
  readonly since: Date;
  /** Which erasures are repeated. */
  readonly category: Category;
  /** Whether it only looks. Default: true. */
  readonly dryRun?: boolean;
}

export type ReplayError = InvalidInput | NotAllowed | EraseManyError | SweepRunError;

/** What became of listing whom one source holds. */
export interface ReplayedSource {
  readonly id: string;
  readonly title: string;
  /** `cannot-list`: it has no `identifiers`; who is held there alone is not found. */
  readonly status: "listed" | "cannot-list" | "failed";
  readonly problem: Problem | null;
  /** How many people it listed, and how many of them were erased before. */
  readonly listed: number;
  readonly found: number;
  /** Of how many it keeps what somebody has called off: they are not among those found. Left out: of nobody. */
  readonly calledOff?: number;
  /**
   * How many it lists by the address of somebody who was erased, and finds by nothing: a row holds it otherwise than it is looked
   * for. They are there, and somebody has to look. Counted by a dry run, and behind a sweep that is `completed`.
   */
  readonly foundByNothing: number;
  /**
   * How many names that it listed can be nobody's (an `n/a` for an address, a blank), and were left out. An address within one
   * counts as listed. Left out: none.
   */
  readonly unreadable?: number;
}

export interface ReplayReport {
  readonly since: Instant;
  readonly category: Category;
  readonly dryRun: boolean;
  readonly sources: readonly ReplayedSource[];
  /**
   * How many were found, in all sources, as these list them: one who is held in two, or listed for each of two rows, counts
   * twice; the counts of `sweep` are of people. A dry run leaves out those of whom every source says that nothing would be
   * erased: an anonymous row that keeps its number, what the law keeps.
   */
  readonly found: number;
  /**
   * How many others there are, of whom something would be erased, and whose erasure was opened again and then called off since:
   * what was kept back, and what the backup has brought back of them, is for somebody to look at. None of it is erased. Counted
   * as `found` is.
   */
  readonly calledOff: number;
  /**
   * The newest thing that the list of suppressions knows of. Where it is before `since`, the list itself may have come
   * from the backup: `restore` a copy of it first.
   */
  readonly listReaches: Instant | null;
  /** What erased them; null for a dry run. */
  readonly sweep: SweepView | null;
  /**
   * Earlier replays of the same data that were not over, because their process died or they were stopped: whom they had
   * begun with is found in no list any more. A dry run names them; otherwise this one has gone on with each, and says how it
   * stands now. Empty where there was none.
   */
  readonly unfinished: readonly SweepView[];
  /**
   * The first day until which the law keeps something of somebody whom this replay, or one that it has gone on with, has
   * erased, `YYYY-MM-DD`; null where it keeps nothing, and for a dry run. **No request erases it by itself when its day is
   * over**: replay again then, of the same `since`.
   */
  readonly retainedUntil: string | null;
  /**
   * Whether it is known that nobody is left who was erased: every source has listed whom it holds, the list reaches as
   * far as `since`, nobody was found or the sweep is `completed`, so is every earlier replay that was not over, of nobody was it
   * called off, and no source lists anybody by an address by which it finds nothing.
   */
  readonly complete: boolean;
}

interface ReplayContext extends ListingContext {
  readonly sweeps: Sweeps;
}

interface Asked extends AskedFor {
  readonly actor: Actor;
  readonly dryRun: boolean;
}

export const replay = (
  context: ReplayContext,
  { actor, since, category, dryRun = true }: ReplayInput,
): ResultAsync<ReplayReport, ReplayError> =>
  ResultAsync.fromPromise(
    runReplay(context, { actor, tenant: actor.tenant, since: instant(since), category, dryRun }),
    (thrown) => thrown as ReplayError,
  );

/** @throws ReplayError, each as it is */
const runReplay = async (context: ReplayContext, asked: Asked): Promise<ReplayReport> => {
  const { services, suppressionStore, sweeps } = context;
  const { tenant, actor, since, category, dryRun } = asked;
  // Before a sweep begins, which nobody could go on with.
  orThrow(await keysOfList(services, suppressionStore, tenant));
  const listReaches = orThrow(await suppressionStore.newest({ tenant }));
  const reached = categoriesReached("erasure", category);
  orThrow(checkTenant(services, tenant));
  const holding = services.sources
    .of(tenant)
    .filter(({ descriptor }) =>
      descriptor.directory === true
        ? endsUsers(reached)
        : descriptor.holds.some((each) => reached.includes(each)),
    );
  const unfinished = await unfinishedBefore(context, asked, reached);
  const counted: Counted = { sources: new Map(), byAddress: new Set() };
  let found = 0;
  let sweep: SweepView | null = null;
  if (dryRun) {
    for await (const page of peopleFound(context, asked, holding, counted, null)) found += page.people.length;
  } else {
    const running = orThrow(
      await sweeps.eraseMany({
        actor,
        reason: "backup-replay",
        category,
        people: (cursor) => peopleFound(context, asked, holding, counted, cursor),
      }),
    );
    sweep = orThrow(await running.end());
    for (const each of counted.sources.values()) found += each.found;
    if (sweep.status === "completed") await lookedAgain(context, asked, holding, counted);
  }
  const sources = holding.map(
    ({ descriptor }) => counted.sources.get(descriptor.id) ?? notListed(descriptor),
  );
  const calledOff = sources.reduce((sum, each) => sum + (each.calledOff ?? 0), 0);
  const isErased = sweep === null ? found === 0 : sweep.status === "completed";
  return {
    since,
    category,
    dryRun,
    sources,
    found,
    calledOff,
    listReaches,
    sweep,
    unfinished,
    retainedUntil: dryRun ? null : firstDayOf(sweep === null ? unfinished : [sweep, ...unfinished]),
    complete:
      isErased &&
      calledOff === 0 &&
      unfinished.every(({ status }) => status === "completed") &&
      listReaches !== null &&
      listReaches >= since &&
      sources.every(({ status, foundByNothing }) => status === "listed" && foundByNothing === 0),
  };
};

const firstDayOf = (sweeps: readonly SweepView[]): string | null =>
  sweeps
    .flatMap(({ records }) => records.flatMap(({ retainedUntil }) => retainedUntil ?? []))
    .toSorted()
    .at(0) ?? null;

/** Nobody else comes: whom they had still to find, this replay finds. */
async function* nobodyElse(): AsyncGenerator<PeoplePage, void, undefined> {
  yield* [];
}

/** Earlier replays that were not over; unless this one only looks, it has gone on with them. @throws ReplayError */
const unfinishedBefore = async (
  { services: { sweepStore }, sweeps }: ReplayContext,
  { tenant, actor, dryRun }: Asked,
  reached: readonly Category[],
): Promise<readonly SweepView[]> => {
  const before: SweepView[] = [];
  if (sweepStore === null) return before;
  let cursor: string | undefined;
  do {
    const page = orThrow(await sweepStore.list({ tenant, cursor, limit: 100 }));
    // What cannot be read is named by `sweeps.list`.
    const known = page.sweeps.flatMap((stored) => fromStoredSweep(stored).unwrapOr(null) ?? []);
    before.push(
      ...known
        .filter(
          (sweep) => sweep.reason === "backup-replay" && reached.includes(sweep.category) && !isEnded(sweep),
        )
        .map(viewOfSweep),
    );
    cursor = page.cursor;
  } while (cursor !== undefined);
  if (dryRun) return before;
  const now: SweepView[] = [];
  // The oldest first.
  for (const view of before.toReversed()) now.push(await goneOnWith(sweeps, actor, view));
  return now;
};

const goneOnWith = async (sweeps: Sweeps, actor: Actor, view: SweepView): Promise<SweepView> => {
  const running = await sweeps.goOn({ actor, sweepId: view.id, people: nobodyElse });
  if (running.isErr()) {
    const { error } = running;
    // It cannot be gone on with, or somebody has ended it meanwhile; as it stands it keeps this one from being complete.
    if (error.code === "key-destroyed" || error.code === "damaged" || error.code === "sweep-not-found")
      return view;
    if (error.code === "not-possible-now") return orThrow(await sweeps.read({ actor, sweepId: view.id }));
    throw error;
  }
  return orThrow(await running.value.end());
};

const notListed = ({ id, title }: DataSource["descriptor"]): ReplayedSource => ({
  id,
  title,
  status: "cannot-list",
  problem: null,
  listed: 0,
  found: 0,
  foundByNothing: 0,
});

/** What was found out of each source while it was listed, by its id. */
interface Counted {
  readonly sources: Map<string, ReplayedSource>;
  /** Those that list somebody who was erased by an address. */
  readonly byAddress: Set<string>;
}

/**
 * Everybody whom a source holds and who was erased. A source that fails costs its own part: it is named, and the next
 * one is asked. The cursor counts sources: one is listed anew after a break.
 */
async function* peopleFound(
  context: ReplayContext,
  asked: Asked,
  sources: readonly DataSource[],
  counted: Counted,
  cursor: string | null,
): AsyncGenerator<PeoplePage, void, undefined> {
  for (const [index, source] of sources.entries()) {
    if (source.identifiers === null || index < Number(cursor ?? 0)) continue;
    const { id } = source.descriptor;
    let so: ReplayedSource = { ...notListed(source.descriptor), status: "listed" };
    counted.sources.set(id, so);
    for await (const page of listedIn(context, asked, source)) {
      if (page.isErr()) {
        counted.sources.set(id, { ...so, status: "failed", problem: problemOf(page.error) });
        break;
      }
      const { erased, calledOff } = await apart(
        context,
        asked,
        await erasedAmong(context, asked, page.value),
      );
      if (erased.some(isByAddress)) counted.byAddress.add(id);
      const lost = asked.dryRun ? await foundByNothing(context, asked, source, erased) : [];
      const people = asked.dryRun ? await backAmong(context, asked, sources, erased, lost) : erased;
      const back = (await backAmong(context, asked, sources, calledOff, [])).length + (so.calledOff ?? 0);
      const unreadable = (page.value.unreadable ?? 0) + (so.unreadable ?? 0);
      so = {
        ...so,
        ...(back > 0 && { calledOff: back }),
        ...(unreadable > 0 && { unreadable }),
        listed: so.listed + page.value.people.length,
        found: so.found + people.length,
        foundByNothing: so.foundByNothing + lost.length,
      };
      counted.sources.set(id, so);
      if (people.length > 0) yield { people, cursor: String(index) };
    }
  }
}

/**
 * Lists once more whom sources hold, behind a sweep that has erased everybody whom it could find: whoever is listed by an
 * address still, and found by nothing, is there.
 */
const lookedAgain = async (
  context: ReplayContext,
  asked: Asked,
  sources: readonly DataSource[],
  counted: Counted,
): Promise<void> => {
  for (const source of sources) {
    const { id } = source.descriptor;
    const so = counted.sources.get(id);
    if (so === undefined || so.status !== "listed" || !counted.byAddress.has(id)) continue;
    let lost = 0;
    for await (const page of listedIn(context, asked, source)) {
      if (page.isErr()) {
        counted.sources.set(id, { ...so, status: "failed", problem: problemOf(page.error) });
        break;
      }
      const { erased } = await apart(context, asked, await erasedAmong(context, asked, page.value));
      lost += (await foundByNothing(context, asked, source, erased)).length;
      counted.sources.set(id, { ...so, foundByNothing: lost });
    }
  }
};

/**
 * Of those who were erased, and are listed, those of whom something would be erased now, or of whom somebody cannot say: a
 * number that an erasure leaves in an anonymous row, and what the law keeps, is no sign that a person is back.
 *
 * @param lost those of whom that is known already
 */
const backAmong = async (
  context: ReplayContext,
  asked: Asked,
  sources: readonly DataSource[],
  erased: readonly SweptPerson[],
  lost: readonly SweptPerson[],
): Promise<SweptPerson[]> => {
  const categories = categoriesReached("erasure", asked.category);
  const back: SweptPerson[] = [];
  for (const person of erased) {
    let isBack = lost.includes(person);
    for (const source of sources) {
      if (isBack) break;
      const counted = await countedAt(context, asked, source, person.identifiers, categories);
      isBack =
        counted === null ||
        counted.some(
          ({ count, becomes = "erased" }) => count > 0 && becomes !== "retained" && becomes !== "kept",
        );
    }
    if (isBack) back.push(person);
  }
  return back;
};

const problemOf = ({ problem, retryable }: CallFailed): Problem => ({ code: problem, retryable });
