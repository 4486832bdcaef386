import { PermanentFailure, type Row } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource, type World } from "./world.ts";

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
