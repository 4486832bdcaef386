import { z } from "zod";
import { type Instant, instant } from "../instant.ts";
import type { StoredSweepPart } from "../ports/sweep-store.ts";
import { systemActorId } from "../request/actor.ts";
import { orThrow } from "../result.ts";
import { includesIdentifier } from "../subject/identifier.ts";
import { allParts } from "./all-parts.ts";
import { BrokenOff, erasePeople, type Landing, throwIfOver } from "./erase-people.ts";
import type { Fate } from "./fate.ts";
import { identifyPeople } from "./identify-people.ts";
import type { PartDraft } from "./journal.ts";
import { householdsOf, keptPersonSchema } from "./kept-person.ts";
import { type Page, Pages } from "./pages.ts";
import { type Candidate, candidateOf, type PeopleStream } from "./people.ts";
import { type Batch, readPeople } from "./read-people.ts";
import { sourceOutcomesSchema } from "./stayed.ts";
import { markOf, shapedAs, unsealIn } from "./stored-sweep.ts";
import type { SourceOutcomes, SweepProblem } from "./sweep.ts";
import type { SweepRun } from "./sweep-run.ts";

export interface Pace {
  /** People in a batch. */
  readonly batchSize: number;
  /** Batches at the same moment. */
  readonly concurrency: number;
  /** Fires when nothing new is to be begun; what is under way is finished. */
  readonly enough: AbortSignal;
}

/** So many batches one after the other, of which nobody went through: that is not them, it is a source. */
const hopeless = 3;

/** What of a run counts as a sign that a source is down. */
class Trouble {
  #inARow = 0;
  problem: SweepProblem | null = null;

