import { unwrap, unwrapError } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { defineUserDirectory } from "../src/index.ts";
import { ada, admin, createWorld, peopleSource } from "./world.ts";

const people = () => new Map([[ada, [{ name: "Ada" }]]]);
const erasure = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;

describe("submitting under an idempotency key", () => {
  it("answers the same request, even once it is closed", async () => {
    const { rights, settle, token, read } = await createWorld({ sources: [peopleSource("crm", people())] });
    const submission = { ...erasure, idempotencyKey: "key-1" };
    const first = unwrap(await rights.requests.submit(submission));
    expect(first.alreadyOpen).toBe(false);
    await settle();
    unwrap(await rights.requests.acknowledge({ token: token() }));
    await settle();
    expect((await read(first.request.id)).outcome).toBe("completed");
    const again = unwrap(await rights.requests.submit(submission));
    expect(again).toMatchObject({ alreadyOpen: false, request: { id: first.request.id, phase: "closed" } });
    // Without a key it is asked for anew.
    const anew = unwrap(await rights.requests.submit(erasure));
    expect(anew.request.id).not.toBe(first.request.id);
    await rights.stop();
  });

  it("refuses the same key for anything else, and does nothing", async () => {
    const { rights, tables } = await createWorld({ sources: [peopleSource("crm", people())] });
    unwrap(await rights.requests.submit({ ...erasure, idempotencyKey: "key-1" }));
    const changes = [
      { email: "bob@example.org" },
      { kind: "export", actor: { ...admin, roles: ["admin", "tenant-admin"] } },
      { identifiers: [{ type: "customer-number", value: "7" }] },
      { receivedAt: "2025-01-01T00:00:00Z" },
    ] as const;
    for (const change of changes) {
      const refused = await rights.requests.submit({ ...erasure, idempotencyKey: "key-1", ...change });
      expect(unwrapError(refused).code).toBe("idempotency-key-reused");
    }
    expect(tables.requests.size).toBe(1);
    // An address in other letters is the same address.
    const same = await rights.requests.submit({
      ...erasure,
      email: "ADA@example.org",
      idempotencyKey: "key-1",
    });
    expect(same.isOk()).toBe(true);
    await rights.stop();
  });

  it("takes the keys of each actor and each tenant for themselves", async () => {
    const { rights, tables } = await createWorld({ sources: [peopleSource("crm", people())] });
    for (const actor of [admin, { ...admin, tenant: "other" }]) {
      unwrap(await rights.requests.submit({ ...erasure, actor, idempotencyKey: "key-1" }));
    }
    const other = { ...erasure, actor: { ...admin, id: "admin-2" }, idempotencyKey: "key-1" };
    // Ada's is open already, so nothing new is made; bob's is.
    expect(unwrap(await rights.requests.submit(other)).alreadyOpen).toBe(true);
    unwrap(await rights.requests.submit({ ...other, email: "bob@example.org" }));
    expect(tables.requests.size).toBe(3);
    await rights.stop();
  });

  it("keeps the request readable when many with one key come at the same moment", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(ada, "bob@example.org"), { minLength: 2, maxLength: 6 }),
        fc.boolean(),
        async (emails, isAdaOpen) => {
          const { rights, tables } = await createWorld({ sources: [peopleSource("crm", people())] });
          if (isAdaOpen) unwrap(await rights.requests.submit(erasure));
          const before = tables.requests.size;
          const answers = await Promise.all(
            emails.map((email) => rights.requests.submit({ ...erasure, email, idempotencyKey: "key-1" })),
          );
          expect(tables.requests.size - before).toBeLessThanOrEqual(1);
          for (const answer of answers) {
            if (answer.isErr()) expect(answer.error.code).toBe("idempotency-key-reused");
          }
          // The key that everything is encrypted under is there: whoever lost has not destroyed it.
          for (const { id } of tables.requests.values()) {
            const revealed = await rights.requests.reveal({ actor: admin, requestId: id });
            expect(revealed.isOk()).toBe(true);
          }
          await rights.stop();
        },
      ),
      { numRuns: inject("isThorough") ? 80 : 15 },
    );
  });

  it("refuses a key that is none", async () => {
    const { rights } = await createWorld({ sources: [peopleSource("crm", people())] });
    for (const idempotencyKey of ["", "two words", "ä", "x".repeat(201)]) {
      const refused = await rights.requests.submit({ ...erasure, idempotencyKey });
      expect(unwrapError(refused).code).toBe("invalid-input");
    }
    await rights.stop();
  });
});

