import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDatabase, type TestDatabase } from "./support/database.ts";

const example = new URL("readme/one-process.ts", import.meta.url);

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

it("the example runs as it stands in the README", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, code] = /```ts\n(.*?)```/su.exec(readme) ?? [];
  expect(code).toBe(await readFile(example, "utf8"));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=source", fileURLToPath(example)],
    { env: { ...process.env, DATABASE_URL: database.url } },
  );
  expect(stdout).toBe("completed\n");
}, 60_000);
