import { type Category, defineDataSource, type Identifier } from "@subject-rights/core";
import { memoryUserDirectory } from "@subject-rights/memory";
import { unwrap } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { admin, createWorld, tenantAdmin } from "./world.ts";

const day = 86_400_000;
const ann = "ann@example.org";
const number = (value: string): Identifier => ({ type: "user-id", value });
const card = (value: string): Identifier => ({ type: "card-number", value });

/** Accounts with a number, an address and a card, and cards that are known by nothing but their own number. */
const shop = async (category: Category = "customer-data") => {
  const rows = [
    { id: "1", email: ann },
    { id: "3", email: "cleo@example.org" },
  ];
  const cards = new Set(["K-77"]);
  const theirs = (emails: readonly string[], ids: readonly string[]) =>
    rows.filter(({ id, email }) => emails.includes(email) || ids.includes(id));
  const world = await createWorld({
    users: memoryUserDirectory(
      [
        { id: "3", email: ann },
        { id: "99", email: "root@example.org" },
      ].map((user) => ({ ...user, tenant: "northwind", roles: [], administrator: user.id === "99" })),
    ),
    sources: [
      defineDataSource({
        id: "shop",
        title: "The shop",
        holds: [category],
        kind: "origin",
        needs: ["email", "user-id", "card-number"],
        identify: async (subject) =>
          theirs(subject.values("email"), subject.values("user-id")).map(({ id }) => number(id)),
        locate: async (subject) => [
          { collection: "accounts", count: theirs([], subject.values("user-id")).length },
          { collection: "cards", count: subject.values("card-number").filter((no) => cards.has(no)).length },
        ],
        erase: async (subject) => {
          const gone = theirs([], subject.values("user-id"));
          for (const row of gone) rows.splice(rows.indexOf(row), 1);
          const lost = subject.values("card-number").filter((no) => cards.delete(no));
          return [
            gone.length > 0
              ? { collection: "accounts", outcome: "erased", count: gone.length }
              : { collection: "accounts", outcome: "absent" },
            lost.length > 0
              ? { collection: "cards", outcome: "erased", count: lost.length }
              : { collection: "cards", outcome: "absent" },
          ];
        },
      }),
    ],
  });
  const submit = async (...identifiers: Identifier[]) =>
    unwrap(
      await world.rights.requests.submit({
        actor: admin,
        kind: "erasure",
        category,
        email: ann,
        identifiers,
      }),
    );
  const acknowledge = async () => {
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.settle();
  };
  return { world, rows, cards, submit, acknowledge };
};

