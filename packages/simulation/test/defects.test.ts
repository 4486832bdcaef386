import { describe, expect, inject, it } from "vitest";
import { defects } from "../src/defects/defects.ts";
import { withPlanted } from "../src/defects/planted.ts";
import { storyOf } from "../src/story/story.ts";

const most = 1_000;

describe("a defect of the library is found", () => {
  it.each(defects)("$name", async (defect) => {
    const run = await withPlanted(defect);
    const { broken } = await run(storyOf(defect.seed));
    expect(broken.map(({ promise }) => promise)).toContain(defect.breaks);
  });

  // What stays in `npm test` is that the seed which was found finds it still.
  if (inject("isThorough")) {
    it(`each within ${most} seeds`, { timeout: 1_200_000 }, async () => {
      const table: string[] = [];
      for (const defect of defects) {
        const run = await withPlanted(defect);
        let seed = 1;
        const isFound = async () =>
          (await run(storyOf(seed))).broken.some(({ promise }) => promise === defect.breaks);
        while (seed <= most && !(await isFound())) seed += 1;
        table.push(`${String(seed).padStart(5)}  ${defect.name}`);
        expect(seed, defect.name).toBeLessThanOrEqual(most);
      }
      console.log(`The first seed that finds each defect:\n${table.join("\n")}`);
    });
  }
});
