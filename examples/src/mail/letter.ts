import { type AddressObject, simpleParser } from "mailparser";

/** A message as it arrived, taken apart. */
export interface Letter {
  /** Where it is kept as it came over the wire. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Where an answer goes. */
  readonly replyTo: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
  readonly messageId: string | null;
  readonly attachments: readonly LetterAttachment[];
}

export interface LetterAttachment {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Uint8Array;
}

export const letterOf = async (raw: Buffer, fileFor: (subject: string) => string): Promise<Letter> => {
  // Nobody looks at text as HTML, and looking for links in it takes longer than everything else.
  const mail = await simpleParser(raw, { skipTextToHtml: true });
  const subject = mail.subject ?? "";
  return {
    file: fileFor(subject),
    from: addresses(mail.from),
    to: addresses(mail.to),
    replyTo: addresses(mail.replyTo ?? mail.from),
    subject,
    text: mail.text ?? "",
    html: mail.html || null,
    messageId: mail.messageId ?? null,
    attachments: mail.attachments.map(({ filename, contentType, content }) => ({
      filename: filename ?? "attachment",
      contentType,
      content,
    })),
  };
};

const addresses = (header: AddressObject | AddressObject[] | undefined): string =>
  [header ?? []]
    .flat()
    .map(({ text }) => text)
    .join(", ");
