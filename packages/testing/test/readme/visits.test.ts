import { dataSourceCases } from "@subject-rights/testing";
import { describe, it } from "vitest";
import { harness } from "./visits.ts";

describe("visits", () => {
  for (const each of dataSourceCases(harness)) it(each.name, each.run);
});
