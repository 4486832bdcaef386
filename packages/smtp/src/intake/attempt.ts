import { CallFailed, err, ok, type Result, ResultAsync, SubjectRightsError } from "@subject-rights/core";

/**
 * Work whose errors are thrown, as a result. What is no error of ours is one of the intake, and may work later: nothing
 * of what a stranger's code throws is handed on but as a cause.
 */
export const attempt = <Value, Problem extends SubjectRightsError>(
  work: () => Promise<Value>,
): ResultAsync<Value, Problem | CallFailed> =>
  new ResultAsync(
    (async (): Promise<Result<Value, Problem | CallFailed>> => {
      try {
        return ok(await work());
      } catch (thrown) {
        return err(
          SubjectRightsError.is(thrown)
            ? (thrown as Problem)
            : new CallFailed("mail-intake", "unavailable", true, { cause: thrown }),
        );
      }
    })(),
  );
