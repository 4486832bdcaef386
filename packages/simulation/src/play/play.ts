import type { RequestView } from "@subject-rights/core";
import type { Story } from "../story/story.ts";
import { isStill, launch, newWorld, replaceTheDead, type World } from "../world/processes.ts";
import { bringAbout, liftAll, stopSweeps } from "./happenings.ts";
import { oblige, viewsIn } from "./people.ts";

const [hour, day] = [3_600_000, 86_400_000];

/** How a story went. */
export interface Played {
  readonly world: World;
  /** All requests, as they stand in the end. */
  readonly views: readonly RequestView[];
}

/** Whether nothing is left to do for any request. */
const isOver = ({ tables }: World): boolean =>
  [...tables.requests.values()].every(({ open, wakeAt }) => !open && wakeAt === null);

/** Plays a story, and then lets all be well until everything has come to its end. */
export const play = async (
  story: Story,
  look: (world: World, views: readonly RequestView[]) => void,
): Promise<Played> => {
  const world = newWorld(story);
  for (let index = 0; index < story.processes; index += 1) world.processes.push(await launch(world));
  const seen = async () => {
    const views = await viewsIn(world);
    look(world, views);
    return views;
  };
  for (const { after, happens } of story.events) {
    if (isStill(world)) break;
    await world.clock.advance(after);
    await replaceTheDead(world);
    await bringAbout(world, happens);
    await world.clock.advance(0);
    await seen();
  }
  if (!isStill(world)) await calm(world);
  let views = await seen();
  // The pauses grow, up to where duties to keep something have ended.
  for (let round = 0, pause = hour; round < 50 && !isOver(world) && !isStill(world); round += 1) {
    await oblige(world);
    await world.clock.advance(pause);
    views = await seen();
    pause = Math.min(pause * 2, 20 * day);
  }
  if (!isOver(world) && !isStill(world)) world.history.surprises.push("it came to no end");
  for (const { rights, life } of world.processes) await life.alive(rights.stop());
  return { world, views };
};

/** From here on all is well. */
const calm = async (world: World): Promise<void> => {
  world.moods.length = 0;
  world.down.clear();
  world.mail.isDown = false;
  world.mail.forgets = false;
  await replaceTheDead(world);
  for (const { life } of world.processes) life.dieAfter(Number.POSITIVE_INFINITY);
  // What is stopped stays so, though nothing else is in its way.
  await oblige(world);
  await world.clock.advance(hour);
  await liftAll(world);
  await stopSweeps(world);
  for (const view of await viewsIn(world))
    if (view.waitingFor.some((waiting) => waiting.for === "identity"))
      await bringAbout(world, { what: "resume", which: 0 }, view);
};
