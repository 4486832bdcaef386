import {
  type CallContext,
  type CollectionOutcome,
  type Identifier,
  orThrow,
  type PeopleStream,
  type Row,
  type Subject,
} from "@subject-rights/core";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { ada, admin, copyOfPeople, createWorld, peopleSource, type World } from "./world.ts";

const eve = "eve@example.org";
const bob = "bob@example.org";
const everybody = [ada, eve, bob];
const email = (value: string): Identifier => ({ type: "email", value });
const order = { actor: admin, reason: "retention", category: "customer-data" } as const;

const held = () => new Map<string, Row[]>(everybody.map((each) => [each, [{}]]));

const stream = (...emails: readonly string[]): PeopleStream =>
  async function* (cursor) {
    if (cursor === null)
      yield { people: emails.map((each) => ({ identifiers: [email(each)] })), cursor: "1" };
  };

const hold = async ({ rights }: World, whom = ada) =>
  orThrow(await rights.holds.place({ actor: admin, identifiers: [email(whom)], reason: "court file 7" })).hold
    .id;

const lift = async ({ rights }: World, holdId: string) =>
  orThrow(await rights.holds.lift({ actor: admin, holdId, reason: "the case is closed" }));

const begin = async ({ rights }: World, people: PeopleStream) => {
  const running = orThrow(await rights.sweeps.eraseMany({ ...order, people }));
  return orThrow(await running.end());
};
const goOn = async ({ rights }: World, sweepId: string) =>
  orThrow(
    await orThrow(await rights.sweeps.goOn({ actor: admin, sweepId, people: stream(...everybody) })).end(),
  );
const retry = async ({ rights }: World, sweepId: string) =>
  orThrow(await orThrow(await rights.sweeps.retry({ actor: admin, sweepId })).end());
const leftBehind = async ({ rights }: World, sweepId: string) =>
  orThrow(await rights.sweeps.leftBehind({ actor: admin, sweepId }));

