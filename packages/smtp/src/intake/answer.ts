import { createTransport } from "nodemailer";
import { addressSchema } from "../address.ts";
import { html } from "../html.ts";
import { ownHeader } from "../own-header.ts";
import { plainText } from "../plain-text.ts";
import { transportOptions } from "../transport.ts";
import { type Words, wordsSchema } from "../words.ts";
import type { IntakeSettings } from "./options.ts";
import type { ParsedMail } from "./parsed-mail.ts";

/** An answer, or a letter to support, that is to be sent. */
export interface Answer {
  readonly to: string;
  readonly words: Words;
  /** The message that it answers; null for a letter, which answers none. */
  readonly mail: Pick<ParsedMail, "messageId"> | null;
  /** Of that message, or what the letter is known by: its Message-ID is made from it. */
  readonly fingerprint: string;
}

/** Whom an answer goes to: the one address in From, where it can be sent to; null where nobody is to be answered. */
export const answerable = ({ from: [address, ...others] }: ParsedMail): string | null => {
  if (address === undefined || others.length > 0) return null;
  const { success, data } = addressSchema.safeParse(address);
  return success ? data : null;
};

/** Sends an answer (RFC 3834): without a sender in the envelope, so that nobody's server answers it. Throws. */
export const sendAnswer = async (
  { server, from, ours }: IntakeSettings,
  { to, words, mail, fingerprint }: Answer,
): Promise<void> => {
  const checked = wordsSchema.parse(words);
  const messageId = mail?.messageId ?? null;
  // What somebody else wrote goes into a header only where it is nothing but a Message-ID (RFC 5322, 3.6.4).
  const answered = messageId !== null && /^[\w.!#$%&'*+/=?^`{|}~-]{1,200}@[\w.-]{1,200}$/.test(messageId);
  await createTransport(transportOptions(server)).sendMail({
    from: { ...from },
    to: { name: "", address: to },
    envelope: { from: "", to: [to] },
    messageId: `<${fingerprint.slice(0, 40)}@${ours.messageIdDomain}>`,
    ...(answered ? { inReplyTo: `<${messageId}>`, references: `<${messageId}>` } : {}),
    subject: checked.subjectLine,
    text: plainText(checked),
    html: html(checked),
    headers: {
      "Auto-Submitted": mail === null ? "auto-generated" : "auto-replied",
      "X-Auto-Response-Suppress": "All",
      Precedence: "auto_reply",
      [ownHeader]: mail === null ? "support" : "answer",
    },
    encoding: "quoted-printable",
    disableFileAccess: true,
    disableUrlAccess: true,
  });
};
