import type { SubjectRights } from "@subject-rights/core";
import type { Gate } from "@subject-rights/simulation";
import type { SimulatedClock } from "@subject-rights/testing";
import { isOver, launch, pass, peopleDo, type World } from "./world.ts";

/** A process that ends at one of its steps, in the middle of whatever it does; from then on nothing of it moves. */
interface Process {
  readonly rights: SubjectRights;
  readonly isDead: () => boolean;
  /** The effects it came to: each is named twice, where it begins and where its answer is seen. */
  readonly steps: readonly string[];
  /** Resolves when the work ends or the process does. */
  readonly alive: (work: PromiseLike<unknown>) => Promise<unknown>;
  /** It ends after so many steps more, if it has not ended already. */
  readonly dieAfter: (steps: number) => void;
}

const never = new Promise<never>(() => undefined);

/** A library that begins at once, and ends at the step that is told; from then on nothing of it moves. */
export const killable = async (
  clock: SimulatedClock,
  launched: (gate: Gate, wait: SimulatedClock["wait"]) => SubjectRights,
  killAt = Number.POSITIVE_INFINITY,
): Promise<Process> => {
  const steps: string[] = [];
  let last = killAt;
  let died = (): void => undefined;
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  const isDead = () => steps.length >= last;
  const step = (name: string): Promise<void> | undefined => {
    if (isDead()) return never;
    steps.push(name);
    if (!isDead()) return undefined;
    died();
    return never;
  };
  const gate: Gate = async (name, effect) => {
    await step(name);
    const answer = await effect();
    await step(name);
    return answer;
  };
  const rights = launched(gate, clockUntil(clock, isDead).wait);
  const alive = (work: PromiseLike<unknown>) => Promise.race([work, death]);
  await alive(rights.start().then((started) => started));
  const dieAfter = (more: number) => {
    if (!isDead()) last = steps.length + more;
  };
  return { rights, isDead, steps, alive, dieAfter };
};

const startProcess = (world: World, killAt: number): Promise<Process> =>
  killable(
    world.clock,
    (gate, wait) => launch(world, gate, { clock: { now: world.clock.now, wait } }),
    killAt,
  );

/** Time, for as long as somebody is there to notice. */
const clockUntil = (clock: SimulatedClock, isDead: () => boolean): Pick<SimulatedClock, "now" | "wait"> => ({
  now: clock.now,
  wait: (milliseconds, signal) =>
    isDead() ? never : clock.wait(milliseconds, signal).then(() => (isDead() ? never : undefined)),
});

const mostRounds = 100;

/**
 * Takes the request of a world to its end. Each process ends at the step that is given for it, and the next one
 * takes over; the last one lives.
 *
 * @returns the steps of the last process, and whether each of the others did end early
 */
export const runWithKills = async (world: World, ...kills: readonly number[]) => {
  const left = [...kills];
  let process = await startProcess(world, left.shift() ?? Number.POSITIVE_INFINITY);
  let deaths = 0;
  for (let round = 0; round < mostRounds && !isOver(world); round += 1) {
    if (process.isDead()) {
      deaths += 1;
      process = await startProcess(world, left.shift() ?? Number.POSITIVE_INFINITY);
    }
    await process.alive(peopleDo(world, process.rights));
    await pass(world);
  }
  const wasKilled = deaths === kills.length;
  if (!process.isDead()) await process.rights.stop();
  return { steps: process.steps, wasKilled };
};
