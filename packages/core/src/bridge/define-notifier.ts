import { z } from "zod";
import { CallFailed } from "../errors.ts";
import type { Message, NotifierDefinition } from "../ports/notifier.ts";
import { errAsync, type ResultAsync } from "../result.ts";
import { type Call, callAdapter, nothingSchema } from "./call.ts";
import { defined } from "./defined.ts";
import { callable, checkAdapter } from "./issues.ts";

/** A notifier that is safe to use: every call has a deadline, and no call throws. */
export interface Notifier {
  readonly id: string;
  readonly attachmentLimit: number;
  send(message: Message, call: Call): ResultAsync<void, CallFailed>;
}

const definitionSchema = z.strictObject({
  id: z.string().min(1).max(100),
  attachmentLimit: z.number().int().nonnegative().default(0),
  send: callable,
});

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where the definition cannot work
 */
export const defineNotifier = (definition: NotifierDefinition): Notifier => {
  const { id, attachmentLimit } = checkAdapter("notifier", definitionSchema, definition);
  return defined("notifier", {
    id,
    attachmentLimit,
    send: (message, call) => {
      if ((message.attachment?.bytes ?? 0) > attachmentLimit) {
        return errAsync(new CallFailed(id, "package-too-large", false));
      }
      // What a mail library answers is of no use here, and `send` promises nothing.
      return callAdapter(
        id,
        call,
        async (context) => void (await definition.send(message, context)),
        nothingSchema,
      );
    },
  });
};
