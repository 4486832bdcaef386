import { z } from "zod";

/** What the SMTP session said about a message (RFC 5321), where that is known. */
export interface MailEnvelope {
  /** MAIL FROM; the empty text for a bounce. */
  readonly from?: string | undefined;
  /** RCPT TO. */
  readonly to?: readonly string[] | undefined;
  /** Whose connection it was: with this and `from`, SPF is checked. */
  readonly ip?: string | undefined;
  readonly helo?: string | undefined;
}

export const envelopeSchema = z.object({
  from: z.string().max(1_000).optional(),
  to: z.array(z.string().max(1_000)).max(1_000).optional(),
  ip: z.union([z.ipv4(), z.ipv6()]).optional(),
  helo: z.string().max(1_000).optional(),
}) satisfies z.ZodType<MailEnvelope>;
