import { z } from "zod";
import type { StorageFailed } from "../errors.ts";
import type {
  IntakeStoreDefinition,
  MailConclusion,
  MailKey,
  SeenMail,
  WaitingKey,
  WaitingMail,
} from "../ports/intake-store.ts";
import type { JsonObject } from "../ports/request-store.ts";
import type { ResultAsync } from "../result.ts";
import { defined } from "./defined.ts";
import { callable, checkAdapter } from "./issues.ts";
import { callStorage, tellStorage } from "./storage.ts";

type Question<Name extends "countAnswer" | "list" | "overdue" | "forget"> = Parameters<
  IntakeStoreDefinition[Name]
>[0];

/** An intake store that is safe to use: every answer is checked, and no call throws. */
export interface IntakeStore {
  see(mail: MailKey & { readonly at: string }): ResultAsync<SeenMail, StorageFailed>;
  conclude(
    conclusion: MailConclusion,
  ): ResultAsync<{ outcome: "stored" | "concluded" | "full" }, StorageFailed>;
  countAnswer(answer: Question<"countAnswer">): ResultAsync<boolean, StorageFailed>;
  read(key: WaitingKey): ResultAsync<WaitingMail | undefined, StorageFailed>;
  list(
    query: Question<"list">,
  ): ResultAsync<{ mails: WaitingMail[]; cursor?: string | undefined }, StorageFailed>;
  remove(key: WaitingKey): ResultAsync<boolean, StorageFailed>;
  overdue(query: Question<"overdue">): ResultAsync<WaitingKey[], StorageFailed>;
  forget(query: Question<"forget">): ResultAsync<void, StorageFailed>;
}

const instantSchema = z.iso.datetime({ precision: 3 });
const jsonSchema = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);
const seenSchema = z.object({ at: instantSchema, conclusion: jsonSchema.nullable() });
const concludedSchema = z.object({ outcome: z.enum(["stored", "concluded", "full"]) });
const keySchema = z.object({ tenant: z.string(), id: z.string() });
const waitingSchema = keySchema.extend({
  since: instantSchema,
  reason: z.string(),
  requestId: z.string().nullable(),
  sealed: z.string(),
}) satisfies z.core.$ZodType<WaitingMail>;
const readSchema = waitingSchema.optional();
const keysSchema = z.array(keySchema);
const yesOrNo = z.boolean();
const pageSchema = z.object({ mails: z.array(waitingSchema), cursor: z.string().optional() });

const operations = z.strictObject({
  see: callable,
  conclude: callable,
  countAnswer: callable,
  read: callable,
  list: callable,
  remove: callable,
  overdue: callable,
  forget: callable,
});

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where an operation is missing
 */
export const defineIntakeStore = (definition: IntakeStoreDefinition): IntakeStore => {
  checkAdapter("intake store", operations, definition);
  const port = "intake-store";
  return defined("intake store", {
    see: (mail) => callStorage(port, "see", () => definition.see(mail), seenSchema),
    conclude: (conclusion) =>
      callStorage(port, "conclude", () => definition.conclude(conclusion), concludedSchema),
    countAnswer: (answer) => callStorage(port, "count-answer", () => definition.countAnswer(answer), yesOrNo),
    read: (key) =>
      callStorage(
        port,
        "read",
        () => definition.read(key),
        readSchema,
        (mail) => mail === undefined || (mail.tenant === key.tenant && mail.id === key.id),
      ),
    list: (query) =>
      callStorage(
        port,
        "list",
        () => definition.list(query),
        pageSchema,
        ({ mails }) => mails.every(({ tenant }) => tenant === query.tenant),
      ),
    remove: (key) => callStorage(port, "remove", () => definition.remove(key), yesOrNo),
    overdue: (query) => callStorage(port, "overdue", () => definition.overdue(query), keysSchema),
    forget: (query) => tellStorage(port, "forget", () => definition.forget(query)),
  });
};
