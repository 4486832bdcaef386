import { defineDataSource, type Identifier, type Subject } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { number } from "./customers.ts";
import { decisionsOf } from "./decisions.ts";
import { ada, admin, createWorld, peopleSource, tenantAdmin } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;
type Kind = "erasure" | "export";
type Wait = "a hold" | "an outage" | "another's outage";

/** A customer who shares a telephone, or a mailbox, which a list of calls knows people by and nothing else. */
const beginning = async (kind: Kind, wait: Wait, of: Identifier) => {
  const hers = { number: "1", email: ada, shared: of.value };
  const customers = new Set([hers]);
  const calls = new Set([{ by: "ada", shared: of.value }]);
  const handedOut: string[] = [];
  const down = { calls: wait === "an outage", news: wait === "another's outage" };
  const found = ({ values, isIdentified }: Subject) =>
    [...customers].filter(
      (each) =>
        values("customer-number").includes(each.number) ||
        (!isIdentified && (values("email").includes(each.email) || values(of.type).includes(each.shared))),
    );
  const crm = defineDataSource({
    id: "crm",
    title: "Customers",
    holds: ["customer-data"],
    kind: "origin",
    needs: ["customer-number", "email", of.type],
    identify: async (subject) =>
      found(subject).flatMap((each) => [
        number(each.number),
        { type: "email", value: each.email },
        { ...of, value: each.shared, shared: true },
      ]),
    locate: async (subject) => [{ collection: "customers", count: found(subject).length }],
    async *export(subject) {
      yield { collection: "customers", rows: found(subject).map((each) => ({ number: each.number })) };
    },
    erase: async (subject) => {
      const count = found(subject).filter((each) => customers.delete(each)).length;
      return [{ collection: "customers", outcome: "erased", count }];
    },
  });
  const called = ({ values }: Subject) => {
    if (down.calls) throw new Error("down");
    return [...calls].filter((each) => values(of.type).includes(each.shared));
  };
  const callList = defineDataSource({
    id: "calls",
    title: "Calls",
    holds: ["customer-data"],
    kind: "origin",
    needs: [of.type],
    locate: async (subject) => [{ collection: "calls", count: called(subject).length }],
    async *export(subject) {
      const rows = called(subject).map(({ by }) => ({ by }));
      handedOut.push(...rows.map(({ by }) => by));
      yield { collection: "calls", rows };
    },
    erase: async (subject) => {
      const count = called(subject).filter((each) => calls.delete(each)).length;
      return [{ collection: "calls", outcome: "erased", count }];
    },
  });
  const news = peopleSource("news", new Map(), {
    erase: async () => {
      if (down.news) throw new Error("down");
      return [{ collection: "people", outcome: "absent" }];
    },
  });
  const world = await createWorld({ sources: [crm, callList, news], acknowledgedBy: "tenant-admin" });
  const { requests, holds } = world.rights;
  const hold = await holds.place({
    actor: admin,
    identifiers: [number("1")],
    reason: "court",
    idempotencyKey: "h",
  });
  const submitted = await requests.submit({
    ...{ actor: kind === "erasure" ? admin : tenantAdmin, kind, category: "customer-data" },
    ...{ email: ada, identifiers: [number("1")] },
  });
  if (wait !== "a hold")
    unwrap(await holds.lift({ actor: admin, holdId: unwrap(hold).hold.id, reason: "over" }));
  const which = { actor: admin, requestId: unwrap(submitted).request.id };
  await world.settle();
  unwrap(await requests.acknowledge({ token: world.token() }));
  await world.settle();
  const { undecided, decide } = decisionsOf(world, which);
  expect(await undecided()).toEqual([of.value]);
  await decide("same-person", of.value);
  /** What the work has waited for is over, days later. */
  const daysLater = async () => {
    world.clock.set(new Date(world.clock.now().getTime() + 6 * day));
    Object.assign(down, { calls: false, news: false });
    if (wait === "a hold")
      unwrap(await holds.lift({ actor: admin, holdId: unwrap(hold).hold.id, reason: "over" }));
    await world.pass(7 * hour);
  };
  const passOn = () => {
    hers.shared = `${of.value}9`;
    customers.add({ number: "2", email: "bo@example.org", shared: of.value });
    calls.clear();
    calls.add({ by: "bo", shared: of.value });
  };
  return {
    read: () => world.read(which.requestId),
    undecided,
    decide,
    daysLater,
    passOn,
    customers,
    calls,
    handedOut,
  };
};

const telephone = { type: "telephone", value: "+49 30 1" };
const mailbox = { type: "email", value: "team@example.org" };

describe.each([
  { of: telephone, kind: "erasure", wait: "a hold" },
  { of: mailbox, kind: "erasure", wait: "an outage" },
  { of: telephone, kind: "export", wait: "an outage" },
] as const)("a shared $of.type that was said to be theirs, $kind, days later, behind $wait", (scene) => {
  const { of, kind, wait } = scene;

  it("is put before somebody anew where it is another customer's by then", async () => {
    const { read, undecided, decide, daysLater, passOn, calls, handedOut } = await beginning(kind, wait, of);
    passOn();
    await daysLater();
    expect(await undecided()).toContain(of.value);
    await decide("somebody-else", of.value, `${of.value}9`);
    expect([[...calls].map(({ by }) => by), handedOut]).toEqual([["bo"], []]);
    expect((await read()).outcome).not.toBe("completed");
  });

  it("is gone by where it is told of them still, or nobody says otherwise", async () => {
    const { read, daysLater, calls, handedOut } = await beginning(kind, wait, of);
    await daysLater();
    expect(await read()).toMatchObject({ outcome: "completed" });
    expect([calls.size, handedOut]).toEqual(kind === "erasure" ? [0, []] : [1, ["ada"]]);
  });
});

it("is no reason to erase what has come under a shared telephone since, days after the work", async () => {
  const { read, daysLater, passOn, calls } = await beginning("erasure", "another's outage", telephone);
  expect(calls.size).toBe(0);
  passOn();
  await daysLater();
  expect([...calls]).toMatchObject([{ by: "bo" }]);
  expect((await read()).waitingFor).toMatchObject([{ source: "calls", problem: "more-than-retained" }]);
});
