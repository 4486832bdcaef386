import fc from "fast-check";
import { describe, it } from "vitest";
import { play, scripts } from "./random-run.ts";

describe("whatever sources answer and people do", () => {
  it("nothing is called done that is not, and everything comes to an end", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        await play(script);
      }),
      { numRuns: 60, seed: 20261123 },
    );
  });
});
