import { Readable } from "node:stream";
import type { Attachment } from "@subject-rights/core";
import type { SendMailOptions } from "nodemailer";

const leaf = /^(?:application|audio|image|text|video)\/[a-z0-9][a-z0-9.+-]{0,100}$/;

/** What nodemailer reads while it sends: one chunk is in memory at a time. */
export const attached = (attachment: Attachment): NonNullable<SendMailOptions["attachments"]>[number] => ({
  filename: fileName(attachment.filename),
  // Anything but a plain file (`multipart/…`, `message/…`) would be taken for a part of the mail itself.
  contentType: leaf.test(attachment.contentType) ? attachment.contentType : "application/octet-stream",
  contentDisposition: "attachment",
  contentTransferEncoding: "base64",
  content: Readable.from(wholly(attachment), { objectMode: false }),
});

/** A package that is cut short, or grows, must not arrive as if it were the one that was announced. */
async function* wholly(attachment: Attachment): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of attachment.read()) {
    sent += chunk.byteLength;
    if (sent > attachment.bytes) break;
    if (chunk.byteLength > 0) yield chunk;
  }
  if (sent !== attachment.bytes) throw new Error("The attachment has not as many bytes as it said.");
}

/** A name without a path, of letters, digits, spaces, dots, dashes and underscores. */
const fileName = (text: string): string => {
  const name = text
    .replace(/^.*[/\\]/su, "")
    .replace(/[^\p{L}\p{M}\p{N} ._-]+/gu, "_")
    .replace(/^[. ]+|[. ]+$/gu, "");
  return [...name].slice(0, 100).join("") || "attachment";
};
