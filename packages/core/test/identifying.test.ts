import {
  type DataSourceDefinition,
  defineDataSource,
  type FoundIdentifier,
  type Row,
} from "@subject-rights/core";
import { simulatedClock, unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource } from "./world.ts";

/** A source that finds people by one type of identifier, and may know them by others. */
const keyed = (
  id: string,
  type: string,
  rows: Map<string, Row[]>,
  identify?: (values: readonly string[]) => FoundIdentifier[],
  changes: Partial<DataSourceDefinition> = {},
) =>
  defineDataSource({
    id,
    title: id,
    holds: ["customer-data"],
    kind: "origin",
    needs: [type],
    locate: async (subject) => [
      {
        collection: "rows",
        count: subject.values(type).reduce((sum, value) => sum + (rows.get(value)?.length ?? 0), 0),
      },
    ],
    erase: async (subject) => {
      const count = subject.values(type).filter((value) => rows.delete(value)).length;
      return [
        count === 0
          ? { collection: "rows", outcome: "absent" }
          : { collection: "rows", outcome: "erased", count },
      ];
    },
    ...(identify === undefined ? {} : { identify: async (subject) => identify(subject.values(type)) }),
    ...changes,
  });

const known =
  (type: string, from: Record<string, string[]>, shared = false) =>
  (values: readonly string[]) =>
    values.flatMap((value) => (from[value] ?? []).map((found) => ({ type, value: found, shared })));

