import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Job } from "./child.ts";
import { finishedTenants, judge, type World } from "./judge.ts";
import { bear, type Country, foundCountry, type Life, unexpected, untilFinished } from "./lives.ts";
import { askedFor, leftAlone } from "./places.ts";
import { readable, wholeDatabase } from "./whole-database.ts";

let country: Country;
beforeAll(async () => {
  country = await foundCountry();
});
afterAll(() => country.leave());

/**
 * Steps that change nothing: an end before or behind one of them is the same as behind the last that does. With
 * `npm run test:thorough` there is an end at every other one.
 */
const looking = /\.(read|read-by-token|findAbout|use|list|audit|identify|locate|remaining|page) \d+$/;
const isThorough = inject("isThorough");

/** Steps by what is done, and whether it is before that or behind it; each as often as it came. */
const byKind = (steps: readonly string[]): readonly (readonly string[])[] => [
  ...Map.groupBy(steps, (step) => step.replace(/ \d+$/, "")).values(),
];

/**
 * Behind the first of each kind of step: there is an end after whatever can be done at all. Before a step it is the same
 * as behind the one before it, and what an erasure does as well an export need not be ended at.
 */
const sample = (steps: readonly string[], known: readonly string[]): readonly string[] =>
  byKind(steps.filter((step) => step.startsWith("after ")))
    .flatMap((alike) => alike.slice(0, 1))
    .filter((step) => !known.includes(step));

const apart = 8;

/** Before and behind every eighth of each kind of step, beginning with another one for each; each kind once at least. */
const largeSample = (steps: readonly string[]): readonly string[] =>
  byKind(steps).flatMap((alike, kind) => {
    const some = alike.filter((_, place) => place % apart === kind % apart);
    return some.length > 0 ? some : alike.slice(0, 1);
  });

/** Worked on side by side in one process, each up to a step of its own. */
const atOnce = 40;

/** Whoever is held at a gate may hold a connection as well: at most one for each kind of step that a transaction has. */
const connections = isThorough ? 48 : 16;

interface Held {
  readonly world: World;
  readonly holdAt: string;
}

const jobOf = ({ tenant, kind }: World, holdAt: string | null): Job => ({ tenant, kind, holdAt });
const tenantsOf = (worlds: readonly World[]): string[] => worlds.map(({ tenant }) => tenant);

/** For machines that have other things to do: no pause between two tries is longer than a second. */
const patience = 120_000;

/** The steps of a process that nobody ends meanwhile, for each kind of request. */
const rehearse = async (
  life: Life,
  kinds: readonly World["kind"][],
): Promise<readonly (readonly string[])[]> => {
  const { places, observer, newWorld } = country;
  await life.ready;
  const worlds: World[] = [];
  for (const kind of kinds) worlds.push(await newWorld(kind));
  life.work(worlds.map((world) => jobOf(world, null)));
  await untilFinished(observer, tenantsOf(worlds), patience);
  const steps = await life.steps();
  for (const world of worlds) await judge(places, observer, world);
  expect(unexpected(life.failures)).toEqual([]);
  return worlds.map(({ tenant }) => steps[tenant] ?? []);
};

const untilHeld = async ({ held }: Life, worlds: readonly World[]): Promise<number> => {
  const left = () => tenantsOf(worlds).filter((tenant) => !held.has(tenant));
  // A step that came in the rehearsal and never here: what was announced twice there was announced once.
  await untilFinished(country.observer, left, patience);
  return worlds.length - left().length;
};

/** Nobody who was erased is left in either database, with keys and packages; what was sent is outside of them. */
const expectNobodyErased = async (worlds: readonly World[]): Promise<void> => {
  const { shop, warehouse } = country.observer;
  const text = readable(`${await wholeDatabase(shop)}\n${await wholeDatabase(warehouse, ["outbox"])}`);
  for (const { tenant, kind } of worlds) {
    // The others are still to be read, so this would see somebody.
    expect(text).toContain(leftAlone(tenant).email);
    const traces = Object.values(askedFor(tenant)).map((trace) => trace.toLowerCase());
    for (const trace of traces) expect(text.includes(trace)).toBe(kind === "export");
  }
  const control = Buffer.from("Ada@example.org");
  for (const encoded of [`\\x${control.toString("hex")}`, control.toString("base64")]) {
    expect(readable(`(1,${encoded})`)).toContain("ada@example.org");
  }
};

