import type { Result } from "@subject-rights/core";

/**
 * The value of a result, in a test.
 *
 * @param result undefined where an ability was called that is not there
 * @throws Error where it is an error value: the message begins with its code, and `cause` is the error itself
 */
export const unwrap = <Value>(result: Result<Value, Error> | undefined): Value =>
  answered(result).match(
    (value) => value,
    (cause) => {
      const code = "code" in cause ? cause.code : cause.name;
      throw new Error(`${code}: ${cause.message}`, { cause });
    },
  );

/**
 * The error value of a result, in a test.
 *
 * @param result undefined where an ability was called that is not there
 * @throws Error where all was well
 */
export const unwrapError = <Failure extends Error>(result: Result<unknown, Failure> | undefined): Failure =>
  answered(result).match(
    () => {
      throw new Error("all was well, where an error was expected");
    },
    (error) => error,
  );

const answered = <Answer>(result: Answer | undefined): Answer => {
  if (result === undefined) throw new Error("there was nothing to call");
  return result;
};
