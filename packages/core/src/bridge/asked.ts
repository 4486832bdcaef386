import type { CallFailed } from "../errors.ts";
import { err, ok, type Result, ResultAsync } from "../result.ts";
import { failureOf, invalidAnswer, Refused } from "./call.ts";

/**
 * Asks a function of the application for true or false: a throw and a rejection are an error value, and so is any other
 * answer. A promise that was not awaited is not true, and a `return` that was forgotten is not false.
 *
 * @param adapter by which name its failures are known
 * @param option what the application calls it
 */
export const trueOrFalse = (
  adapter: string,
  option: string,
  ask: () => unknown,
): ResultAsync<boolean, CallFailed> =>
  new ResultAsync(
    (async (): Promise<Result<boolean, CallFailed>> => {
      try {
        const answer = await ask();
        return typeof answer === "boolean"
          ? ok(answer)
          : err(
              invalidAnswer(
                adapter,
                new Refused(`${option} answered ${kindOf(answer)}: write true or false`),
              ),
            );
      } catch (thrown) {
        return err(failureOf(adapter, thrown));
      }
    })(),
  );

/** What kind of thing was answered, without what is in it. */
export const kindOf = (answer: unknown): string => {
  if (answer === undefined || answer === null || answer === "") return "nothing";
  if (Array.isArray(answer)) return "a list";
  return typeof answer === "object" ? "an object" : `a ${typeof answer}`;
};

/**
 * A listener of the application that is told something, and nothing more: what it throws, at once or later, is its own
 * trouble, and must not end the work.
 */
export const listenerOf =
  <Told extends readonly unknown[]>(listener: (...told: Told) => unknown) =>
  (...told: Told): void =>
    void (async () => listener(...told))().catch(() => undefined);
