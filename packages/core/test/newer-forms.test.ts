import { createSubjectRights, type PeopleStream, type Row } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource, type World } from "./world.ts";

const hour = 3_600_000;
const bob = "bob@example.org";
const refused = { code: "damaged", isNewer: true, message: expect.stringContaining("newer version") };

const shop = async () => {
  const people = new Map<string, Row[]>([
    [ada, [{}]],
    [bob, [{}]],
  ]);
  const world = await createWorld({ sources: [peopleSource("crm", people)], lookEvery: 60_000 });
  return { world, people };
};

/** What this code would never write, in a form that it does not know. */
const stateOfTomorrow = { form: 1_000, anew: { everything: "is otherwise" } };

/** Has newer code store one of the rows, and answers what lies there from then on. */
const storedByNewer = <Stored extends { readonly id: string }>(table: Map<string, Stored>, id: string) => {
  const [place] = [...table].find(([, stored]) => stored.id === id) ?? [];
  if (place === undefined) throw new Error("not stored");
  table.set(place, { ...(table.get(place) as Stored), state: stateOfTomorrow });
  const before = structuredClone(table.get(place));
  return () => expect(table.get(place)).toEqual(before);
};

const personOf = (email: string): PeopleStream =>
  async function* (cursor) {
    if (cursor === null) yield { people: [{ identifiers: [{ type: "email", value: email }] }], cursor: "1" };
  };

const troubles = ({ notifier }: World) =>
  notifier.sent.filter(({ notice }) => notice.type === "trouble" || notice.type === "support");

describe("what a newer version has stored", () => {
  it("of a request is refused for that request alone, and left as it is", async () => {
    const { world, people } = await shop();
    const { requests, sources, audit, holds } = world.rights;
    const asked = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const { id } = unwrap(await requests.submit(asked)).request;
    await world.settle();
    const token = world.token();
    const isUntouched = storedByNewer(world.tables.requests, id);
    const on = { actor: admin, requestId: id };
    const calls = [
      requests.read(on),
      requests.cancel({ ...on, reason: "no more" }),
      requests.decline({ ...on, reason: "no more" }),
      requests.acknowledge({ token }),
      requests.retrySource({ ...on, source: "crm" }),
      requests.settleSource({ ...on, source: "crm", reason: "no more" }),
      requests.suspend({ ...on, reason: "who is it" }),
      audit.evidence(on),
    ];
    for (const call of calls) expect(unwrapError(await call)).toMatchObject(refused);
    const other = await world.acknowledged("erasure", bob);
    await world.pass(hour);
    expect((await world.read(other)).outcome).toBe("completed");
    expect([...people.keys()]).toEqual([ada]);
    const listed = unwrap(await requests.list({ actor: admin }));
    expect([listed.requests.map((view) => view.id), listed.damaged]).toEqual([
      [other],
      [{ id, isNewer: true }],
    ]);
    expect(unwrap(await sources.list({ actor: admin })).damaged).toEqual([{ id, isNewer: true }]);
    const identifiers = [{ type: "email", value: ada }];
    unwrap(await holds.place({ actor: admin, identifiers, reason: "file 7 of the court" }));
    const next = createSubjectRights(world.options);
    unwrap(await next.start());
    await world.skip(40 * 24 * hour);
    await next.stop();
    // Nobody who knows what it says has seen to it for so long.
    expect(unwrap(await world.rights.health())).toMatchObject({
      status: "failing",
      unreadable: [{ tenant: "northwind", id, isNewer: true }],
    });
    isUntouched();
  });

  it("of a request is for the processes that know it, and no alarm while they see to it", async () => {
    const { world } = await shop();
    const id = await world.acknowledged("erasure", "nobody@example.org");
    const [place, stored] = [...world.tables.requests].find(([, each]) => each.id === id) ?? [];
    if (place === undefined || stored === undefined) throw new Error("not stored");
    const wakeAt = world.clock.now().toISOString();
    world.tables.requests.set(place, { ...stored, state: stateOfTomorrow, wakeAt });
    await world.pass(120_000);
    const { status, unreadable } = unwrap(await world.rights.health());
    expect([status, unreadable]).toEqual([
      "ok",
      [expect.objectContaining({ tenant: "northwind", id, isNewer: true })],
    ]);
    expect(troubles(world)).toEqual([]);
  });

  it("of a hold still stops whom it is on, and is not lifted or widened by what cannot read it", async () => {
    const { world, people } = await shop();
    const { holds } = world.rights;
    const placed = {
      actor: admin,
      identifiers: [{ type: "email", value: ada }],
      reason: "file 7 of the court",
      idempotencyKey: "file-7",
    };
    const { id } = unwrap(await holds.place(placed)).hold;
    const isUntouched = storedByNewer(world.tables.holds, id);
    const erased = await world.acknowledged("erasure");
    await world.pass(3 * hour);
    expect(people.has(ada)).toBe(true);
    // It is told of as any hold is: that somebody else has to read why it stands is nobody's task.
    expect((await world.read(erased)).waitingFor).toMatchObject([{ for: "hold", hold: id }]);
    expect(troubles(world)).toEqual([]);
    const lift = { actor: admin, holdId: id, reason: "the case is closed" };
    expect(unwrapError(await holds.read({ actor: admin, holdId: id }))).toMatchObject({
      ...refused,
      hold: id,
    });
    expect(unwrapError(await holds.lift(lift))).toMatchObject({ ...refused, hold: id });
    expect(unwrapError(await holds.place(placed))).toMatchObject({ ...refused, hold: id });
    expect(unwrap(await holds.list({ actor: admin }))).toMatchObject({
      holds: [],
      damaged: [{ id, isNewer: true }],
    });
    isUntouched();
  });

  it("of a sweep is refused for that sweep alone", async () => {
    const { world } = await shop();
    const { sweeps, audit } = world.rights;
    const order = { actor: admin, reason: "retention", category: "customer-data" } as const;
    const swept = async (email: string) =>
      unwrap(await unwrap(await sweeps.eraseMany({ ...order, people: personOf(email) })).end());
    const { id } = await swept(ada);
    const isUntouched = storedByNewer(world.tables.sweeps, id);
    const on = { actor: admin, sweepId: id };
    const calls = [
      sweeps.read(on),
      sweeps.goOn({ ...on, people: personOf(bob) }),
      sweeps.retry(on),
      sweeps.stop(on),
      sweeps.settle({ ...on, reason: "no more" }),
      audit.verifySweep(on),
    ];
    for (const call of calls) expect(unwrapError(await call)).toMatchObject({ ...refused, sweep: id });
    expect((await swept(bob)).status).toBe("completed");
    const { sweeps: known, damaged } = unwrap(await sweeps.list({ actor: admin }));
    expect([known.map(({ status }) => status), damaged]).toEqual([["completed"], [{ id, isNewer: true }]]);
    isUntouched();
  });
});