describe("a hold under an idempotency key", () => {
  it("is placed once", async () => {
    const { rights } = await createWorld({ sources: [peopleSource("crm", people())] });
    const hold = {
      actor: admin,
      identifiers: [{ type: "email", value: ada }],
      reason: "a claim in court",
      idempotencyKey: "key-1",
    };
    const [first, second] = await Promise.all([rights.holds.place(hold), rights.holds.place(hold)]);
    expect(unwrap(second).hold).toEqual(unwrap(first).hold);
    expect(unwrap(await rights.holds.list({ actor: admin })).holds).toHaveLength(1);
    const other = await rights.holds.place({ ...hold, reason: "another claim" });
    expect(unwrapError(other).code).toBe("idempotency-key-reused");
    await rights.stop();
  });

  it("is refused once it was lifted, and one whose last day is over: never answered as if somebody were held", async () => {
    const held = people();
    const world = await createWorld({ sources: [peopleSource("crm", held)] });
    const { holds } = world.rights;
    const asked = { actor: admin, identifiers: [{ type: "email", value: ada }], reason: "a claim in court" };
    const { hold } = unwrap(await holds.place({ ...asked, idempotencyKey: "key-1" }));
    unwrap(await holds.lift({ actor: admin, holdId: hold.id, reason: "the case is closed" }));
    const again = unwrapError(await holds.place({ ...asked, idempotencyKey: "key-1" }));
    expect(again.code).toBe("not-possible-now");
    expect(again.message).toContain("a new idempotency key");

    const brief = { ...asked, until: "2026-01-06", idempotencyKey: "key-2" };
    unwrap(await holds.place(brief));
    await world.pass(2 * 86_400_000);
    expect(unwrapError(await holds.place(brief))).toMatchObject({
      code: "invalid-input",
      issues: [{ path: "until" }],
    });

    const { hold: anew } = unwrap(await holds.place({ ...asked, idempotencyKey: "key-3" }));
    const requestId = await world.acknowledged("erasure");
    expect((await world.read(requestId)).waitingFor).toEqual([{ for: "hold", hold: anew.id }]);
    expect(held.has(ada)).toBe(true);
    await world.rights.stop();
  });
});

describe("removing users under an idempotency key", () => {
  const users = ["u-1", "u-2", "u-3"].map((id) => ({
    id,
    email: `${id}@example.org`,
    roles: [],
    administrator: id === "u-3",
  }));

  it("answers the same requests, even when the users are gone", async () => {
    let there = users;
    const { rights, tables } = await createWorld({
      sources: [peopleSource("crm", people(), { holds: ["user-data"] })],
      users: defineUserDirectory({ list: async () => ({ users: there }) }),
    });
    const removal = { actor: admin, userIds: ["u-2", "u-1"], idempotencyKey: "key-1" };
    const first = unwrap(await rights.users.remove(removal));
    there = users.slice(2);
    const again = unwrap(await rights.users.remove({ ...removal, userIds: ["u-1", "u-2"] }));
    expect(again.map(({ request }) => request.id).toSorted()).toEqual(
      first.map(({ request }) => request.id).toSorted(),
    );
    const other = await rights.users.remove({ ...removal, userIds: ["u-1"] });
    expect(unwrapError(other).code).toBe("idempotency-key-reused");
    expect(tables.requests.size).toBe(2);
    await rights.stop();
  });
});
