import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { orThrow } from "@subject-rights/core";
import { expect, it, vi } from "vitest";
import { filesIn, masterKey } from "./harness.ts";

it("the examples stand in the README as they run", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gsu)].map(([, code]) => code);
  const file = (name: string) => readFile(new URL(`readme/${name}`, import.meta.url), "utf8");
  expect(blocks).toEqual([await file("make-keys.ts"), await file("keys.ts")]);

  const parent = await mkdtemp(join(tmpdir(), "file-keys-"));
  const directory = join(parent, "data", "keys");
  vi.stubEnv("KEY_DIRECTORY", directory);
  vi.stubEnv("MASTER_KEY", Buffer.from(masterKey).toString("base64"));
  try {
    await import("./readme/make-keys.ts");
    const { keyRing } = await import("./readme/keys.ts");
    orThrow(await keyRing.create("request/one/a"));
    expect(orThrow(await keyRing.use("request/one/a"))).toHaveLength(32);
    expect(await filesIn(directory)).toHaveLength(2);
  } finally {
    vi.unstubAllEnvs();
    await rm(parent, { recursive: true });
  }
});
