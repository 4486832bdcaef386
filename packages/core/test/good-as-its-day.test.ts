import { defineDataSource, type GivenIdentifier, type Row, type Subject } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { adaAs, boAs, type Customer, customerDefinition, email, number } from "./customers.ts";
import { ada, admin, createWorld, peopleSource } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;
const minute = 60_000;

/**
 * Ada is a customer in two sources, of which one tells who people are, and reads the newsletter, which knows addresses. One
 * source is down from the beginning.
 */
const beginning = async (down: "crm" | "shop", isReaderOnly = false) => {
  const [theirs, others] = [adaAs(), boAs()];
  const customers = isReaderOnly ? [theirs] : [theirs, others];
  const [crm, shop] = [new Set(customers), new Set(customers)];
  const late = { isTold: false };
  const acted: string[][] = [];
  const readers = new Map<string, Row[]>([[ada, [{ reader: "ada" }]]]);
  let isDown = true;
  const meet = (id: string) => () => {
    if (isDown && id === down) throw new Error("down");
  };
  const { identify, ...notTelling } = customerDefinition("shop", shop, meet("shop"));
  const telling: typeof identify = async (subject) => {
    const told = await identify(subject);
    return late.isTold ? told : [];
  };
  const news = recorded(readers, acted);
  const world = await createWorld({
    sources: [
      defineDataSource(customerDefinition("crm", crm, meet("crm"))),
      defineDataSource(isReaderOnly ? { ...notTelling, identify: telling } : notTelling),
      news,
    ],
  });
  /** The address is another customer's from now on, who reads the newsletter too. */
  const passOn = () => {
    theirs.email = "ada@new.example";
    others.email = ada;
    readers.set(ada, [{ reader: "bo" }]);
  };
  const comeBack = () => {
    isDown = false;
  };
  const settle = async (requestId: string, source: string) => {
    const settled = { actor: admin, requestId, source, reason: "by hand" };
    unwrap(await world.rights.requests.settleSource(settled));
    await world.pass(3 * hour);
  };
  return { world, crm, shop, readers, theirs, others, passOn, comeBack, settle, late, acted };
};

type Scene = Awaited<ReturnType<typeof beginning>>;

/** A newsletter, and by which addresses it was asked to hand out and to erase. */
const recorded = (readers: Map<string, Row[]>, acted: string[][]) => {
  const found = (addresses: readonly string[]) => addresses.flatMap((each) => readers.get(each) ?? []);
  return peopleSource("news", readers, {
    async *export(subject) {
      acted.push([...subject.values("email")]);
      yield { collection: "people", rows: found(subject.values("email")) };
    },
    erase: async (subject) => {
      const addresses = subject.values("email");
      acted.push([...addresses]);
      const count = found(addresses).length;
      for (const each of addresses) readers.delete(each);
      return count > 0
        ? [{ collection: "people", outcome: "erased", count }]
        : [{ collection: "people", outcome: "absent" }];
    },
  });
};

const only = (customers: ReadonlySet<Customer>) => [...customers].map((each) => each.number);

describe("a last look weeks after the work", () => {
  it("erases nothing that came since under an address: somebody looks", async () => {
    const { world, crm, shop, readers, passOn, comeBack, settle } = await beginning("shop");
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    expect([only(crm), readers.size]).toEqual([["2"], 0]);
    world.clock.set(new Date(world.clock.now().getTime() + 2 * day));
    passOn();
    comeBack();
    await world.pass(3 * hour);
    expect([only(crm), only(shop), readers.size]).toEqual([["2"], ["2"], 1]);
    const { outcome, waitingFor, sources } = await world.read(requestId);
    expect(outcome).toBeNull();
    expect(waitingFor).toEqual([{ for: "source", source: "news", problem: "more-than-retained" }]);
    // What is another's under a number is not looked for by the address any more.
    expect(sources[0]).toMatchObject({
      outcomes: [{ collection: "customers", outcome: "erased", count: 1 }],
    });
    await settle(requestId, "news");
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
    expect(readers.size).toBe(1);
  });

  it("erases what came back within a day, as before", async () => {
    const { world, readers, comeBack } = await beginning("shop");
    const requestId = await world.acknowledged("erasure");
    await world.pass(12 * hour);
    readers.set(ada, [{ reader: "ada" }]);
    comeBack();
    await world.pass(3 * hour);
    expect(readers.size).toBe(0);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
  });
});

