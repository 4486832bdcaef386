import { randomInt } from "node:crypto";
import { backOff, isTold, listenerOf } from "@subject-rights/core";
import { checkMailboxOptions, type MailboxOptions, type MailboxSettings } from "./options.ts";
import { takeAll } from "./take-all.ts";

/** A mailbox that is being watched. */
export interface WatchedMailbox {
  /**
   * Stops watching; resolves when the message in hand is done with, and the connection closed. A server, or a message, that
   * takes longer than ten seconds is left: a message is taken up at the next start then. Twice is fine.
   */
  stop(): Promise<void>;
}

/**
 * Watches a mailbox over IMAP (RFC 9051): what is in it and what arrives is handed to the intake. A message that was
 * taken gets the keyword `SubjectRightsTaken` and counts as read; nothing is ever deleted. One that could not be taken
 * stays as it is, and is tried again at the next look. A connection that is lost is made again, with longer and longer
 * pauses of up to a minute.
 *
 * A message is marked after it was taken: where the process is killed in between, it is handed over again, and the intake
 * recognises it. So several processes may watch one mailbox.
 *
 * @throws ConfigurationMistake where the options cannot work; it says what to change
 */
export const watchMailbox = (options: MailboxOptions): WatchedMailbox => {
  const settings = checkMailboxOptions(options);
  const stopping = new AbortController();
  const ended = watch(settings, stopping.signal);
  return {
    stop: () => {
      stopping.abort(new Error("The mailbox is not watched any more."));
      return ended;
    },
  };
};

/** Milliseconds after which nobody is waited for any more who was told to stop. */
const longestFarewell = 10_000;

const watch = async (settings: MailboxSettings, signal: AbortSignal): Promise<void> => {
  let failures = 0;
  // Once an outage, not at every try; what fails in another way is another one.
  let told: string | null = null;
  while (!signal.aborted) {
    try {
      await watchOnce(settings, signal, () => {
        failures = 0;
        told = null;
      });
    } catch (thrown) {
      if (!signal.aborted && told !== String(thrown)) tell(settings, thrown);
      told = String(thrown);
    }
    if (signal.aborted) return;
    failures += 1;
    const pause = backOff(failures, randomInt(1_000_000) / 1_000_000);
    await settings.clock.wait(pause, signal).catch(() => undefined);
  }
};

const tell = ({ onError }: MailboxSettings, error: unknown): void => {
  // The intake, or the library behind it, has told of this outage already.
  if (!isTold(error)) listenerOf(onError)(error);
};

/** One connection, for as long as it lasts. */
const watchOnce = async (
  settings: MailboxSettings,
  signal: AbortSignal,
  works: () => void,
): Promise<void> => {
  const { ImapFlow } = await import("imapflow");
  const options = await clientOptions(settings.server);
  if (signal.aborted) return;
  const client = new ImapFlow(options);
  // Something may arrive while the last look is still under way: it must not be missed.
  let isNews = false;
  let wake: () => void = () => undefined;
  let failure: unknown = null;
  client.on("exists", () => {
    isNews = true;
    wake();
  });
  client.on("error", (error) => {
    failure = error;
  });
  client.on("close", () => wake());
  const ended = new AbortController();
  // Waiting for news ends at once; a message in hand is done with first, and a server that says nothing ends nothing.
  const stop = () => {
    wake();
    settings.clock.wait(longestFarewell, ended.signal).then(
      () => client.close(),
      () => undefined,
    );
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    await client.connect();
    await client.mailboxOpen(settings.folder);
    if (settings.moveTo !== undefined) await client.mailboxCreate(settings.moveTo);
    works();
    while (!signal.aborted && client.usable) {
      isNews = false;
      await takeAll(client, settings, signal, (error) => tell(settings, error));
      if (isNews || signal.aborted || !client.usable) continue;
      const waiting = new AbortController();
      await Promise.race([
        new Promise<void>((resolve) => {
          wake = resolve;
        }),
        settings.clock.wait(settings.lookEvery, waiting.signal).catch(() => undefined),
      ]);
      waiting.abort();
    }
    if (!signal.aborted) throw failure ?? new Error("The connection to the mailbox was closed.");
  } finally {
    signal.removeEventListener("abort", stop);
    if (client.usable) await client.logout().catch(() => undefined);
    client.close();
    ended.abort();
  }
};

const clientOptions = async ({
  host,
  port,
  user,
  password,
  accessToken,
  tls,
  ca,
}: MailboxSettings["server"]) => ({
  host,
  port,
  // RFC 8314, 3.2: on port 993 TLS comes first.
  secure: tls === "implicit" || port === 993,
  ...(tls === "required" && port !== 993 ? { doSTARTTLS: true } : {}),
  tls: { minVersion: "TLSv1.2" as const, ...(ca === undefined ? {} : { ca: [ca].flat() }) },
  auth:
    accessToken === undefined ? { user, pass: password ?? "" } : { user, accessToken: await accessToken() },
  // Its words name senders, subjects and folders.
  logger: false as const,
  // The server is listened to as soon as nothing else is to be done.
  autoIdleDelay: 50,
});
