import { defineDataSource, type Message } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, inject, it } from "vitest";
import { adaAs, type Customer, customerDefinition } from "./customers.ts";
import { ada, admin, createWorld, tenantAdmin, tokenOf, unreliable, type World } from "./world.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const support = "support@northwind.example";

/** So many are erased, and their letters are late by two days of a mail server that is down; then the crm is down as well. */
const lateLetters = async (count: number) => {
  const people = Array.from({ length: count }, (_, index) => `person-${index}@example.org`);
  const customersOf = () =>
    new Set(people.map((email, index): Customer => ({ number: `C-${index}`, email })));
  const state = { isMailDown: false, isDown: false, calls: 0 };
  const crm = () => {
    state.calls += 1;
    if (state.isDown) throw new Error("down");
  };
  const mail = unreliable(() => {
    if (state.isMailDown) throw new Error("down");
  });
  const { identify: _, ...shop } = customerDefinition("shop", customersOf());
  const world = await createWorld({
    sources: [defineDataSource(customerDefinition("crm", customersOf(), crm)), defineDataSource(shop)],
    acknowledgedBy: "data-subject",
    notifier: mail.notifier,
  });
  const ids: string[] = [];
  const tokens: string[] = [];
  for (const email of people) {
    const asked = { actor: admin, kind: "erasure", category: "customer-data", email } as const;
    ids.push(unwrap(await world.rights.requests.submit(asked)).request.id);
    await world.settle();
    tokens.push(tokenOf(mail.accepted));
  }
  state.isMailDown = true;
  for (const token of tokens) unwrap(await world.rights.requests.acknowledge({ token }));
  await world.pass(hour);
  world.clock.set(new Date(world.clock.now().getTime() + 2 * day));
  state.isDown = true;
  state.isMailDown = false;
  await world.pass(2 * hour);
  const typesTo = (to: (message: Message) => boolean) =>
    mail.accepted.filter(to).map(({ notice }) => notice.type);
  return {
    world,
    state,
    ids,
    mail,
    completions: () => typesTo(() => true).filter((type) => type === "completion").length,
    toSupport: () => typesTo((message) => message.to === support),
  };
};

const waitingFor = async (world: World, ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await world.read(id)).waitingFor));

const crmIsDown = { for: "source", source: "crm", problem: "unavailable" };

describe("a source that has to say, before late letters go out, whose the address is, and that is down", () => {
  it("is named where they wait, told of once, tried by one of them, and all go out when it answers", async () => {
    const { world, state, ids, completions, toSupport } = await lateLetters(4);
    expect([completions(), toSupport()]).toEqual([0, ["support"]]);
    expect(await waitingFor(world, ids)).toEqual(ids.map(() => [crmIsDown]));
    const { sources } = unwrap(await world.rights.sources.list({ actor: admin }));
    expect(sources[0]).toMatchObject({ id: "crm", status: "warning", problem: "unavailable" });
    const { failing, waiting } = unwrap(await world.rights.health());
    expect(failing).toMatchObject([{ adapter: "crm" }]);
    expect(waiting).toMatchObject([{ for: "source", whose: "us", count: 4 }]);
    state.calls = 0;
    await world.pass(2 * hour);
    // Two calls a try: by the number, and by the address.
    expect(state.calls).toBeLessThanOrEqual(8);
    state.isDown = false;
    await world.pass(61 * minute);
    expect([completions(), toSupport()]).toEqual([4, ["support"]]);
    expect(await waitingFor(world, ids)).toEqual(ids.map(() => []));
    await world.rights.stop();
  });

  it("is one outage with what other requests have met at work, over processes", async () => {
    const { world, state, ids, mail, completions, toSupport } = await lateLetters(2);
    await world.rights.stop();
    const next = await createWorld(world.options, world.tables, world.clock);
    const asked = { actor: admin, kind: "erasure", category: "customer-data" } as const;
    const other = unwrap(await next.rights.requests.submit({ ...asked, email: "other@example.org" }));
    await next.settle();
    unwrap(await next.rights.requests.acknowledge({ token: tokenOf(mail.accepted) }));
    await next.pass(10 * minute);
    const all = [...ids, other.request.id];
    expect(await waitingFor(next, all)).toEqual(all.map(() => [crmIsDown]));
    expect(toSupport()).toEqual(["support"]);
    state.isDown = false;
    await next.pass(61 * minute);
    expect([completions(), toSupport()]).toEqual([3, ["support"]]);
    await next.rights.stop();
  });

  it("is tried at once for all of them where somebody says so", async () => {
    const { world, state, ids, completions } = await lateLetters(2);
    const retryAll = async () => unwrap(await world.rights.sources.retryAll({ actor: admin, source: "crm" }));
    expect((await retryAll()).requests.toSorted()).toEqual(ids.toSorted());
    await world.pass(minute);
    expect(completions()).toBe(0);
    expect(await waitingFor(world, ids)).toEqual(ids.map(() => [crmIsDown]));
    state.isDown = false;
    await retryAll();
    await world.pass(minute);
    expect(completions()).toBe(2);
    expect((await retryAll()).requests).toEqual([]);
    await world.rights.stop();
  });
});