describe.each(["erasure", "export"] as const)(
  "an %s more than a day after a source has done its part",
  (kind) => {
    /** The shop tells by then that the person has another address, where it is asked again. */
    const places = {
      "is looked at once more": async (_: Scene) => undefined,
      "is tried again by hand": async ({ world }: Scene, requestId: string) => {
        await world.rights.requests.retrySource({ actor: admin, requestId, source: "news" });
        await world.pass(hour);
      },
      "is begun anew under a further name": async ({ late }: Scene) => {
        late.isTold = true;
      },
      "has all others settled": async ({ settle }: Scene, requestId: string) => settle(requestId, "shop"),
    };

    it.each(Object.entries(places))(
      "does nothing by an address that is another's, where it %s",
      async (_, go) => {
        const scene = await beginning("shop", true);
        const { world, readers, passOn, comeBack, acted } = scene;
        const requestId = await world.acknowledged(kind);
        await world.pass(hour);
        world.clock.set(new Date(world.clock.now().getTime() + 2 * day));
        await world.pass(minute);
        expect(acted).toEqual([[ada]]);
        passOn();
        readers.set("ada@new.example", [{ reader: "ada" }]);
        await go(scene, requestId);
        comeBack();
        await world.pass(3 * hour);
        // Within the day after that, too.
        await world.pass(2 * hour);
        expect(acted.slice(1).flat()).not.toContain(ada);
        expect(readers.get(ada)).toEqual([{ reader: "bo" }]);
      },
    );
  },
);

it("what is retained by an address alone stays as it was told where the work is begun anew days later, and nothing is erased there", async () => {
  const crm = new Set<Customer>([adaAs()]);
  const state = { isDown: true, calls: 0 };
  const kept: Row[] = [{ of: "ada" }];
  const retained = {
    collection: "people",
    outcome: "retained",
    reason: "§ 147 AO",
    until: "2034-12-31",
  } as const;
  const world = await createWorld({
    sources: [
      defineDataSource(customerDefinition("crm", crm)),
      peopleSource("news", new Map(), {
        locate: async () => [{ collection: "people", count: kept.length }],
        erase: async () => {
          state.calls += 1;
          const gone = kept.filter(({ of }) => of !== "ada").length;
          kept.splice(0, gone);
          return gone > 0
            ? [{ collection: "people", outcome: "erased", count: gone }]
            : [{ ...retained, count: kept.length }];
        },
      }),
      peopleSource("cards", new Map(), {
        needs: ["customer-number"],
        identify: async () => {
          if (state.isDown) throw new Error("down");
          return [number("1"), { type: "card-number", value: "7" }];
        },
      }),
    ],
  });
  const requestId = await world.acknowledged("erasure");
  await world.pass(hour);
  expect([state.calls, crm.size]).toEqual([1, 0]);
  world.clock.set(new Date(world.clock.now().getTime() + 2 * day));
  // Theirs is gone from there, and somebody else's is in its place.
  kept.splice(0, 1, { of: "bo" });
  state.isDown = false;
  await world.pass(7 * hour);
  expect([state.calls, kept]).toEqual([1, [{ of: "bo" }]]);
  const { outcome, sources } = await world.read(requestId);
  expect(outcome).toBe("completed-with-exceptions");
  expect(sources[1]?.outcomes).toEqual([{ ...retained, count: 1 }]);
});

