import { type Identifier, orThrow, type PeopleStream, type Row } from "@subject-rights/core";
import { unwrapError } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { ada, admin, copyOfPeople, createWorld, peopleSource, type World } from "./world.ts";

const bob = "bob@example.org";
const hour = 3_600_000;
const email = (value: string): Identifier => ({ type: "email", value });
const held = () =>
  new Map<string, Row[]>([
    [ada, [{}]],
    [bob, [{}]],
  ]);

/** An origin, and a copy of it that can be down. */
const scene = async () => {
  const [crm, mirror] = [held(), held()];
  const state = { isDown: false, crm, mirror };
  const world = await createWorld({
    sources: [
      peopleSource("crm", crm),
      copyOfPeople("mirror", mirror, crm, {
        refresh: async () => {
          if (state.isDown) throw new Error("down");
          for (const each of mirror.keys()) if (!crm.has(each)) mirror.delete(each);
        },
      }),
    ],
  });
  const down = (isDown: boolean): void => {
    state.isDown = isDown;
  };
  return { crm, mirror, world, down };
};

const hold = async ({ rights }: World) =>
  orThrow(await rights.holds.place({ actor: admin, identifiers: [email(ada)], reason: "court file 7" })).hold
    .id;
const lift = async ({ rights }: World, holdId: string) =>
  orThrow(await rights.holds.lift({ actor: admin, holdId, reason: "the case is closed" }));

const only = (...emails: readonly string[]): PeopleStream =>
  async function* (cursor) {
    if (cursor === null)
      yield { people: emails.map((each) => ({ identifiers: [email(each)] })), cursor: "1" };
  };
const sweep = async ({ rights }: World, whom: string) => {
  const order = { actor: admin, reason: "retention", category: "customer-data" } as const;
  return orThrow(await orThrow(await rights.sweeps.eraseMany({ ...order, people: only(whom) })).end());
};

