import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { startMailServer } from "../../src/mail/mail-server.ts";
import { freePort } from "../support/free-port.ts";
import { inTime, startApplication } from "./application.ts";
import type { Runtime } from "./runtimes.ts";

/**
 * Does with the application of the page what the page says, by mail and over its page.
 *
 * @param folder where its files are
 * @returns what it printed, and the package that arrived
 */
export const gettingStarted = async (runtime: Runtime, folder: string) => {
  const mail = await startMailServer({ folder: join(folder, `mail of ${runtime.title}`) });
  const { host, port: smtpPort, user, password, ca } = mail.access;
  const trusted = join(folder, `${runtime.title}.pem`);
  await writeFile(trusted, ca);
  const port = await freePort();
  const application = startApplication(runtime, "main.ts", {
    cwd: folder,
    env: {
      NODE_EXTRA_CA_CERTS: trusted,
      SMTP_HOST: host,
      SMTP_PORT: String(smtpPort),
      SMTP_USER: user,
      SMTP_PASSWORD: password,
      PORT: String(port),
    },
  });
  try {
    const url = `http://127.0.0.1:${port}/acknowledge`;
    for (const subject of [/confirm: erasure/, /confirm: export/]) {
      const letter = await mail.waitFor((each) => subject.test(each.subject));
      const token = /#([\w-]{43})/.exec(letter.text)?.[1] ?? "";
      const confirm = async () =>
        (await fetch(url, { method: "POST", body: new URLSearchParams({ token }) })).status;
      // A mail scanner opens the link, and finds a page with a button.
      assert.match(await (await fetch(url)).text(), /<button>/);
      assert.deepEqual([await confirm(), await confirm()], [200, 400]);
    }
    await mail.waitFor(({ subject }) => subject.startsWith("Done"));
    const { attachments } = await mail.waitFor((letter) => letter.attachments.length === 1);
    const held = await holdOpen(port);
    const lines = await application.end(inTime);
    for (const connection of held) connection.destroy();
    return { lines, content: Buffer.from(attachments[0]?.content ?? []) };
  } finally {
    application.kill();
    await mail.stop();
  }
};

/** As a browser does that connects ahead, and as somebody who never gets to the end of what they send. */
const holdOpen = (port: number) =>
  Promise.all(
    ["", "POST /acknowledge HTTP/1.1\r\nHost: lamps\r\nContent-Length: 100\r\n\r\ntoken="].map(
      async (said) => {
        const connection = connect(port, "127.0.0.1").on("error", () => undefined);
        await once(connection, "connect");
        if (said !== "") await new Promise((resolve) => connection.write(said, resolve));
        return connection;
      },
    ),
  );
