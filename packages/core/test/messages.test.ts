import { PermanentFailure, type Row } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import {
  ada,
  admin,
  createWorld,
  peopleSource,
  tenantAdmin,
  tokenOf,
  unreliable,
  type World,
} from "./world.ts";

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
    expect(accepted.map(({ notice }) => notice.type)).toEqual(["confirmation", "undelivered", "completion"]);
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
      // Nobody but support, and not what the letter said.
      expect(world.notifier.sent.map(({ to, notice }) => [to, notice.type])).toEqual([
        ["support@northwind.example", "undelivered"],
      ]);
      expect((await world.read(request.id)).waitingFor).toContainEqual({
        for: "message",
        message: "confirmation-1",
        problem: "no-address",
      });
    }
  });
});

/** An erasure that is over, over a notifier that refuses its letters as `refuse` says. */
const erased = async (refuse: (kind: string) => Error | null) => {
  let tries = 0;
  const { notifier, accepted } = unreliable(({ notice }) => {
    const refusal = notice.type === "confirmation" ? null : refuse(notice.type);
    if (notice.type === "completion") tries += 1;
    if (refusal !== null) throw refusal;
  });
  const world = await createWorld({ sources: [peopleSource("crm", people())], notifier, lookEvery: day });
  const { request } = unwrap(await world.rights.requests.submit(submission));
  await world.settle();
  unwrap(await world.rights.requests.acknowledge({ token: tokenOf(accepted) }));
  await world.settle();
  const on = { actor: admin, requestId: request.id };
  return {
    world,
    on,
    read: () => world.read(request.id),
    actions: async () => unwrap(await world.rights.requests.audit(on)).map(({ action }) => action),
    isSealed: () => [...world.tables.requests.values()][0]?.sealed !== null,
    told: () => accepted.flatMap(({ to, notice }) => (notice.type === "undelivered" ? [{ to, notice }] : [])),
    tries: () => tries,
    accepted,
  };
};

const day = 24 * hour;
/** Months pass at once. */
const later = ({ clock }: World, milliseconds: number) =>
  clock.set(new Date(clock.now().getTime() + milliseconds));
const full = () => new Error("452 the mailbox is full");