const kills = 15;

/** Requests that a process has before it: enough that it never has nothing to do. */
const underWay = 6;

async function atInstants(): Promise<void> {
  const { places, observer, newWorld } = country;
  const worlds: World[] = [];
  const unfinished = async (): Promise<World[]> => {
    const finished = await finishedTenants(observer);
    return worlds.filter(({ tenant }) => !finished.has(tenant));
  };
  let killedAtWork = 0;
  let next = bear(places, connections);
  for (let kill = 0; kill < kills; kill += 1) {
    const life = next;
    await life.ready;
    next = bear(places, connections);
    const left = await unfinished();
    while (left.length < underWay) {
      const world = await newWorld(worlds.length % 3 === 2 ? "export" : "erasure", worlds.length % 4 === 0);
      worlds.push(world);
      left.push(world);
    }
    life.work(left.map(({ tenant, kind }) => ({ tenant, kind, holdAt: null })));
    await pause(Math.random() * 200);
    await life.kill();
    expect(unexpected(life.failures)).toEqual([]);
    if ((await unfinished()).length > 0) killedAtWork += 1;
  }
  // Few of them were killed when there was nothing to interrupt.
  expect(killedAtWork).toBeGreaterThanOrEqual(Math.floor(kills * 0.9) - 1);

  await next.ready;
  next.work(worlds.map(({ tenant, kind }) => ({ tenant, kind, holdAt: null })));
  await untilFinished(
    observer,
    worlds.map(({ tenant }) => tenant),
    60_000,
  );
  for (const world of worlds) await judge(places, observer, world);
  await expectNobodyErased(worlds);
  expect(unexpected(next.failures)).toEqual([]);
  await next.kill();
}

describe.skipIf(process.platform === "win32")("a process that is killed at any step", () => {
  it("loses nothing, and does nothing twice that may not be", {
    timeout: 900_000,
  }, async () => {
    const { places, observer, newWorld } = country;
    const kinds = ["erasure", "export"] as const;
    let next = bear(places, connections);
    const rehearsed = await rehearse(next, kinds);
    const all: Held[] = [];
    for (const [index, kind] of kinds.entries()) {
      const passed = rehearsed[index] ?? [];
      const changing = passed.filter((step) => !looking.test(step));
      expect(changing.length).toBeGreaterThan(80);
      const known = kind === "export" ? (rehearsed[0] ?? []) : [];
      const steps = isThorough ? largeSample(changing) : sample(changing, known);
      expect(byKind(changing).length).toBeGreaterThanOrEqual(kind === "erasure" ? 30 : 10);
      expect(byKind(steps).length).toBeGreaterThanOrEqual(kind === "erasure" ? 15 : 1);
      for (const [place, holdAt] of steps.entries()) {
        all.push({ world: await newWorld(kind, kind === "erasure" && place % 3 === 0), holdAt });
      }
    }

    let killed = 0;
    let before: readonly Held[] = [];
    for (let first = 0; first < all.length + atOnce; first += atOnce) {
      const batch = all.slice(first, first + atOnce);
      const life = next;
      await life.ready;
      if (batch.length > 0) next = bear(places, connections);
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

    for (const { world, holdAt } of all) {
      await judge(places, observer, world).catch((cause: unknown) => {
        throw new Error(`${world.tenant}, an ${world.kind} that was killed ${holdAt}`, { cause });
      });
    }
    await expectNobodyErased(all.map(({ world }) => world));
    // What happens at the same moment is stored together: now and then a step is another one's too.
    expect(killed).toBeGreaterThan(all.length * 0.8);
  });

  // Above there is an end behind whatever can be done.
  if (isThorough)
    it(`or at ${kills} random instants, finishes every request`, { timeout: 900_000 }, atInstants);
});
