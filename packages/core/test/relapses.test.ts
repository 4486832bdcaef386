import { PermanentFailure, type Row } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, inject, it } from "vitest";
import { ada, admin, copyOfPeople, createWorld, peopleSource, type World } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;

const people = () => new Map<string, Row[]>([[ada, [{ name: "Ada" }]]]);

const lettersTo = (world: World, source: string) =>
  world.notifier.sent.flatMap(({ notice }) =>
    notice.type === "support" && notice.source.id === source ? [notice.problem] : [],
  );

describe("a source that something fills again", () => {
  const refilled = async () => {
    const held = people();
    const state = { isFilled: true, erasures: 0 };
    const crm = peopleSource("crm", held, {
      erase: async () => {
        state.erasures += 1;
        const count = held.get(ada)?.length ?? 0;
        held.delete(ada);
        return [
          count > 0
            ? { collection: "people", outcome: "erased", count }
            : { collection: "people", outcome: "absent" },
        ];
      },
      // Clean right behind the erasure, and there again when everybody is asked once more.
      verify: async (_subject, { idempotencyKey }) => {
        if (idempotencyKey.includes("/verify/") && state.isFilled) held.set(ada, [{ name: "Ada" }]);
        return [{ collection: "people", count: held.get(ada)?.length ?? 0 }];
      },
    });
    const world = await createWorld({ sources: [crm, peopleSource("shop", people())] });
    return { world, state };
  };

  it("is erased in ever more rarely, is told once, and is never called done", async () => {
    const { world, state } = await refilled();
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    expect(state.erasures).toBeLessThanOrEqual(6);
    await world.pass(5 * day);
    // Every three to six hours.
    expect(state.erasures).toBeLessThanOrEqual(6 + 5 * 8);
    const view = await world.read(requestId);
    expect(view.outcome).toBeNull();
    expect(view.waitingFor).toEqual([{ for: "source", source: "crm", problem: "still-present" }]);
    expect(lettersTo(world, "crm")).toEqual(["still-present"]);
  });

  it("comes to its end once it stays empty, with all that was erased", async () => {
    const { world, state } = await refilled();
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    state.isFilled = false;
    await world.pass(day);
    const view = await world.read(requestId);
    expect(view.outcome).toBe("completed");
    expect(view.sources[0]?.outcomes).toEqual([
      { collection: "people", outcome: "erased", count: state.erasures },
    ]);
  });
});

describe("sources that fill each other", () => {
  /** Each erasure in one of them puts the person into the next one, as long as they are kept up to date with each other. */
  const inSync = (ids: readonly string[]) => {
    const state = { isSynced: true, log: [] as string[] };
    const tables = ids.map(() => people());
    const sources = ids.map((id, index) =>
      peopleSource(id, tables[index] as Map<string, Row[]>, {
        erase: async () => {
          const held = tables[index] as Map<string, Row[]>;
          const count = held.get(ada)?.length ?? 0;
          held.delete(ada);
          if (state.isSynced) tables[(index + 1) % ids.length]?.set(ada, [{ name: "Ada" }]);
          state.log.push(`erase ${id}`);
          return [
            count > 0
              ? { collection: "people", outcome: "erased", count }
              : { collection: "people", outcome: "absent" },
          ];
        },
        verify: async (_subject, { idempotencyKey }) => {
          if (idempotencyKey.includes("/verify/")) state.log.push(`look at ${id}`);
          return [{ collection: "people", count: tables[index]?.get(ada)?.length ?? 0 }];
        },
      }),
    );
    const isHeld = () => tables.some((table) => table.has(ada));
    return { state, sources, isHeld };
  };

  it.each([[["crm", "shop"]], ...(inject("isThorough") ? [[["crm", "shop", "news"]]] : [])])(
    "%s: are never called done while one of them holds the person",
    async (ids) => {
      const { state, sources, isHeld } = inSync(ids);
      const world = await createWorld({ sources });
      const requestId = await world.acknowledged("erasure");
      for (let passed = 0; passed < 3; passed += 1) {
        expect(isHeld()).toBe(true);
        expect((await world.read(requestId)).outcome).toBeNull();
        await world.pass(day);
      }
      // Ever more rarely.
      expect(state.log.filter((each) => each.startsWith("erase")).length).toBeLessThan(ids.length * 36);
      expect((await world.read(requestId)).waitingFor).toContainEqual(
        expect.objectContaining({ for: "source", problem: "still-present" }),
      );
      expect(ids.flatMap((id) => lettersTo(world, id))).toContain("still-present");
      // Somebody switches it off.
      state.isSynced = false;
      await world.pass(2 * day);
      expect(isHeld()).toBe(false);
      expect((await world.read(requestId)).outcome).toBe("completed");
      // Everybody was looked at behind the last erasure.
      const last = state.log.findLastIndex((each) => each.startsWith("erase"));
      expect(new Set(state.log.slice(last))).toEqual(
        new Set([state.log[last], ...ids.map((id) => `look at ${id}`)]),
      );
    },
  );
});

