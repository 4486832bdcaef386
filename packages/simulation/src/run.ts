import { play } from "./play/play.ts";
import { promises } from "./promises/all.ts";
import type { Story } from "./story/story.ts";

/** What a run has broken. */
export interface Broken {
  readonly promise: string;
  readonly how: string;
}

export interface Run {
  readonly broken: readonly Broken[];
  readonly requests: number;
  /** What happened, call for call: the same for the same story. */
  readonly trace: readonly string[];
}

/** Plays a story, and says what of the promises it has broken. */
export const run = async (story: Story): Promise<Run> => {
  const broken: Broken[] = [];
  const { world, views } = await play(story, (now, seen) => {
    for (const { name, always } of promises)
      for (const how of always?.(now, seen) ?? [])
        if (broken.length < 20) broken.push({ promise: name, how });
  });
  for (const { name, atTheEnd } of promises)
    for (const how of atTheEnd?.(world, views) ?? []) broken.push({ promise: name, how });
  return {
    broken,
    requests: world.tables.requests.size,
    trace: [
      ...world.ledger.calls.map(
        ({ at, source, ability, requestId, erased }) =>
          `${at} ${source}.${ability} ${requestId} ${erased.length}`,
      ),
      ...views.map(({ id, outcome, closedAt }) => `${id} ${outcome} ${closedAt}`),
    ],
  };
};
