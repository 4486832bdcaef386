import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { ImapFlow } from "imapflow";
import { generate } from "selfsigned";
import type { ImapServerOptions } from "../../src/index.ts";

/** Whether the IMAP server that these tests need is there (on Debian: dovecot-imapd). */
export const dovecotPath = [
  "/usr/sbin/dovecot",
  "/usr/local/sbin/dovecot",
  "/opt/homebrew/sbin/dovecot",
].find((path) => {
  try {
    execFileSync(path, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

/** A real IMAP server on this machine, with TLS, a certificate of its own, and one account. */
export interface Dovecot {
  readonly access: ImapServerOptions;
  /** Puts a message into the mailbox, as a mail server does. */
  deliver(raw: Buffer | string, at?: Date): Promise<void>;
  /** What is in a folder: flags and subject of each message, by another connection. */
  look(folder?: string): Promise<readonly { readonly flags: readonly string[]; readonly size: number }[]>;
  /** Ends it as a crash does; every connection is gone. */
  crash(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const host = "127.0.0.1";
const account = { user: "privacy", password: "a password for tests" };

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
};

export const startDovecot = async (): Promise<Dovecot> => {
  const folder = mkdtempSync(join(tmpdir(), "dovecot-"));
  const port = await freePort();
  const certificate = await generate([{ name: "commonName", value: host }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: host }] }],
  });
  const isRoot = userInfo().uid === 0;
  // Mail is kept as an ordinary user, who is whoever runs the tests, or nobody.
  const [uid, gid] = isRoot ? [65_534, 65_534] : [userInfo().uid, userInfo().gid];
  const mails = join(folder, "mail");
  mkdirSync(mails);
  if (isRoot) chownSync(mails, uid, gid);
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "cert.pem"), certificate.cert);
  writeFileSync(join(folder, "key.pem"), certificate.private, { mode: 0o600 });
  const me = userInfo().username;
  const asMe = isRoot
    ? ""
    : `default_internal_user = ${me}\ndefault_login_user = ${me}\ndefault_internal_group = ${execFileSync("id", ["-gn"]).toString().trim()}\n`;
  writeFileSync(
    join(folder, "dovecot.conf"),
    `${asMe}base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/log
protocols = imap
listen = ${host}
ssl = required
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = yes
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:${mails}/%u
passdb {
  driver = static
  args = password=${account.password.replaceAll(" ", "_")}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${mails}/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
`,
  );
  const access = {
    host,
    port,
    user: account.user,
    password: account.password.replaceAll(" ", "_"),
    ca: certificate.cert,
  };

  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const started = spawn(dovecotPath ?? "dovecot", ["-F", "-c", join(folder, "dovecot.conf")], {
      stdio: ["ignore", "ignore", "pipe"],
      // A group of its own, so that the processes behind it can be ended with it.
      detached: true,
    });
    child = started;
    let said = "";
    started.stderr.on("data", (piece) => {
      said += piece;
    });
    for (let tries = 0; tries < 200; tries += 1) {
      if (started.exitCode !== null) break;
      const isUp = await connected(async () => true).catch(() => false);
      if (isUp) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`Dovecot did not start: ${said} ${readLog()}`);
  };
  const readLog = (): string => {
    try {
      return readFileSync(join(folder, "log"), "utf8");
    } catch {
      return "";
    }
  };
  const connected = async <Value>(work: (client: ImapFlow) => Promise<Value>): Promise<Value> => {
    const { user, password: pass, ca } = access;
    const client = new ImapFlow({
      host,
      port,
      doSTARTTLS: true,
      secure: false,
      tls: { ca },
      auth: { user, pass },
      logger: false,
    });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.logout();
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    process.kill(-child.pid, signal);
    await gone;
  };
  await start();
  return {
    access,
    deliver: (raw, at) =>
      connected(async (client) => void (await client.append("INBOX", Buffer.from(raw), [], at))),
    look: (path = "INBOX") =>
      connected(async (client) => {
        const { exists } = await client.mailboxOpen(path, { readOnly: true });
        if (exists === 0) return [];
        const found = await client.fetchAll("1:*", { flags: true, size: true });
        return found.map(({ flags, size }) => ({ flags: [...(flags ?? [])].toSorted(), size: size ?? 0 }));
      }),
    crash: () => end("SIGKILL"),
    restart: start,
    stop: async () => {
      await end("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
