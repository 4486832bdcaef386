import fc from "fast-check";
import type { Defect } from "./defects/defect.ts";
import type { Broken } from "./run.ts";
import { simulate } from "./simulate.ts";
import { ofSeed, type Story, stories } from "./story/story.ts";

export interface Shrunk {
  readonly story: Story;
  readonly broken: readonly Broken[];
}

/** Milliseconds that are spent on making a failing story shorter. */
const patience = 120_000;

/** The shortest story like that of the seed that still breaks the same promise; null where it breaks none. */
export const shrink = async (seed: number, defect: Defect | null = null): Promise<Shrunk | null> => {
  let shortest: Shrunk | null = null;
  await fc.check(
    fc.asyncProperty(stories, async (story) => {
      const { broken } = await simulate(story, defect);
      const [first] = broken;
      if (first === undefined || (shortest !== null && shortest.broken[0]?.promise !== first.promise))
        return true;
      shortest = { story, broken };
      return false;
    }),
    { ...ofSeed(seed), interruptAfterTimeLimit: patience },
  );
  return shortest;
};
