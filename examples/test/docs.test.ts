import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import * as core from "@subject-rights/core";
import { mapProblemCodes } from "@subject-rights/postgres";
import { describe, expect, it } from "vitest";
import { startMailServer } from "../src/mail/mail-server.ts";
import { readPages, writePages } from "./support/docs.ts";

const pages = await readPages();
const folder = await writePages(pages);
const run = promisify(execFile);

const page = (name: string): string => {
  const found = pages.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no page ${name}`);
  return found.text;
};

/** The cells in the quotes of code that rows of tables begin with, so many a row. */
const coded = (name: string, cells: 1 | 2): string[] => {
  const cell = "\\| `([\\w-]+)` ";
  return [...page(name).matchAll(new RegExp(`^${cell.repeat(cells)}\\|`, "gmu"))].map((row) =>
    row.slice(1).join(" "),
  );
};

/** What a heading is linked by. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, "")
    .replaceAll(" ", "-");

const headingsOf = async (path: string): Promise<string[]> =>
  [...(await readFile(path, "utf8")).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchorOf(heading));

describe("the documentation", () => {
  it("leads nowhere that is not there", async () => {
    const broken: string[] = [];
    for (const { path, text: markdown } of pages) {
      for (const [, to = "", anchor] of markdown.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)) {
        const target = to === "" ? path : join(dirname(path), to);
        const there =
          existsSync(target) && (anchor === undefined || (await headingsOf(target)).includes(anchor));
        if (!there) broken.push(`${path}: ${to}#${anchor}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it("lists every error and every problem", () => {
    const classes = Object.entries(core)
      .filter(
        ([, value]) =>
          typeof value === "function" &&
          value.prototype instanceof core.SubjectRightsError &&
          // Has the code of what it extends.
          !(value.prototype instanceof core.CallFailed),
      )
      .map(([name]) => name);
    const codes = classes.map((name) => name.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase());
    const rows = classes.map((name, index) => `${codes[index]} ${name}`);
    expect(coded("errors", 2).toSorted()).toEqual(rows.toSorted());
    expect(coded("errors", 1).toSorted()).toEqual([...core.problemCodes, ...codes].toSorted());
  });

  it("has the policy as it is", () => {
    const table = [...page("concepts").matchAll(/^\| `([\w-]+)` \| [^|]+ \| ([\w, -]+) \|$/gmu)];
    expect(Object.fromEntries(table.map(([, action, roles]) => [action, roles?.split(", ")]))).toEqual(
      core.defaultRoles,
    );
  });

  it("has tables that a database takes", () => {
    for (const sql of pages.flatMap((each) => each.sql)) new DatabaseSync(":memory:").exec(sql);
  });

  it.each([
    ["writing-a-data-source", "subscriptions.test.ts"],
    ["writing-a-notifier", "gateway-notifier.test.ts"],
    ["writing-a-store", "file-key-ring.test.ts"],
  ])("%s: its adapter keeps the contract", async (name, file) => {
    // A test runner inside a test runner would report to the outer one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const node = ["--conditions=source", "--test", "--test-reporter=tap", join(folder, name, file)];
    const { stdout } = await run(process.execPath, node, { env }).catch(
      (failed: { stdout: string }) => failed,
    );
    expect(stdout).toMatch(/^# pass [1-9]/m);
    expect(stdout.match(/^\s*(?:not ok .*|error: .*)$/gm)).toBeNull();
  });

  it("core: its first example runs", async () => {
    const { stdout } = await run(process.execPath, [
      "--conditions=source",
      join(folder, "core", "first-request.ts"),
    ]);
    expect(page("core")).toContain(`It prints \`${stdout.trim()}\`.`);
  });

  it("postgres-data-map: its example runs", async () => {
    const main = join(folder, "postgres-data-map", "main.ts");
    const { stdout } = await run(process.execPath, ["--conditions=source", main]);
    expect(page("postgres-data-map")).toContain(`\`\`\`text\n${stdout}\`\`\``);
  });

  it("postgres-data-map: lists every problem", () => {
    expect(coded("postgres-data-map", 1).toSorted()).toEqual(mapProblemCodes.toSorted());
  });

  it("getting-started: a first erasure and a first export, by mail and over a page", async () => {
    const mail = await startMailServer({ folder: join(folder, "mail") });
    const { host, port: smtpPort, user, password, ca } = mail.access;
    await writeFile(join(folder, "ca.pem"), ca);
    const port = await freePort();
    const application = spawn(
      process.execPath,
      ["--conditions=source", join(folder, "getting-started", "main.ts")],
      {
        env: {
          ...process.env,
          NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
          SMTP_HOST: host,
          SMTP_PORT: String(smtpPort),
          SMTP_USER: user,
          SMTP_PASSWORD: password,
          PORT: String(port),
        },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const printed = text(application.stdout);
    try {
      const url = `http://127.0.0.1:${port}/acknowledge`;
      const confirm = (token: string) => fetch(url, { method: "POST", body: new URLSearchParams({ token }) });
      for (const subject of [/confirm: erasure/, /confirm: export/]) {
        const letter = await mail.waitFor((each) => subject.test(each.subject));
        const token = /#([\w-]{43})/.exec(letter.text)?.[1] ?? "";
        // A mail scanner opens the link, and finds a page with a button.
        expect(await (await fetch(url)).text()).toContain("<button>");
        expect((await confirm(token)).status).toBe(200);
        expect((await confirm(token)).status).toBe(400);
      }
      await mail.waitFor(({ subject }) => subject.startsWith("Done"));
      await mail.waitFor(({ attachments }) => attachments.length === 1);
    } finally {
      application.kill("SIGTERM");
      await mail.stop();
    }
    if (application.exitCode === null) await once(application, "exit");
    expect(application.exitCode).toBe(0);
    const lines = (await printed).split("\n");
    expect(lines).toContain("erasure completed");
    expect(lines).toContain("export completed");
  });
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};
