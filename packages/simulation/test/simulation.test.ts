import { describe, expect, it } from "vitest";
import { simulate } from "../src/simulate.ts";
import { storyOf } from "../src/story/story.ts";
import { told } from "../src/story/told.ts";

/** What fits beside everything else; `pnpm simulate` goes on. */
const seeds = 100;

describe("whatever happens around it", () => {
  it("the library keeps its promises", async () => {
    const failures: string[] = [];
    let requests = 0;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const story = storyOf(seed);
      const ran = await simulate(story);
      requests += ran.requests;
      for (const { promise, how } of ran.broken)
        failures.push(`seed ${seed}: ${promise}: ${how}\n${told(story)}`);
    }
    expect(failures.slice(0, 3)).toEqual([]);
    // Most stories are about somebody.
    expect(requests).toBeGreaterThan(seeds);
  });

  it("happens in the same way for the same seed", async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const [first, second] = [await simulate(storyOf(seed)), await simulate(storyOf(seed))];
      expect(second.trace).toEqual(first.trace);
      expect(first.trace.length).toBeGreaterThan(0);
    }
  });
});
