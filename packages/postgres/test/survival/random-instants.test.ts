import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { finishedTenants, judge, type World } from "./judge.ts";
import { bear, type Country, foundCountry, unexpected, untilFinished } from "./lives.ts";
import { askedFor, leftAlone } from "./places.ts";
import { readable, wholeDatabase } from "./whole-database.ts";

let country: Country;
beforeAll(async () => {
  country = await foundCountry();
});
afterAll(() => country.leave());

const isThorough = inject("isThorough");
const kills = isThorough ? 200 : 4;

/** Requests that a process has before it: enough that it never has nothing to do. */
const underWay = 6;

describe.skipIf(process.platform === "win32")("processes that are killed one after the other", () => {
  it(`finish every request, killed at ${kills} random instants`, {
    timeout: isThorough ? 900_000 : 300_000,
  }, async () => {
    const { places, observer, newWorld } = country;
    const worlds: World[] = [];
    const unfinished = async (): Promise<World[]> => {
      const finished = await finishedTenants(observer);
      return worlds.filter(({ tenant }) => !finished.has(tenant));
    };
    let killedAtWork = 0;
    let next = bear(places);
    for (let kill = 0; kill < kills; kill += 1) {
      const life = next;
      await life.ready;
      next = bear(places);
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
  });
});

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