describe("a copy that somebody is still in on whom a hold stands, and who is gone from its origins", () => {
  it("is not refreshed for a request about somebody else: that copy waits, and says for which hold", async () => {
    const { world, crm, mirror, down } = await scene();
    down(true);
    const hers = await world.acknowledged("erasure", ada);
    expect([crm.has(ada), mirror.has(ada)]).toEqual([false, true]);
    const holdId = await hold(world);
    down(false);
    const his = await world.acknowledged("erasure", bob);
    await world.pass(3 * hour);
    expect([...mirror.keys()]).toEqual([ada, bob]);
    expect(crm.size).toBe(0);
    expect((await world.read(his)).waitingFor).toEqual([{ for: "hold", hold: holdId, source: "mirror" }]);
    expect((await world.read(hers)).waitingFor).toEqual([{ for: "hold", hold: holdId }]);
    const audit = orThrow(await world.rights.requests.audit({ actor: admin, requestId: his }));
    expect(audit.filter(({ action }) => action === "copy-held")).toMatchObject([
      { source: "mirror", detail: { hold: holdId } },
    ]);

    await lift(world, holdId);
    await world.settle();
    expect((await world.read(his)).outcome).toBe("completed");
    await world.pass(hour);
    expect((await world.read(hers)).outcome).toBe("completed");
    expect(mirror.size).toBe(0);
  });

  it("is not refreshed from the Data Sources page, which shows what it did before", async () => {
    const { world, mirror, down } = await scene();
    down(true);
    expect((await sweep(world, ada)).counts).toMatchObject({ waiting: 1 });
    down(false);
    const before = orThrow(await world.rights.sources.list({ actor: admin }));
    const holdId = await hold(world);
    const refresh = () => world.rights.sources.refresh({ actor: admin, source: "mirror" });
    expect(unwrapError(await refresh())).toMatchObject({ code: "held-in-copy", hold: holdId });
    expect(mirror.has(ada)).toBe(true);
    expect(orThrow(await world.rights.sources.list({ actor: admin }))).toEqual(before);
    await lift(world, holdId);
    orThrow(await refresh());
    expect(mirror.has(ada)).toBe(false);
  });

  it("is not refreshed by a sweep about others, whether a request or a sweep has erased her in the origin", async () => {
    for (const erase of [
      (world: World) => world.acknowledged("erasure", ada),
      (world: World) => sweep(world, ada),
    ]) {
      const { world, mirror, down } = await scene();
      down(true);
      await erase(world);
      const holdId = await hold(world);
      down(false);
      expect(await sweep(world, bob)).toMatchObject({
        status: "stopped",
        counts: { waiting: 1 },
        problem: { code: "held", source: "mirror", hold: holdId },
      });
      expect(mirror.has(ada)).toBe(true);
      await lift(world, holdId);
    }
  });

  it("counts her whom a sweep had only begun with when it was stopped", async () => {
    const [crm, shop, mirror] = [held(), held(), held()];
    const world: World = await createWorld({
      sources: [
        peopleSource("crm", crm, {
          erase: async (_, { requestId }) => {
            crm.delete(ada);
            orThrow(await world.rights.sweeps.stop({ actor: admin, sweepId: requestId ?? "" }));
            return [{ collection: "people", outcome: "erased", count: 1 }];
          },
        }),
        peopleSource("shop", shop),
        copyOfPeople("mirror", mirror, crm),
      ],
    });
    expect((await sweep(world, ada)).status).toBe("stopped");
    const holdId = await hold(world);
    const refused = unwrapError(await world.rights.sources.refresh({ actor: admin, source: "mirror" }));
    expect(refused).toMatchObject({ code: "held-in-copy", hold: holdId });
    expect(mirror.has(ada)).toBe(true);
  });

  it("is left alone where a hold stands and nobody can say any more who is gone, and else is not", async () => {
    const { world, mirror, down } = await scene();
    down(true);
    await sweep(world, ada);
    down(false);
    const key = [...world.tables.keys.keys()].find((name) => name.startsWith("sweep/")) ?? "";
    world.tables.keys.delete(key);
    const refresh = () => world.rights.sources.refresh({ actor: admin, source: "mirror" });
    const holdId = await hold(world);
    expect(unwrapError(await refresh()).code).toBe("key-destroyed");
    expect(mirror.has(ada)).toBe(true);
    await lift(world, holdId);
    orThrow(await refresh());
  });

  it("is never refreshed once the hold is placed, at whatever moment that is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.boolean(), async (moment, bySweep) => {
        const [crm, mirror] = [held(), held()];
        let calls = 0;
        let holdId: string | null = null;
        const violations: string[] = [];
        const called = async () => {
          calls += 1;
          if (calls === moment) holdId = await hold(world);
        };
        const locate =
          (people: Map<string, Row[]>) => async (subject: { values(type: string): readonly string[] }) => {
            await called();
            return [
              {
                collection: "people",
                count: subject.values("email").filter((each) => people.has(each)).length,
              },
            ];
          };
        let refreshes = 0;
        const world: World = await createWorld({
          sources: [
            peopleSource("crm", crm, { locate: locate(crm) }),
            copyOfPeople("mirror", mirror, crm, {
              locate: locate(mirror),
              refresh: async () => {
                refreshes += 1;
                if (holdId !== null && mirror.has(ada) && !crm.has(ada)) violations.push("refreshed");
                await called();
                // The first few fail, so that people wait.
                if (refreshes < 4) throw new Error("down");
                for (const each of mirror.keys()) if (!crm.has(each)) mirror.delete(each);
              },
            }),
          ],
        });
        await world.acknowledged("erasure", ada);
        if (bySweep) await sweep(world, bob);
        else await world.acknowledged("erasure", bob);
        await world.pass(10 * hour);
        expect(violations).toEqual([]);
        if (holdId !== null) await lift(world, holdId);
        await world.pass(10 * hour);
        expect(crm.has(ada)).toBe(false);
        expect(mirror.has(ada)).toBe(false);
      }),
      { numRuns: inject("isThorough") ? 60 : 5 },
    );
  }, 60_000);
});
