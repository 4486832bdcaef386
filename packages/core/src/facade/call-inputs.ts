import { z } from "zod";
import { signedCheckpointSchema } from "../audit/checkpoint.ts";
import { checkInput } from "../bridge/issues.ts";
import type { InvalidInput } from "../errors.ts";
import { actorSchema } from "../request/actor.ts";
import { categorySchema } from "../request/kinds.ts";
import { errAsync, orThrow, type Result, type ResultAsync } from "../result.ts";
import { emailSchema, identifierSchema } from "../subject/identifier.ts";
import { keepableText } from "../subject/keepable.ts";
import type { PeopleStream } from "../sweeps/people.ts";
import type { ActorCalls } from "./actor-calls.ts";
import type { Audit } from "./audit.ts";
import type { Sweeps } from "./erase-many.ts";
import type { Holds } from "./holds.ts";
import { idempotencyKeySchema } from "./idempotency.ts";
import type { Packages } from "./packages.ts";
import { policyActions } from "./policy.ts";
import { reasonSchema } from "./reason.ts";
import { mostListed, type Requests } from "./requests.ts";
import type { Sources } from "./sources.ts";
import { submissionShape } from "./submit.ts";
import type { FilterInput, Suppressions } from "./suppressions.ts";
import type { Users } from "./users.ts";

/** A schema for each field that a call takes, and for nothing else. What a schema makes of a field, the call takes. */
type ShapeOf<Input> = { readonly [Name in keyof Input]-?: z.ZodType<Input[Name]> };

/** Of a call that answers a stream, which can only throw. */
interface Streamed<Shape> {
  readonly streamed: Shape;
}

/** The shape of each call of a group: a call without one, or one that cannot answer `InvalidInput`, does not compile. */
type Shapes<Group> = { readonly [Call in keyof Group]: ShapeFor<Group[Call]> };
type ShapeFor<Call> = Call extends (input: infer Input) => infer Answer
  ? Answer extends ResultAsync<unknown, infer Failure>
    ? InvalidInput extends Failure
      ? ShapeOf<Input>
      : never
    : Streamed<ShapeOf<Input>>
  : never;

/** Ids are of the application and of the library: none has a control character, and a database may choke on one. */
const idOf = (what: string) =>
  z
    .string(`say which ${what}: hand in its id`)
    .regex(/^[^\p{C}]{1,200}$/u, "is no id: 1 to 200 characters, and no control characters");

const token = z.string("hand in the token, as it stands in the letter");
const cursor = keepableText("hand in the cursor of the page before").min(1);
const open = z.boolean("write true or false").optional();
/** As many as a store counts. */
const place = z
  .number("hand in a number")
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const signal = z.instanceof(AbortSignal, { error: "hand in an AbortSignal" }).optional();
const known = z.array(identifierSchema).max(20);
const someone = known.min(1, "say who it is");
const category = categorySchema.optional();
const idempotencyKey = idempotencyKeySchema.optional();
const iterable = z.custom<AsyncIterable<unknown> | Iterable<unknown>>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    (Symbol.asyncIterator in value || Symbol.iterator in value),
  "hand in an array, or something else to go through",
);
const callback = <Callback>() =>
  z.custom<Callback>((value) => typeof value === "function", "hand in a function");

const byActor = { actor: actorSchema };
const onRequest = { ...byActor, requestId: idOf("request") };
const onRequestWithReason = { ...onRequest, reason: reasonSchema };
const onSource = { ...byActor, source: idOf("source") };
const onSweep = { ...byActor, sweepId: idOf("sweep") };
const sweepPace = {
  batchSize: z.number().int().min(10).max(100).optional(),
  concurrency: z.number().int().min(1).max(16).optional(),
  signal,
};
const people = callback<PeopleStream>();
const aboutPerson = { email: emailSchema, identifiers: known.optional() };

const rights: Shapes<ActorCalls> = {
  allows: { ...byActor, action: z.enum(policyActions) },
  recordedAs: byActor,
};

const requests: Shapes<Requests> = {
  submit: { ...byActor, ...submissionShape },
  acknowledge: { token },
  acknowledgeByReply: { token, from: z.string("say whom the reply comes from") },
  resendConfirmation: onRequest,
  decline: onRequestWithReason,
  cancel: onRequestWithReason,
  read: onRequest,
  list: {
    ...byActor,
    open,
    cursor: cursor.optional(),
    limit: z.number().int().min(1).max(mostListed).optional(),
  },
  progress: { ...onRequest, signal },
  audit: onRequest,
  retrySource: { ...onRequest, source: idOf("source") },
  settleSource: { ...onRequestWithReason, source: idOf("source") },
  answerTask: {
    ...onRequest,
    source: idOf("source"),
    answer: z.enum(["done", "not-there", "cannot"]),
    note: reasonSchema,
  },
  decideIdentifier: {
    ...onRequestWithReason,
    decision: idOf("decision"),
    answer: z.enum(["same-person", "somebody-else"]),
  },
  preview: onRequest,
  approve: {
    ...onRequest,
    plan: z.string().regex(/^[0-9a-f]{64}$/, "a plan is named by its SHA-256, in hex"),
  },
  extend: onRequestWithReason,
  suspend: onRequestWithReason,
  putFirst: onRequestWithReason,
  resume: onRequest,
  overdue: byActor,
  due: { ...byActor, within: z.number("say in how many days").min(0).max(366) },
  resendMessage: { ...onRequest, message: idOf("message") },
  reveal: onRequest,
};

