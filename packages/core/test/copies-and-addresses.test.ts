import { type DataSourceDefinition, defineDataSource, type Subject } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { adaAs, customerDefinition, email, number } from "./customers.ts";
import { ada, admin, createWorld, peopleSource } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** An order of a customer, by their number, or of a guest, who has none. */
interface Order {
  readonly number?: string;
  readonly email: string;
}

const isIn = (subject: Subject, { number: of, email: at }: Order) =>
  of === undefined ? subject.values("email").includes(at) : subject.values("customer-number").includes(of);

/** Whoever has an address of theirs, whatever number they have. */
const isNear = (subject: Subject, order: Order) =>
  isIn(subject, order) || subject.values("email").includes(order.email);

const counted = (orders: Iterable<Order>) => [{ collection: "orders", count: [...orders].length }];

/** By what a copy finds people, which is to count all whom it finds. */
const copies = {
  "by number, and others by the address": { needs: ["customer-number", "email"], is: isNear },
  "by number, and guests by the address": { needs: ["customer-number", "email"], is: isIn },
  "by nothing but the address": {
    needs: ["email"],
    is: (subject: Subject, { email: at }: Order) => subject.values("email").includes(at),
  },
};

/** Ada's orders, in a source that tells customers apart by their number, and in a copy of it. */
const shopWith = async (
  { needs, is }: (typeof copies)[keyof typeof copies],
  mine: readonly Order[] = [{ number: "1", email: ada }],
) => {
  const orders = new Set<Order>([...mine, { number: "2", email: "bo@example.org" }]);
  let copy = [...orders];
  const state = { isDown: false, isBroken: false };
  let refreshes = 0;
  const answering = () => {
    if (state.isDown) throw new Error("down");
  };
  const definitions: DataSourceDefinition[] = [
    {
      id: "orders",
      title: "The orders",
      holds: ["customer-data"],
      kind: "origin",
      needs: ["customer-number", "email"],
      locate: async (subject) => counted([...orders].filter((each) => isIn(subject, each))),
      verify: async (subject) => counted([...orders].filter((each) => isNear(subject, each))),
      erase: async (subject) => {
        const near = [...orders].filter((each) => isNear(subject, each));
        const theirs = near.filter((each) => isIn(subject, each));
        for (const each of theirs) orders.delete(each);
        const collection = "orders";
        const others = near.length - theirs.length;
        return [
          { collection, outcome: "erased", count: theirs.length },
          ...(others > 0
            ? [{ collection, outcome: "kept", count: others, reason: "Another number" } as const]
            : []),
        ];
      },
    },
    {
      id: "cache",
      title: "The cache",
      holds: ["customer-data"],
      kind: "copy",
      copyOf: ["orders"],
      needs,
      locate: async (subject) => {
        answering();
        return counted(copy.filter((each) => is(subject, each)));
      },
      refresh: async () => {
        answering();
        refreshes += 1;
        copy = state.isBroken ? copy : [...orders];
      },
    },
  ];
  const world = await createWorld({
    sources: [
      defineDataSource(customerDefinition("crm", new Set([adaAs()]))),
      ...definitions.map(defineDataSource),
    ],
  });
  const later = async (time: number) => {
    world.clock.set(new Date(world.clock.now().getTime() + time));
    await world.pass(3 * hour);
  };
  /** Her erasure, with the copy down for so long. */
  const erasedBut = async (down: number, meanwhile: () => void) => {
    state.isDown = true;
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    meanwhile();
    state.isDown = false;
    await later(down);
    return requestId;
  };
  const seen = async (requestId: string) => {
    const { outcome, waitingFor, sources } = await world.read(requestId);
    return { outcome, waitingFor, cache: sources.find(({ id }) => id === "cache") };
  };
  return { world, orders, state, later, erasedBut, seen, copy: () => copy, refreshes: () => refreshes };
};

const bos: Order = { number: "2", email: ada };
const guests: Order = { email: ada };

