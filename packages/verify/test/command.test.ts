import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../src/command.ts";
import { newKeys, realEvidence } from "./sample.ts";

const folder = mkdtempSync(join(tmpdir(), "evidence-"));
afterAll(() => rmSync(folder, { recursive: true }));
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const at = (name: string) => join(folder, name);

const runProcess = (...given: string[]) => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=source", main, ...given], {
    encoding: "utf8",
    env,
  });
  return { status, stdout, stderr };
};

beforeAll(async () => {
  const keys = newKeys();
  const { canonical, file } = await realEvidence(keys.secret);
  const { checkpoint, signature } = file.audit.checkpoint ?? {};
  writeFileSync(at("evidence.json"), canonical);
  writeFileSync(at("key.pem"), keys.open);
  writeFileSync(at("checkpoint.json"), JSON.stringify({ checkpoint, signature }));
  writeFileSync(at("other.pem"), newKeys().open);
  writeFileSync(at("tampered.json"), canonical.replace('"completed"', '"cancelled"'));
});

describe("npx @subject-rights/verify", () => {
  it("ends with 0 and says what is proven, also against a checkpoint that was kept, and by one of two keys", () => {
    const known = ["--checkpoint", at("checkpoint.json"), "--key", at("other.pem"), "--key", at("key.pem")];
    const { status, stdout } = runProcess(at("evidence.json"), ...known, "--html", at("page.html"));
    expect(stdout).toContain("This is proven:");
    expect(stdout).toContain("is the one that you kept");
    expect(stdout).toContain("Nothing is off.");
    expect(status).toBe(0);
    expect(readFileSync(at("page.html"), "utf8")).toContain("<h1>Evidence</h1>");
  });

  it("ends so as a process too: with 1 where something is off, with 2 where it could not be checked", () => {
    expect(runProcess(at("tampered.json"))).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("Do not rely on this file."),
      stderr: "",
    });
    expect(runProcess()).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("FILE") });
  });

  it.each([
    ["that was tampered with", ["tampered.json", "key.pem"], "changed after it was signed"],
    ["that was signed with another key", ["evidence.json", "other.pem"], "not a key that you named"],
  ])("ends with 1 for a file %s", async (_, [file = "", key = ""], why) => {
    const { status, stdout } = await runCommand([at(file), "--key", at(key)]);
    expect(stdout).toContain(why);
    expect(stdout).toContain("Do not rely on this file.");
    expect(stdout).not.toContain("This is proven");
    expect(status).toBe(1);
  });

  it.each([
    ["no file", []],
    ["two files", ["a", "b"]],
    ["a file that is not there", [at("none.json")]],
    ["a key that is none", [at("evidence.json"), "--key", at("evidence.json")]],
    ["a checkpoint that is none", [at("evidence.json"), "--checkpoint", at("key.pem")]],
    ["an option that there is not", [at("evidence.json"), "--force"]],
  ])("ends with 2 for %s", async (_, given) => {
    const { status, stdout, stderr } = await runCommand(given);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("npx @subject-rights/verify FILE");
  });
});
