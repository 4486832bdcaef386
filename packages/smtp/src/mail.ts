import { createHash } from "node:crypto";
import { type Message, PermanentFailure, replyTokenOf } from "@subject-rights/core";
import type { SendMailOptions } from "nodemailer";
import { addressSchema } from "./address.ts";
import { attached } from "./attachment.ts";
import { html } from "./html.ts";
import type { Settings } from "./options.ts";
import { ownHeader } from "./own-header.ts";
import { plainText } from "./plain-text.ts";
import { wordsFor } from "./texts/texts.ts";
import { type CheckedWords, wordsSchema } from "./words.ts";

/**
 * The mail that a message becomes: the same message becomes the same mail, byte for byte.
 *
 * @throws PermanentFailure where it can never be sent: no such address, too large an attachment
 * @throws Error where the words are not usable; the application can mend them
 */
export const mailOf = (message: Message, settings: Settings): SendMailOptions => {
  const { from, replyTo, messageIdDomain } = settings;
  const to = recipient(message);
  const { notice } = message;
  const answerTo =
    settings.replies !== undefined && notice.type === "confirmation"
      ? settings.replies.addressFor(replyTokenOf(notice.token))
      : replyTo;
  const words = checkedWords(message, settings);
  const fingerprint = createHash("sha256").update(message.id).digest("hex").slice(0, 40);
  checkAttachment(message);
  return {
    from: { ...from },
    to: { name: "", address: to },
    ...(answerTo === undefined ? {} : { replyTo: { name: "", address: answerTo } }),
    envelope: { from: from.address, to: [to] },
    messageId: `<${fingerprint}@${messageIdDomain}>`,
    date: new Date(message.at),
    subject: words.subjectLine,
    text: plainText(words),
    html: html(words),
    headers: {
      // RFC 3834, 5: written by a program, so that no program answers it.
      "Auto-Submitted": "auto-generated",
      // Exchange looks at this one instead. Bounces (NDR) are wanted.
      "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
      // By this the intake knows what it sent itself, and which request a bounce is about.
      [ownHeader]: /^[\w./-]{1,120}$/.test(message.id) ? message.id : fingerprint,
    },
    attachments: message.attachment === null ? [] : [attached(message.attachment)],
    // RFC 2045, 6.7: "=_" occurs in no quoted-printable and no base64 text, so that no value can end its part.
    encoding: "quoted-printable",
    boundaryPrefix: "=_",
    baseBoundary: fingerprint,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
};

const recipient = ({ to }: Message): string => {
  const parsed = addressSchema.safeParse(to);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map((issue) => issue.message).join("; ");
  throw new PermanentFailure(`The recipient's address cannot be used: ${mistakes}.`);
};

const checkedWords = ({ notice }: Message, { texts, replies }: Settings): CheckedWords => {
  const byReply = replies !== undefined && notice.type === "confirmation";
  const parsed = wordsSchema.safeParse(wordsFor(texts, notice, { byReply }));
  if (!parsed.success) {
    const mistakes = parsed.error.issues
      .map(({ path, message }) => `${path.join(".")}: ${message}`)
      .join("; ");
    throw new Error(`The words for a notice of type ${notice.type} cannot be used: ${mistakes}.`);
  }
  const words = parsed.data;
  if ("subject" in notice && words.subjectLine.toLowerCase().includes(notice.subject.toLowerCase())) {
    throw new Error(
      `The subject line for a notice of type ${notice.type} names the person, which it must not.`,
    );
  }
  return words;
};

const checkAttachment = ({ attachment, notice }: Message): void => {
  if (notice.type === "delivery" && notice.url === null && attachment === null) {
    throw new PermanentFailure("The message says that the package is attached, and there is none.");
  }
};
