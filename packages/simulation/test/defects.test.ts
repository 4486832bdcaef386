import { describe, expect, inject, it } from "vitest";
import { defects } from "../src/defects/defects.ts";
import { simulate } from "../src/simulate.ts";
import { storyOf } from "../src/story/story.ts";

const most = 1_000;

describe("a defect of the library is found", () => {
  it.each(defects)("$name", async (defect) => {
    const { broken } = await simulate(storyOf(defect.seed), defect);
    expect(broken.map(({ promise }) => promise)).toContain(defect.breaks);
  });

  // What stays in `npm test` is that the seed which was found finds it still.
  if (inject("isThorough")) {
    it(`each within ${most} seeds`, { timeout: 1_200_000 }, async () => {
      const table: string[] = [];
      for (const defect of defects) {
        let seed = 1;
        const isFound = async () =>
          (await simulate(storyOf(seed), defect)).broken.some(({ promise }) => promise === defect.breaks);
        while (seed <= most && !(await isFound())) seed += 1;
        table.push(`${String(seed).padStart(5)}  ${defect.name}`);
        expect(seed, defect.name).toBeLessThanOrEqual(most);
      }
      console.log(`The first seed that finds each defect:\n${table.join("\n")}`);
    });
  }
});
