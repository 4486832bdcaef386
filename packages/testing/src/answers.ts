import { AssertionError } from "node:assert/strict";
import type { ResultAsync } from "@subject-rights/core";

/** What a call answered. An error value ends the case, with the error as it was. */
export const answerOf = async <Answer>(call: ResultAsync<Answer, Error>): Promise<Answer> =>
  (await call).match(
    (answer) => answer,
    (error) => {
      throw error;
    },
  );

/** The error that a call answered. Any other answer ends the case. */
export const errorOf = async <Failure>(
  call: ResultAsync<unknown, Failure>,
  expected: string,
): Promise<Failure> =>
  (await call).match(
    () => {
      throw new AssertionError({ message: `answered as if all were well; ${expected}` });
    },
    (error) => error,
  );