describe("a letter that only ever fails for the moment", () => {
  it("is given up in the end, told of, and keeps the key no longer", async () => {
    const { world, read, on, actions, isSealed, told, tries } = await erased((kind) =>
      kind === "completion" ? full() : null,
    );
    await world.pass(2 * day);
    // The first few follow quickly; then between one and two an hour.
    expect(tries()).toBeLessThan(30 + 2 * 24 * 2);
    expect(tries()).toBeGreaterThan(2 * 24);
    later(world, 26 * day);
    await world.pass(day);
    expect((await read()).messages).toMatchObject([{}, { id: "completion-1", status: "due" }]);
    expect([told(), isSealed()]).toEqual([[], true]);

    await world.pass(2 * day);
    // With its key it is gone for good: that was told, and nobody could do anything about it any more.
    expect(await read()).toMatchObject({
      outcome: "completed",
      messages: [{}, { id: "completion-1", status: "failed", problem: { code: "unavailable" } }, {}],
      waitingFor: [],
    });
    expect(told()).toMatchObject([
      {
        to: "support@northwind.example",
        notice: { message: { id: "completion-1", kind: "completion" }, retryable: true },
      },
    ]);
    expect(isSealed()).toBe(false);
    expect(
      (await actions()).filter((action) => action.startsWith("notice-") || action.startsWith("key-")),
    ).toEqual(["notice-sent", "notice-failed", "notice-given-up", "key-destroyed", "notice-sent"]);
    const late = await world.rights.requests.resendMessage({ ...on, message: "completion-1" });
    expect(unwrapError(late).code).toBe("not-possible-now");
    await world.rights.stop();
  });

  it("keeps the key no longer either where nobody can be told of it, and that is told once mail leaves", async () => {
    let isDown = true;
    const { world, read, actions, isSealed, told } = await erased(() => (isDown ? full() : null));
    const health = async () => unwrap(await world.rights.health());
    await world.pass(hour);
    later(world, 31 * day);
    await world.pass(day);
    expect((await read()).messages.map(({ kind, status }) => [kind, status])).toEqual([
      ["confirmation", "sent"],
      ["completion", "failed"],
      ["undelivered", "due"],
    ]);
    expect(isSealed()).toBe(false);
    expect(await actions()).toContain("key-destroyed");

    later(world, 60 * day);
    await world.pass(hour);
    expect((await read()).waitingFor).toEqual([
      { for: "message", message: "undelivered-completion-1", problem: "unavailable" },
    ]);
    expect(await health()).toMatchObject({ status: "failing" });
    isDown = false;
    await world.pass(2 * hour);
    expect(told()).toMatchObject([{ to: "support@northwind.example", notice: { retryable: true } }]);
    expect([(await read()).waitingFor, (await health()).status]).toEqual([[], "ok"]);
    await world.rights.stop();
  });

  it("shows where support cannot be reached either, until somebody has that letter sent again", async () => {
    let isWrong = true;
    const { world, on, read, told } = await erased((kind) =>
      isWrong || kind === "completion" ? new PermanentFailure("no such mailbox") : null,
    );
    later(world, 31 * day);
    await world.pass(day);
    expect((await read()).waitingFor).toEqual([
      { for: "message", message: "undelivered-completion-1", problem: "permanent-failure" },
    ]);
    expect(unwrap(await world.rights.health()).status).toBe("failing");
    isWrong = false;
    unwrap(await world.rights.requests.resendMessage({ ...on, message: "undelivered-completion-1" }));
    await world.settle();
    expect(told()).toHaveLength(1);
    expect((await read()).waitingFor).toEqual([]);
    await world.rights.stop();
  });

  it("can be sent again, to an address that was mended, until then", async () => {
    let isFull = true;
    const { world, on, read, told, isSealed } = await erased((kind) =>
      isFull && kind === "completion" ? full() : null,
    );
    await world.pass(2 * day);
    isFull = false;
    unwrap(await world.rights.requests.resendMessage({ ...on, message: "completion-1" }));
    await world.settle();
    expect((await read()).messages.at(-1)).toMatchObject({ id: "completion-1", status: "sent" });
    expect([told(), isSealed()]).toEqual([[], false]);
    await world.rights.stop();
  });

  it("is never given up while its request is open", async () => {
    let isDown = false;
    const { notifier, accepted } = unreliable(({ notice }) => {
      if (isDown && notice.type === "manual-task") throw full();
    });
    const { erase: _, ...papers } = peopleSource("papers", people());
    const source = { ...papers, erase: null, owner: "archive@northwind.example" };
    const descriptor = {
      ...papers.descriptor,
      abilities: { ...papers.descriptor.abilities, erase: false },
    };
    const world = await createWorld({ sources: [{ ...source, descriptor }], notifier, lookEvery: day });
    const { request } = unwrap(await world.rights.requests.submit(submission));
    await world.settle();
    isDown = true;
    unwrap(await world.rights.requests.acknowledge({ token: tokenOf(accepted) }));
    await world.pass(day);
    later(world, 30 * day);
    await world.pass(day);
    isDown = false;
    await world.pass(hour);
    const task = (await world.read(request.id)).messages.find(({ kind }) => kind === "manual-task");
    expect(task?.status).toBe("sent");
    await world.rights.stop();
  });
});

describe("support", () => {
  it("is told at once of a letter that never will arrive, and how long it can be sent again", async () => {
    const { world, told, isSealed, read } = await erased((kind) =>
      kind === "completion" ? new PermanentFailure("no such mailbox") : null,
    );
    const { closedAt } = await read();
    const until = new Date(Date.parse(closedAt ?? "") + 30 * day).toISOString();
    expect(told()).toMatchObject([
      { notice: { message: { id: "completion-1" }, problem: "permanent-failure", retryable: false, until } },
    ]);
    expect(JSON.stringify(told())).not.toContain("ada@");
    expect(isSealed()).toBe(true);
    await world.pass(31 * day);
    expect(isSealed()).toBe(false);
    expect(told()).toHaveLength(1);
    await world.rights.stop();
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
