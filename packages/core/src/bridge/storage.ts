import { z } from "zod";
import { StorageFailed, SubjectRightsError } from "../errors.ts";
import { err, ok, type Result, ResultAsync } from "../result.ts";
import { nothingSchema } from "./call.ts";

/**
 * Calls one operation of a storage port: a throw becomes an error value, and the answer is checked, for its shape
 * and for belonging to what was asked (a schema made anew for each call would cost ten times as much).
 */
export const callStorage = <Answer>(
  port: string,
  operation: string,
  work: () => PromiseLike<unknown> | unknown,
  schema: z.core.$ZodType<Answer>,
  belongs: (answer: Answer) => boolean = () => true,
): ResultAsync<Answer, StorageFailed> =>
  new ResultAsync(
    (async (): Promise<Result<Answer, StorageFailed>> => {
      try {
        const parsed = z.safeParse(schema, await work());
        if (parsed.success && belongs(parsed.data)) return ok(parsed.data);
        return err(new StorageFailed(port, operation, { cause: parsed.error }));
      } catch (thrown) {
        if (SubjectRightsError.is(thrown) && thrown instanceof StorageFailed) return err(thrown);
        return err(new StorageFailed(port, operation, { cause: thrown }));
      }
    })(),
  );

/** The same for an operation that answers nothing: what it answers all the same is nobody's business. */
export const tellStorage = (
  port: string,
  operation: string,
  work: () => PromiseLike<unknown> | unknown,
): ResultAsync<void, StorageFailed> =>
  callStorage(port, operation, async () => void (await work()), nothingSchema);