describe("a source that never says whose the address is", () => {
  const reason = "the vendor is gone";
  const settlement = { actor: admin, source: "crm", reason };

  it("is closed by hand for the letters that wait for it, of requests that are closed: others decide", async () => {
    const { world, state, ids, completions } = await lateLetters(3);
    const { sources, requests } = world.rights;
    const [first = "", ...others] = ids;
    const before = await world.read(first);
    unwrap(await requests.settleSource({ ...settlement, requestId: first }));
    await world.pass(minute);
    expect(completions()).toBe(1);
    expect(await waitingFor(world, ids)).toEqual([[], [crmIsDown], [crmIsDown]]);
    expect(unwrapError(await requests.settleSource({ ...settlement, requestId: first })).code).toBe(
      "not-possible-now",
    );
    const naming = `gone, says person-${ids.length - 1}@example.org`;
    expect(unwrapError(await sources.settleAll({ ...settlement, reason: naming })).code).toBe(
      "invalid-input",
    );
    const closed = unwrap(await sources.settleAll(settlement));
    expect(closed.requests.toSorted()).toEqual(others.toSorted());
    await world.pass(minute);
    expect(completions()).toBe(3);
    expect(await waitingFor(world, ids)).toEqual([[], [], []]);
    // What was done is as it was: it is the letter that nobody is asked for any more.
    const { outcome, sources: parts } = await world.read(first);
    expect([outcome, parts]).toEqual([before.outcome, before.sources]);
    const entries = unwrap(await requests.audit({ actor: admin, requestId: first }));
    expect(entries).toContainEqual(
      expect.objectContaining({ action: "settled", source: "crm", detail: { reason, letters: 1 } }),
    );
    state.calls = 0;
    await world.pass(day);
    expect(state.calls).toBe(0);
    await world.rights.stop();
  });

  it("is closed by hand for the letter of a request that is open, and whose part it has given", async () => {
    const down = new Set<string>();
    const crm = customerDefinition("crm", new Set([adaAs()]), () => {
      if (down.has("crm")) throw new Error("down");
    });
    const mail = unreliable(({ notice }) => {
      if (down.has("mail") && notice.type === "delivery") throw new Error("down");
    });
    const world = await createWorld({
      sources: [defineDataSource(crm)],
      acknowledgedBy: "data-subject",
      notifier: mail.notifier,
    });
    const asked = { actor: tenantAdmin, kind: "export", category: "customer-data", email: ada } as const;
    const { id: requestId } = unwrap(await world.rights.requests.submit(asked)).request;
    await world.settle();
    down.add("mail");
    unwrap(await world.rights.requests.acknowledge({ token: tokenOf(mail.accepted) }));
    await world.pass(hour);
    world.clock.set(new Date(world.clock.now().getTime() + 2 * day));
    down.add("crm").delete("mail");
    await world.pass(2 * hour);
    expect(await world.read(requestId)).toMatchObject({ phase: "packaged", waitingFor: [crmIsDown] });
    unwrap(await world.rights.requests.settleSource({ ...settlement, requestId }));
    await world.pass(minute);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed", waitingFor: [] });
    expect(mail.accepted.at(-1)?.notice).toMatchObject({ type: "delivery", missing: [] });
    await world.rights.stop();
  });

  it("is named to support where the letter is given up", async () => {
    const { world, mail, ids } = await lateLetters(1);
    world.clock.set(new Date(world.clock.now().getTime() + 31 * day));
    await world.pass(day);
    expect(mail.accepted.at(-1)?.notice).toMatchObject({
      type: "undelivered",
      requestId: ids[0],
      message: { id: "completion-1" },
      problem: "unavailable",
      source: { id: "crm", title: "The crm" },
    });
    await world.rights.stop();
  });
});

describe("a package that waits for a source that is down, and is without its part", () => {
  // Two are one, and more: one alone is thorough.
  for (const processes of inject("isThorough") ? [1, 2] : [2]) {
    it(`is not handed out beside the next one, which has it, over ${processes} processes`, async () => {
      const ada: Customer = { number: "C-1", email: "ada@example.org" };
      const down = { crm: false, shop: true };
      const sourceOf = (id: "crm" | "shop") =>
        customerDefinition(id, new Set([ada]), () => {
          if (down[id]) throw new Error("down");
        });
      const { identify: _, ...shop } = sourceOf("shop");
      const world = await createWorld({
        sources: [defineDataSource(sourceOf("crm")), defineDataSource(shop)],
        acknowledgedBy: "data-subject",
      });
      const other = processes === 1 ? null : await createWorld(world.options, world.tables, world.clock);
      const { email } = ada;
      const asked = { actor: tenantAdmin, kind: "export", category: "customer-data", email } as const;
      const { id } = unwrap(await world.rights.requests.submit(asked)).request;
      await world.settle();
      unwrap(await world.rights.requests.acknowledge({ token: tokenOf(world.notifier.sent) }));
      await world.pass(2 * day);
      Object.assign(down, { crm: true, shop: false });
      await world.pass(3 * hour);
      expect(await waitingFor(world, [id])).toEqual([[crmIsDown]]);
      down.crm = false;
      await world.pass(2 * hour);
      const told = world.notifier.sent.flatMap(({ notice }) =>
        notice.type === "delivery" ? [notice.missing] : [],
      );
      expect(told).toEqual([[{ title: "The shop", problem: "unavailable", follows: true }], []]);
      expect(await world.read(id)).toMatchObject({ outcome: "completed", waitingFor: [] });
      await other?.rights.stop();
      await world.rights.stop();
    });
  }
});
