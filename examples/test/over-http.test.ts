import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportManifestSchema } from "@subject-rights/core";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { marta } from "../src/company/people.ts";
import { runExample } from "./support/run-example.ts";

const temporary = async () => {
  const folder = await mkdtemp(join(tmpdir(), "examples-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

describe("the documented export over HTTP", () => {
  it.each(["http-node", "http-express"])(
    "%s: from asking to the unpacked package",
    async (example) => {
      const folder = await temporary();
      // That an interrupted run is taken up is seen in other examples; here it is more of the same.
      const first =
        example === "http-node" && inject("isThorough")
          ? await runExample([`${example}/main.ts`], folder, {
              at: "Opening it changes nothing",
              with: "SIGKILL",
            })
          : null;
      const second = await runExample([`${example}/main.ts`], folder);
      expect([second.code, second.failures]).toEqual([0, ""]);
      expect(second.requests).toHaveLength(1);
      if (first !== null) expect(second.requests).toEqual(first.requests);
      expect(second.shown).toMatch(/outcome +completed/);
      expect(second.shown).toMatch(/downloaded +\d+ bytes/);
      const manifest = await readFile(join(folder, example, "package", "manifest.json"), "utf8");
      expect(exportManifestSchema.parse(JSON.parse(manifest)).subject).toBe(marta.email.toLowerCase());
    },
    120_000,
  );
});