describe("a hold on somebody in a sweep", () => {
  it("that is placed while their copies wait keeps them in every copy, and they are named as held", async () => {
    const [origin, mirror, warehouse] = [held(), held(), held()];
    let isDown = true;
    const world = await createWorld({
      sources: [
        peopleSource("crm", origin),
        copyOfPeople("mirror", mirror, origin, {
          refresh: async () => {
            if (isDown) throw new Error("down");
            mirror.clear();
          },
        }),
        peopleSource("warehouse", warehouse, { kind: "copy" }),
      ],
    });
    const first = await begin(world, stream(ada));
    expect(first).toMatchObject({ status: "stopped", counts: { waiting: 1 } });
    const holdId = await hold(world);
    isDown = false;
    const second = await goOn(world, first.id);
    expect(second).toMatchObject({
      status: "completed-with-exceptions",
      counts: { erased: 0, waiting: 0, leftBehind: 1 },
    });
    expect([mirror.has(ada), warehouse.has(ada)]).toEqual([true, true]);
    expect(await leftBehind(world, first.id)).toMatchObject([
      { problem: "held", hold: holdId, retryable: true },
    ]);
    expect((await retry(world, first.id)).counts).toMatchObject({ erased: 0, leftBehind: 1 });
    expect(mirror.has(ada)).toBe(true);

    await lift(world, holdId);
    expect(await retry(world, first.id)).toMatchObject({ status: "completed", counts: { erased: 1 } });
    expect([mirror.has(ada), warehouse.has(ada)]).toEqual([false, false]);
    const audit = orThrow(await world.rights.sweeps.audit({ actor: admin, sweepId: first.id }));
    expect(audit.flatMap(({ action, detail }) => (detail["hold"] === holdId ? [action] : []))).toEqual([
      "person-left-behind",
      "person-left-behind",
    ]);
  });

  it("makes a copy wait that is filled anew for others too, and says which hold it waits for", async () => {
    const [origin, mirror] = [held(), held()];
    let isDown = true;
    const world = await createWorld({
      sources: [
        peopleSource("crm", origin),
        copyOfPeople("mirror", mirror, origin, {
          refresh: async () => {
            if (isDown) throw new Error("down");
            mirror.clear();
          },
        }),
      ],
    });
    const first = await begin(world, stream(...everybody));
    const holdId = await hold(world);
    isDown = false;
    for (let run = 0; run < 2; run += 1) {
      expect(await goOn(world, first.id)).toMatchObject({
        status: "stopped",
        counts: { waiting: 2, leftBehind: 1 },
        problem: { code: "held", source: "mirror", hold: holdId },
      });
    }
    expect(mirror.size).toBe(3);
    // The page of sources shows what it did before.
    const { sources } = orThrow(await world.rights.sources.list({ actor: admin }));
    expect(sources.find(({ id }) => id === "mirror")?.status).toBe("warning");
    await lift(world, holdId);
    expect(await goOn(world, first.id)).toMatchObject({
      status: "completed-with-exceptions",
      counts: { erased: 2, leftBehind: 1 },
    });
    expect(await retry(world, first.id)).toMatchObject({ status: "completed", counts: { erased: 3 } });
  });

  it("that is placed while the first of two origins works keeps them in the second", async () => {
    const [crm, shop] = [held(), held()];
    let placed: string | null = null;
    const erasesMany = (people: Map<string, Row[]>) => ({
      eraseMany: async (subjects: readonly Subject[], _: CallContext) =>
        subjects.map((subject): CollectionOutcome[] => {
          const count = subject.values("email").filter((each) => people.delete(each)).length;
          return [{ collection: "people", outcome: "erased", count }];
        }),
    });
    const batches: number[] = [];
    const { eraseMany } = erasesMany(shop);
    const world = await createWorld({
      sources: [
        peopleSource("crm", crm, {
          eraseMany: async (subjects, context) => {
            placed ??= await hold(world);
            return erasesMany(crm).eraseMany(subjects, context);
          },
        }),
        peopleSource("shop", shop, {
          eraseMany: async (subjects, context) => {
            batches.push(subjects.length);
            return eraseMany(subjects, context);
          },
        }),
      ],
    });
    const view = await begin(world, stream(...everybody));
    expect(view.counts).toMatchObject({ erased: 2, leftBehind: 1 });
    // All others together, and not in halves.
    expect(batches).toEqual([2]);
    expect([...shop.keys()]).toEqual([ada]);
    expect(await leftBehind(world, view.id)).toMatchObject([{ problem: "held", hold: placed }]);
    await lift(world, placed ?? "");
    expect(await retry(world, view.id)).toMatchObject({ status: "completed", counts: { erased: 3 } });
  });

  it("at any moment stops everything of theirs that has not begun, and nothing of anybody else for good", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        fc.integer({ min: 10, max: 12 }),
        async (moment, inBatches, batchSize) => {
          const [crm, shop, mirror, warehouse] = [held(), held(), held(), held()];
          let calls = 0;
          let holdId: string | null = null;
          const violations: string[] = [];
          const called = async () => {
            calls += 1;
            if (calls === moment) holdId = await hold(world);
          };
          const erasing = (id: string, people: Map<string, Row[]>) => async (subject: Subject) => {
            const theirs = subject.values("email");
            if (holdId !== null && theirs.includes(ada)) violations.push(`${id} erases`);
            await called();
            const count = theirs.filter((each) => people.delete(each)).length;
            return [{ collection: "people", outcome: "erased" as const, count }];
          };
          const abilities = (id: string, people: Map<string, Row[]>) => {
            const erase = erasing(id, people);
            return {
              erase,
              locate: async (subject: Subject) => {
                await called();
                const count = subject.values("email").filter((each) => people.has(each)).length;
                return [{ collection: "people", count }];
              },
              ...(inBatches
                ? { eraseMany: (subjects: readonly Subject[]) => Promise.all(subjects.map(erase)) }
                : {}),
            };
          };
          const world: World = await createWorld({
            sources: [
              peopleSource("crm", crm, {
                ...abilities("crm", crm),
                identify: async () => {
                  await called();
                  return [];
                },
              }),
              peopleSource("shop", shop, abilities("shop", shop)),
              copyOfPeople("mirror", mirror, crm, {
                ...abilities("mirror", mirror),
                refresh: async () => {
                  if (holdId !== null && mirror.has(ada) && !crm.has(ada))
                    violations.push("mirror refreshed");
                  await called();
                  for (const each of mirror.keys()) if (!crm.has(each)) mirror.delete(each);
                },
              }),
              peopleSource("warehouse", warehouse, {
                ...abilities("warehouse", warehouse),
                kind: "copy",
              }),
            ],
          });
          const running = orThrow(
            await world.rights.sweeps.eraseMany({ ...order, batchSize, people: stream(...everybody) }),
          );
          let view = orThrow(await running.end());
          expect(violations).toEqual([]);
          const placed = holdId as unknown as string | null;
          if (placed === null) return;
          await lift(world, placed);
          holdId = null;
          if (view.status === "stopped") view = await goOn(world, view.id);
          if (view.counts.leftBehind > 0) view = await retry(world, view.id);
          expect(view.counts.leftBehind + view.counts.waiting).toBe(0);
          expect([crm, shop, mirror, warehouse].map(({ size }) => size)).toEqual([0, 0, 0, 0]);
        },
      ),
      { numRuns: inject("isThorough") ? 80 : 15 },
    );
  }, 60_000);
});

