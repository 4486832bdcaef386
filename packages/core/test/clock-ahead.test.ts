import { defineDataSource, type Row } from "@subject-rights/core";
import { simulatedClock, unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { adaAs, boAs, customerDefinition, customerSource, email, number } from "./customers.ts";
import { ada, admin, createWorld, peopleSource, type World } from "./world.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 86_400_000;

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

  it("it is not late, and nothing has stood since a year to come", async () => {
    const { world, on } = await submitted();
    const next = await aheadOnce(world, on.requestId);
    unwrap(await next.rights.requests.resendConfirmation(on));
    await next.settle();
    const { waiting } = unwrap(await next.rights.health());
    const now = next.clock.now().toISOString();
    expect(waiting?.map((each) => [each.for, each.oldest <= now])).toEqual([["acknowledgement", true]]);
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

describe("what a clock that ran ahead has put off", () => {
  const jump = 20 * day;

  /** A source that is down while the clock is ahead, and mended when it is right again. */
  const putOff = async () => {
    const state = { isDown: true };
    const people = new Map<string, Row[]>([[ada, [{}]]]);
    const source = peopleSource("crm", people, {
      erase: async () => {
        if (state.isDown) throw new Error("down");
        people.clear();
        return [{ collection: "people", outcome: "erased", count: 1 }];
      },
    });
    const world = await createWorld({ sources: [source], lookEvery: 30_000 });
    const requestId = await world.acknowledged("erasure");
    const move = (by: number) => world.clock.set(new Date(world.clock.now().getTime() + by));
    await world.pass(2 * minute);
    return { world, state, requestId, move };
  };

  it("goes on once the clock is right again", async () => {
    const { world, state, requestId, move } = await putOff();
    move(jump);
    await world.pass(10 * minute);
    move(-jump);
    state.isDown = false;
    await world.pass(2 * minute);
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  it("goes on when the application starts again", async () => {
    const { world, state, requestId, move } = await putOff();
    move(jump);
    await world.pass(10 * minute);
    move(-jump);
    state.isDown = false;
    await world.rights.stop();
    const next = await createWorld(world.options, world.tables, world.clock);
    await next.pass(minute);
    expect((await next.read(requestId)).outcome).toBe("completed");
  });

  it("goes on in a process whose clock was right all the time", async () => {
    const { world, state, requestId } = await putOff();
    const clock = simulatedClock(new Date(world.clock.now().getTime() + jump));
    const ahead = await createWorld({ ...world.options, clock }, world.tables, clock);
    await ahead.pass(10 * minute);
    await ahead.rights.stop();
    state.isDown = false;
    await world.pass(61 * minute);
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  it("goes on also where another request was waited for, or a hold", async () => {
    const { world, state, requestId, move } = await putOff();
    const second = await world.acknowledged("export");
    await world.pass(minute);
    expect((await world.read(second)).waitingFor).toMatchObject([{ for: "other-request" }]);
    const hold = { actor: admin, identifiers: [{ type: "email", value: ada }], reason: "a case" } as const;
    const { hold: placed } = unwrap(await world.rights.holds.place(hold));
    move(jump);
    await world.pass(10 * minute);
    move(-jump);
    state.isDown = false;
    unwrap(await world.rights.holds.lift({ actor: admin, holdId: placed.id, reason: "over" }));
    await world.pass(3 * 3_600_000);
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect((await world.read(second)).outcome).toBe("completed");
  });

  it("and what waits for a day of the law waits for it", async () => {
    const people = new Map<string, Row[]>([[ada, [{}]]]);
    const source = peopleSource("books", people, {
      erase: async () => [
        { collection: "people", outcome: "retained", count: 1, reason: "§ 147 AO", until: "2030-12-31" },
      ],
    });
    const world = await createWorld({ sources: [source] });
    const requestId = await world.acknowledged("erasure");
    await world.rights.stop();
    const next = await createWorld(world.options, world.tables, world.clock);
    await next.pass(day);
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
  });
});

/** A clock that is a month ahead until it is put right, and may be put ahead once more. */
const clockAhead = () => {
  const clock = simulatedClock();
  const right = clock.now.bind(clock);
  let by = 30 * day;
  clock.now = () => new Date(right().getTime() + by);
  const putRight = () => {
    by = 0;
  };
  const putAhead = (so: number) => {
    by = so;
  };
  return { clock, right, putRight, putAhead };
};

describe("an address that was confirmed by a clock that was a month ahead", () => {
  const confirmedAhead = async (then: number) => {
    const [theirs, others] = [adaAs(), boAs()];
    const readers = new Map<string, Row[]>([[ada, [{ of: "ada" }]]]);
    const { clock, putRight } = clockAhead();
    const world = await createWorld(
      { sources: [customerSource("crm", new Set([theirs, others])), peopleSource("news", readers)] },
      undefined,
      clock,
    );
    const { holds } = world.rights;
    const placed = { actor: admin, identifiers: [number("1")], reason: "a claim in court" };
    const { hold } = unwrap(await holds.place(placed));
    const requestId = await world.acknowledged("erasure");
    await world.pass(minute);
    putRight();
    await world.pass(2 * hour);
    theirs.email = "ada@new.example";
    others.email = ada;
    readers.set("ada@new.example", [{ of: "ada" }]).set(ada, [{ of: "bo" }]);
    clock.set(new Date(clock.now().getTime() + then * day));
    unwrap(await holds.lift({ actor: admin, holdId: hold.id, reason: "over" }));
    await world.pass(2 * hour);
    return { world, readers, requestId };
  };

  it.each([11, 30])(
    "is somebody else's %i days later all the same, and nothing is done by it",
    async (then) => {
      const { world, readers, requestId } = await confirmedAhead(then);
      expect((await world.read(requestId)).waitingFor).toMatchObject([
        { for: "decision", source: "news", identifierType: "email" },
      ]);
      expect(readers.get(ada)).toEqual([{ of: "bo" }]);
    },
  );

  it("leads a last look to nobody on the day on which that clock had put the work", async () => {
    const [theirs, others] = [adaAs(), boAs()];
    const readers = new Map<string, Row[]>([[ada, [{ of: "ada" }]]]);
    const { clock, putRight } = clockAhead();
    const outage = { isOver: false };
    const shop = peopleSource("shop", new Map(), {
      needs: ["customer-number"],
      erase: async () => {
        if (!outage.isOver) throw new Error("down");
        return [{ collection: "people", outcome: "absent" }];
      },
    });
    const crm = customerSource("crm", new Set([theirs, others]));
    const world = await createWorld(
      { sources: [crm, peopleSource("news", readers), shop] },
      undefined,
      clock,
    );
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    expect(readers.size).toBe(0);
    putRight();
    await world.pass(12 * hour);
    others.email = ada;
    readers.set(ada, [{ of: "bo" }]);
    clock.set(new Date(clock.now().getTime() + 30 * day));
    outage.isOver = true;
    unwrap(await world.rights.sources.retryAll({ actor: admin, source: "shop" }));
    await world.pass(hour);
    expect(readers.get(ada)).toEqual([{ of: "bo" }]);
    expect((await world.read(requestId)).waitingFor).toEqual([
      { for: "source", source: "news", problem: "more-than-retained" },
    ]);
  });

  it("is good for no sweep that has named somebody by it", async () => {
    const [theirs, others] = [adaAs(), boAs()];
    const crm = new Set([theirs, others]);
    const readers = new Map<string, Row[]>([[ada, [{ of: "ada" }]]]);
    const { clock, putRight } = clockAhead();
    const outage = { isOver: false };
    const meet = () => {
      if (!outage.isOver) throw new Error("down");
    };
    const sources = [defineDataSource(customerDefinition("crm", crm, meet)), peopleSource("news", readers)];
    const { rights } = await createWorld({ sources }, undefined, clock);
    const people = async function* () {
      yield { people: [{ identifiers: [email(ada)] }], cursor: "1" };
    };
    const order = { actor: admin, reason: "retention", category: "customer-data", people } as const;
    const { id: sweepId } = unwrap(await unwrap(await rights.sweeps.eraseMany(order)).end());
    putRight();
    clock.set(new Date(clock.now().getTime() + 11 * day));
    theirs.email = "ada@new.example";
    others.email = ada;
    readers.set(ada, [{ of: "bo" }]);
    outage.isOver = true;
    const { counts } = unwrap(await unwrap(await rights.sweeps.retry({ actor: admin, sweepId })).end());
    expect(counts).toMatchObject({ erased: 0, leftBehind: 1 });
    expect([crm.size, readers.get(ada)]).toEqual([2, [{ of: "bo" }]]);
  });
});

describe("what the law has kept until a day", () => {
  const dayOf = (date: Date) => date.toISOString().slice(0, 10);

  it.each(["refused", "down"] as const)(
    "is erased when that is over, though it was opened again while the clock was a year ahead (%s)",
    async (then) => {
      const { clock, right, putRight, putAhead } = clockAhead();
      putRight();
      const until = dayOf(new Date(right().getTime() + 19 * day));
      const customers = new Set([adaAs()]);
      const state = { isDown: false };
      const { erase, ...books } = customerDefinition("books", customers);
      const source = defineDataSource({
        ...books,
        erase: async (subject) => {
          if (state.isDown) throw new Error("down");
          return dayOf(right()) <= until
            ? [{ collection: "customers", outcome: "retained", count: 1, reason: "§ 147 AO", until }]
            : erase(subject);
        },
      });
      const world = await createWorld({ sources: [source] }, undefined, clock);
      const requestId = await world.acknowledged("erasure");
      const { reopensAt } = await world.read(requestId);
      await world.rights.stop();
      putAhead(365 * day);
      state.isDown = then === "down";
      const ahead = await createWorld(world.options, world.tables, clock);
      await ahead.pass(hour);
      expect((await ahead.read(requestId)).phase).toBe("origins");
      await ahead.rights.stop();
      putRight();
      state.isDown = false;
      const next = await createWorld(world.options, world.tables, clock);
      if (then === "refused")
        unwrap(await next.rights.requests.retrySource({ actor: admin, requestId, source: "books" }));
      await next.pass(2 * hour);
      expect(await next.read(requestId)).toMatchObject({
        outcome: "completed-with-exceptions",
        reopensAt,
      });
      clock.set(new Date(right().getTime() + 21 * day));
      await next.pass(2 * hour);
      expect(await next.read(requestId)).toMatchObject({ outcome: "completed" });
      expect(customers.size).toBe(0);
      await next.rights.stop();
    },
  );
});

describe("an outage that was told of while the clock was ahead", () => {
  const outages = async () => {
    const { clock, putRight } = clockAhead();
    const down = new Set<string>(["crm", "shop"]);
    const about = (id: string) => {
      const people = new Map<string, Row[]>([[ada, [{}]]]);
      const meet = () => {
        if (down.has(id)) throw new Error("down");
      };
      return peopleSource(id, people, {
        locate: async () => {
          meet();
          return [{ collection: "people", count: people.size }];
        },
        erase: async () => {
          meet();
          people.clear();
          return [{ collection: "people", outcome: "erased", count: 1 }];
        },
      });
    };
    const world = await createWorld({ sources: [about("crm"), about("shop")] }, undefined, clock);
    const requestId = await world.acknowledged("erasure");
    const told = () =>
      world.notifier.sent
        .flatMap(({ notice }) => (notice.type === "support" ? [notice.source.id] : []))
        .toSorted();
    await world.pass(hour);
    putRight();
    const days = async (so: number) => {
      clock.set(new Date(clock.now().getTime() + so * day));
      await world.pass(3 * hour);
    };
    return { world, requestId, down, told, days };
  };

  it("is told of once", async () => {
    const { told, days } = await outages();
    expect(told()).toEqual(["crm", "shop"]);
    await days(1);
    await days(5);
    expect(told()).toEqual(["crm", "shop"]);
  });

  it("keeps a later one of the same source from nobody", async () => {
    const { world, requestId, down, told, days } = await outages();
    down.delete("crm");
    await days(0);
    await days(5);
    down.add("crm");
    down.delete("shop");
    await days(0);
    await days(1);
    expect((await world.read(requestId)).waitingFor).toMatchObject([{ for: "source", source: "crm" }]);
    expect(told()).toEqual(["crm", "crm", "shop"]);
    expect((await world.read(requestId)).idle).not.toBeNull();
  });
});
