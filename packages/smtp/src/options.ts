import { checkDefinition } from "@subject-rights/core";
import { z } from "zod";
import { addressSchema, domainOf, domainSchema } from "./address.ts";
import { type ReplyAddresses, repliesSchema } from "./reply-addresses.ts";
import { oneLine } from "./text.ts";
import { english } from "./texts/english.ts";
import type { Texts } from "./texts/texts.ts";

/** Where mail is handed in, and whom it comes from. */
export interface SmtpNotifierOptions {
  readonly server: SmtpServerOptions;
  /** Whom messages come from, and where bounces go. */
  readonly from: { readonly name: string; readonly address: string };
  /** One address, for answers. Default: they go to `from`. */
  readonly replyTo?: string | undefined;
  /**
   * Where an answer to a confirmation goes, with `{token}` in it: `privacy+{token}@northwind.example`. Has to be
   * delivered to a mailbox that `mailIntake` takes from, with the same `replies`. Default: confirming by answer is not
   * offered.
   */
  readonly replies?: string | undefined;
  /** The part of a Message-ID behind the @. Default: the domain of `from`. */
  readonly messageIdDomain?: string | undefined;
  /**
   * The largest attachment in bytes; larger packages go by link. Default: 7 MiB, because an attachment grows
   * by more than a third on its way (base64), and many servers refuse messages of more than 10 MB.
   */
  readonly attachmentLimit?: number | undefined;
  /** `german`, or the application's own words, for as many notices as it likes. Default: `english`. */
  readonly texts?: Partial<Texts> | undefined;
}

export interface SmtpServerOptions {
  /** A name or an IP address. The server's certificate has to be for this. */
  readonly host: string;
  readonly port: number;
  /** With `password`. Left out: the server takes mail without signing in. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /**
   * - `required` (default): nothing is sent in the clear. TLS from the first byte on port 465, STARTTLS on any
   *   other; a server that does not offer it is not spoken to.
   * - `implicit`: TLS from the first byte, on whichever port.
   * - `not-required`: **messages, which hold personal data and tokens, and the password go over the network in
   *   the clear** where the server offers no TLS, or where somebody in between hides the offer. Only for a
   *   server on the same machine.
   *
   * Where TLS is used the certificate is checked, always.
   */
  readonly tls?: "required" | "implicit" | "not-required" | undefined;
  /** Certificates (PEM) to trust instead of the public ones, for a server with a private certificate. */
  readonly ca?: string | readonly string[] | undefined;
  /** Milliseconds until the server has to have greeted us, TLS included. Default: 30,000. */
  readonly connectionTimeout?: number | undefined;
  /** Milliseconds without a word from the server. Default: 120,000; the deadline of a call may come first. */
  readonly socketTimeout?: number | undefined;
}

const mebibyte = 1024 * 1024;
const millisecondsSchema = z.number().int().positive().max(3_600_000);
const pemSchema = z.string().includes("-----BEGIN CERTIFICATE-----", "is a certificate in PEM form");
const isOneLine = (text: string) => oneLine(text) === text;

export const serverSchema = z
  .strictObject({
    host: z.string().regex(/^[\w.:-]+$/, "is a host name or an IP address"),
    port: z.number().int().min(1).max(65_535),
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    tls: z.enum(["required", "implicit", "not-required"]).default("required"),
    ca: z.union([pemSchema, z.array(pemSchema).min(1)]).optional(),
    connectionTimeout: millisecondsSchema.default(30_000),
    socketTimeout: millisecondsSchema.default(120_000),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    error: "user and password go together",
  });

const write = z.custom<Texts[keyof Texts]>((value) => typeof value === "function", "must be a function");

/** Functions only, each named for a type of notice. */
const textsSchema = z.strictObject(
  Object.fromEntries(Object.keys(english).map((type) => [type, write.optional()])),
) as unknown as z.ZodType<Partial<Texts>>;

export const fromSchema = z.strictObject({
  name: z.string().trim().min(1).max(100).refine(isOneLine, "is one line of text"),
  address: addressSchema,
});

const optionsSchema = z.strictObject({
  server: serverSchema,
  from: fromSchema,
  replyTo: addressSchema.optional(),
  replies: repliesSchema.optional(),
  messageIdDomain: domainSchema.optional(),
  attachmentLimit: z
    .number()
    .int()
    .nonnegative()
    .default(7 * mebibyte),
  texts: textsSchema.default({}),
});

/** The options with everything that was left out filled in. */
export interface Settings {
  readonly server: z.output<typeof serverSchema>;
  readonly from: { readonly name: string; readonly address: string };
  readonly replyTo: string | undefined;
  readonly replies: ReplyAddresses | undefined;
  readonly messageIdDomain: string;
  readonly attachmentLimit: number;
  readonly texts: Texts;
}

/** @throws ConfigurationMistake which says what to change; it repeats no value, the password least of all */
export const checkOptions = (options: SmtpNotifierOptions): Settings => {
  const { server, from, replyTo, replies, messageIdDomain, attachmentLimit, texts } = checkDefinition(
    "smtpNotifier",
    optionsSchema,
    options,
  );
  return {
    server,
    from,
    replyTo,
    replies,
    messageIdDomain: messageIdDomain ?? domainOf(from.address),
    attachmentLimit,
    texts: { ...english, ...texts },
  };
};