describe("while somebody has to say whose an address is", () => {
  const inDoubt = async () => {
    const scene = await beginning("crm");
    const requestId = await scene.world.acknowledged("erasure");
    await scene.world.pass(hour);
    scene.world.clock.set(new Date(scene.world.clock.now().getTime() + 2 * day));
    scene.passOn();
    scene.comeBack();
    await scene.world.pass(3 * hour);
    expect((await scene.world.read(requestId)).waitingFor).toMatchObject([
      { for: "decision", source: "crm", identifierType: "customer-number" },
    ]);
    const decide = async () => {
      const decision = { actor: admin, requestId, decision: "decision-1", reason: "theirs since" };
      unwrap(await scene.world.rights.requests.decideIdentifier({ ...decision, answer: "somebody-else" }));
      await scene.world.pass(3 * hour);
    };
    return { ...scene, requestId, decide };
  };

  it("nothing is done by it, whoever is settled", async () => {
    const { world, readers, settle, requestId } = await inDoubt();
    await settle(requestId, "crm");
    expect(readers.size).toBe(1);
    expect((await world.read(requestId)).waitingFor).toMatchObject([{ for: "decision" }]);
  });

  it("whoever has it waits, and not once it is theirs", async () => {
    const { world, crm, readers, requestId, decide } = await inDoubt();
    const asked = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const { request } = unwrap(await world.rights.requests.submit({ ...asked, identifiers: [number("2")] }));
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.pass(hour);
    expect((await world.read(request.id)).waitingFor).toMatchObject([{ for: "other-request" }]);
    await decide();
    expect(await world.read(request.id)).toMatchObject({ outcome: "completed" });
    expect([only(crm), readers.size]).toEqual([["1"], 0]);
    // Theirs waits for a person: nothing is known any more by which they could be found.
    const { waitingFor } = await world.read(requestId);
    expect(new Set(waitingFor.map((each) => each.for))).toEqual(new Set(["source"]));
  });

  it("whoever has it is not taken in, and is once it is theirs, whichever copy of the list comes back", async () => {
    const { world, requestId, decide } = await inDoubt();
    const { suppressions } = world.rights;
    const copied: unknown[] = [];
    for await (const each of suppressions.copy({ actor: admin })) copied.push(each);
    const identifiers = [{ type: "email", value: ada }];
    const mayTakeIn = async () => unwrap(await suppressions.mayTakeIn({ actor: admin, identifiers }));
    expect(await mayTakeIn()).toBe(false);
    await decide();
    expect(await mayTakeIn()).toBe(true);
    unwrap(await suppressions.restore({ actor: admin, suppressions: copied }));
    expect(await mayTakeIn()).toBe(true);
    for (const source of ["crm", "shop", "news"]) {
      const settled = { actor: admin, requestId, source, reason: "by hand" };
      await world.rights.requests.settleSource(settled);
    }
    await world.pass(day);
    expect(await mayTakeIn()).toBe(true);
  });
});

interface Order {
  readonly number?: string;
  readonly email: string;
  readonly until?: string;
}

/** Orders by number, and those of guests by their address, beside what is kept because it has another number. */
const ordersWorld = async (orders: Set<Order>, down: { news?: boolean } = {}) => {
  const calls: string[] = [];
  const of = (subject: { values(type: string): readonly string[] }) =>
    [...orders].filter((each) =>
      each.number === undefined
        ? subject.values("email").includes(each.email)
        : subject.values("customer-number").includes(each.number),
    );
  const counted = (name: string) => async (subject: { values(type: string): readonly string[] }) => {
    calls.push(name);
    const others = [...orders].filter(
      (each) =>
        each.number !== undefined &&
        !subject.values("customer-number").includes(each.number) &&
        subject.values("email").includes(each.email),
    );
    const kept = of(subject).filter(({ until = "" }) => until >= today()).length;
    return [
      { collection: "orders", count: of(subject).length - kept },
      { collection: "orders", count: kept, becomes: "retained" } as const,
      { collection: "orders", count: others.length, becomes: "kept" } as const,
    ];
  };
  const today = () => world.clock.now().toISOString().slice(0, 10);
  const world = await createWorld({
    sources: [
      defineDataSource(customerDefinition("crm", new Set([adaAs()]))),
      peopleSource("orders", new Map(), {
        needs: ["customer-number", "email"],
        locate: counted("locate"),
        verify: async (subject) => {
          calls.push("verify");
          return [{ collection: "orders", count: of(subject).length }];
        },
        erase: async (subject) => {
          const found = of(subject);
          const gone = found.filter(({ until = "" }) => until < today());
          for (const each of gone) orders.delete(each);
          const count = found.length - gone.length;
          return [
            { collection: "orders", outcome: "erased", count: gone.length },
            ...(count > 0
              ? [
                  {
                    collection: "orders",
                    outcome: "retained",
                    count,
                    reason: "§ 147 AO",
                    until: "2026-01-10",
                  } as const,
                ]
              : []),
          ];
        },
      }),
      peopleSource("news", new Map(), {
        erase: async () => {
          if (down.news === true) throw new Error("down");
          return [{ collection: "people", outcome: "absent" }];
        },
      }),
    ],
  });
  return { world, calls };
};

