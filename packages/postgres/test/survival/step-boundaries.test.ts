import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Job } from "./child.ts";
import { judge, type World } from "./judge.ts";
import { bear, type Country, foundCountry, type Life, unexpected, untilFinished } from "./lives.ts";

let country: Country;
beforeAll(async () => {
  country = await foundCountry();
});
afterAll(() => country.leave());

/**
 * Steps that change nothing: an end before or behind one of them is the same as behind the last that does. With
 * `npm run test:thorough` there is an end at each of them too, and at every other step.
 */
const looking = /\.(read|read-by-token|use|list|audit|identify|locate|remaining|page) \d+$/;
const isThorough = inject("isThorough");

/** Steps by what is done, and whether it is before that or behind it; each as often as it came. */
const byKind = (steps: readonly string[]): readonly (readonly string[])[] => [
  ...Map.groupBy(steps, (step) => step.replace(/ \d+$/, "")).values(),
];

/** Of each kind of step its first: there is an end at whatever can be done at all. */
const sample = (steps: readonly string[]): readonly string[] =>
  byKind(steps).flatMap((alike) => alike.slice(0, 1));

/** Worked on side by side in one process, each up to a step of its own. */
const atOnce = 40;

interface Held {
  readonly world: World;
  readonly holdAt: string;
}

const jobOf = ({ tenant, kind }: World, holdAt: string | null): Job => ({ tenant, kind, holdAt });
const tenantsOf = (worlds: readonly World[]): string[] => worlds.map(({ tenant }) => tenant);

/** For machines that have other things to do: no pause between two tries is longer than a second. */
const patience = 120_000;

/** The steps of a process that nobody ends, for each kind of request. */
const rehearse = async (kinds: readonly World["kind"][]): Promise<readonly (readonly string[])[]> => {
  const { places, observer, newWorld } = country;
  const life = bear(places);
  await life.ready;
  const worlds: World[] = [];
  for (const kind of kinds) worlds.push(await newWorld(kind));
  life.work(worlds.map((world) => jobOf(world, null)));
  await untilFinished(observer, tenantsOf(worlds), patience);
  const steps = await life.steps();
  for (const world of worlds) await judge(places, observer, world);
  expect(unexpected(life.failures)).toEqual([]);
  await life.kill();
  return worlds.map(({ tenant }) => steps[tenant] ?? []);
};

const untilHeld = async ({ held }: Life, worlds: readonly World[]): Promise<number> => {
  const left = () => tenantsOf(worlds).filter((tenant) => !held.has(tenant));
  // A step that came in the rehearsal and never here: what was announced twice there was announced once.
  await untilFinished(country.observer, left, patience);
  return worlds.length - left().length;
};

describe.skipIf(process.platform === "win32")("a process that is killed at any step", () => {
  it("loses nothing, and does nothing twice that may not be", {
    timeout: 900_000,
  }, async () => {
    const { places, observer, newWorld } = country;
    const kinds = ["erasure", "export"] as const;
    const rehearsed = await rehearse(kinds);
    const all: Held[] = [];
    for (const [index, kind] of kinds.entries()) {
      const passed = rehearsed[index] ?? [];
      const changing = passed.filter((step) => !looking.test(step));
      expect(changing.length).toBeGreaterThan(80);
      const steps = isThorough ? passed : sample(changing);
      expect(byKind(steps).length).toBeGreaterThanOrEqual(kind === "erasure" ? 30 : 10);
      for (const [place, holdAt] of steps.entries()) {
        all.push({ world: await newWorld(kind, kind === "erasure" && place % 3 === 0), holdAt });
      }
    }

    let killed = 0;
    let before: readonly Held[] = [];
    let next = bear(places);
    for (let first = 0; first < all.length + atOnce; first += atOnce) {
      const batch = all.slice(first, first + atOnce);
      const life = next;
      await life.ready;
      next = bear(places);
      // It takes over from the process before it, and has its own end ahead.
      life.work([
        ...before.map(({ world }) => jobOf(world, null)),
        ...batch.map(({ world, holdAt }) => jobOf(world, holdAt)),
      ]);
      await untilFinished(observer, () => tenantsOf(before.map(({ world }) => world)), patience);
      killed += await untilHeld(
        life,
        batch.map(({ world }) => world),
      );
      await life.kill();
      expect(unexpected(life.failures)).toEqual([]);
      before = batch;
    }
    await next.kill();

    for (const { world, holdAt } of all) {
      await judge(places, observer, world).catch((cause: unknown) => {
        throw new Error(`${world.tenant}, an ${world.kind} that was killed ${holdAt}`, { cause });
      });
    }
    // What happens at the same moment is stored together: now and then a step is another one's too.
    expect(killed).toBeGreaterThan(all.length * 0.8);
  });
});
