import { z } from "zod";
import { ConfigurationMistake, InvalidInput } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { notAnObject, unknownOption } from "./options.ts";

/** What does not fit, as one sentence, for people. */
export const issuesIn = (error: z.ZodError): string =>
  error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`))
    .join("; ");

/**
 * Checks what an application hands in.
 *
 * @param field which one it is, where it is one field of the input and not the whole of it
 */
export const checkInput = <Output>(
  schema: z.ZodType<Output>,
  input: unknown,
  ...field: readonly [] | readonly [name: string]
): Result<Output, InvalidInput> => {
  const parsed = schema.safeParse(input);
  if (parsed.success) return ok(parsed.data);
  const issues = leavesOf(parsed.error.issues).flatMap((issue) => {
    const at = (...inside: readonly string[]) => z.core.toDotPath([...field, ...issue.path, ...inside]);
    if (issue.code !== "unrecognized_keys")
      return [{ path: at(), message: sentenceOf(issue, schema, input) }];
    const known = namesAt(schema, issue.path);
    return issue.keys.map((name) => ({ path: at(name), message: unknownOption(name, known) }));
  });
  return err(new InvalidInput(issues));
};

/**
 * Checks what a developer wrote into a definition or into options; a mistake there is thrown at once, where it was made,
 * with what to write instead. Schemas of options are strict: a misspelt option would be none, and nobody would notice.
 */
export const checkDefinition = <Output>(
  what: string,
  schema: z.ZodType<Output>,
  definition: unknown,
): Output => {
  // A definition is read once: compiling its schema for that would take longer than reading it.
  const parsed = schema.safeParse(definition, { jitless: true });
  if (parsed.success) return parsed.data;
  const issues = leavesOf(parsed.error.issues).map((issue) => {
    const path = z.core.toDotPath(issue.path);
    const message = sentenceOf(issue, schema, definition);
    return path === "" ? message : `${path}: ${message}`;
  });
  throw new ConfigurationMistake(`${what}: ${[...new Set(issues)].join("; ")}`);
};

type Issue = z.core.$ZodIssue;

/** Where one of several shapes was to fit, what is wrong with the one that fits best. */
export const leavesOf = (issues: readonly Issue[]): Issue[] =>
  issues.flatMap((issue) => {
    if (issue.code !== "invalid_union") return [issue];
    const [best] = issue.errors
      .map(leavesOf)
      .filter((leaves) => leaves.some(({ path, code }) => path.length > 0 || code === "unrecognized_keys"))
      .toSorted((one, other) => one.length - other.length);
    return best === undefined
      ? [issue]
      : best.map((each): Issue => ({ ...each, path: [...issue.path, ...each.path] }));
  });

/** What to write instead of members that there are not. */
export const unknownMembers = (
  { keys, path }: Pick<z.core.$ZodIssueUnrecognizedKeys, "keys" | "path">,
  schema: z.core.$ZodType,
): string => {
  // Where one of several shapes has such a member, it is none of this one.
  const known = namesAt(schema, path).filter((name) => !keys.includes(name));
  return keys.map((name) => unknownOption(name, known)).join("; ");
};

const sentenceOf = (issue: Issue, schema: z.ZodType, definition: unknown): string => {
  if (issue.code === "unrecognized_keys") return unknownMembers(issue, schema);
  if (issue.code === "invalid_type" && issue.expected === "object" && issue.path.length === 0)
    return notAnObject(definition);
  if (issue.code === "invalid_union" && issue.errors.length > 0)
    return `has to be ${[...new Set(issue.errors.flatMap(formsIn))].join(", or ")}`;
  return issue.message;
};

/** What one of several shapes would have been. */
const formsIn = (errors: readonly Issue[]): string[] =>
  errors.flatMap((error) => {
    if (error.code === "invalid_union" && error.errors.length > 0) return error.errors.flatMap(formsIn);
    if (error.code === "invalid_value") return error.values.map((value) => JSON.stringify(value)).join(", ");
    if (error.code === "invalid_type")
      return `${/^[aeiou]/.test(error.expected) ? "an" : "a"} ${error.expected}`;
    return error.message;
  });

/** The names that an object at this place may have, as far as the schema has one object there. */
const namesAt = (schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] => {
  const { def } = schema._zod;
  if (def.type === "object") {
    const { shape } = def as z.core.$ZodObjectDef;
    const [name, ...rest] = path;
    if (name === undefined) return Object.keys(shape);
    const inside = shape[String(name)];
    return inside === undefined ? [] : namesAt(inside, rest);
  }
  if (def.type === "array") {
    const [index, ...rest] = path;
    const { element } = def as z.core.$ZodArrayDef;
    return index === undefined ? [] : namesAt(element, rest);
  }
  if (def.type === "record") {
    const [name, ...rest] = path;
    const { valueType } = def as z.core.$ZodRecordDef;
    return name === undefined ? [] : namesAt(valueType, rest);
  }
  if (def.type === "union") {
    const { options } = def as z.core.$ZodUnionDef;
    return [...new Set(options.flatMap((option) => namesAt(option, path)))];
  }
  if (def.type === "pipe") {
    const { in: given, out } = def as z.core.$ZodPipeDef;
    const names = namesAt(given, path);
    return names.length > 0 ? names : namesAt(out, path);
  }
  const inner = (def as { readonly innerType?: z.core.$ZodType }).innerType;
  return inner === undefined ? [] : namesAt(inner, path);
};

/**
 * The same for an adapter. An object of a class has further members, which are its own business; in one that was written
 * down for this, whatever is not asked for is a mistake.
 */
export const checkAdapter = <Shape extends z.ZodRawShape>(
  what: string,
  schema: z.ZodObject<Shape, z.core.$strict>,
  definition: object,
): z.output<typeof schema> =>
  checkDefinition(what, schema, isWrittenDown(definition) ? definition : membersOf(definition, schema.shape));

const membersOf = (definition: object, shape: z.ZodRawShape): object =>
  Object.fromEntries(Object.keys(shape).map((name) => [name, Reflect.get(definition, name)]));

/** An object of no class. */
const isWrittenDown = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** A schema for "a function is there", for definitions. */
export const callable = z.custom<(...values: never[]) => unknown>(
  (value) => typeof value === "function",
  "must be a function",
);