describe("what comes under the address of somebody who was erased, into a source that knows their number", () => {
  const ended = async (hours: number, came: readonly Order[], ...kept: readonly Order[]) => {
    const orders = new Set<Order>([{ number: "1", email: ada }, ...kept]);
    const down = { news: true };
    const { world, calls } = await ordersWorld(orders, down);
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    expect(orders.size).toBe(kept.length);
    const before = calls.length;
    world.clock.set(new Date(world.clock.now().getTime() + hours * hour));
    for (const each of came) orders.add(each);
    down.news = false;
    await world.pass(3 * hour);
    return { world, orders, requestId, calls: calls.slice(before) };
  };
  const guests: Order = { email: ada };

  it("is erased within a day, by no call more", async () => {
    const { world, orders, requestId } = await ended(20, [guests]);
    expect(orders.size).toBe(0);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
    expect((await ended(20, [])).calls).toEqual(["verify"]);
  });

  it("is erased by nobody after that, and nothing is called done before somebody has looked", async () => {
    const { world, orders, requestId } = await ended(2 * 24, [guests]);
    expect([...orders]).toEqual([guests]);
    const { outcome, waitingFor } = await world.read(requestId);
    expect([outcome, waitingFor]).toEqual([
      null,
      [{ for: "source", source: "orders", problem: "more-than-retained" }],
    ]);
    orders.clear();
    unwrap(await world.rights.requests.retrySource({ actor: admin, requestId, source: "orders" }));
    await world.pass(hour);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
  });

  it("is seen beside what is retained there, which the source tells apart", async () => {
    const { world, requestId } = await ended(2 * 24, [guests], {
      number: "1",
      email: ada,
      until: "2026-01-10",
    });
    expect((await world.read(requestId)).waitingFor).toEqual([
      { for: "source", source: "orders", problem: "more-than-retained" },
    ]);
  });

  it("is nothing of theirs where it has another number", async () => {
    const others: Order = { number: "2", email: ada };
    const { world, orders, requestId } = await ended(2 * 24, [others]);
    expect([...orders]).toEqual([others]);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
  });
});

it("what was retained is erased on its day without what came since under the address, beside a number", async () => {
  const orders = new Set<Order>([{ number: "1", email: ada, until: "2026-01-10" }, { email: ada }]);
  const { world } = await ordersWorld(orders);
  const requestId = await world.acknowledged("erasure");
  await world.pass(hour);
  expect(orders.size).toBe(1);
  await world.pass(3 * day);
  const theirs: Order = { email: ada };
  orders.add(theirs);
  await world.pass(4 * day);
  expect(orders).toContain(theirs);
  expect((await world.read(requestId)).waitingFor).toEqual([
    { for: "source", source: "orders", problem: "more-than-retained" },
  ]);
  orders.delete(theirs);
  unwrap(await world.rights.requests.retrySource({ actor: admin, requestId, source: "orders" }));
  await world.pass(hour);
  expect(orders.size).toBe(0);
  expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
});