describe("what is under way when a hold is placed", () => {
  const place = async ({ rights }: World) =>
    orThrow(await rights.holds.place({ actor: admin, identifiers: [email(ada)], reason: "court file 7" }));

  it("names the sweep that has begun with the person, and no other", async () => {
    const crm = held();
    let placed: Awaited<ReturnType<typeof place>> | null = null;
    const world: World = await createWorld({
      sources: [
        peopleSource("crm", crm, {
          erase: async (subject) => {
            if (subject.values("email").includes(ada)) placed = await place(world);
            const count = subject.values("email").filter((each) => crm.delete(each)).length;
            return [{ collection: "people", outcome: "erased", count }];
          },
        }),
      ],
    });
    await begin(world, stream(bob));
    const view = await begin(world, stream(ada, eve));
    expect(placed).toMatchObject({ underWay: [], sweepsUnderWay: [view.id] });
    expect(await place(world)).toMatchObject({ underWay: [], sweepsUnderWay: [] });
  });

  it("names who fills a copy anew that the person is still in, a sweep or a request about somebody else", async () => {
    const [crm, mirror] = [held(), held()];
    let tries = 0;
    let placed: Awaited<ReturnType<typeof place>> | null = null;
    const world: World = await createWorld({
      sources: [
        peopleSource("crm", crm),
        copyOfPeople("mirror", mirror, crm, {
          refresh: async () => {
            tries += 1;
            if (tries === 1) throw new Error("down");
            placed = await place(world);
            mirror.clear();
          },
        }),
      ],
    });
    const { id } = await begin(world, stream(ada));
    const his = await world.acknowledged("erasure", bob);
    expect(placed).toMatchObject({ underWay: [his], sweepsUnderWay: [] });
    await lift(world, (placed as unknown as Awaited<ReturnType<typeof place>>).hold.id);
    await goOn(world, id);
    expect(placed).toMatchObject({ underWay: [], sweepsUnderWay: [id] });
  });
});

describe("a sweep that is stopped from elsewhere", () => {
  it("begins nothing more at any source", async () => {
    const [crm, shop] = [held(), held()];
    const world: World = await createWorld({
      sources: [
        peopleSource("crm", crm, {
          erase: async (subject, { requestId }) => {
            orThrow(await world.rights.sweeps.stop({ actor: admin, sweepId: requestId ?? "" }));
            const count = subject.values("email").filter((each) => crm.delete(each)).length;
            return [{ collection: "people", outcome: "erased", count }];
          },
        }),
        peopleSource("shop", shop),
      ],
    });
    expect((await begin(world, stream(ada))).status).toBe("stopped");
    expect([crm.has(ada), shop.has(ada)]).toEqual([false, true]);
  });
});
