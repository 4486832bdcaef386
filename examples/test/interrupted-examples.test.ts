import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { examples } from "../src/examples.ts";
import { letterOf } from "../src/mail/letter.ts";
import { type Interruption, isRunByItself, type RunByItself, runExample } from "./support/run-example.ts";

const patience = 180_000;

/** Interruptions that are more of the same. */
const more = (...interruptions: Interruption[]) => (inject("isThorough") ? interruptions : []);

const temporary = async () => {
  const folder = await mkdtemp(join(tmpdir(), "examples-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const filesIn = async (folder: string): Promise<Record<string, string>> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const read = paths
    .sort()
    .map(async (path) => [path.slice(folder.length), await readFile(path, "latin1")] as const);
  return Object.fromEntries(await Promise.all(read));
};

/** Whom letters went to and what about, sorted; each with its Message-ID. */
const lettersIn = async (folder: string) => {
  const raw = Object.values(await filesIn(join(folder, "mail")));
  const letters = await Promise.all(raw.map((each) => letterOf(Buffer.from(each, "latin1"), () => "")));
  return {
    subjects: letters.map(({ to, subject }) => `${to} ${subject}`).sort(),
    messageIds: letters.map(({ messageId }) => messageId),
  };
};

/** How often each thing was done, by the audits that a finished example leaves. */
const auditIn = async (folder: string): Promise<Record<string, number>> => {
  const audits = JSON.parse(await readFile(join(folder, "audit.json"), "utf8")) as { action: string }[][];
  const counts: Record<string, number> = {};
  for (const { action } of audits.flat()) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
};

const resumed = "This one goes on with the same request.";

/** Interrupts an example again and again, and then lets it go on to its end. */
const interruptedRuns = async (
  example: RunByItself,
  output: string,
  interruptions: readonly Interruption[],
) => {
  const main = [`${example}/main.ts`] as const;
  const folder = join(output, example);
  const runs = [];
  for (const interruption of interruptions) {
    const run = await runExample(main, output, interruption);
    expect(run.failures).toBe("");
    if (interruption.with === "SIGKILL") expect(run.signal).toBe("SIGKILL");
    else {
      expect(run.code).toBe(interruption.with === "SIGINT" ? 130 : 143);
      expect(run.shown).toMatch(/Interrupted\. Start it again, and it goes on from here\.\n$/);
    }
    runs.push(run);
  }
  if (runs.length > 0) expect((await stat(join(folder, "master-key"))).mode & 0o777).toBe(0o600);
  const last = await runExample(main, output);
  expect(last).toMatchObject({ code: 0, failures: "" });
  // Nobody needs them any more.
  expect(await readdir(folder)).not.toEqual(expect.arrayContaining(["database"]));
  expect(await readdir(folder)).not.toEqual(expect.arrayContaining(["master-key"]));
  for (const [index, run] of [...runs, last].entries()) if (index > 0) expect(run.shown).toContain(resumed);
  return { runs, last };
};

it("an erasure that was interrupted, however often, ends as one that never was", {
  timeout: patience,
}, async () => {
  const output = await temporary();
  const folder = join(output, "erase-customer-data");
  const { runs, last } = await interruptedRuns("erase-customer-data", output, [
    ...more({ at: "Please confirm", with: "SIGINT" }, { at: /\d erased/, with: "SIGINT" }),
    // Long enough before the end: the help desk is asked again and again before it is given up.
    { at: "The help desk happens to be down", with: "SIGKILL" },
  ]);
  expect(new Set([...runs, last].flatMap(({ requests }) => requests)).size).toBe(1);
  expect(last.shown).toContain("completed-with-exceptions");
  const ended = {
    before: await filesIn(join(folder, "before")),
    after: await filesIn(join(folder, "after")),
    letters: await lettersIn(folder),
  };
  const audit = await auditIn(folder);
  expect(audit).toMatchObject({ acknowledged: 1 });
  expect(new Set(ended.letters.messageIds).size).toBe(ended.letters.messageIds.length);

  // What is finished starts afresh.
  const afresh = await runExample(["erase-customer-data/main.ts"], output);
  expect(afresh.code).toBe(0);
  expect(afresh.shown).not.toContain(resumed);
  expect(afresh.requests).not.toEqual(last.requests);
  const afterwards = (shown: string) => shown.slice(shown.indexOf("Looked at from outside"));
  expect(afterwards(last.shown)).toBe(afterwards(afresh.shown));
  expect(await filesIn(join(folder, "before"))).toEqual(ended.before);
  expect(await filesIn(join(folder, "after"))).toEqual(ended.after);
  expect((await lettersIn(folder)).subjects).toEqual(ended.letters.subjects);
});

it("so does an export", { timeout: patience }, async () => {
  const output = await temporary();
  const folder = join(output, "export-customer-data");
  const { runs, last } = await interruptedRuns("export-customer-data", output, [
    ...more({ at: "Please confirm", with: "SIGKILL" }, { at: "…", with: "SIGTERM" }),
  ]);
  expect(new Set([...runs, last].flatMap(({ requests }) => requests)).size).toBe(1);
  expect(last.shown).toMatch(/outcome +completed\n/);
  expect(await auditIn(folder)).toMatchObject({ acknowledged: 1 });
  expect((await lettersIn(folder)).subjects).toEqual([
    "petra.sandvik@halmstrand.example Please confirm: export of customer data",
    "petra.sandvik@halmstrand.example Ready: export of customer data",
  ]);
});

it("so do three exports by email alone", { timeout: patience }, async () => {
  const output = await temporary();
  const { last } = await interruptedRuns("by-email", output, [
    ...more({ at: "Please confirm: export of user data", with: "SIGTERM" }),
  ]);
  expect(last.shown.match(/outcome +completed\n/g)).toHaveLength(3);
  expect(last.shown).toContain("Your message: we need a little more");
  expect(await auditIn(join(output, "by-email"))).toMatchObject({ submitted: 3, acknowledged: 3, closed: 3 });
});

it("the demo begins with what was interrupted, and runs to its end", { timeout: patience }, async () => {
  const output = await temporary();
  const named = ["demo.ts", "custom-data-source", "export-user-data"] as const;
  const first = await runExample(named, output, { at: "Please confirm", with: "SIGINT" });
  expect(first).toMatchObject({ code: 130, failures: "" });
  // The others have tests of their own, in which they run to their end.
  const others = examples.filter((example) => !isRunByItself(example));
  expect(others).toEqual(expect.arrayContaining(named.slice(1)));
  const second = await runExample(["demo.ts", ...others], output);
  expect(second).toMatchObject({ code: 0, failures: "" });
  expect(second.requests[0]).toBe(first.requests[0]);
  expect(second.shown.indexOf(resumed)).toBeLessThan(second.shown.indexOf("A data source of one's own"));
  expect(second.shown).toMatch(/\nAll of it ran in \d+ s\. /);
  expect((await readdir(output)).toSorted()).toEqual(expect.arrayContaining(["evidence", "letters"]));
});
