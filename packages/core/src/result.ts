import type { Result } from "neverthrow";

/**
 * neverthrow, for this package and for applications. Nobody else imports `neverthrow` itself: two copies of
 * it do not unify, so core alone depends on it and hands it on.
 */
export { err, errAsync, ok, okAsync, Result, ResultAsync } from "neverthrow";

/**
 * The value, or the error thrown: for scripts and tests, and for the inside of streams, which can only throw.
 */
export const orThrow = <Value, Problem extends Error>(result: Result<Value, Problem>): Value => {
  // Without types nothing else says so.
  if (!("isErr" in result))
    throw new TypeError("orThrow takes what a promise gives: write `orThrow(await …)`.");
  if (result.isErr()) throw result.error;
  return result.value;
};
