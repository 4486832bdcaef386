import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const example = new URL("readme/first-request.ts", import.meta.url);

it("the example runs as it stands in the README", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, code] = /```ts\n(.*?)```/su.exec(readme) ?? [];
  expect(code).toBe(await readFile(example, "utf8"));
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--conditions=source",
    fileURLToPath(example),
  ]);
  expect(stdout).toBe("completed [ 'bo@example.org' ]\n");
}, 30_000);
