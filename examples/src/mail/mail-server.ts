import { EventEmitter, once } from "node:events";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { generate } from "selfsigned";
import { SMTPServer } from "smtp-server";
import { type Letter, letterOf } from "./letter.ts";

/** A real mail server on this machine, that keeps what it is given. */
export interface MailServer {
  /** What a mail client has to know of it: STARTTLS, signing in, and whom to trust. */
  readonly access: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly ca: string;
  };
  /**
   * Hands letters to such addresses over, as mail servers do through a pipe: a letter is accepted when that is done, and
   * whoever sends it has to try again where it fails.
   */
  handOver(isFor: (address: string) => boolean, take: (letter: ArrivingLetter) => Promise<void>): void;
  /** Every letter, in the order of arrival; one that comes twice is kept once, by its Message-ID. */
  readonly inbox: readonly Letter[];
  /** The first letter that fits, as soon as it is there; rejects when none came in time. */
  waitFor(fits: (letter: Letter) => boolean, milliseconds?: number): Promise<Letter>;
  stop(): Promise<void>;
}

/** A letter as it arrives: what came over the wire, and what the session said. */
export interface ArrivingLetter {
  readonly raw: Uint8Array;
  /** Empty for a bounce. */
  readonly from: string;
  readonly to: readonly string[];
  readonly ip: string;
  readonly helo: string;
}

type Receiver = Parameters<MailServer["handOver"]>;

const host = "127.0.0.1";
const account = { user: "halmstrand", password: "lighthouse keeper" };

/**
 * Starts the mail server on a free port, with TLS (a certificate made this minute) and one account. Each letter
 * is also put into the folder as it came over the wire; those that are there already are in the inbox.
 */
export const startMailServer = async ({ folder }: { readonly folder: string }): Promise<MailServer> => {
  await mkdir(folder, { recursive: true });
  const { private: key, cert } = await generate([{ name: "commonName", value: host }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: host }] }],
  });
  const inbox = await lettersIn(folder);
  const arrivals = new EventEmitter();
  const receivers: Receiver[] = [];

  // Behind the last, whose file its number begins.
  let arrived = Number.parseInt(basename(inbox.at(-1)?.file ?? "0"), 10);

  const keep = async (raw: Buffer): Promise<void> => {
    arrived += 1;
    const number = String(arrived).padStart(3, "0");
    const letter = await letterOf(raw, (subject) => join(folder, `${number}-${fileNameOf(subject)}.eml`));
    if (inbox.some(({ messageId }) => messageId !== null && messageId === letter.messageId)) return;
    // Whoever looks into the folder finds whole letters only.
    const unfinished = `${letter.file}.unfinished`;
    await writeFile(unfinished, raw);
    await rename(unfinished, letter.file);
    inbox.push(letter);
    arrivals.emit("letter");
  };

  const server = new SMTPServer({
    key,
    cert,
    disableReverseLookup: true,
    closeTimeout: 1_000,
    onAuth: ({ username, password }, _session, answer) =>
      username === account.user && password === account.password
        ? answer(null, { user: username })
        : answer(new Error("there is no such account")),
    onData: (stream, { envelope: { mailFrom, rcptTo }, remoteAddress, hostNameAppearsAs }, answer) => {
      const to = rcptTo.map(({ address }) => address);
      const from = mailFrom === false ? "" : mailFrom.address;
      stream
        .toArray()
        .then(async (chunks: Buffer[]) => {
          const raw = Buffer.concat(chunks);
          await keep(raw);
          for (const [isFor, take] of receivers) {
            if (to.some(isFor)) await take({ raw, from, to, ip: remoteAddress, helo: hostNameAppearsAs });
          }
        })
        .then(() => answer(), answer);
    },
  });
  // A client that hangs up half-way is no reason to stop.
  server.on("error", () => undefined);
  const listener = server.listen(0, host);
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;

  return {
    access: { host, port, ...account, ca: cert },
    inbox,
    handOver: (...receiver) => void receivers.push(receiver),
    async waitFor(fits, milliseconds = 30_000) {
      const signal = AbortSignal.timeout(milliseconds);
      for (;;) {
        const letter = inbox.find(fits);
        if (letter !== undefined) return letter;
        await once(arrivals, "letter", { signal }).catch((cause: unknown) => {
          throw new Error(`no such letter came within ${milliseconds} ms`, { cause });
        });
      }
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
};

const lettersIn = async (folder: string): Promise<Letter[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".eml")).sort();
  return Promise.all(
    names.map(async (name) => letterOf(await readFile(join(folder, name)), () => join(folder, name))),
  );
};

/** A subject is somebody else's text: nothing of it may lead out of the folder. */
const fileNameOf = (subject: string): string =>
  subject
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 60)
    .replace(/^-|-$/g, "") || "no-subject";