describe("a copy that is filled anew more than a day after its origins have done their work", () => {
  it.each(Object.entries(copies))(
    "holds nothing of the person where it finds whoever has the address by then: %s",
    async (_, kind) => {
      const { orders, copy, refreshes, erasedBut, seen, world } = await shopWith(kind);
      const requestId = await erasedBut(2 * day, () => orders.add(bos));
      const isSure = kind.needs.includes("customer-number");
      expect(await seen(requestId)).toMatchObject({
        outcome: isSure ? "completed" : "completed-with-exceptions",
        waitingFor: [],
        cache: { status: "succeeded", problem: null, checked: isSure, left: [] },
      });
      expect(copy()).toContain(bos);
      expect(refreshes()).toBeLessThanOrEqual(1);
      expect(unwrap(await world.rights.health()).status).not.toBe("failing");
    },
  );

  it.each(Object.entries(copies))(
    "leaves to its origin what stands there without a number, until somebody has looked: %s",
    async (_, kind) => {
      const { world, orders, copy, erasedBut, seen, later } = await shopWith(kind);
      const requestId = await erasedBut(2 * day, () => orders.add(guests));
      const somebodyLooks = [{ for: "source", source: "orders", problem: "more-than-retained" }];
      expect(await seen(requestId)).toMatchObject({ outcome: null, waitingFor: somebodyLooks });
      orders.delete(guests);
      const which = { actor: admin, requestId, source: "orders" };
      unwrap(await world.rights.requests.settleSource({ ...which, reason: "Hers, and deleted by hand" }));
      await later(hour);
      expect(copy()).toEqual([{ number: "2", email: "bo@example.org" }]);
      expect(await seen(requestId)).toMatchObject({ outcome: "completed-with-exceptions", waitingFor: [] });
    },
  );

  it("is done, too, where somebody has left that there, because it is another's", async () => {
    const { world, orders, copy, erasedBut, seen, later } = await shopWith(
      copies["by number, and guests by the address"],
    );
    const requestId = await erasedBut(2 * day, () => orders.add(guests));
    const which = { actor: admin, requestId, source: "orders" };
    unwrap(await world.rights.requests.settleSource({ ...which, reason: "A guest who has the address now" }));
    await later(hour);
    expect(copy()).toContain(guests);
    expect(await seen(requestId)).toMatchObject({ outcome: "completed-with-exceptions", waitingFor: [] });
  });

  it("still holds the person where its origins do not hold as much under the address", async () => {
    const { state, orders, copy, erasedBut, seen, later } = await shopWith(
      copies["by number, and guests by the address"],
      [{ number: "1", email: ada }, guests],
    );
    state.isBroken = true;
    const requestId = await erasedBut(2 * day, () => orders.delete(guests));
    expect(await seen(requestId)).toMatchObject({
      outcome: null,
      waitingFor: [{ for: "source", source: "cache", problem: "still-present" }],
    });
    state.isBroken = false;
    await later(day);
    expect(copy()).toEqual([{ number: "2", email: "bo@example.org" }]);
    expect(await seen(requestId)).toMatchObject({ outcome: "completed", waitingFor: [] });
  });
});

describe.each(Object.entries(copies))("a sweep over a copy that finds people %s", (_, { needs, is }) => {
  const sweepOver = async (down: "orders" | "cache") => {
    const orders = new Set<Order>([{ number: "1", email: ada }]);
    let copy = [...orders];
    const state = { isDown: true };
    const meet = (id: string) => {
      if (state.isDown && id === down) throw new Error("down");
    };
    const world = await createWorld({
      sources: [
        peopleSource("orders", new Map(), {
          needs: ["customer-number", "email"],
          locate: async (subject) => {
            const near = [...orders].filter((each) => isNear(subject, each));
            const theirs = near.filter((each) => isIn(subject, each));
            return [
              { collection: "orders", count: theirs.length },
              { collection: "orders", count: near.length - theirs.length, becomes: "kept" },
            ];
          },
          erase: async (subject) => {
            meet("orders");
            for (const each of orders) if (isIn(subject, each)) orders.delete(each);
            return [{ collection: "orders", outcome: "erased", count: 1 }];
          },
        }),
        peopleSource("cache", new Map(), {
          kind: "copy",
          needs,
          locate: async (subject) => counted(copy.filter((each) => is(subject, each))),
          refresh: async () => {
            meet("cache");
            copy = [...orders];
          },
        }),
      ],
    });
    const people = async function* (cursor: string | null) {
      if (cursor === null) yield { people: [{ identifiers: [email(ada), number("1")] }], cursor: "1" };
    };
    const order = { actor: admin, reason: "retention", category: "customer-data", people } as const;
    const { sweeps } = world.rights;
    const { id } = unwrap(await unwrap(await sweeps.eraseMany(order)).end());
    await world.pass(2 * day);
    orders.add(bos);
    state.isDown = false;
    return { which: { actor: admin, sweepId: id }, sweeps, people, copy: () => copy };
  };

  it("is not kept from its end days later by whoever has the address by then", async () => {
    const { which, sweeps, people, copy } = await sweepOver("cache");
    expect(unwrap(await unwrap(await sweeps.goOn({ ...which, people })).end())).toMatchObject({
      status: "completed",
      counts: { erased: 1, waiting: 0, leftBehind: 0 },
    });
    expect(copy()).toEqual([bos]);
  });

  it.runIf(needs.includes("customer-number"))("is not, where it is tried again", async () => {
    const { which, sweeps, copy } = await sweepOver("orders");
    expect(unwrap(await unwrap(await sweeps.retry(which)).end())).toMatchObject({
      status: "completed",
      counts: { erased: 1, waiting: 0, leftBehind: 0 },
    });
    expect(copy()).toEqual([bos]);
  });
});
