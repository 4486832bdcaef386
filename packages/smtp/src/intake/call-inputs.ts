import { type Actor, actorSchema, checkInput, orThrow, submissionShape } from "@subject-rights/core";
import { z } from "zod";
import type { MailDecision } from "./decision.ts";
import { envelopeSchema, type MailEnvelope } from "./envelope.ts";
import type { RawMail } from "./raw-mail.ts";

/** How many messages a page of those that wait has at most. */
export const mostListed = 100;

const waitingSchema = z.strictObject({
  actor: actorSchema,
  cursor: z.string("hand in the cursor of the page before").optional(),
  limit: z.number().int().min(1).max(mostListed).optional(),
});

const settleSchema = z.strictObject({
  actor: actorSchema,
  id: z
    .string("say which message: hand in its id, as `waiting` has it")
    .regex(/^[0-9a-f]{32}$/, "is no id of a message: hand it in as `waiting` has it"),
  decision: z.looseObject(
    { as: z.enum(["request", "nothing"]) },
    'write { as: "request", kind, category, email }, or { as: "nothing" }',
  ),
});

const { kind, category, email, identifiers } = submissionShape;
const decisionSchemas = {
  request: z.strictObject({ as: z.literal("request"), kind, category, email, identifiers }),
  nothing: z.strictObject({ as: z.literal("nothing") }),
} satisfies { readonly [As in MailDecision["as"]]: z.ZodType<MailDecision & { readonly as: As }> };

const rawSchema = z.custom<RawMail>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    (value instanceof Uint8Array || Symbol.asyncIterator in value || Symbol.iterator in value),
  "hand in the message as it came over the wire: a Buffer, or a stream of them; of a text, `Buffer.from(text)`",
);

/** @throws InvalidInput */
export const waitingInput = (input: unknown) => orThrow(checkInput(waitingSchema, input));

/**
 * What is settled is deleted for good. So a decision is taken only where all of it is understood: one that is none was no
 * "nothing", and a misspelt member of a request was meant.
 *
 * @throws InvalidInput
 */
export const settleInput = (
  input: unknown,
): { readonly actor: Actor; readonly id: string; readonly decision: MailDecision } => {
  const { actor, id, decision } = orThrow(checkInput(settleSchema, input));
  const schema: z.ZodType<MailDecision> = decisionSchemas[decision.as];
  return { actor, id, decision: orThrow(checkInput(schema, decision, "decision")) };
};

/** @throws InvalidInput */
export const takeInput = (
  raw: unknown,
  envelope: unknown,
): { readonly raw: RawMail; readonly envelope: MailEnvelope } => ({
  raw: orThrow(checkInput(rawSchema, raw, "raw")),
  envelope: orThrow(checkInput(envelopeSchema, envelope, "envelope")),
});
