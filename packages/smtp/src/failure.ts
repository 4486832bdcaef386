import { PermanentFailure } from "@subject-rights/core";
import type { NodemailerError } from "nodemailer";

/**
 * What a failed sending means. "Tried again" is a plain `Error`, "given up" is a `PermanentFailure`; neither
 * repeats the server's words, which may hold an address (they are in `cause`).
 *
 * | what happened | outcome | why |
 * | --- | --- | --- |
 * | no connection, name not found, connection lost, timeout | tried again | says nothing about the message |
 * | TLS not offered, handshake failed, certificate not trusted | tried again | an operator mends it |
 * | the greeting, EHLO or STARTTLS is refused (421, 554, …) | tried again | it is about us, not the message |
 * | signing in is refused or not offered (535, 534, 530, 454, …) | tried again | an operator mends it |
 * | any 4xx (450, 451, 452, …) | tried again | RFC 5321, 4.2.1: transient |
 * | the sender is refused (5xx to MAIL FROM) | tried again | our address; an operator mends it |
 * | … but the message is too large for it (552) | given up | the same message stays as large |
 * | the recipient is refused (501, 550–554, 556 to RCPT TO) | given up | RFC 5321, 4.2.1: permanent |
 * | the message is refused (501, 550–554, 556 to DATA) | given up | RFC 5321, 4.2.1: permanent |
 * | … but for policy or security (5.7.x) | tried again | relaying, SPF, a block list: an operator mends it |
 * | … but because of the sender (5.1.7, 5.1.8) | tried again | servers answer that to RCPT TO too |
 * | … but the mailbox is full (5.2.2) | tried again | RFC 3463, 3.3: it can be emptied |
 * | … but the server is not set up for it (5.3.2, 5.3.5) | tried again | an operator mends it |
 * | any other 5xx (500, 502, 503, 504, 555) | tried again | the session went wrong, not the message |
 * | the attachment could not be read, or is not as long as it said | tried again | nothing was delivered |
 * | the call's signal fired | tried again | the connection is closed |
 *
 * An address that is none is given up before anything is connected.
 */
export const failureOf = (thrown: unknown): Error => {
  const error: Partial<NodemailerError> = thrown instanceof Error ? (thrown as NodemailerError) : {};
  const enhanced = enhancedCode(error.response ?? "");
  const reply = [error.responseCode, enhanced].filter((part) => part !== undefined).join(" ");
  return isRefusal(error.command, error.responseCode, enhanced)
    ? new PermanentFailure(`The mail server refused the message for good (${reply}).`, { cause: thrown })
    : new Error(`The message was not taken (${reply || (error.code ?? "unknown")}).`, { cause: thrown });
};

const refusals: ReadonlySet<number> = new Set([501, 550, 551, 552, 553, 554, 556]);
const mendable = /^5\.(?:7\.\d+|1\.[78]|2\.2|3\.[25])$/;

// Nodemailer's own `permanent` is true for every 5xx, a wrong password included; it is not looked at, and its
// errors are not handed on, because core would take that mark for a PermanentFailure.
const isRefusal = (
  command: string | undefined,
  responseCode: number | undefined,
  enhanced: string | undefined,
): boolean => {
  if (responseCode === undefined || !refusals.has(responseCode)) return false;
  if (enhanced !== undefined && mendable.test(enhanced)) return false;
  return command === "RCPT TO" || command === "DATA" || (command === "MAIL FROM" && responseCode === 552);
};

/** RFC 3463: the `5.1.1` in "550 5.1.1 No such user". */
const enhancedCode = (response: string): string | undefined =>
  /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
