import fc from "fast-check";
import { describe, inject, it } from "vitest";
import { play, scripts } from "./random-run.ts";

describe("whatever sources answer and people do", () => {
  it("nothing is called done that is not, and everything comes to an end", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        await play(script);
      }),
      { numRuns: inject("isThorough") ? 50 : 4, seed: 20261123 },
    );
  });
});
