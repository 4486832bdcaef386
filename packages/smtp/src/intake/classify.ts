import type { ParsedMail } from "./parsed-mail.ts";

/** Why nobody has to look at a message, and nobody gets an answer to it. */
export type Automatic = "auto-reply" | "mailing-list" | "bounce";

/** What sent a message: a person, as far as can be told, or a program. */
export type Sort =
  | { readonly by: "program"; readonly why: Automatic }
  | {
      readonly by: "person";
      /** False where it asks for no automatic answer. Then it confirms nothing either. */
      readonly mayBeAnswered: boolean;
    };

/**
 * Tells programs from people (RFC 3834, and what programs did before it and do beside it). Where it is not certain, it
 * is a person, whom at most nobody answers.
 *
 * @param sender of the envelope; null where it is not known
 * @param ownLists List-Ids of lists that people write to us through
 */
export const classify = (mail: ParsedMail, sender: string | null, ownLists: readonly string[]): Sort => {
  const says = (name: string, pattern: RegExp): boolean =>
    mail.header(name).some((value) => pattern.test(value));
  const program = (why: Automatic): Sort => ({ by: "program", why });

  // RFC 5321, 4.5.5: what must never be answered has no sender. A delivering server writes it down as <>.
  const isSenderless =
    (sender !== null && nobody.test(sender)) ||
    says("return-path", /^<\s*(?:mailer-daemon(?:@[^>]*)?)?\s*>$/i);
  // RFC 6522: delivered, not delivered, read, and whatever else is reported.
  const isReport = says("content-type", /^multipart\/report\b/i);
  if (isSenderless || isReport || says("from", /\bmailer-daemon@/i)) return program("bounce");
  if (says("auto-submitted", /^(?!\s*no\b)/i)) return program("auto-reply");
  if (autoReplyFields.some((name) => mail.header(name).length > 0)) return program("auto-reply");
  if (says("precedence", /\bauto_?reply\b/i) || automaticSubject.test(mail.subject))
    return program("auto-reply");

  const lists = mail.header("list-id").map((value) => /<([^>]*)>/.exec(value)?.[1] ?? value.trim());
  const isOurs = lists.length > 0 && lists.every((id) => ownLists.includes(id.toLowerCase()));
  if (!isOurs) {
    const isList = listFields.some((name) => mail.header(name).length > 0);
    if (isList || says("precedence", /\b(?:bulk|junk|list)\b/i)) return program("mailing-list");
  }
  return { by: "person", mayBeAnswered: mail.header("x-auto-response-suppress").length === 0 && !isOurs };
};

/** No sender, and what Postfix writes for none where it calls a program. */
const nobody = /^\s*(?:<\s*>|<?mailer-daemon(?:@.*)?)?\s*$/i;
const autoReplyFields = [
  "x-autoreply",
  "x-autorespond",
  "x-autoresponder",
  "x-auto-reply",
  "x-mail-autoreply",
];
const listFields = ["list-id", "list-post", "list-unsubscribe", "list-help", "feedback-id"];

/** What mail programs put before the subject of an absence note that has no field to say so. */
const automaticSubject =
  /^(?:automatic reply|auto(?:matic)?[ -]?reply|auto:|out of (?:the )?office|automatische antwort|abwesenheits(?:notiz|meldung|nachricht)?\b|nicht im b(?:ü|ue)ro)/i;
