import { keyRingCases } from "@subject-rights/testing";
import { describe, it } from "vitest";
import { harness } from "./harness.ts";

describe("the file key ring", () => {
  for (const each of keyRingCases(harness)) it(each.name, each.run);
});
