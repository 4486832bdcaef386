import { type DataSource, defineDataSource, type Identifier, type Subject } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { adaAs, boAs, type Customer, customerDefinition, email, number } from "./customers.ts";
import { ada, admin, createWorld } from "./world.ts";

const day = 86_400_000;

/** Customers by their number, and in the same source subscribers, of whom it has nothing but an address, which it tells back. */
const shopOf = (customers: Set<Customer>, subscribers: Set<string>, onlyBySweeps = false): DataSource => {
  const known = customerDefinition("shop", customers);
  const subscribed = (subject: Subject) =>
    [...subscribers].filter((each) => subject.values("email").includes(each));
  const identify = async (subject: Subject) => [
    ...(await known.identify(subject)),
    ...subscribed(subject).map((each) => email(each)),
  ];
  return defineDataSource({
    ...known,
    identify,
    ...(onlyBySweeps && {
      identifyMany: (subjects: readonly Subject[]) => Promise.all(subjects.map(identify)),
    }),
    locate: async (subject) => [
      ...(await known.locate(subject)),
      { collection: "subscribers", count: subscribed(subject).length },
    ],
    erase: async (subject) => {
      const theirs = subscribed(subject);
      for (const each of theirs) subscribers.delete(each);
      return [
        ...(await known.erase(subject)),
        theirs.length > 0
          ? { collection: "subscribers", outcome: "erased", count: theirs.length }
          : { collection: "subscribers", outcome: "absent" },
      ];
    },
  });
};

describe("an address that a source tells back because it was asked by it, and not of a number", () => {
  it("is put before somebody where it has changed hands while the request waited", async () => {
    const [theirs, other] = [adaAs(), boAs()];
    const [customers, subscribers] = [new Set([theirs, other]), new Set([ada])];
    const world = await createWorld({
      sources: [shopOf(customers, subscribers)],
      acknowledgedBy: "data-subject",
    });
    const { holds, requests } = world.rights;
    const held = { actor: admin, identifiers: [number("1")], reason: "court" };
    const { hold } = unwrap(await holds.place(held));
    const requestId = await world.acknowledged("erasure");
    await world.skip(3 * day);
    theirs.email = "ada@new.example";
    other.email = ada;
    unwrap(await holds.lift({ actor: admin, holdId: hold.id, reason: "over" }));
    await world.pass(day);
    expect((await world.read(requestId)).waitingFor).toMatchObject([
      { for: "decision", identifierType: "email" },
    ]);
    expect([[...customers], [...subscribers]]).toEqual([[theirs, other], [ada]]);

    const decision = { actor: admin, requestId, decision: "decision-1", reason: "theirs by now" };
    unwrap(await requests.decideIdentifier({ ...decision, answer: "somebody-else" }));
    await world.pass(day);
    expect([[...customers], [...subscribers]]).toEqual([[other], [ada]]);
    expect(await world.read(requestId)).toMatchObject({
      phase: "closed",
      outcome: "completed-with-exceptions",
    });
    expect(world.notifier.sent.map(({ to, notice }) => to === ada && notice.type)).not.toContain(
      "completion",
    );
  });

  it("is let go with a number that somebody else has, to which it has led", async () => {
    const [theirs, other] = [adaAs(), boAs()];
    const [customers, subscribers] = [new Set([theirs, other]), new Set([other.email])];
    const world = await createWorld({ sources: [shopOf(customers, subscribers)] });
    const { requests } = world.rights;
    const asked = { actor: admin, kind: "erasure", category: "customer-data", email: other.email } as const;
    const { request } = unwrap(await requests.submit({ ...asked, identifiers: [number("1")] }));
    await world.settle();
    unwrap(await requests.acknowledge({ token: world.token() }));
    await world.pass(60_000);
    const decision = { actor: admin, requestId: request.id, decision: "decision-1", reason: "another" };
    unwrap(await requests.decideIdentifier({ ...decision, answer: "somebody-else" }));
    await world.pass(day);
    expect(await world.read(request.id)).toMatchObject({
      phase: "closed",
      outcome: "completed-with-exceptions",
    });
    expect([[...customers], [...subscribers]]).toEqual([[other], ["bo@example.org"]]);
  });

  it.each([false, true])("leads a sweep to nobody either, asked of many at once: %s", async (ofMany) => {
    const [theirs, other] = [adaAs(), boAs()];
    const [customers, subscribers] = [new Set([theirs, other]), new Set([ada, other.email])];
    const world = await createWorld({ sources: [shopOf(customers, subscribers, ofMany)] });
    const people: readonly (readonly Identifier[])[] = [[number("1"), email(other.email)], [number("7")]];
    const running = await world.rights.sweeps.eraseMany({
      actor: admin,
      reason: "retention",
      category: "customer-data",
      people: async function* () {
        yield { people: people.map((identifiers) => ({ identifiers })), cursor: "1" };
      },
    });
    unwrap(await unwrap(running).end());
    // What has the address that the number is told with is the person's.
    expect([[...customers], [...subscribers]]).toEqual([[other], ["bo@example.org"]]);
  });
});
