import type { DataSource } from "../bridge/define-data-source.ts";
import type { SuppressionStore } from "../bridge/define-suppression-store.ts";
import type { ListedPeople } from "../bridge/listed-people.ts";
import { newId } from "../crypto.ts";
import type { CallFailed, InvalidInput, NotAllowed } from "../errors.ts";
import { type Instant, instant } from "../instant.ts";
import type { Actor } from "../request/actor.ts";
import { type Category, categoriesReached, endsUsers } from "../request/kinds.ts";
import type { Problem } from "../request/problems.ts";
import { orThrow, ResultAsync } from "../result.ts";
import { canFind } from "../runner/ask-who.ts";
import { markFor } from "../runner/rest-called-off.ts";
import { checkTenant } from "../runner/served.ts";
import type { Services } from "../runner/services.ts";
import { keysOfList, lookIntoList, standingIn } from "../runner/suppressing.ts";
import { type PseudonymChain, pseudonymChain } from "../runner/suppression-keys.ts";
import { type Identifier, normaliseIdentifier } from "../subject/identifier.ts";
import { subjectOf } from "../subject/subject.ts";
import type { PeoplePage, SweptPerson } from "../sweeps/people.ts";
import { fromStoredSweep } from "../sweeps/stored-sweep.ts";
import { isEnded } from "../sweeps/sweep.ts";
import { type SweepView, viewOfSweep } from "../sweeps/view.ts";
import type { Sweeps } from "./erase-many.ts";
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
   * far as `since`, nobody was found or the sweep is `completed`, and so is every earlier replay that was not over; and of nobody was it
   * called off.
   */
  readonly complete: boolean;
}

interface ReplayContext {
  readonly services: Services;
  readonly suppressionStore: SuppressionStore;
  readonly sweeps: Sweeps;
  readonly stopping: AbortSignal;
}

interface Asked {
  readonly actor: Actor;
  readonly tenant: string;
  readonly since: Instant;
  readonly category: Category;
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
  const counted = new Map<string, ReplayedSource>();
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
    for (const each of counted.values()) found += each.found;
  }
  const sources = holding.map(({ descriptor }) => counted.get(descriptor.id) ?? notListed(descriptor));
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
      sources.every(({ status }) => status === "listed"),
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
});

/** The bound of a person in a sweep. */
const mostIdentifiers = 20;

/**
 * Everybody whom a source holds and who was erased. A source that fails costs its own part: it is named, and the next
 * one is asked. The cursor counts sources: one is listed anew after a break.
 */
async function* peopleFound(
  context: ReplayContext,
  asked: Asked,
  sources: readonly DataSource[],
  counted: Map<string, ReplayedSource>,
  cursor: string | null,
): AsyncGenerator<PeoplePage, void, undefined> {
  const { services, stopping } = context;
  const { tenant, category } = asked;
  const categories = categoriesReached("erasure", category);
  const requestId = `replay-${newId(services.randomness)}`;
  for (const [index, source] of sources.entries()) {
    if (source.identifiers === null || index < Number(cursor ?? 0)) continue;
    const { descriptor } = source;
    const pages = source.identifiers({
      tenant,
      requestId,
      categories,
      idempotencyKey: `${requestId}/${descriptor.id}/identifiers`,
      signal: stopping,
      clock: services.clock,
      deadline: services.callDeadline,
    });
    let so: ReplayedSource = { ...notListed(descriptor), status: "listed" };
    counted.set(descriptor.id, so);
    try {
      for (;;) {
        const page = await pages.next();
        if (page.isErr()) so = { ...so, status: "failed", problem: problemOf(page.error) };
        if (page.isErr() || page.value === null) break;
        const { erased, calledOff } = await apart(
          context,
          asked,
          await erasedAmong(context, asked, page.value),
        );
        const people = asked.dryRun ? await backAmong(context, asked, sources, erased) : erased;
        const back = (await backAmong(context, asked, sources, calledOff)).length + (so.calledOff ?? 0);
        so = { ...so, listed: so.listed + page.value.people.length, found: so.found + people.length };
        if (back > 0) so = { ...so, calledOff: back };
        counted.set(descriptor.id, so);
        if (people.length > 0) yield { people, cursor: String(index) };
      }
    } finally {
      counted.set(descriptor.id, so);
      await pages.close();
    }
  }
}