const packages: Shapes<Packages> = { download: { token }, fetch: onRequest };

const sources: Shapes<Sources> = {
  list: byActor,
  refresh: onSource,
  retryAll: onSource,
  settleAll: { ...onSource, reason: reasonSchema },
};

const users: Shapes<Users> = {
  list: { ...byActor, cursor: cursor.optional() },
  remove: {
    ...byActor,
    userIds: z.array(keepableText().min(1)).min(1, "say whom to remove"),
    includingMyself: z.boolean().optional(),
    idempotencyKey,
  },
};

const sweeps: Shapes<Sweeps> = {
  eraseMany: {
    ...byActor,
    ...sweepPace,
    reason: z.enum(["retention", "backup-replay"]),
    category: categorySchema,
    people,
  },
  goOn: { ...onSweep, ...sweepPace, people },
  retry: { ...onSweep, ...sweepPace },
  stop: onSweep,
  settle: { ...onSweep, reason: reasonSchema },
  read: onSweep,
  list: { ...byActor, cursor: cursor.optional() },
  progress: { streamed: { ...onSweep, signal } },
  leftBehind: { ...onSweep, after: place.optional() },
  reveal: { ...onSweep, number: place },
  audit: { ...onSweep, after: place.optional() },
};

const holds: Shapes<Holds> = {
  place: {
    ...byActor,
    identifiers: known.min(1, "say on whom"),
    reason: reasonSchema,
    until: z.iso.date().optional(),
    idempotencyKey,
  },
  lift: { ...byActor, holdId: idOf("hold"), reason: reasonSchema },
  read: { ...byActor, holdId: idOf("hold") },
  list: { ...byActor, open, cursor: cursor.optional() },
};

const suppressions: Shapes<Suppressions> = {
  mayTakeIn: { ...byActor, identifiers: someone, category },
  filter: {
    streamed: {
      ...byActor,
      rows: iterable,
      identifiers: callback<FilterInput<unknown>["identifiers"]>(),
      leftOut: callback<FilterInput<unknown>["leftOut"]>(),
      category,
      batchSize: z.number().int().min(1).max(20_000).optional(),
    },
  },
  lift: { ...byActor, identifiers: someone, category, reason: reasonSchema },
  rotate: byActor,
  renew: byActor,
  copy: { streamed: byActor },
  restore: { ...byActor, suppressions: iterable },
  replay: { ...byActor, since: z.date(), category: categorySchema, dryRun: z.boolean().optional() },
};

const audit: Shapes<Audit> = {
  verify: onRequest,
  verifySweep: onSweep,
  verifyAll: { ...byActor, known: z.array(signedCheckpointSchema).max(10_000).optional() },
  checkpoint: byActor,
  evidence: onRequest,
  isAbout: { ...onRequest, ...aboutPerson },
  requestsOf: { ...byActor, ...aboutPerson },
  unlink: onRequest,
};

/** All calls that take something, by their groups. */
export interface CallGroups {
  readonly requests: Requests;
  readonly packages: Packages;
  readonly sources: Sources;
  readonly users: Users;
  readonly sweeps: Sweeps;
  readonly holds: Holds;
  readonly suppressions: Suppressions;
  readonly audit: Audit;
}

type AnyShape = Readonly<Record<string, z.ZodType>>;
type AnyCall = (input: object) => unknown;

const isStreamed = (shape: AnyShape | Streamed<AnyShape>): shape is Streamed<AnyShape> => "streamed" in shape;

/**
 * Calls that look at what they are handed before they do anything else. Whoever has typed something for a field that is
 * not there, or left one out, is told; a call gets only what fits, and every text in it as it is kept.
 */
const checked = <Group extends object>(shapes: Shapes<Group>): ((group: Group) => Group) => {
  const schemas = Object.entries<AnyShape | Streamed<AnyShape>>(shapes).map(([name, shape]) => ({
    name,
    isStream: isStreamed(shape),
    schema: z.strictObject(isStreamed(shape) ? shape.streamed : shape),
  }));
  return (group) => {
    const calls = group as unknown as Readonly<Record<string, AnyCall>>;
    return Object.fromEntries(
      schemas.map(({ name, isStream, schema }) => [
        name,
        (input: unknown) => {
          const given = checkInput(schema, input);
          if (given.isOk()) return calls[name]?.(given.value);
          return isStream ? refusedStream(given) : errAsync(given.error);
        },
      ]),
    ) as unknown as Group;
  };
};

/** Throws where it is iterated, as whatever else goes wrong in a stream. */
async function* refusedStream(given: Result<object, InvalidInput>): AsyncGenerator<never> {
  yield orThrow(given) as never;
}

const checkedCalls = {
  rights: checked(rights),
  requests: checked(requests),
  packages: checked(packages),
  sources: checked(sources),
  users: checked(users),
  sweeps: checked(sweeps),
  holds: checked(holds),
  suppressions: checked(suppressions),
  audit: checked(audit),
};

export const withCheckedInputs = (calls: ActorCalls, groups: CallGroups): ActorCalls & CallGroups => ({
  ...checkedCalls.rights(calls),
  requests: checkedCalls.requests(groups.requests),
  packages: checkedCalls.packages(groups.packages),
  sources: checkedCalls.sources(groups.sources),
  users: checkedCalls.users(groups.users),
  sweeps: checkedCalls.sweeps(groups.sweeps),
  holds: checkedCalls.holds(groups.holds),
  suppressions: checkedCalls.suppressions(groups.suppressions),
  audit: checkedCalls.audit(groups.audit),
});