describe("identifying", () => {
  it("follows a person from one source to the next, whatever their order", async () => {
    const payments = new Map([["acct-9", [{}]]]);
    const shop = new Map([["C-7", [{}]]]);
    const crm = new Map([[ada, [{}]]]);
    const world = await createWorld({
      sources: [
        keyed("payments", "payment-account", payments),
        keyed("shop", "customer-number", shop, known("payment-account", { "C-7": ["acct-9"] })),
        keyed("crm", "email", crm, known("customer-number", { [ada]: ["C-7"] })),
      ],
    });
    const view = await world.read(await world.acknowledged("erasure"));
    expect(view.outcome).toBe("completed");
    expect([payments.size, shop.size, crm.size]).toEqual([0, 0, 0]);
  });

  it.each([60_000, 59 * 60_000, 60 * 60_000, 12 * 3_600_000])(
    "asks nobody again and again, where a call may take %i ms",
    async (callDeadline) => {
      const shop = new Map([["C-7", [{}]]]);
      const crm = new Map([[ada, [{}]]]);
      let asked = 0;
      const number = known("customer-number", { [ada]: ["C-7"] });
      const counting = (values: readonly string[]) => {
        asked += 1;
        return number(values);
      };
      const sources = [keyed("shop", "customer-number", shop), keyed("crm", "email", crm, counting)];
      const world = await createWorld({ sources, callDeadline });
      const id = await world.acknowledged("erasure");
      expect((await world.read(id)).outcome).toBe("completed");
      expect([shop.size, crm.size, asked < 5]).toEqual([0, 0, true]);
      expect(world.errors).toEqual([]);
    },
  );

  it("stops where there is no end to it, and says so", async () => {
    let next = 0;
    const world = await createWorld({
      sources: [
        keyed("endless", "email", new Map([[ada, [{}]]]), () => {
          next += 1;
          return [{ type: "email", value: `alias-${next}@example.org` }];
        }),
      ],
      rules: { identifiers: 10 },
    });
    const requestId = await world.acknowledged("erasure");
    expect((await world.read(requestId)).waitingFor).toEqual([
      { for: "source", source: "endless", problem: "too-many-identifiers" },
    ]);
    expect(next).toBe(10);
  });

  it("never pulls in somebody who shares an identifier, but asks", async () => {
    const byPhone = new Map([["030 1", [{ name: "Eve, who lives with Ada" }]]]);
    const build = () =>
      createWorld({
        sources: [
          keyed("crm", "email", new Map([[ada, [{}]]]), known("telephone", { [ada]: ["030 1"] }, true)),
          keyed("calls", "telephone", byPhone),
        ],
      });
    const world = await build();
    const requestId = await world.acknowledged("erasure");
    expect((await world.read(requestId)).waitingFor).toEqual([
      { for: "decision", decision: "decision-1", source: "crm", identifierType: "telephone" },
    ]);
    expect(world.notifier.sent.at(-1)).toMatchObject({
      to: "support@northwind.example",
      notice: { type: "decision", identifierType: "telephone" },
    });
    expect(JSON.stringify(world.notifier.sent.at(-1))).not.toContain("030 1");
    const revealed = unwrap(await world.rights.requests.reveal({ actor: admin, requestId }));
    expect(revealed.undecided).toEqual([
      { decision: "decision-1", identifier: { type: "telephone", value: "030 1" } },
    ]);

    const decision = {
      actor: admin,
      requestId,
      decision: "decision-1",
      reason: "two people in one household",
    } as const;
    unwrap(await world.rights.requests.decideIdentifier({ ...decision, answer: "somebody-else" }));
    await world.settle();
    expect(byPhone.size).toBe(1);
    // Nobody knows a telephone number of hers, so whether she is among the calls cannot be said.
    expect((await world.read(requestId)).waitingFor).toEqual([
      { for: "source", source: "calls", problem: "identifier-missing" },
    ]);
    const again = await world.rights.requests.decideIdentifier({ ...decision, answer: "same-person" });
    expect(unwrapError(again).code).toBe("not-possible-now");
  });

  it("goes on with a shared identifier that somebody confirmed", async () => {
    const byPhone = new Map([["030 1", [{}]]]);
    const world = await createWorld({
      sources: [
        keyed("crm", "email", new Map([[ada, [{}]]]), known("telephone", { [ada]: ["030 1"] }, true)),
        keyed("calls", "telephone", byPhone),
      ],
    });
    const requestId = await world.acknowledged("erasure");
    const decided = await world.rights.requests.decideIdentifier({
      actor: admin,
      requestId,
      decision: "decision-1",
      answer: "same-person",
      reason: "she lives alone",
    });
    expect(decided.isOk()).toBe(true);
    await world.settle();
    expect(byPhone.size).toBe(0);
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  it.each([true, false])(
    "takes what any source calls shared for shared, whoever answers first (%s), and what was decided stays decided",
    async (isSharedFirst) => {
      const calls = new Map([["030 1", [{ name: "Eve, who lives with Ada" }]]]);
      const readers = new Map([["eve@example.org", [{}]]]);
      const byPhone = (values: readonly string[]) => known("email", { "030 1": ["eve@example.org"] })(values);
      const clock = simulatedClock();
      /** The other's answer has led on by the time at which the slow one gives its own. */
      const telling = (id: string, shared: boolean, isSlow: boolean) =>
        keyed(id, "email", new Map(), undefined, {
          identify: async (subject) => {
            if (isSlow) await clock.wait(20_000, new AbortController().signal);
            return known("telephone", { [ada]: ["030 1"] }, shared)(subject.values("email"));
          },
        });
      const sources = [
        telling("crm", true, !isSharedFirst),
        telling("shop", false, isSharedFirst),
        keyed("calls", "telephone", calls, byPhone, { needs: ["telephone", "email"] }),
        keyed("newsletter", "email", readers),
      ];
      const world = await createWorld({ sources }, undefined, clock);
      const requestId = await world.acknowledged("erasure");
      await world.pass(30_000);
      const { waitingFor } = await world.read(requestId);
      expect(waitingFor).toMatchObject([{ for: "decision", identifierType: "telephone" }]);
      const decided = await world.rights.requests.decideIdentifier({
        actor: admin,
        requestId,
        decision: "decision-1",
        answer: "somebody-else",
        reason: "two people in one household",
      });
      unwrap(decided);
      await world.pass(60_000);
      expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
      expect([calls.size, readers.size]).toEqual([1, 1]);
    },
  );

  it("asks once: what somebody has confirmed stays the person's, whoever calls it shared", async () => {
    const calls = new Map([["030 1", [{}]]]);
    const shared = known("telephone", { [ada]: ["030 1"] }, true);
    const world = await createWorld({
      sources: [
        keyed("crm", "email", new Map(), shared),
        keyed("shop", "telephone", new Map(), () => shared([ada])),
        keyed("calls", "telephone", calls),
      ],
    });
    const requestId = await world.acknowledged("erasure");
    unwrap(
      await world.rights.requests.decideIdentifier({
        actor: admin,
        requestId,
        decision: "decision-1",
        answer: "same-person",
        reason: "she lives alone",
      }),
    );
    await world.settle();
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
    expect(calls.size).toBe(0);
  });

  const counting = (others: number) => (values: readonly string[]) =>
    values.includes(ada) ? [{ type: "telephone", value: "030 1", shared: true, others }] : [];
  const crmWith = (others: number) => keyed("crm", "email", new Map([[ada, [{}]]]), counting(others));

  it("says how many records a shared identifier would add, wherever it is asked about", async () => {
    const world = await createWorld({ sources: [crmWith(3)] });
    const requestId = await world.acknowledged("erasure");
    expect((await world.read(requestId)).waitingFor).toEqual([
      { for: "decision", decision: "decision-1", source: "crm", identifierType: "telephone", others: 3 },
    ]);
    expect(world.notifier.sent.at(-1)).toMatchObject({ notice: { type: "decision", others: 3 } });
    const { undecided } = unwrap(await world.rights.requests.reveal({ actor: admin, requestId }));
    expect(undecided).toMatchObject([{ others: 3 }]);
  });

  it("asks nobody about one that leads to nobody, unless another source finds people by it", async () => {
    const alone = await createWorld({ sources: [crmWith(0)] });
    expect((await alone.read(await alone.acknowledged("erasure"))).outcome).toBe("completed");
    const calls = keyed("calls", "telephone", new Map());
    const beside = await createWorld({ sources: [crmWith(0), calls] });
    expect((await beside.read(await beside.acknowledged("erasure"))).waitingFor).toMatchObject([
      { for: "decision", others: 0 },
    ]);
  });

  it.each(["erasure", "export"] as const)(
    "leaves an exception where others have it as well: an %s",
    async (kind) => {
      const source = peopleSource("crm", new Map([[ada, [{ name: "Ada" }]]]), {
        identify: async (subject) => counting(2)(subject.values("email")),
      });
      const world = await createWorld({ sources: [source] });
      const requestId = await world.acknowledged(kind);
      unwrap(
        await world.rights.requests.decideIdentifier({
          actor: admin,
          requestId,
          decision: "decision-1",
          answer: "somebody-else",
          reason: "a household",
        }),
      );
      await world.settle();
      expect((await world.read(requestId)).outcome).toBe("completed-with-exceptions");
      const told = world.notifier.sent.filter(({ notice }) => notice.type === "completion");
      expect(told.map(({ notice }) => notice)).toMatchObject(
        kind === "erasure" ? [{ complete: false, notFollowed: ["telephone"] }] : [],
      );
    },
  );

  it("that failed is made up for: work done with fewer names is done again", async () => {
    const shop = new Map([
      ["C-7", [{}]],
      ["C-8", [{}]],
    ]);
    let isDown = true;
    const world = await createWorld({
      sources: [
        keyed("crm", "email", new Map([[ada, [{}]]]), known("customer-number", { [ada]: ["C-7"] })),
        keyed("loyalty", "email", new Map(), (emails) => {
          if (isDown) throw new Error("down");
          return known("customer-number", { [ada]: ["C-8"] })(emails);
        }),
        keyed("shop", "customer-number", shop),
      ],
    });
    const requestId = await world.acknowledged("erasure");
    await world.pass(60_000);
    expect([...shop.keys()]).toEqual(["C-8"]);
    expect((await world.read(requestId)).outcome).toBeNull();
    isDown = false;
    await world.pass(6 * 3_600_000);
    expect(shop.size).toBe(0);
    expect((await world.read(requestId)).outcome).toBe("completed");
  });
});

describe("two requests about one person", () => {
  it("run one after the other, also where they were named by different addresses", async () => {
    const other = "ada.l@example.org";
    const people = new Map<string, Row[]>([
      [ada, [{ n: 1 }]],
      [other, [{ n: 2 }]],
    ]);
    const underWay: string[] = [];
    const overlaps: string[][] = [];
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const world = await createWorld({
      sources: [
        peopleSource("crm", people, {
          identify: async () => [
            { type: "email", value: ada },
            { type: "email", value: other },
          ],
          async *export(subject) {
            underWay.push("export");
            overlaps.push([...underWay]);
            await released;
            yield {
              collection: "people",
              rows: subject.values("email").flatMap((email) => people.get(email) ?? []),
            };
            underWay.splice(underWay.indexOf("export"), 1);
          },
          erase: async (subject) => {
            underWay.push("erase");
            overlaps.push([...underWay]);
            for (const email of subject.values("email")) people.delete(email);
            underWay.splice(underWay.indexOf("erase"), 1);
            return [{ collection: "people", outcome: "erased", count: 2 }];
          },
        }),
      ],
    });
    const exported = await world.acknowledged("export", ada);
    const erased = await world.acknowledged("erasure", other);
    await world.pass(30_000);
    expect((await world.read(erased)).waitingFor).toEqual([{ for: "other-request", requestId: exported }]);
    expect(people.size).toBe(2);
    release();
    await world.settle();
    await world.pass(30_000);
    expect((await world.read(exported)).outcome).toBe("completed");
    expect((await world.read(erased)).outcome).toBe("completed");
    expect(overlaps).toEqual([["export"], ["erase"]]);
  });
});

it("an identifier of a type by which nobody says that they find anybody is taken, and named to whoever submits it", async () => {
  const world = await createWorld({
    sources: [
      keyed("crm", "customer-number", new Map()),
      peopleSource("shop", new Map(), { shares: ["telephone"] }),
    ],
  });
  const submit = async (email: string, ...types: readonly string[]) => {
    const identifiers = types.map((type) => ({ type, value: "4711" }));
    const asked = { actor: admin, kind: "erasure", category: "customer-data", email, identifiers } as const;
    return unwrap(await world.rights.requests.submit(asked));
  };
  const misspelt = await submit(ada, "custmer-number", "customer-number");
  expect(misspelt).toMatchObject({ unknownTypes: ["custmer-number"], alreadyOpen: false });
  expect(await world.read(misspelt.request.id)).toMatchObject({ unknownTypes: ["custmer-number"] });
  expect(await submit("bo@example.org", "customer-number", "telephone", "email-2")).toMatchObject({
    unknownTypes: ["email-2"],
  });
  expect(await submit("eve@example.org", "customer-number", "telephone")).not.toHaveProperty("unknownTypes");
});
