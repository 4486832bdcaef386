import { type Clock, checkDefinition, systemClock } from "@subject-rights/core";
import { z } from "zod";
import type { MailIntake } from "../intake/mail-intake.ts";
import type { Taken } from "../intake/taken.ts";

/** Which mailbox is watched, and what becomes of its messages. */
export interface MailboxOptions {
  readonly intake: Pick<MailIntake, "take">;
  readonly server: ImapServerOptions;
  /** The folder that messages arrive in. Default: `INBOX`. */
  readonly folder?: string | undefined;
  /** A folder that messages are moved into when they are taken; it is made where it is not there. Default: they stay. */
  readonly moveTo?: string | undefined;
  /** Milliseconds between two looks, for servers that do not tell of new messages by themselves. Default: 5 minutes. */
  readonly lookEvery?: number | undefined;
  /** Is told what became of each message. */
  readonly onTaken?: ((taken: Taken) => void) | undefined;
  /**
   * Is told when the mailbox, or a message, could not be read or taken: of a mailbox once an outage, and of none that
   * `onError` of the intake or of `createSubjectRights` was told of. It is tried again.
   */
  readonly onError: (error: unknown) => void;
  readonly clock?: Clock | undefined;
}

export interface ImapServerOptions {
  /** A name or an IP address. The server's certificate has to be for this. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Or `accessToken`. */
  readonly password?: string | undefined;
  /** Asked for at each connection (OAuth 2.0, as XOAUTH2 or OAUTHBEARER). */
  readonly accessToken?: (() => string | Promise<string>) | undefined;
  /**
   * - `required` (default): TLS from the first byte on port 993, STARTTLS on any other
   * - `implicit`: TLS from the first byte, on whichever port
   * - `not-required`: **everything goes over the network in the clear** where the server offers no TLS. Only for a
   *   server on the same machine.
   */
  readonly tls?: "required" | "implicit" | "not-required" | undefined;
  /** Certificates (PEM) to trust instead of the public ones. */
  readonly ca?: string | readonly string[] | undefined;
}

const callable = z.custom<() => unknown>((value) => typeof value === "function", "is a function");

const optionsSchema = z.strictObject({
  intake: z.custom<object>((value) => typeof value === "object" && value !== null, "is missing"),
  server: z
    .strictObject({
      host: z.string().regex(/^[\w.:-]+$/, "is a host name or an IP address"),
      port: z.number().int().min(1).max(65_535),
      user: z.string().min(1),
      password: z.string().min(1).optional(),
      accessToken: callable.optional(),
      tls: z.enum(["required", "implicit", "not-required"]).default("required"),
      ca: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
    })
    .refine(({ password, accessToken }) => (password === undefined) !== (accessToken === undefined), {
      error: "takes a password or an accessToken",
    }),
  folder: z.string().min(1).default("INBOX"),
  moveTo: z.string().min(1).optional(),
  lookEvery: z.number().int().positive().default(300_000),
  onTaken: callable.optional(),
  onError: callable,
  clock: z.custom<object>().optional(),
});

export interface MailboxSettings extends Pick<MailboxOptions, "intake" | "onError"> {
  readonly server: ImapServerOptions & { readonly tls: NonNullable<ImapServerOptions["tls"]> };
  readonly folder: string;
  readonly moveTo: string | undefined;
  readonly lookEvery: number;
  readonly onTaken: (taken: Taken) => void;
  readonly clock: Clock;
}

/** @throws ConfigurationMistake which says what to change; it repeats no value, the password least of all */
export const checkMailboxOptions = (options: MailboxOptions): MailboxSettings => {
  const { folder, moveTo, lookEvery, server } = checkDefinition("watchMailbox", optionsSchema, options);
  const { intake, onError, onTaken = () => undefined, clock = systemClock } = options;
  const { accessToken } = options.server;
  return {
    intake,
    onError,
    onTaken,
    clock,
    folder,
    moveTo,
    lookEvery,
    server: { ...server, accessToken },
  };
};
