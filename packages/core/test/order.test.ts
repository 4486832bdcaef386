import type { Actor, Category, RequestKind, Row } from "@subject-rights/core";
import { seededRandomness, unwrap } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ada, createWorld, peopleSource, type World } from "./world.ts";

const both: Actor = { id: "admin-1", tenant: "northwind", roles: ["admin", "tenant-admin"] };
const minute = 60_000;

/** A company in which one request about Ada is open, and stays so until somebody settles it. */
const withOneOpen = async (seed: number) => {
  const people = new Map<string, Row[]>([[ada, [{ name: "Ada" }]]]);
  const world = await createWorld({
    sources: [
      peopleSource("crm", people),
      peopleSource("logs", new Map([[ada, [{}]]]), { holds: ["user-telemetry"], export: undefined as never }),
    ],
    randomness: seededRandomness(seed),
  });
  const first = await ask(world, "export", "user-telemetry");
  await world.pass(minute);
  return { world, people, first };
};

const submitted = async (world: World, kind: RequestKind, category: Category = "customer-data") => {
  const asked = { actor: both, kind, category, email: ada } as const;
  const { request } = unwrap(await world.rights.requests.submit(asked));
  await world.settle();
  return { id: request.id, token: world.token() };
};

const ask = async (world: World, kind: RequestKind, category?: Category): Promise<string> => {
  const { id, token } = await submitted(world, kind, category);
  unwrap(await world.rights.requests.acknowledge({ token }));
  await world.pass(1_000);
  return id;
};

const settle = async ({ rights }: World, requestId: string) =>
  unwrap(await rights.requests.settleSource({ actor: both, requestId, source: "logs", reason: "by hand" }));

const waitsFor = async (world: World, requestId: string) =>
  (await world.read(requestId, both)).waitingFor.map(
    (each) => each.for === "other-request" && each.requestId,
  );

const rowsGiven = async (world: World, requestId: string) =>
  (await world.read(requestId, both)).sources.reduce((sum, { done }) => sum + done, 0);

describe("requests of one person run in the order in which they were acknowledged", () => {
  it("so that a copy is never empty because of an erasure that was asked for after it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(10_000), async (seed) => {
        const { world, people, first } = await withOneOpen(seed);
        const copy = await ask(world, "export");
        await world.pass(minute);
        const erasure = await ask(world, "erasure");
        await world.pass(minute);
        expect([await waitsFor(world, copy), await waitsFor(world, erasure)]).toEqual([[first], [copy]]);
        await settle(world, first);
        await world.pass(minute);
        expect(await rowsGiven(world, copy)).toBe(1);
        expect(await world.read(erasure, both)).toMatchObject({ outcome: "completed" });
        expect(people.size).toBe(0);
        await world.rights.stop();
      }),
      { numRuns: 5 },
    );
  });

  it("also where nobody worked when they were", async () => {
    for (const seed of [1, 2, 3]) {
      const { world, people, first } = await withOneOpen(seed);
      await settle(world, first);
      await world.pass(minute);
      const [erasure, copy] = [await submitted(world, "erasure"), await submitted(world, "export")];
      await world.rights.stop();
      const idle = await createWorld(world.options, world.tables, world.clock);
      await idle.rights.stop();
      for (const { token } of [copy, erasure]) {
        unwrap(await idle.rights.requests.acknowledge({ token }));
        await idle.pass(1_000);
      }
      const next = await createWorld(world.options, world.tables, world.clock);
      await next.pass(minute);
      expect(await rowsGiven(next, copy.id)).toBe(1);
      expect(people.size).toBe(0);
      await next.rights.stop();
    }
  });

  it("and one that is called off lets those behind it go on, in their order", async () => {
    const { world, people, first } = await withOneOpen(3);
    const called = await ask(world, "export");
    const erasure = await ask(world, "erasure");
    unwrap(await world.rights.requests.cancel({ actor: both, requestId: called, reason: "by mistake" }));
    await world.pass(minute);
    expect(await waitsFor(world, erasure)).toEqual([first]);
    const late = await ask(world, "export");
    await world.pass(minute);
    expect(await waitsFor(world, late)).toEqual([erasure]);
    await settle(world, first);
    await world.pass(minute);
    expect(people.size).toBe(0);
    expect(await rowsGiven(world, late)).toBe(0);
    expect((await world.read(late, both)).outcome).toBe("completed");
  });

  it("and one that waits behind one in doubt says so, and goes on behind it", async () => {
    const { world, first } = await withOneOpen(4);
    const copy = await ask(world, "export");
    const erasure = await ask(world, "erasure");
    const on = { actor: both, requestId: copy };
    unwrap(await world.rights.requests.suspend({ ...on, reason: "another address" }));
    await settle(world, first);
    await world.pass(minute);
    expect(await waitsFor(world, erasure)).toEqual([copy]);
    unwrap(await world.rights.requests.resume(on));
    await world.pass(minute);
    expect(await rowsGiven(world, copy)).toBe(1);
    expect((await world.read(erasure, both)).outcome).toBe("completed");
  });
});
