import { describe, expect, inject, it } from "vitest";
import { type Company, other } from "./company.ts";
import { deliveredRows, effectsOf, expectGoodEnding } from "./ending.ts";
import { runWithKills } from "./killable.ts";
import { newWorld, requestIn, type World } from "./world.ts";

/** Every seventeenth step, or about one in a hundred: neighbours mostly are two steps of one kind, or the two sides of one effect. */
const stride = inject("isThorough") ? 17 : 101;

/** Ends the process at the steps there are, each time in a new world, and has another process take over. */
const atEveryStep = async (
  makeWorld: () => World,
  check: (world: World) => Promise<void>,
  from: (steps: readonly string[]) => number = () => 0,
): Promise<void> => {
  const untroubled = makeWorld();
  const { steps } = await runWithKills(untroubled);
  await check(untroubled);
  const effects = effectsOf(untroubled);
  let kills = 0;
  for (let killAt = from(steps) + 1; killAt <= steps.length; killAt += stride) {
    const world = makeWorld();
    const { wasKilled } = await runWithKills(world, killAt);
    if (wasKilled) kills += 1;
    try {
      await check(world);
      // Whatever was done twice was the same effect, under the same key, with the same message id.
      expect(effectsOf(world)).toEqual(effects);
    } catch (thrown) {
      throw new Error(`killed at step ${killAt}, ${steps[killAt - 1]}`, { cause: thrown });
    }
  }
  expect(kills).toBeGreaterThan(1);
};

const first = (ability: string) => (steps: readonly string[]) =>
  steps.findIndex((step) => step.endsWith(ability));

const holdsAda = ({ accounts, orders, papers, insights }: Company) =>
  [accounts, orders, papers, insights].map((table) => table.some(({ name }) => name.includes("Lovelace")));

const isSealed = ({ tables }: World) => [...tables.requests.values()].map(({ sealed }) => sealed !== null);

describe("a process that is killed at any step", () => {
  it("loses nothing of an erasure", { timeout: 600_000 }, async () => {
    await atEveryStep(
      () => newWorld("erasure"),
      async (world) => {
        await expectGoodEnding(world, "completed-with-exceptions");
        expect(holdsAda(world.company)).toEqual([false, false, false, false]);
        expect(world.company.papers).toEqual([other]);
        expect(isSealed(world)).toEqual([false]);
      },
    );
  });

  it("says what it erased, exactly, where sources join the store's transaction", {
    timeout: 600_000,
  }, async () => {
    await atEveryStep(
      () => newWorld("erasure", { isJoined: true }),
      async (world) => {
        await expectGoodEnding(world, "completed-with-exceptions");
        expect(holdsAda(world.company)).toEqual([false, false, false, false]);
        // Apart from the store, what was erased just before the end is `absent` to the next process.
        const outcomes = (await requestIn(world))?.sources.slice(0, 2).map((source) => source.outcomes);
        expect(outcomes).toEqual([
          [{ collection: "entries", outcome: "erased", count: 1 }],
          [{ collection: "entries", outcome: "erased", count: 3 }],
        ]);
      },
    );
  });

  it("forgets nothing that is kept by law", { timeout: 600_000 }, async () => {
    await atEveryStep(
      () => newWorld("erasure", { isKept: true }),
      async (world) => {
        await expectGoodEnding(world, "completed-with-exceptions");
        expect(holdsAda(world.company)).toEqual([false, true, false, false]);
        expect((await requestIn(world))?.sources[1]?.outcomes).toMatchObject([
          { outcome: "retained", count: 3 },
        ]);
        expect(isSealed(world)).toEqual([true]);
      },
      first(".erase"),
    );
  });

  it("hands over every row of an export once", { timeout: 600_000 }, async () => {
    await atEveryStep(
      () => newWorld("export"),
      async (world) => {
        await expectGoodEnding(world, "completed-with-exceptions");
        const { accounts, orders, papers } = world.company;
        const [account, ...folder] = await deliveredRows(world);
        expect(account).toEqual([accounts[0]]);
        expect(folder).toEqual([orders.slice(0, 3), papers.slice(0, 1)]);
        expect(isSealed(world)).toEqual([false]);
        expect(world.tables.chunks.size).toBe(0);
      },
      first(".page"),
    );
  });
});
