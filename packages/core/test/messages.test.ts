import { PermanentFailure, type Row } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource, tenantAdmin, tokenOf, unreliable } from "./world.ts";

const hour = 3_600_000;
const people = () => new Map<string, Row[]>([[ada, [{}]]]);
const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;

describe("a notifier that", () => {
  it("is down for hours loses nothing", async () => {
    let isDown = true;
    const { notifier, accepted } = unreliable(() => {
      if (isDown) throw new Error(`connection refused while writing to ${ada}`);
    });
    const world = await createWorld({ sources: [peopleSource("crm", people())], notifier });
    const { request } = unwrap(await world.rights.requests.submit(submission));
    await world.clock.advance(9 * hour);
    expect((await world.read(request.id)).messages).toMatchObject([
      { kind: "confirmation", status: "due", problem: { code: "unavailable" } },
    ]);
    isDown = false;
    await world.clock.advance(hour);
    expect(accepted.map(({ notice }) => notice.type)).toEqual(["confirmation"]);
    // Hours of tries are one line in the audit, and what the driver said is nowhere.
    const audit = unwrap(await world.rights.requests.audit({ actor: admin, requestId: request.id }));
    expect(audit.map(({ action }) => action)).toEqual(["submitted", "notice-failed", "notice-sent"]);
    expect(JSON.stringify([audit, [...world.tables.requests.values()]])).not.toContain("ada@");
  });

  it("says never leaves the message visible, to be sent again by a person", async () => {
    let refuses = true;
    const { notifier, accepted } = unreliable(({ notice }) => {
      if (refuses && notice.type === "completion") throw new PermanentFailure("no such mailbox");
    });
    const world = await createWorld({ sources: [peopleSource("crm", people())], notifier });
    const { request } = unwrap(await world.rights.requests.submit(submission));
    await world.settle();
    await world.rights.requests.acknowledge({ token: tokenOf(accepted) });
    await world.settle();
    expect(await world.read(request.id)).toMatchObject({
      outcome: "completed",
      waitingFor: [{ for: "message", message: "completion-1", problem: "permanent-failure" }],
    });
    refuses = false;
    const on = { actor: admin, requestId: request.id };
    unwrap(await world.rights.requests.resendMessage({ ...on, message: "completion-1" }));
    await world.settle();
    expect(accepted.map(({ notice }) => notice.type)).toEqual(["confirmation", "completion"]);
    expect((await world.read(request.id)).waitingFor).toEqual([]);
    expect([...world.tables.requests.values()][0]?.sealed).toBeNull();
  });

  it("cannot be given an address does not send the letter anywhere else", async () => {
    for (const tenantAdmin of [() => undefined, () => "nowhere", () => "a@example.org, b@example.org"]) {
      const world = await createWorld({
        sources: [peopleSource("crm", people())],
        addresses: { tenantAdmin, support: () => "support@northwind.example" },
      });
      const { request } = unwrap(await world.rights.requests.submit(submission));
      await world.settle();
      expect(world.notifier.sent).toEqual([]);
      expect((await world.read(request.id)).waitingFor).toContainEqual({
        for: "message",
        message: "confirmation-1",
        problem: "no-address",
      });
    }
  });
});

describe("a clock that jumps", () => {
  it("backwards stalls nothing, and the audit stays in order", async () => {
    let tries = 0;
    const crm = peopleSource("crm", people(), {
      erase: async () => {
        tries += 1;
        if (tries === 1) throw new Error("down");
        return [{ collection: "people", outcome: "absent" }];
      },
      locate: async () => [{ collection: "people", count: 0 }],
    });
    const world = await createWorld({ sources: [crm] });
    const requestId = await world.acknowledged("erasure");
    world.clock.set(new Date("2025-01-05T09:00:00.000Z"));
    await world.clock.advance(60_000);
    expect((await world.read(requestId)).outcome).toBe("completed");
    const audit = unwrap(await world.rights.requests.audit({ actor: admin, requestId }));
    expect(audit.map(({ at }) => at)).toEqual(audit.map(({ at }) => at).toSorted());
  });

  it("forwards finds what is due then", async () => {
    let isDown = true;
    const held = people();
    const crm = peopleSource("crm", held, {
      erase: async () => {
        if (isDown) throw new Error("down");
        held.clear();
        return [{ collection: "people", outcome: "erased", count: 1 }];
      },
    });
    const world = await createWorld({ sources: [crm], lookEvery: 30_000 });
    const requestId = await world.acknowledged("erasure");
    await world.clock.advance(60_000);
    isDown = false;
    world.clock.set(new Date("2026-01-06T09:00:00.000Z"));
    await world.clock.advance(30_000);
    expect((await world.read(requestId)).outcome).toBe("completed");
  });
});

describe("a library that is stopped", () => {
  it("works on nothing until another one starts, which takes up what is unfinished", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())] });
    const submitted = await world.rights.requests.submit({
      ...submission,
      actor: tenantAdmin,
      kind: "export",
    });
    await world.settle();
    await world.rights.stop();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.clock.advance(hour);
    const requestId = unwrap(submitted).request.id;
    expect((await world.read(requestId)).phase).toBe("acknowledged");

    expect(() => world.rights.start()).toThrow(/create it anew/);

    const next = await createWorld({ sources: [peopleSource("crm", people())] }, world.tables, world.clock);
    await next.pass(hour);
    expect((await next.read(requestId)).outcome).toBe("completed");
  });
});