/**
 * Of those who were erased, and are listed, those of whom something would be erased now, or of whom somebody cannot say: a
 * number that an erasure leaves in an anonymous row, and what the law keeps, is no sign that a person is back.
 */
const backAmong = async (
  { services, stopping }: ReplayContext,
  { tenant, category }: Asked,
  sources: readonly DataSource[],
  erased: readonly SweptPerson[],
): Promise<SweptPerson[]> => {
  const back: SweptPerson[] = [];
  for (const person of erased) {
    const subject = subjectOf(person.identifiers);
    const id = `replay-${newId(services.randomness)}`;
    let isBack = false;
    for (const source of sources) {
      const count = source.locate ?? source.remaining;
      const counted =
        count === null || !canFind(source, person.identifiers)
          ? null
          : await count(subject, {
              tenant,
              requestId: id,
              categories: categoriesReached("erasure", category),
              idempotencyKey: `${id}/${source.descriptor.id}/locate`,
              signal: stopping,
              clock: services.clock,
              deadline: services.callDeadline,
            });
      isBack =
        !counted?.isOk() ||
        counted.value.some(
          ({ count, becomes = "erased" }) => count > 0 && becomes !== "retained" && becomes !== "kept",
        );
      if (isBack) break;
    }
    if (isBack) back.push(person);
  }
  return back;
};

const problemOf = ({ problem, retryable }: CallFailed): Problem => ({ code: problem, retryable });

const erasedAmong = async (
  { services, suppressionStore }: ReplayContext,
  { tenant, since, category }: Asked,
  { people }: ListedPeople,
): Promise<SweptPerson[]> => {
  const { erased } = orThrow(
    await lookIntoList(services, tenant, (keys) => {
      const chain: PseudonymChain = pseudonymChain(keys);
      const listed = people.map((found) => {
        // An identifier that others share says nothing about whose it is.
        const identifiers = found.filter(({ shared }) => shared !== true).map(normaliseIdentifier);
        return { identifiers, pseudonyms: identifiers.map(chain) };
      });
      const pseudonyms = listed.flatMap((each) => each.pseudonyms.flat());
      return standingIn(suppressionStore, { tenant, pseudonyms, category, since }).map((found) => {
        const standing = new Set(found.pseudonyms);
        return {
          erased: listed.flatMap((each) => standingOf(each, standing)),
          generation: found.generation,
        };
      });
    }),
  );
  return erased;
};

/** Of those who were erased, whose rest was called off since: nobody says whether what they have here is that. */
const apart = async (
  { services, suppressionStore }: ReplayContext,
  { tenant, since, category }: Asked,
  people: readonly SweptPerson[],
): Promise<{ readonly erased: readonly SweptPerson[]; readonly calledOff: readonly SweptPerson[] }> => {
  if (people.length === 0) return { erased: [], calledOff: [] };
  const { marked } = orThrow(
    await lookIntoList(services, tenant, (keys) => {
      const chain = pseudonymChain(keys);
      const marks = people.map(({ identifiers }) => identifiers.flatMap((each) => chain(markFor(each))));
      return standingIn(suppressionStore, { tenant, pseudonyms: marks.flat(), category, since }).map(
        (found) => {
          const standing = new Set(found.pseudonyms);
          return {
            marked: new Set(people.filter((_, index) => marks[index]?.some((each) => standing.has(each)))),
            generation: found.generation,
          };
        },
      );
    }),
  );
  return {
    erased: people.filter((each) => !marked.has(each)),
    calledOff: people.filter((each) => marked.has(each)),
  };
};

const standingOf = (
  {
    identifiers,
    pseudonyms,
  }: {
    readonly identifiers: readonly Identifier[];
    /** Of each identifier. */
    readonly pseudonyms: readonly (readonly string[])[];
  },
  standing: ReadonlySet<string>,
): SweptPerson[] => {
  const isSuppressed = (index: number) => pseudonyms[index]?.some((each) => standing.has(each)) === true;
  const hits = identifiers.filter((_, index) => isSuppressed(index));
  if (hits.length === 0) return [];
  const others = identifiers.filter((_, index) => !isSuppressed(index));
  // Only those are known to be theirs: another source may call the others shared.
  const found = others.slice(0, mostIdentifiers);
  return [{ identifiers: hits.slice(0, mostIdentifiers), ...(found.length > 0 && { found }) }];
};
