import type { Row } from "@subject-rights/core";
import { simulatedClock, unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource, type World } from "./world.ts";

const boss = { ...admin, id: "boss" };

/** A process whose clock is a year ahead sends a confirmation out again; then the first one goes on. */
const aheadOnce = async (world: World, requestId: string): Promise<World> => {
  await world.rights.stop();
  const clock = simulatedClock(new Date(world.clock.now().getTime() + 365 * 86_400_000));
  const ahead = await createWorld({ ...world.options, clock }, world.tables, clock);
  await ahead.settle();
  unwrap(await ahead.rights.requests.resendConfirmation({ actor: admin, requestId }));
  await ahead.settle();
  await ahead.rights.stop();
  return createWorld({ ...world.options, needsApproval: () => true }, world.tables, world.clock);
};

const submitted = async () => {
  const people = new Map<string, Row[]>([[ada, [{}]]]);
  const world = await createWorld({
    sources: [peopleSource("crm", people)],
    needsApproval: () => true,
    // It does not lapse in the year that never was.
    rules: { acknowledgement: { lapsesAfter: 1_000 * 86_400_000 } },
  });
  const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
  const { request } = unwrap(await world.rights.requests.submit(submission));
  await world.settle();
  return { world, people, on: { actor: admin, requestId: request.id } };
};

describe("after a clock has run ahead once", () => {
  it("a token that is sent out then works, and a plan that is put up then can be approved", async () => {
    const { world, people, on } = await submitted();
    const next = await aheadOnce(world, on.requestId);
    unwrap(await next.rights.requests.resendConfirmation(on));
    await next.settle();
    unwrap(await next.rights.requests.acknowledge({ token: world.token() }));
    await next.settle();
    const { hash } = unwrap(await next.rights.requests.preview(on));
    unwrap(await next.rights.requests.approve({ ...on, actor: boss, plan: hash }));
    await next.settle();
    expect(await next.read(on.requestId)).toMatchObject({ outcome: "completed" });
    expect(people.size).toBe(0);
    // The key does not wait for the year to come.
    expect([...next.tables.keys.keys()].filter((name) => name.includes(on.requestId))).toEqual([]);
  });

  it("the first month is not over, and can be extended", async () => {
    const { world, on } = await submitted();
    const next = await aheadOnce(world, on.requestId);
    unwrap(await next.rights.requests.extend({ ...on, reason: "many records" }));
    await next.settle();
    expect((await next.read(on.requestId)).deadline.extended).toBe(true);
  });

  it("the days in which it stands still count", async () => {
    const { world, on } = await submitted();
    const next = await aheadOnce(world, on.requestId);
    const before = (await next.read(on.requestId)).deadline.dueOn;
    unwrap(await next.rights.requests.suspend({ ...on, reason: "another address" }));
    await next.pass(10 * 86_400_000);
    unwrap(await next.rights.requests.resume(on));
    expect((await next.read(on.requestId)).deadline.dueOn > before).toBe(true);
  });
});
