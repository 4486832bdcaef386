import { z } from "zod";
import { CallFailed, PermanentFailure } from "../errors.ts";
import type { CallContext } from "../ports/call.ts";
import type { Clock } from "../ports/clock.ts";
import type { ProblemCode } from "../request/problems.ts";
import { err, ok, type Result, ResultAsync } from "../result.ts";
import { leavesOf, unknownMembers } from "./issues.ts";

/** A call to an adapter: what the adapter is told, and how long it has. */
export interface Call extends CallContext {
  readonly clock: Clock;
  /** Milliseconds until the call is given up and its signal fires. */
  readonly deadline: number;
  /**
   * Asked right before the adapter is, with nothing awaited in between: what it answers is the answer of the call, and
   * the adapter is not asked. What it throws is thrown: the adapter has failed at nothing.
   */
  readonly pass?: (() => Promise<CallFailed | null>) | undefined;
}

/** Of what answers nothing. Made once: a schema that is made for a call costs more than the rest of the call. */
export const nothingSchema = z.void();

/** The same call with another question: an adapter that keeps answers by key must not take it for the first. */
export const askedBeside = <Made extends Pick<Call, "idempotencyKey">>(
  call: Made,
  question: string,
): Made => ({
  ...call,
  idempotencyKey: `${call.idempotencyKey}/${question}`,
});

const failed = (adapter: string, code: ProblemCode, retryable: boolean, cause?: unknown) =>
  new CallFailed(adapter, code, retryable, cause === undefined ? undefined : { cause });

/** Why an answer is refused, for whoever mends the adapter; nothing personal. */
export class Refused extends Error {
  override readonly name = "Refused";
}

export const invalidAnswer = (adapter: string, cause?: unknown): CallFailed =>
  failed(adapter, "invalid-answer", false, cause);

/**
 * What is wrong with an answer, for whoever mends the adapter: what was asked, and where in the answer, with the collection
 * as far as it says one. Never a value.
 */
const unfit = (asked: string, answer: unknown, schema: z.core.$ZodType, error: z.ZodError): Refused => {
  const wrong = leavesOf(error.issues).map((issue) => {
    const { path } = issue;
    const message = issue.code === "unrecognized_keys" ? unknownMembersIn(issue, schema) : issue.message;
    let [place, collection] = [answer, collectionOf(answer)];
    for (const step of path) {
      if (typeof place !== "object" || place === null) break;
      place = Reflect.get(place, step);
      collection = collectionOf(place) ?? collection;
    }
    const where = [z.core.toDotPath(path), collection === null ? "" : `(${JSON.stringify(collection)})`];
    return path.length === 0 ? message : `${where.filter(Boolean).join(" ")}: ${message}`;
  });
  return new Refused(`\`${asked}\` gave what is no answer: ${[...new Set(wrong)].join("; ")}`, {
    cause: error,
  });
};

/** A name that is none may be a value by which somebody has keyed the answer. */
const unknownMembersIn = (issue: z.core.$ZodIssueUnrecognizedKeys, schema: z.core.$ZodType): string =>
  issue.keys.every((name) => /^[a-z_]{1,40}$/i.test(name))
    ? unknownMembers(issue, schema)
    : "it has a member that there is not";

const collectionOf = (place: unknown): string | null => {
  if (typeof place !== "object" || place === null || !("collection" in place)) return null;
  return typeof place.collection === "string" ? place.collection.slice(0, 200) : null;
};

/** Nothing is known of what a stranger's code throws, and its message may hold personal data: keep the code. */
export const failureOf = (adapter: string, thrown: unknown): CallFailed => {
  if (thrown instanceof CallFailed) return thrown;
  return PermanentFailure.is(thrown)
    ? failed(adapter, "permanent-failure", false, thrown)
    : failed(adapter, "unavailable", true, thrown);
};

/**
 * Calls an adapter: a throw, synchronous or not, and the deadline become an error value, and what is answered
 * is checked. An adapter that ignores its signal is left behind; a late answer is dropped.
 */
export const callAdapter = <Answer>(
  adapter: string,
  call: Call,
  work: (context: CallContext) => PromiseLike<unknown> | unknown,
  schema: z.core.$ZodType<Answer>,
  asked?: string,
): ResultAsync<Answer, CallFailed> =>
  new ResultAsync(
    withinDeadline(adapter, call, work).then((answer) =>
      answer.andThen((value) => checkAnswer(adapter, schema, value, asked)),
    ),
  );

/**
 * What is answered may be anything, even something that throws when it is looked at.
 *
 * @param asked the ability of a source that gave it. Left out: the adapter has one alone
 */
export const checkAnswer = <Answer>(
  adapter: string,
  schema: z.core.$ZodType<Answer>,
  value: unknown,
  asked?: string,
): Result<Answer, CallFailed> => {
  try {
    const parsed = z.safeParse(schema, value);
    if (parsed.success) return ok(parsed.data);
    return err(
      invalidAnswer(adapter, asked === undefined ? parsed.error : unfit(asked, value, schema, parsed.error)),
    );
  } catch (thrown) {
    return err(invalidAnswer(adapter, thrown));
  }
};

/** What an adapter is told of a call: not the clock, and with a signal that also fires at the deadline. */
export const contextOf = (call: Call, signal: AbortSignal): CallContext => {
  const { tenant, requestId, categories, idempotencyKey, timeZone, transaction, collections, staying } = call;
  return {
    ...{ tenant, requestId, categories, idempotencyKey, signal },
    ...(timeZone !== undefined && { timeZone }),
    ...(collections !== undefined && { collections }),
    ...(staying !== undefined && { staying }),
    ...(transaction !== undefined && { transaction }),
  };
};

/** A reason for an end that nobody reads: without it an error with a stack is made each time. */
export const over = "over";

export const withinDeadline = async <Answer>(
  adapter: string,
  call: Call,
  work: (context: CallContext) => PromiseLike<Answer> | Answer,
): Promise<Result<Answer, CallFailed>> => {
  // Called off before it began: nothing is started that nobody waits for.
  if (call.signal.aborted) return err(failed(adapter, "interrupted", true, call.signal.reason));
  const expiry = new AbortController();
  const finished = new AbortController();
  const signal = AbortSignal.any([call.signal, expiry.signal]);
  const { promise: givenUp, resolve } = Promise.withResolvers<CallFailed>();
  const stop = () =>
    resolve(failed(adapter, call.signal.aborted ? "interrupted" : "timed-out", true, signal.reason));
  signal.addEventListener("abort", stop, { once: true });
  call.clock.wait(call.deadline, finished.signal).then(
    () => expiry.abort(new Error(`no answer within ${call.deadline} ms`)),
    () => undefined,
  );
  const answered = (async (): Promise<Result<Answer, CallFailed>> => {
    const stopped = call.pass === undefined ? null : await call.pass();
    // Nothing is begun for a call that was given up while the guard was asked.
    if (signal.aborted) return err(failed(adapter, "interrupted", true, signal.reason));
    if (stopped !== null) return err(stopped);
    try {
      return ok(await work(contextOf(call, signal)));
    } catch (thrown) {
      return err(failureOf(adapter, thrown));
    }
  })();
  // Where it was given up meanwhile, nobody listens to what the guard throws.
  answered.catch(() => undefined);
  const first = await Promise.race([answered, givenUp.then((error) => err<Answer, CallFailed>(error))]);
  finished.abort(over);
  // Whoever is still listened to is kept as long as the signal that it follows, and everything of this call with it.
  signal.removeEventListener("abort", stop);
  return first;
};
