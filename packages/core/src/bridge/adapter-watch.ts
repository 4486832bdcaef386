import { CallFailed, KeyDestroyed, KnownOtherwise, StorageFailed } from "../errors.ts";
import { type Instant, instant } from "../instant.ts";
import type { Clock } from "../ports/clock.ts";
import type { ProblemCode } from "../request/problems.ts";
import { type Result, ResultAsync } from "../result.ts";

/** Something that we call and others wrote, and that fails at this moment. */
export interface FailingAdapter {
  /** The id of a source or of the notifier, the name of a port (`request-store`), or `sweep` and the id of one. */
  readonly adapter: string;
  readonly problem: ProblemCode | (StorageFailed | KeyDestroyed)["code"];
  /** When it failed first, with no success since. */
  readonly since: Instant;
}

/** Knows which adapters fail, and tells of each outage once, however many tries and requests meet it. */
export interface AdapterWatch {
  /**
   * An adapter that is made safe already, watched: it does what it did, and its first failure is told.
   *
   * @param adapter by which name its failures are known
   * @param isOneService whether whatever works shows that it is there, as of a source: it is asked for what fails only when
   *   somebody needs that again. Of storage, one operation that works says so of another that has failed once; of one that
   *   has failed again in between, as where a privilege is missing, it says nothing
   */
  watch<Adapter extends object>(adapter: string, port: Adapter, isOneService?: boolean): Adapter;
  /**
   * What came of an answer of an adapter that was looked at later: null where it was of use. One that is refused has failed
   * like any other call, and its first failure is told.
   */
  looked(adapter: string, requestId: string | null, refused: CallFailed | null): void;
  /**
   * What fails now, the longest first: whatever had no success since it failed.
   *
   * @param isOver whether somebody else knows that a failure is over which was last met then. Left out: nobody does
   */
  failing(isOver?: (adapter: string, lastMet: Instant) => boolean): readonly FailingAdapter[];
}

interface Failing {
  readonly since: Instant;
  /** When it was met last. */
  readonly lastMet: Instant;
  /** The count at the newest failure. */
  readonly at: number;
  /** Whether it has failed again after other operations of the adapter had worked: the fault is its own, and no outage. */
  readonly isItsOwn: boolean;
  /** Whether the operation worked since, for somebody else. */
  isOver: boolean;
  /** Whose tries have failed: those of one request, or of whatever else is asked about. */
  readonly whose: Set<string>;
}

/** So many tries of one failing operation are told apart; beyond it the oldest are forgotten, and may be told again. */
const mostWhose = 10_000;

type Failure = CallFailed | StorageFailed | KeyDestroyed;

// On the error itself, so that whoever meets it further out knows it too: another package, another copy of this one.
const toldMarker: unique symbol = Symbol.for("@subject-rights/told");

const mark = (error: Failure): void => void Object.defineProperty(error, toldMarker, { value: true });

/** Whether somebody was told of the outage that this is of, so that it need not be told again further out. */
export const isTold = (error: unknown): boolean => {
  for (let each = error; each instanceof Error; each = each.cause) if (toldMarker in each) return true;
  return false;
};

/**
 * @param tell is handed the failure, with its `cause`, and the request that met it; null where nobody is to be told
 */
export const adapterWatch = (
  clock: Pick<Clock, "now">,
  tell: ((error: CallFailed | StorageFailed | KeyDestroyed, requestId: string | null) => void) | null,
): AdapterWatch => {
  const watched = new Map<string, ReturnType<typeof operationsWatch>>();
  const listenerOf = (adapter: string, isOneService = false): Listener => {
    const those = watched.get(adapter) ?? operationsWatch(clock, isOneService);
    watched.set(adapter, those);
    const failed = (operation: string, about: About, error: unknown) => {
      if (!isFailure(error) || isTold(error)) return;
      // A transaction hands on what was decided inside it, and what a source answered.
      if (operation === "transaction" && !(error instanceof StorageFailed)) return;
      if (tell !== null) mark(error);
      // Nothing has failed: it was called off, because the library stops or the request is over; or is to be asked again.
      if (error instanceof KnownOtherwise) return;
      if (error instanceof CallFailed && error.problem === "interrupted") return;
      if (those.failed(operation, problemOf(error), about.whose)) tell?.(error, about.requestId);
    };
    return { worked: (operation, about) => those.worked(operation, about.whose), failed };
  };
  return {
    watch: (adapter, port, isOneService = false) =>
      listened(adapter, port, listenerOf(adapter, isOneService)),
    looked: (adapter, requestId, refused) => {
      const about = { whose: requestId ?? "", requestId };
      if (refused === null) listenerOf(adapter).worked(lookedAt, about);
      else if (refused.problem === "invalid-answer") listenerOf(adapter).failed(lookedAt, about, refused);
    },
    failing: (isOver = () => false) =>
      [...watched]
        .flatMap(([adapter, those]) =>
          those.failing((lastMet) => isOver(adapter, lastMet)).map((outage) => ({ adapter, ...outage })),
        )
        .toSorted((one, other) => (one.since < other.since ? -1 : 1)),
  };
};

/** As what it is known that an answer was refused which came through the call. */
const lookedAt = "answer";

const isFailure = (error: unknown): error is Failure =>
  error instanceof CallFailed || error instanceof StorageFailed || error instanceof KeyDestroyed;

const problemOf = (error: Failure): FailingAdapter["problem"] =>
  error instanceof CallFailed ? error.problem : error.code;

