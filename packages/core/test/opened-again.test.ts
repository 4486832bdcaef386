import { type CollectionOutcome, defineDataSource, type Row, type Subject } from "@subject-rights/core";
import { simulatedClock, unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { adaAs, boAs, type Customer, customerDefinition, number } from "./customers.ts";
import { ada, admin, createWorld, peopleSource, type World } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;
const until = "2026-06-30";
const newAddress = "ada@new.example";

interface Record {
  readonly of: "ada" | "bo";
  readonly number?: string;
  readonly email?: string;
  readonly until?: string;
}

/**
 * Ada is a customer, and something of hers is retained elsewhere. Bo comes later.
 *
 * @param needs by which types the other source finds people: what has a number is found by that, and what has none by its address
 * @param isKeptLonger the law keeps the customer for half a year more
 */
const beginning = async (needs: readonly string[], kept: Record, isKeptLonger = false) => {
  const [theirs, others] = [adaAs(), boAs()];
  const customers = new Set<Customer>([theirs]);
  const records = new Set<Record>([kept]);
  const acted: string[][] = [];
  const down = { crm: false, shop: false };
  const find = (subject: Subject) =>
    [...records].filter((each) =>
      each.number === undefined
        ? subject.values("email").includes(each.email ?? "")
        : subject.values("customer-number").includes(each.number),
    );
  const today = () => world.clock.now().toISOString().slice(0, 10);
  const crm = customerDefinition("crm", customers, () => {
    if (down.crm) throw new Error("down");
  });
  const longer: CollectionOutcome = {
    collection: "customers",
    outcome: "retained",
    count: 1,
    reason: "§ 147 AO",
    until: "2026-12-31",
  };
  const world: World = await createWorld(
    {
      sources: [
        defineDataSource({ ...crm, ...(isKeptLonger && { erase: async () => [longer] }) }),
        defineDataSource({
          id: "shop",
          title: "The shop",
          holds: ["customer-data"],
          kind: "origin",
          needs,
          locate: async (subject) => {
            const { length } = find(subject);
            return length > 0 ? [{ collection: "orders", count: length }] : [];
          },
          erase: async (subject): Promise<CollectionOutcome[]> => {
            if (down.shop) throw new Error("down");
            acted.push(subject.identifiers.map(({ value }) => value).toSorted());
            const found = find(subject);
            const gone = found.filter((each) => (each.until ?? "") < today());
            for (const each of gone) records.delete(each);
            const stays = found.filter((each) => !gone.includes(each));
            return [
              { collection: "orders", outcome: "erased", count: gone.length },
              ...stays.map(({ until: lasts = "" }): CollectionOutcome => {
                return {
                  collection: "orders",
                  outcome: "retained",
                  count: 1,
                  reason: "§ 147 AO",
                  until: lasts,
                };
              }),
            ];
          },
        }),
      ],
    },
    undefined,
    simulatedClock(new Date("2026-03-02T09:00:00.000Z")),
  );
  const requestId = await world.acknowledged("erasure");
  await world.pass(hour);
  expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
  acted.splice(0);
  const which = { actor: admin, requestId };
  /** The day is over until which it is kept. */
  const onItsDay = async (next = "2026-07-01") => {
    world.clock.set(new Date(`${next}T00:00:00.000Z`));
    await world.pass(2 * hour);
    return world.read(requestId);
  };
  const decide = async (answer: "same-person" | "somebody-else", meanwhile: () => void = () => undefined) => {
    const [asked] = unwrap(await world.rights.requests.reveal(which)).undecided;
    const decision = { ...which, decision: asked?.decision ?? "", reason: "looked at the orders" };
    meanwhile();
    unwrap(await world.rights.requests.decideIdentifier({ ...decision, answer }));
    await world.pass(2 * hour);
    return world.read(requestId);
  };
  /** Another customer has the address. */
  const passOn = () => {
    others.email = ada;
    customers.add(others);
  };
  /** Theirs goes, and that one's comes in its place. */
  const takePlace = () => {
    passOn();
    records.clear();
    records.add({ of: "bo", email: ada });
  };
  return { world, which, records, customers, theirs, acted, down, onItsDay, decide, passOn, takePlace };
};

const asksWhose = [{ for: "decision", source: "shop", identifierType: "email", others: 1 }];
const byBoth = ["customer-number", "email"];
const guests: Record = { of: "ada", email: ada, until };

describe.each([
  ["addresses alone", ["email"]],
  ["numbers, and guests by their addresses", byBoth],
])("what is found by an address when the day comes, in a source that finds people by %s", (_, needs) => {
  it("is erased where nobody has anything to say against that", async () => {
    const { world, records, onItsDay } = await beginning(needs, guests);
    expect(await onItsDay()).toMatchObject({ outcome: "completed", waitingFor: [] });
    expect(records.size).toBe(0);
    expect(world.notifier.sent.map(({ notice }) => notice.type)).not.toContain("decision");
  });

  it("is not erased because there are as many as were retained", async () => {
    const { records, acted, onItsDay, decide, takePlace } = await beginning(needs, guests);
    takePlace();
    expect((await onItsDay()).waitingFor).toMatchObject(asksWhose);
    const { outcome, waitingFor } = await decide("somebody-else");
    expect([...records]).toMatchObject([{ of: "bo" }]);
    expect(acted.flat()).not.toContain(ada);
    expect(outcome).toBe(needs.includes("customer-number") ? "completed-with-exceptions" : null);
    expect(waitingFor).toMatchObject(
      outcome === null ? [{ for: "source", source: "shop", problem: "identifier-missing" }] : [],
    );
  });

  it("is erased where somebody says that it is the person's", async () => {
    const { records, onItsDay, decide, passOn } = await beginning(needs, guests);
    passOn();
    expect((await onItsDay()).waitingFor).toMatchObject(asksWhose);
    expect(records.size).toBe(1);
    expect(await decide("same-person")).toMatchObject({ outcome: "completed" });
    expect(records.size).toBe(0);
  });

  it("is asked about anew where more has a later day: what somebody said then is of that day", async () => {
    const { records, acted, onItsDay, decide, passOn } = await beginning(needs, guests);
    passOn();
    const later: Record = { ...guests, until: "2026-09-30" };
    records.add(later);
    records.delete(guests);
    expect((await onItsDay()).waitingFor).toMatchObject(asksWhose);
    expect(await decide("same-person")).toMatchObject({ reopensAt: "2026-10-01T00:00:00.000Z" });
    acted.splice(0);
    expect((await onItsDay("2026-10-01")).waitingFor).toMatchObject(asksWhose);
    expect([records.size, acted]).toEqual([1, []]);
    expect(await decide("same-person")).toMatchObject({ outcome: "completed" });
    expect(records.size).toBe(0);
  });

  it("is asked about once more where the answer is days old by the time that it is erased", async () => {
    const { world, records, down, onItsDay, decide, takePlace, passOn } = await beginning(needs, guests);
    passOn();
    expect((await onItsDay()).waitingFor).toMatchObject(asksWhose);
    const { id: requestId } = await decide("same-person", () => {
      down.shop = true;
    });
    await world.pass(3 * day);
    // It is cleared meanwhile, and whoever has the address has one in its place.
    takePlace();
    down.shop = false;
    await world.pass(2 * hour);
    expect((await world.read(requestId)).waitingFor).toMatchObject(asksWhose);
    expect([...records]).toMatchObject([{ of: "bo" }]);
  });

  it("is somebody's to decide where whoever could say whose it is was closed by hand", async () => {
    const { world, which, records, down, onItsDay, takePlace } = await beginning(needs, guests);
    takePlace();
    down.crm = true;
    await onItsDay();
    unwrap(await world.rights.requests.settleSource({ ...which, source: "crm", reason: "gone" }));
    await world.pass(2 * hour);
    expect((await world.read(which.requestId)).waitingFor).toMatchObject(asksWhose);
    expect(records.size).toBe(1);
  });

  it("is nothing to ask about where nothing is", async () => {
    const { world, records, acted, onItsDay } = await beginning(needs, guests);
    records.clear();
    expect(await onItsDay()).toMatchObject({ outcome: "completed" });
    expect(acted.flat()).not.toContain(ada);
    expect(world.notifier.sent.map(({ notice }) => notice.type)).not.toContain("decision");
  });

  it("waits for whoever could say whose it is, and is down", async () => {
    const { world, which, records, acted, down, onItsDay, takePlace } = await beginning(needs, guests);
    takePlace();
    down.crm = true;
    expect((await onItsDay()).waitingFor).toEqual([{ for: "source", source: "crm", problem: "unavailable" }]);
    expect([records.size, acted]).toEqual([1, []]);
    down.crm = false;
    await world.pass(2 * hour);
    expect((await world.read(which.requestId)).waitingFor).toMatchObject(asksWhose);
  });
});

describe("what was retained under a number, when the day comes", () => {
  it("is erased by that alone, whoever has the address by then", async () => {
    const { records, customers, acted, onItsDay } = await beginning(byBoth, {
      of: "ada",
      number: "1",
      until,
    });
    customers.add({ number: "2", email: ada });
    expect(await onItsDay()).toMatchObject({ outcome: "completed" });
    expect([records.size, acted]).toEqual([0, [["1"]]]);
  });
});

describe("an address that whoever knows the person by a number tells of them on the day", () => {
  it("leads to what was retained under it", async () => {
    const { records, acted, onItsDay } = await beginning(["email"], guests, true);
    expect(await onItsDay()).toMatchObject({ outcome: "completed-with-exceptions", waitingFor: [] });
    expect([records.size, acted]).toEqual([0, [["1", ada]]]);
  });

  it("leads nowhere where it is told no more", async () => {
    const { theirs, records, onItsDay } = await beginning(["email"], guests, true);
    theirs.email = newAddress;
    expect((await onItsDay()).waitingFor).toMatchObject(asksWhose);
    expect(records.size).toBe(1);
  });

  it("leads nowhere where somebody else has confirmed it since, before somebody has said whose it is", async () => {
    const { world, records, onItsDay, decide } = await beginning(["email"], guests, true);
    await world.pass(3 * day);
    const asked = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const { request } = unwrap(await world.rights.requests.submit({ ...asked, identifiers: [number("9")] }));
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.pass(hour);
    unwrap(await world.rights.requests.cancel({ actor: admin, requestId: request.id, reason: "by mistake" }));
    expect((await onItsDay()).waitingFor).toMatchObject(asksWhose);
    expect(records.size).toBe(1);
    await decide("same-person");
    expect(records.size).toBe(0);
  });
});

describe("somebody of whom no number is known", () => {
  const beforeTheDay = async (isCustomer: boolean) => {
    const customers = new Set<Customer>(isCustomer ? [boAs()] : []);
    const kept = new Map<string, Row[]>([[ada, [{}]]]);
    const today = () => world.clock.now().toISOString().slice(0, 10);
    const shop = peopleSource("shop", kept, {
      erase: async (): Promise<CollectionOutcome[]> => {
        const about = { collection: "people", count: kept.size };
        if (today() <= until) return [{ ...about, outcome: "retained", reason: "§ 147 AO", until }];
        kept.clear();
        return [{ ...about, outcome: "erased" }];
      },
    });
    const world: World = await createWorld(
      { sources: [defineDataSource(customerDefinition("crm", customers)), shop] },
      undefined,
      simulatedClock(new Date("2026-03-02T09:00:00.000Z")),
    );
    const requestId = await world.acknowledged("erasure");
    await world.pass(3 * day);
    const onItsDay = async () => {
      world.clock.set(new Date("2026-07-01T00:00:00.000Z"));
      await world.pass(2 * hour);
      return world.read(requestId);
    };
    return { world, kept, customers, onItsDay };
  };

  it("is whoever has the address, also where that was confirmed once more meanwhile", async () => {
    const { world, kept, onItsDay } = await beforeTheDay(false);
    expect((await world.read(await world.acknowledged("export"))).phase).toBe("closed");
    await world.pass(3 * day);
    expect(await onItsDay()).toMatchObject({ outcome: "completed", waitingFor: [] });
    expect(kept.size).toBe(0);
  });

  it("may be somebody else where the address leads to a number by then", async () => {
    const { kept, customers, onItsDay } = await beforeTheDay(true);
    for (const each of customers) each.email = ada;
    expect((await onItsDay()).waitingFor).toMatchObject(asksWhose);
    expect(kept.size).toBe(1);
  });
});