describe("a sweep that goes on more than a day after people were named", () => {
  const sweepOver = async (
    names: readonly GivenIdentifier[],
    state: { crm?: boolean; lists?: boolean },
    hasCopies = false,
  ) => {
    const [theirs, others] = [adaAs(), boAs()];
    const [crm, shop] = [new Set([theirs, others]), new Set([theirs, others])];
    const readers = new Map<string, Row[]>([[ada, [{ reader: "ada" }]]]);
    const listed = new Map<string, Row[]>([[ada, [{ listed: "ada" }]]]);
    const meet = (id: "crm" | "lists") => () => {
      if (state[id] === true) throw new Error("down");
    };
    const { identify: _, ...notTelling } = customerDefinition("shop", shop);
    const world = await createWorld({
      sources: [
        defineDataSource(customerDefinition("crm", crm, meet("crm"))),
        defineDataSource(notTelling),
        peopleSource("news", readers),
        ...(hasCopies
          ? [
              peopleSource("cache", new Map(), { kind: "copy", refresh: async () => meet("lists")() }),
              peopleSource("lists", listed, { kind: "copy" }),
            ]
          : []),
      ],
    });
    const people = async function* (cursor: string | null) {
      if (cursor === null) yield { people: [{ identifiers: names }], cursor: "1" };
    };
    const order = { actor: admin, reason: "retention", category: "customer-data", people } as const;
    const { sweeps } = world.rights;
    const first = unwrap(await unwrap(await sweeps.eraseMany(order)).end());
    const which = { actor: admin, sweepId: first.id };
    const left = async () =>
      unwrap(await sweeps.leftBehind(which)).map(({ problem, source }) => [problem, source]);
    /** The address is another customer's from now on. */
    const passOn = async () => {
      await world.pass(2 * day);
      theirs.email = "ada@new.example";
      others.email = ada;
      readers.set("ada@new.example", readers.get(ada) ?? []);
      readers.set(ada, [{ reader: "bo" }]);
      listed.set(ada, [{ listed: "bo" }]);
    };
    const retry = async () => unwrap(await unwrap(await sweeps.retry(which)).end());
    const goOn = async () => unwrap(await unwrap(await sweeps.goOn({ ...which, people })).end());
    return { world, first, crm, shop, readers, listed, left, passOn, retry, goOn, state };
  };

  it("leaves whoever has the address by then, and says so", async () => {
    const { first, crm, shop, readers, left, passOn, retry, state } = await sweepOver([email(ada)], {
      crm: true,
    });
    expect(first.counts).toMatchObject({ erased: 0, leftBehind: 1 });
    await passOn();
    state.crm = false;
    for (const _ of ["once", "and again"]) {
      expect((await retry()).counts).toMatchObject({ erased: 0, leftBehind: 1 });
      expect(await left()).toEqual([["other-number", null]]);
    }
    expect([only(crm), only(shop), readers.size]).toEqual([["1", "2"], ["1", "2"], 2]);
  });

  it("erases whoever was named by a number, under the address that they have by then, and names who is there under the other", async () => {
    const { crm, shop, readers, left, passOn, retry, state } = await sweepOver([email(ada), number("1")], {
      crm: true,
    });
    await passOn();
    state.crm = false;
    expect((await retry()).counts).toMatchObject({ erased: 0, leftBehind: 1 });
    // Another customer's are told apart by their number; a reader of that address may be either.
    expect(await left()).toEqual([["still-present", "news"]]);
    expect([only(crm), only(shop), [...readers.keys()]]).toEqual([["2"], ["2"], [ada]]);
  });

  it("follows an address that is told of their number still", async () => {
    const { world, crm, readers, retry, state } = await sweepOver([email(ada), number("1")], { crm: true });
    await world.pass(2 * day);
    state.crm = false;
    expect(await retry()).toMatchObject({ status: "completed", counts: { erased: 1 } });
    expect([only(crm), readers.size]).toEqual([["2"], 0]);
  });

  it.each([
    ["the address", [email(ada)]],
    ["a number beside it", [email(ada), number("1")]],
  ])("erases nobody else in a copy that it comes to by then, named by %s", async (_, names) => {
    const { first, crm, listed, left, passOn, goOn, state } = await sweepOver(names, { lists: true }, true);
    expect(first).toMatchObject({ status: "stopped", counts: { waiting: 1 } });
    expect(only(crm)).toEqual(["2"]);
    await passOn();
    state.lists = false;
    expect((await goOn()).counts).toMatchObject({ waiting: 0, leftBehind: 1 });
    expect(await left()).toEqual([["other-number", null]]);
    expect([only(crm), listed.size]).toEqual([["2"], 1]);
  });

  it("erases in a copy within a day, as before", async () => {
    const { world, listed, goOn, state } = await sweepOver([email(ada)], { lists: true }, true);
    await world.pass(12 * hour);
    state.lists = false;
    expect(await goOn()).toMatchObject({ status: "completed", counts: { erased: 1 } });
    expect(listed.size).toBe(0);
  });

  /** Orders of customers have a number, those of guests an address. */
  const ordersOver = async (
    orders: Set<{ number?: string; email?: string }>,
    hasCopy: boolean,
    isLeftTold = true,
  ) => {
    const state = { isDown: true };
    const asked: string[][] = [];
    const of = (step: string, subject: Subject) => {
      if (state.isDown) throw new Error("down");
      asked.push([step, ...subject.identifiers.map(({ value }) => value).toSorted()]);
      return [...orders].filter((each) =>
        each.number === undefined
          ? subject.values("email").includes(each.email ?? "")
          : subject.values("customer-number").includes(each.number),
      );
    };
    const count = (step: string) => async (subject: Subject) => {
      const theirs = of(step, subject);
      const others = [...orders].filter(
        (each) => !theirs.includes(each) && subject.values("email").includes(each.email ?? ""),
      );
      if (!isLeftTold) {
        const left = step === "verify" ? others.length : 0;
        return [{ collection: "orders", count: theirs.length + left }];
      }
      return [
        { collection: "orders", count: theirs.length },
        { collection: "orders", count: others.length, becomes: "kept" } as const,
      ];
    };
    const world = await createWorld({
      sources: [
        peopleSource("orders", new Map(), {
          needs: ["customer-number", "email"],
          locate: count("locate"),
          verify: count("verify"),
          erase: async (subject) => {
            const gone = of("erase", subject);
            for (const each of gone) orders.delete(each);
            return [{ collection: "orders", outcome: "erased", count: gone.length }];
          },
        }),
        ...(hasCopy
          ? [
              peopleSource("cache", new Map(), {
                kind: "copy",
                needs: ["customer-number", "email"],
                refresh: async () => undefined,
              }),
            ]
          : []),
      ],
    });
    const people = async function* (cursor: string | null) {
      const named = [{ identifiers: [email(ada), number("1")] }, { identifiers: [number("2")] }];
      if (cursor === null) yield { people: named, cursor: "1" };
    };
    const order = { actor: admin, reason: "retention", category: "customer-data", people } as const;
    const { sweeps } = world.rights;
    const { id } = unwrap(await unwrap(await sweeps.eraseMany(order)).end());
    const which = { actor: admin, sweepId: id };
    const left = async () =>
      unwrap(await sweeps.leftBehind(which)).map(({ problem, source }) => [problem, source]);
    const retryAfter = async (time: number) => {
      await world.pass(time);
      state.isDown = false;
      return unwrap(await unwrap(await sweeps.retry(which)).end());
    };
    return { asked, left, retryAfter };
  };

  it.each([
    ["", false],
    [", behind its copies too", true],
  ])("names whoever is there by the address alone, and erases them by their number%s", async (_, hasCopy) => {
    const another = { number: "3", email: ada };
    const orders = new Set([{ number: "1" }, { email: ada }, { number: "2" }, another]);
    const { left, retryAfter } = await ordersOver(orders, hasCopy);
    expect(await retryAfter(2 * day)).toMatchObject({
      status: "completed-with-exceptions",
      counts: { erased: 1, waiting: 0, leftBehind: 1 },
    });
    expect(await left()).toEqual([["still-present", "orders"]]);
    expect([...orders]).toEqual([{ email: ada }, another]);
    // Somebody has looked, and it was theirs.
    orders.clear();
    expect(await retryAfter(day)).toMatchObject({
      status: "completed",
      counts: { erased: 2, waiting: 0, leftBehind: 0 },
    });
  });

  it("is completed where nothing is there by the address alone but what is another's by their number", async () => {
    const orders = new Set([{ number: "1" }, { number: "2" }, { number: "3", email: ada }]);
    const { asked, retryAfter } = await ordersOver(orders, false);
    expect(await retryAfter(2 * day)).toMatchObject({ status: "completed", counts: { erased: 2 } });
    const byAddress = asked.filter((each) => each.includes(ada));
    expect(byAddress).toEqual([["verify", "1", ada]]);
    expect(orders.size).toBe(1);
  });

  it("is completed, too, where that is counted as left, and not as theirs", async () => {
    const another = { number: "3", email: ada };
    const orders = new Set([{ number: "1" }, { number: "2" }, another]);
    const { retryAfter } = await ordersOver(orders, true, false);
    expect(await retryAfter(2 * day)).toMatchObject({ status: "completed", counts: { erased: 2 } });
    expect([...orders]).toEqual([another]);
  });

  it("is not, where a guest's order is there as well", async () => {
    const orders = new Set([{ number: "1" }, { number: "2" }, { number: "3", email: ada }, { email: ada }]);
    const { left, retryAfter } = await ordersOver(orders, false, false);
    expect(await retryAfter(2 * day)).toMatchObject({ counts: { leftBehind: 1 } });
    expect(await left()).toEqual([["still-present", "orders"]]);
  });

  it("erases by the address within a day, and asks no more than it did", async () => {
    const orders = new Set([{ number: "1" }, { email: ada }, { number: "2" }]);
    const { asked, retryAfter } = await ordersOver(orders, false);
    expect(await retryAfter(12 * hour)).toMatchObject({ status: "completed", counts: { erased: 2 } });
    expect(orders.size).toBe(0);
    expect(asked.toSorted()).toEqual([
      ["erase", "1", ada],
      ["erase", "2"],
      ["verify", "1", ada],
      ["verify", "2"],
    ]);
  });
});