describe("an origin that something fills again before its copy is filled from it", () => {
  it.each([
    ["once", 1],
    ["again and again", Number.POSITIVE_INFINITY],
  ])("%s: it is that origin which is looked at, and told of", async (_, times) => {
    const [origin, copy] = [people(), people()];
    const state = { looks: 0, isFilling: true, erasures: 0 };
    const crm = peopleSource("crm", origin, {
      erase: async () => {
        state.erasures += 1;
        return [
          origin.delete(ada)
            ? { collection: "people", outcome: "erased", count: 1 }
            : { collection: "people", outcome: "absent" },
        ];
      },
      verify: async (_subject, { idempotencyKey }) => {
        const count = origin.size;
        // Clean right behind the erasure, and filled again before the copy is refreshed.
        if (idempotencyKey.endsWith("/check")) state.looks += 1;
        if (state.looks <= times && state.isFilling) origin.set(ada, [{ name: "Ada" }]);
        return [{ collection: "people", count }];
      },
    });
    const world = await createWorld({ sources: [crm, copyOfPeople("search", copy, origin)] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(3 * day);
    if (times > 1) {
      expect((await world.read(requestId)).outcome).toBeNull();
      expect(lettersTo(world, "crm")).toEqual(["still-present"]);
      expect(state.erasures).toBeLessThan(6 + 3 * 8);
      state.isFilling = false;
      await world.pass(day);
    }
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect([origin.size, copy.size]).toEqual([0, 0]);
  });
});

describe("a source that somebody has tried again while its last look is still to come", () => {
  it("is worked on again, and not only called pending", async () => {
    const [held, shop] = [people(), people()];
    let isDown = true;
    const world = await createWorld({
      sources: [
        peopleSource("crm", held),
        peopleSource("shop", shop, {
          erase: async () => {
            if (isDown) throw new Error("down");
            return [{ collection: "people", outcome: "erased", count: shop.delete(ada) ? 1 : 0 }];
          },
        }),
      ],
    });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    held.set(ada, [{ name: "Ada" }]);
    unwrap(await world.rights.requests.retrySource({ actor: admin, requestId, source: "crm" }));
    await world.settle();
    expect(held.size).toBe(0);
    isDown = false;
    await world.pass(day);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
  });
});

describe("a last look that one source could not give for hours", () => {
  it("is taken again of the others, whose answers are as old", async () => {
    const [first, second] = [people(), people()];
    let isDown = true;
    const shop = peopleSource("shop", second, {
      verify: async (_subject, { idempotencyKey }) => {
        if (idempotencyKey.includes("/verify/") && isDown) throw new Error("down");
        return [{ collection: "people", count: second.size }];
      },
    });
    const world = await createWorld({ sources: [peopleSource("crm", first), shop] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(12 * hour);
    first.set(ada, [{ name: "Ada" }]);
    isDown = false;
    await world.pass(6 * hour);
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect([first.size, second.size]).toEqual([0, 0]);
  });
});

describe("two troubles of one source", () => {
  it("are told both, and the first again where it comes back", async () => {
    const state = { isDown: true, refuses: true };
    const crm = peopleSource("crm", people(), {
      identify: async () => {
        if (state.isDown) throw new Error("down");
        return [];
      },
      erase: async () => {
        if (state.refuses) throw new PermanentFailure("never");
        return [{ collection: "people", outcome: "absent" }];
      },
      verify: async () => [{ collection: "people", count: 0 }],
    });
    const world = await createWorld({ sources: [crm] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    expect(lettersTo(world, "crm")).toEqual(["unavailable"]);
    state.isDown = false;
    await world.pass(12 * hour);
    expect(lettersTo(world, "crm")).toEqual(["unavailable", "permanent-failure"]);
    const again = { actor: admin, requestId, source: "crm" };
    unwrap(await world.rights.requests.retrySource(again));
    await world.pass(hour);
    expect(lettersTo(world, "crm")).toEqual(["unavailable", "permanent-failure", "permanent-failure"]);
    state.refuses = false;
    unwrap(await world.rights.requests.retrySource(again));
    await world.pass(hour);
    expect((await world.read(requestId)).outcome).toBe("completed");
  });
});
