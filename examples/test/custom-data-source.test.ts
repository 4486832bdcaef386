import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { dataSourceCases } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { harness } from "../src/custom-data-source/harness.ts";

const cases = dataSourceCases(harness);

describe("an author's own data source", () => {
  for (const { name, run } of cases) it(name, run);

  it("passes the same cases under node:test", async () => {
    const file = fileURLToPath(new URL("../src/custom-data-source/loyalty-cards.test.ts", import.meta.url));
    // A test runner inside a test runner would report to the outer one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--conditions=source", "--test", "--test-reporter=tap", file],
      { env },
    );
    expect(stdout).toContain(`# pass ${cases.length}\n`);
  });
});