it("names an address that nobody has vouched for to no owner who is asked once more, two weeks later, and to recipients as that", async () => {
  const crm = new Set([adaAs()]);
  const recipients = [{ title: "The bank", address: "bank@example.org" }];
  const papers = new Set(["1"]);
  const outage = { isOver: false };
  const meet = () => {
    if (!outage.isOver) throw new Error("down");
  };
  const { identify: _, ...shop } = customerDefinition("shop", new Set([adaAs()]), meet);
  const paper = defineDataSource({
    id: "paper",
    title: "The paper files",
    holds: ["customer-data"],
    kind: "origin",
    owner: "archive@northwind.example",
    needs: ["customer-number", "email"],
    locate: async (subject) => {
      const count = subject.values("customer-number").filter((each) => papers.has(each)).length;
      return [{ collection: "files", count }];
    },
  });
  const world = await createWorld({
    sources: [
      defineDataSource({ ...customerDefinition("crm", crm), recipients }),
      defineDataSource(shop),
      paper,
    ],
  });
  const tasks = () =>
    world.notifier.sent.flatMap(({ notice }) => (notice.type === "manual-task" ? [notice.identifiers] : []));
  const requestId = await world.acknowledged("erasure");
  await world.settle();
  const done = { actor: admin, requestId, source: "paper", answer: "done", note: "shredded" } as const;
  papers.clear();
  unwrap(await world.rights.requests.answerTask(done));
  await world.settle();
  expect(tasks()).toEqual([expect.arrayContaining([number("1"), email(ada)])]);
  world.clock.set(new Date(world.clock.now().getTime() + 14 * day));
  papers.add("1");
  outage.isOver = true;
  await world.pass(8 * hour);
  expect(tasks().slice(1)).toEqual([[number("1")]]);
  papers.clear();
  unwrap(await world.rights.requests.answerTask(done));
  await world.settle();
  const told = world.notifier.sent.find(({ notice }) => notice.type === "recipient")?.notice;
  expect(told).toMatchObject({
    subject: "1",
    identifiers: expect.arrayContaining([number("1"), { ...email(ada), mayBeOthers: true }]),
  });
});
