// Runs the packages as they are packed wherever they say that they run, as somebody who has installed them:
// `node --conditions=source examples/test/runtimes/main.ts FOLDER`, with the tarballs in FOLDER.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportManifestSchema } from "@subject-rights/core";
import { parse } from "csv-parse/sync";
import { unpack } from "../../src/story/show-package.ts";
import { readPages } from "../support/docs.ts";
import { inTime, startApplication } from "./application.ts";
import { gettingStarted } from "./getting-started.ts";
import { install } from "./install.ts";
import { nodes, others, type Runtime, tooOld } from "./runtimes.ts";

/** Opens a package, and reads each table of it twice. @returns how many rows it has */
const rowsOf = async (zip: Buffer, into: string): Promise<number> => {
  const files = await unpack(zip, into);
  const { collections } = exportManifestSchema.parse(JSON.parse(files.get("manifest.json") ?? ""));
  for (const { rows, json, csv } of collections) {
    assert.equal(JSON.parse(files.get(json) ?? "").length, rows);
    assert.equal(parse(files.get(csv?.path ?? "") ?? "", { bom: true, columns: true }).length, rows);
  }
  return collections.reduce((sum, { rows }) => sum + rows, 0);
};

/** What the page says that its program prints; the lines of the two requests come mixed. */
const printedBy = (page: string): readonly string[] =>
  (/^```text\n(?<lines>.*?)^```$/msu.exec(page)?.groups?.["lines"] ?? "").trimEnd().split("\n");

const inTurn = async (
  runtimes: readonly Runtime[],
  each: (runtime: Runtime) => Promise<void>,
): Promise<void> => {
  for (const runtime of runtimes) await each(runtime);
};

const tryGettingStarted = async (
  runtime: Runtime,
  folder: string,
  promised: readonly string[],
): Promise<void> => {
  const { lines, content } = await gettingStarted(runtime, folder);
  for (const kind of ["erasure", "export"]) {
    const isOfKind = (line: string) => line.startsWith(kind);
    // A phase that is over at once is not always seen.
    const seen = promised.filter((line) => isOfKind(line) && (lines.includes(line) || !isPassing(line)));
    assert.deepEqual(lines.filter(isOfKind), seen, runtime.title);
  }
  assert.equal(await rowsOf(content, join(folder, `${runtime.title}, mailed`)), 1);
};

const isPassing = (line: string): boolean =>
  /acknowledged|identified|origins|copies|collecting|packaged/.test(line);

const tryProgram = async (runtime: Runtime, folder: string): Promise<void> => {
  const application = startApplication(runtime, "program.ts", { cwd: folder });
  try {
    await application.printed("everything is open");
    const zip = await readFile(join(folder, "package.zip"));
    assert.deepEqual(await application.end(inTime), [
      "export completed",
      "erasure completed, 0 left",
      "everything is open",
      "unconfirmed: not seen to its end",
      "at work: not seen to its end",
      "sweep: stopped",
    ]);
    assert.equal(await rowsOf(zip, join(folder, runtime.title)), 5_000);
  } finally {
    application.kill();
  }
};

/** What starts on an older one is told which it takes. */
const tryTooOld = (folder: string, oldest: string): void => {
  const code = 'import("@subject-rights/core").then(({ createSubjectRights }) => createSubjectRights({}))';
  const { stderr, status } = spawnSync(tooOld.program, ["--eval", code], { cwd: folder, encoding: "utf8" });
  assert.match(stderr, new RegExp(`: Subject Rights needs Node\\.js ${oldest} or newer, and this is 20\\.`));
  assert.equal(status, 1);
};

const folder = await mkdtemp(join(tmpdir(), "subject-rights-"));
try {
  const page = (await readPages()).find(({ name }) => name === "getting-started");
  assert(page !== undefined);
  const manifests = await install(process.argv[2] ?? "", folder);
  assert(manifests.length > 0, "no packages are there: name the folder of the tarballs");
  for (const [name, code] of page.files) await writeFile(join(folder, name), code);
  await cp(join(import.meta.dirname, "program.ts"), join(folder, "program.ts"));

  const oldest = nodes[0]?.version ?? "";
  for (const { name, engines } of manifests) assert.equal(engines.node, `>=${oldest}`, name);
  for (const path of [page.path, "README.md", "CONTRIBUTING.md"]) {
    const text = await readFile(path, "utf8");
    for (const { title } of [...nodes, ...others])
      assert(text.includes(title), `${path} does not name ${title}`);
  }
  tryTooOld(folder, oldest);
  // Two at a time: one that waits for mail leaves the core to the other.
  const tried = await Promise.allSettled([
    inTurn(nodes, (node) => tryGettingStarted(node, folder, printedBy(page.text))),
    inTurn([...nodes, ...others], (runtime) => tryProgram(runtime, folder)),
  ]);
  for (const each of tried) {
    if (each.status === "fulfilled") continue;
    console.error(each.reason);
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
