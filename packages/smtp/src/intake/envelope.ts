import { z } from "zod";

/** What the SMTP session said about a message (RFC 5321), and the mailbox, where that is known. */
export interface MailEnvelope {
  /** MAIL FROM; the empty text for a bounce. */
  readonly from?: string | undefined;
  /** RCPT TO. */
  readonly to?: readonly string[] | undefined;
  /** Whose connection it was: with this and `from`, SPF is checked. */
  readonly ip?: string | undefined;
  readonly helo?: string | undefined;
  /**
   * When it was delivered, where that was earlier than now: RFC 3339, with an offset. The deadline of what it asks for
   * counts from there. Default: when the intake sees it first.
   */
  readonly receivedAt?: string | undefined;
}

export const envelopeSchema = z.strictObject({
  from: z.string("write the address, or the empty text for none").max(1_000).optional(),
  to: z.array(z.string().max(1_000), "write the addresses as an array").max(1_000).optional(),
  ip: z.union([z.ipv4(), z.ipv6()], "is no address such as 192.0.2.1 or 2001:db8::1").optional(),
  helo: z.string().max(1_000).optional(),
  receivedAt: z.iso
    .datetime({ offset: true, error: "is no time with its offset, such as 2026-03-02T10:00:00+01:00" })
    .optional(),
}) satisfies z.core.$ZodType<MailEnvelope>;
