import { dataSourceCases } from "@subject-rights/testing";
import { describe, it } from "vitest";
import { harness } from "../src/custom-data-source/harness.ts";

// Under `node:test` with those of the documentation, in one process: `docs.test.ts`.
describe("an author's own data source", () => {
  for (const { name, run } of dataSourceCases(harness)) it(name, run);
});
