import { z } from "zod";
import { ConfigurationMistake, InvalidInput } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";

const issuesOf = (error: z.ZodError) =>
  error.issues.map(({ path, message }) => ({ path: z.core.toDotPath(path), message }));

/** Checks what an application hands in. */
export const checkInput = <Output>(
  schema: z.ZodType<Output>,
  input: unknown,
): Result<Output, InvalidInput> => {
  const parsed = schema.safeParse(input);
  return parsed.success ? ok(parsed.data) : err(new InvalidInput(issuesOf(parsed.error)));
};

/** Checks what a developer wrote into a definition; a mistake there is thrown at once, where it was made. */
export const checkDefinition = <Output>(
  what: string,
  schema: z.ZodType<Output>,
  definition: unknown,
): Output => {
  const parsed = schema.safeParse(definition);
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error).map(({ path, message }) =>
    path === "" ? message : `${path}: ${message}`,
  );
  throw new ConfigurationMistake(`${what}: ${issues.join("; ")}`);
};

/** A schema for "a function is there", for definitions. */
export const callable = z.custom<(...values: never[]) => unknown>(
  (value) => typeof value === "function",
  "must be a function",
);