describe("whoever asks for what is asked for already", () => {
  it("gets a request of their own where they name a number that the open one does not know", async () => {
    const { world, rows, submit, acknowledge } = await shop();
    const court = await world.rights.holds.place({
      actor: admin,
      identifiers: [number("1")],
      reason: "court",
    });
    const first = await submit();
    await acknowledge();
    expect((await world.read(first.request.id)).waitingFor).toMatchObject([{ for: "hold" }]);
    // The address is somebody else's by now.
    rows.splice(0, 2, { id: "1", email: "ann2@example.org" }, { id: "3", email: ann });
    await world.skip(5 * day);

    const second = await submit(number("3"));
    expect(second.alreadyOpen).toBe(false);
    expect(second.request.id).not.toBe(first.request.id);
    await acknowledge();
    // Two people, by their numbers: nobody waits for the other.
    expect(await world.read(second.request.id)).toMatchObject({ outcome: "completed", waitingFor: [] });
    expect(rows).not.toContainEqual({ id: "3", email: ann });
    const by = { actor: admin, reason: "the case is closed" };
    unwrap(await world.rights.holds.lift({ ...by, holdId: unwrap(court).hold.id }));
    unwrap(await world.rights.requests.cancel({ ...by, requestId: first.request.id }));
    expect(rows).toEqual([{ id: "1", email: "ann2@example.org" }]);
  });

  it("gets one where they name nothing but an address that was confirmed more than a day ago", async () => {
    const { world, rows, submit, acknowledge } = await shop();
    const by = { actor: admin, reason: "court" };
    const court = unwrap(await world.rights.holds.place({ ...by, identifiers: [number("1")] }));
    const first = await submit();
    await acknowledge();
    await world.pass(day - 60_000);
    expect(await submit()).toMatchObject({ alreadyOpen: true, request: { id: first.request.id } });
    // The address is somebody else's by now.
    rows.splice(0, 2, { id: "1", email: "ann2@example.org" }, { id: "3", email: ann });
    await world.skip(5 * day);
    const [second, same] = await Promise.all([submit(), submit()]);
    expect([second.alreadyOpen, same.alreadyOpen].toSorted()).toEqual([false, true]);
    expect(second.request.id).toBe(same.request.id);
    expect(second.request.id).not.toBe(first.request.id);
    // Who names the number is known by it, and answered with the open one.
    expect(await submit(number("1"))).toMatchObject({ alreadyOpen: true, request: { id: first.request.id } });
    await acknowledge();
    await world.pass(day);
    expect(await world.read(second.request.id)).toMatchObject({ outcome: "completed", waitingFor: [] });
    expect(rows).toEqual([{ id: "1", email: "ann2@example.org" }]);
    unwrap(await world.rights.holds.lift({ ...by, holdId: court.hold.id }));
    await world.pass(day);
    expect(await world.read(first.request.id)).toMatchObject({ outcome: "completed", waitingFor: [] });
    expect(rows).toEqual([]);
  });

  it("has everything erased that they name, also before the first one is confirmed", async () => {
    const { world, cards, submit, acknowledge } = await shop();
    const first = await submit();
    await world.settle();
    const second = await submit(card("K-77"));
    expect(second.alreadyOpen).toBe(false);
    await acknowledge();
    expect(await world.read(second.request.id)).toMatchObject({ phase: "closed", outcome: "completed" });
    expect(cards).toEqual(new Set());
    expect(await world.read(first.request.id)).toMatchObject({ phase: "received" });
  });

  it("is answered with the open one where that has found out what they name", async () => {
    const { world, submit, acknowledge } = await shop();
    unwrap(await world.rights.holds.place({ actor: admin, identifiers: [number("1")], reason: "court" }));
    const { request } = await submit();
    await acknowledge();
    for (const named of [[], [number("1")]]) {
      expect(await submit(...named)).toMatchObject({ alreadyOpen: true, request: { id: request.id } });
    }
  });

  it("is asked for one confirmation for each, and for one kind alone", async () => {
    const { world, submit } = await shop();
    await submit(number("3"), card("K-77"));
    expect((await submit(card("K-77"), number("3"))).alreadyOpen).toBe(true);
    expect((await submit()).alreadyOpen).toBe(true);
    await world.settle();
    expect(world.notifier.sent).toHaveLength(1);
    const copy = { actor: tenantAdmin, kind: "export", category: "customer-data", email: ann } as const;
    expect(unwrap(await world.rights.requests.submit(copy)).alreadyOpen).toBe(false);
  });

  it("never loses a name, in whatever order people ask, and at one moment", async () => {
    const names = fc.subarray([number("1"), number("3"), card("K-77"), card("K-78")]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(names, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (asked, atOnce) => {
          const { world, submit } = await shop();
          const answers: Awaited<ReturnType<typeof submit>>[] = [];
          if (atOnce) answers.push(...(await Promise.all(asked.map((each) => submit(...each)))));
          else for (const each of asked) answers.push(await submit(...each));
          for (const [index, { request }] of answers.entries()) {
            const revealed = await world.rights.requests.reveal({ actor: admin, requestId: request.id });
            expect(unwrap(revealed).identifiers).toEqual(expect.arrayContaining(asked[index] ?? []));
          }
          await world.rights.stop();
        },
      ),
      { numRuns: inject("isThorough") ? 60 : 6 },
    );
  });
});

describe("a user who is removed", () => {
  it("is removed, whoever had the address before, and has asked for the same", async () => {
    const { world, rows, submit } = await shop("user-data");
    const first = await submit(number("1"));
    rows.splice(0, 2, { id: "1", email: "ann2@example.org" }, { id: "3", email: ann });
    const removed = unwrap(await world.rights.users.remove({ actor: admin, userIds: ["3"] }));
    expect(removed).toMatchObject([{ alreadyOpen: false }]);
    expect(removed[0]?.request.id).not.toBe(first.request.id);
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.settle();
    expect(rows).toEqual([{ id: "1", email: "ann2@example.org" }]);
  });
});
