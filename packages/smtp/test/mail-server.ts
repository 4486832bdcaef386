import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { generate } from "selfsigned";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A real mail server on a free port of this machine, with a certificate of its own and one account. */
export interface MailServer {
  /** What `smtpNotifier` has to be told as `server`. */
  readonly access: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly ca: string;
  };
  readonly arrived: readonly ArrivedMail[];
  close(): Promise<void>;
}

export interface ArrivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** An account, or `nobody`. */
  readonly signedInAs: string;
  readonly overTls: boolean;
  /** As it came over the wire. */
  readonly raw: string;
  readonly mail: ParsedMail;
}

const host = "127.0.0.1";
const account = { user: "subject-rights", password: "a password for tests" };

const certificate = generate([{ name: "commonName", value: host }], {
  keyType: "ec",
  algorithm: "sha256",
  extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: host }] }],
});

/** Each option is one of `smtp-server`, to have it behave badly. */
export const startMailServer = async (behaviour: SMTPServerOptions = {}): Promise<MailServer> => {
  const { private: key, cert } = await certificate;
  const arrived: ArrivedMail[] = [];
  const server = new SMTPServer({
    key,
    cert,
    disableReverseLookup: true,
    closeTimeout: 1,
    onAuth: ({ username, password }, _session, answer) =>
      username === account.user && password === account.password
        ? answer(null, { user: username })
        : answer(new Error("5.7.8 No such account")),
    onData: (stream, { envelope, user, secure }, answer) => {
      stream
        .toArray()
        .then(async (chunks: Buffer[]) => {
          const raw = Buffer.concat(chunks);
          arrived.push({
            from: envelope.mailFrom === false ? "" : envelope.mailFrom.address,
            to: envelope.rcptTo.map(({ address }) => address),
            signedInAs: String(user || "nobody"),
            overTls: secure,
            raw: raw.toString("latin1"),
            mail: await simpleParser(raw, { skipTextToHtml: true }),
          });
        })
        .then(() => answer(), answer);
    },
    ...behaviour,
  });
  // A client that goes away in the middle is what some tests are about.
  server.on("error", () => undefined);
  const listener = server.listen(0, host);
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  return {
    access: { host, port, ...account, ca: cert },
    arrived,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
};