  note(fates: readonly Fate[]): void {
    const first = fates[0]?.problem ?? null;
    const nobody = fates.every(({ problem }) => problem?.retryable === true && problem.source !== null);
    this.#inARow = nobody && fates.length > 0 ? this.#inARow + 1 : 0;
    if (this.#inARow >= hopeless) this.problem ??= first;
  }
}

/**
 * Erases everybody of the stream, from the cursor on.
 *
 * @returns what stopped it, and whether the stream was read to its end
 * @throws BrokenOff, PeopleUnavailable, StorageFailed, ChangedMeanwhile, Damaged, KeyDestroyed
 */
export const sweepStream = async (
  run: SweepRun,
  pace: Pace,
  people: PeopleStream,
  cursor: string | null,
): Promise<{ readonly isRead: boolean; readonly problem: SweepProblem | null }> => {
  const trouble = new Trouble();
  if (!(await endBegun(run, pace, trouble))) return { isRead: false, problem: trouble.problem };
  const { counted, numbers } = await countedBefore(run);
  const pages = new Pages();
  const batches = readPeople({
    people,
    cursor,
    secret: run.journal.secret,
    batchSize: pace.batchSize,
    counted,
    pages,
    enough: pace.enough,
    clock: run.services.clock,
    deadline: run.services.callDeadline,
  });
  const isRead = await sideBySide(batches, pace, trouble, async ({ page, candidates }: Batch) => {
    if (candidates.length === 0) return landEmpty(run, pages, page);
    const landing: Landing = {
      also: (fates) => {
        const { cursor: reached, remove, isFinished } = pages.landing(page, fates.length);
        return {
          cursor: reached,
          remove,
          add: isFinished ? [] : [countedDraft(fates)],
        };
      },
      stored: (fates, { numbers: added }) => {
        const { isFinished } = pages.landing(page, fates.length);
        pages.landed(page, fates.length, isFinished ? [] : added.slice(-1));
      },
    };
    const fates = orThrow(await identifyPeople(run, candidates));
    throwIfOver(run);
    trouble.note(await erasePeople(run, fates, landing));
  });
  if (isRead) {
    await run.journal.commit((sweep) => ({
      sweep: { ...sweep, isRead: true },
      cursor: null,
      remove: [...numbers, ...pages.numbers()],
    }));
  }
  return { isRead, problem: trouble.problem };
};

/** So that whoever of them comes again behind the stored cursor is recognised. */
const countedDraft = (fates: readonly Fate[]): PartDraft => ({
  kind: "counted",
  info: { marks: fates.map(({ mark }) => mark) },
  personal: null,
});

/**
 * Deals with those whom an earlier run had begun with when it died, whether the stream still names them or not.
 *
 * @returns whether nobody of them is left
 */
const endBegun = (run: SweepRun, pace: Pace, trouble: Trouble): Promise<boolean> =>
  eraseKept(run, pace, trouble, "begun", {
    also: (fates) => ({ add: [countedDraft(fates)] }),
    stored: () => undefined,
  });

/** A page without anybody: behind it is where the sweep goes on. */
const landEmpty = async ({ journal }: SweepRun, pages: Pages, page: Page): Promise<void> => {
  const { cursor, remove } = pages.landing(page, 0);
  if (cursor === undefined) return;
  const stored = () => pages.landed(page, 0, []);
  await journal.commit((sweep) => ({ sweep, cursor, remove, stored }));
};

/** Who was dealt with behind the stored cursor, when the process died. */
const countedBefore = async ({ store, journal }: SweepRun) => {
  const counted = new Set<string>();
  const numbers: number[] = [];
  const { numbered } = journal.current();
  for await (const parts of allParts(store, journal.current(), "counted", 100, numbered)) {
    for (const { number, info } of parts) {
      numbers.push(number);
      const marks = orThrow(shapedAs(journal.current().id, z.array(z.string()), info["marks"]));
      for (const mark of marks) counted.add(mark);
    }
  }
  return { counted, numbers };
};

/** Tries those again who were left behind. @throws as `sweepStream` */
export const sweepLeftBehind = async (
  run: SweepRun,
  pace: Pace,
): Promise<{ readonly problem: SweepProblem | null }> => {
  const trouble = new Trouble();
  const landing: Landing = { also: () => ({}), stored: () => undefined };
  await eraseKept(run, pace, trouble, "left-behind", landing);
  return { problem: trouble.problem };
};

/** Erases those who are kept in parts of a kind, one part for each. @returns whether all of them were dealt with */
const eraseKept = (
  run: SweepRun,
  pace: Pace,
  trouble: Trouble,
  kind: "left-behind" | "begun",
  landing: Landing,
): Promise<boolean> => {
  const { numbered } = run.journal.current();
  const batches = allParts(run.store, run.journal.current(), kind, pace.batchSize, numbered);
  return sideBySide(batches, pace, trouble, async (parts) => {
    const before = new Map<Candidate, SourceOutcomes>();
    const damaged: StoredSweepPart[] = [];
    for (const part of parts) {
      const { secret } = run.journal;
      const opened = unsealIn(run, secret, "person", part.sealed ?? "").andThen((person) =>
        shapedAs(run.id, keptPersonSchema, person).andThen((kept) =>
          shapedAs(run.id, sourceOutcomesSchema, part.info["outcomes"] ?? {}).map((outcomes) => ({
            kept,
            outcomes,
          })),
        ),
      );
      // Whoever cannot be read stays left behind, and keeps nobody else there; who was begun with must be erased first.
      if (opened.isErr() && kind === "left-behind") {
        damaged.push(part);
        continue;
      }
      const { kept, outcomes } = orThrow(opened);
      const candidate = candidateOf(kept.given, (given) => markOf(secret, given), { ...part, knows: kept });
      const { identifiers, found = [] } = candidate;
      const named = [...(identifiers ?? kept.identifiers), ...found];
      const isKnown = kept.identifiers.some((each) => !includesIdentifier(named, each));
      before.set(
        {
          ...candidate,
          ...(isKnown && { knownSince: kept.identifiers }),
          sharedSince: kept.shared,
          householdsSince: householdsOf(kept),
          namedAt: (kept.namedAt ?? run.journal.current().startedAt) as Instant,
        },
        outcomes,
      );
    }
    const fates = orThrow(await identifyPeople(run, [...before.keys()], (each) => before.get(each) ?? {}));
    throwIfOver(run);
    await leaveDamaged(run, damaged);
    trouble.note(await erasePeople(run, fates, landing));
  });
};

/** Says of those who were left behind, and whom nobody can read any more, that it is that by now: no other try helps them. */
const leaveDamaged = async ({ services, journal }: SweepRun, parts: readonly StoredSweepPart[]) => {
  const damaged = { code: "damaged", source: null, retryable: false } as const;
  const news = parts.filter(({ info }) => info["code"] !== damaged.code);
  if (news.length === 0) return;
  const at = instant(services.clock.now());
  await journal.commit((sweep) => ({
    sweep,
    remove: news.map(({ number }) => number),
    add: news.map(({ kind, info, sealed }) => ({
      kind,
      info: { ...info, ...damaged },
      personal: null,
      sealed,
    })),
    entries: news.map(({ info }) => ({
      at,
      actor: systemActorId,
      action: "person-left-behind",
      source: null,
      detail: {
        pseudonym: typeof info["pseudonym"] === "string" ? info["pseudonym"] : null,
        problem: damaged.code,
      },
    })),
  }));
};

/**
 * Takes batches as they come, so many at once, until there are no more, or it is enough.
 *
 * @returns whether there are no more
 * @throws the first failure, once everything under way has ended
 */
const sideBySide = async <Item>(
  batches: AsyncGenerator<Item, void, undefined>,
  { concurrency, enough }: Pace,
  trouble: Trouble,
  work: (batch: Item) => Promise<void>,
): Promise<boolean> => {
  let isOver = false;
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    try {
      while (failures.length === 0 && trouble.problem === null && !enough.aborted) {
        const next = await batches.next();
        if (next.done === true) {
          // Where it is enough, nobody has looked whether there are more.
          isOver = !enough.aborted;
          return;
        }
        await work(next.value);
      }
    } catch (thrown) {
      failures.push(thrown);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  // The reader of the application is told that nobody reads on, and may have something to close.
  await batches.return(undefined).catch((thrown: unknown) => failures.push(thrown));
  const worst = failures.find((each) => !(each instanceof BrokenOff)) ?? failures[0];
  if (worst !== undefined) throw worst;
  return isOver && trouble.problem === null;
};