/**
 * What fails at one adapter. One outage meets many requests and several operations, and is told once; a source that
 * fails for one person and works for all others fails for that person alone, and that is told once as well.
 */
const operationsWatch = (clock: Pick<Clock, "now">, isOneService: boolean) => {
  const byOperation = new Map<string, Map<FailingAdapter["problem"], Failing>>();
  let count = 0;
  let workedAt = 0;

  const sameProblem = (problem: FailingAdapter["problem"]): Failing[] =>
    [...byOperation.values()].flatMap((problems) => problems.get(problem) ?? []);

  return {
    worked: (operation: string, whose: string): void => {
      count += 1;
      workedAt = count;
      const problems = byOperation.get(operation);
      if (problems === undefined) return;
      for (const [problem, failing] of problems) {
        failing.isOver = true;
        failing.whose.delete(whose);
        if (failing.whose.size === 0) problems.delete(problem);
      }
    },

    /** @returns whether this is news */
    failed: (operation: string, problem: FailingAdapter["problem"], whose: string): boolean => {
      count += 1;
      const problems = byOperation.get(operation) ?? new Map<FailingAdapter["problem"], Failing>();
      byOperation.set(operation, problems);
      const before = problems.get(problem);
      // Others were served since: it is a failure for this one alone, and was told.
      if (before?.isOver === true && before.whose.has(whose)) return false;
      const isPart = before?.isOver === false || sameProblem(problem).some(({ at }) => at > workedAt);
      const failing: Failing = {
        since: before?.isOver === false ? before.since : instant(clock.now()),
        lastMet: instant(clock.now()),
        at: count,
        isItsOwn: before?.isOver === false && (before.isItsOwn || before.at < workedAt),
        isOver: false,
        whose: before?.whose ?? new Set(),
      };
      failing.whose.add(whose);
      const [oldest] = failing.whose;
      if (failing.whose.size > mostWhose && oldest !== undefined) failing.whose.delete(oldest);
      problems.set(problem, failing);
      return !isPart;
    },

    failing: (isKnownOver: (lastMet: Instant) => boolean): Omit<FailingAdapter, "adapter">[] => {
      const since = new Map<FailingAdapter["problem"], Instant>();
      for (const problems of byOperation.values()) {
        for (const [problem, failing] of problems) {
          const known = since.get(problem);
          const isOutage = isOneService || (problem === "storage-failed" && !failing.isItsOwn);
          const isOver =
            failing.isOver || (isOutage && failing.at < workedAt) || isKnownOver(failing.lastMet);
          if (!isOver && (known === undefined || failing.since < known)) since.set(problem, failing.since);
        }
      }
      return [...since].map(([problem, first]) => ({ problem, since: first }));
    },
  };
};

interface About {
  readonly whose: string;
  readonly requestId: string | null;
}

interface Listener {
  readonly worked: (operation: string, about: About) => void;
  readonly failed: (operation: string, about: About, error: unknown) => void;
}

/** Listens to every operation of an adapter that answers a result or a promise, and to the pages of those with pages. */
const listened = <Adapter extends object>(adapter: string, port: Adapter, listener: Listener): Adapter => {
  const heard = (operation: string, about: About, answer: unknown): unknown => {
    if (answer instanceof ResultAsync) {
      const hear = async (): Promise<Result<unknown, unknown>> => {
        const result: Result<unknown, unknown> = await answer;
        if (result.isOk()) listener.worked(operation, about);
        else listener.failed(operation, about, result.error);
        return result;
      };
      return new ResultAsync(hear());
    }
    if (answer instanceof Promise) {
      return answer.then(
        (value: unknown) => {
          listener.worked(operation, about);
          return value;
        },
        (thrown: unknown) => {
          const failure = isFailure(thrown)
            ? thrown
            : new StorageFailed(adapter, operation, { cause: thrown });
          listener.failed(operation, about, failure);
          throw failure;
        },
      );
    }
    if (!isPages(answer)) return answer;
    return {
      ...answer,
      next: async () => {
        const page = await answer.next();
        if (page.isErr()) listener.failed(operation, about, page.error);
        // Some pages are no end: a source that breaks off behind them each time has not worked in between.
        else if (page.value === null) listener.worked(operation, about);
        return page;
      },
    };
  };
  const members = port as unknown as Readonly<Record<string, (...asked: readonly unknown[]) => unknown>>;
  const operations = Object.keys(port).filter((name) => typeof members[name] === "function");
  const listening = operations.map((name) => [
    name,
    (...asked: readonly unknown[]) => heard(name, aboutOf(adapter, asked), members[name]?.(...asked)),
  ]);
  return { ...port, ...Object.fromEntries(listening) };
};

const isPages = (answer: unknown): answer is { next: () => Promise<Result<unknown, unknown>> } =>
  typeof answer === "object" && answer !== null && "next" in answer && typeof answer.next === "function";

/** Whose try it is, as far as it can be told from what is asked. Never leaves this file: names of keys stand in it. */
const aboutOf = (adapter: string, asked: readonly unknown[]): About => {
  const [first] = asked;
  if (typeof first === "string") return { whose: first, requestId: null };
  const id = textIn(first, "id");
  const requestId =
    asked.map((each) => textIn(each, "requestId")).find((each) => each !== null) ??
    textIn(propertyOf(first, "request"), "id") ??
    (adapter === "request-store" ? id : null);
  return { whose: requestId ?? id ?? "", requestId };
};

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

const textIn = (value: unknown, name: string): string | null => {
  const found = propertyOf(value, name);
  return typeof found === "string" ? found : null;
};
