import {
  type Actor,
  type Identifier,
  KeyDestroyed,
  type Row,
  type Subject,
  type SubjectRightsOptions,
  type WhyLeftOut,
} from "@subject-rights/core";
import { memoryTables } from "@subject-rights/memory";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import {
  ada,
  admin,
  copyOfPeople,
  createWorld,
  hanging,
  peopleSource,
  tenantAdmin,
  tokenOf,
  unreliable,
  type World,
} from "./world.ts";

const day = 86_400_000;
const bo = "bo@example.org";
const email = (value: string): Identifier => ({ type: "email", value });

/** A source that lists whom it holds. */
const listing = (id: string, people: Map<string, Row[]>, changes = {}) =>
  peopleSource(id, people, {
    async *identifiers() {
      for (const each of people.keys()) yield { people: [[email(each)]] };
    },
    ...changes,
  });

const shop = async (options: Partial<SubjectRightsOptions> = {}, tables = memoryTables()) => {
  const held = new Map<string, Row[]>([
    [ada, [{}]],
    [bo, [{}]],
  ]);
  const world = await createWorld({ sources: [listing("crm", held)], ...options }, tables);
  return { world, held };
};

const may = ({ rights }: World, identifier: Identifier, part: { actor?: Actor } = {}) =>
  rights.suppressions.mayTakeIn({ actor: admin, identifiers: [identifier], ...part });

const mayTakeIn = async (world: World, identifier: Identifier, part = {}) =>
  unwrap(await may(world, identifier, part));

const erased = async (world: World, whom = ada) => {
  const requestId = await world.acknowledged("erasure", whom);
  expect((await world.read(requestId)).outcome).toBe("completed");
  return requestId;
};

const lift = ({ rights }: World, identifier: Identifier) =>
  rights.suppressions.lift({ actor: admin, identifiers: [identifier], reason: "signed up again" });

const replay = ({ rights, clock }: World, back: number, part = {}) =>
  rights.suppressions.replay({
    actor: admin,
    category: "customer-data",
    since: new Date(clock.now().getTime() - back),
    ...part,
  });

describe("whether a person may be taken in", () => {
  it("is no once they were erased, in whatever letters, and yes for everybody else", async () => {
    const { world } = await shop();
    expect(await mayTakeIn(world, email(ada))).toBe(true);
    await erased(world);
    expect(await mayTakeIn(world, email("ADA@Example.org"))).toBe(false);
    expect(await mayTakeIn(world, email(bo))).toBe(true);
    expect(await mayTakeIn(world, { type: "login", value: ada })).toBe(true);
  });

  it("is a matter of the tenant, and of the category where one is given", async () => {
    const { world } = await shop();
    await erased(world);
    expect(await mayTakeIn(world, email(ada), { category: "customer-data" })).toBe(false);
    expect(await mayTakeIn(world, email(ada), { category: "user-data" })).toBe(true);
    expect(await mayTakeIn(world, email(ada), { actor: { ...admin, tenant: "contoso" } })).toBe(true);
  });

  it("is no in what was recorded of a user as well, once the user was erased", async () => {
    const { world } = await shop({
      sources: [peopleSource("application", new Map([[ada, [{}]]]), { holds: ["user-data"] })],
    });
    const asked = { actor: admin, kind: "erasure", category: "user-data", email: ada } as const;
    unwrap(await world.rights.requests.submit(asked));
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.settle();
    expect(await mayTakeIn(world, email(ada), { category: "user-telemetry" })).toBe(false);
    expect(await mayTakeIn(world, email(ada), { category: "customer-data" })).toBe(true);
  });

  it("is no from before the first record is erased", async () => {
    let answer: boolean | null = null;
    const held = new Map<string, Row[]>([[ada, [{}]]]);
    const world: World = await createWorld({
      sources: [
        peopleSource("crm", held, {
          erase: async () => {
            answer = await mayTakeIn(world, email(ada));
            held.clear();
            return [{ collection: "people", outcome: "erased", count: 1 }];
          },
        }),
      ],
    });
    await erased(world);
    expect(answer).toBe(false);
  });

  it("covers every name that turned up on the way, but none that others share", async () => {
    const held = new Map<string, Row[]>([[ada, [{}]]]);
    const world = await createWorld({
      sources: [
        peopleSource("crm", held, {
          identify: async () => [
            { type: "customer-number", value: "4711" },
            { type: "phone", value: "0700", shared: true },
          ],
        }),
      ],
    });
    const requestId = await world.acknowledged("erasure");
    const [waiting] = (await world.read(requestId)).waitingFor;
    const decision = waiting?.for === "decision" ? waiting.decision : "";
    const answer = {
      actor: admin,
      requestId,
      decision,
      answer: "same-person",
    } as const;
    unwrap(await world.rights.requests.decideIdentifier({ ...answer, reason: "lives alone" }));
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect(await mayTakeIn(world, { type: "customer-number", value: "4711" })).toBe(false);
    expect(await mayTakeIn(world, { type: "phone", value: "0700" })).toBe(true);
  });

  for (const end of ["cancel", "decline"] as const) {
    it(`is yes again at once where somebody does ${end} it, whatever its letter waits for, and no replay erases them`, async () => {
      let isDown = false;
      const mail = unreliable(() => {
        if (isDown) throw new Error("down");
      });
      const refuses = async (): Promise<never> => {
        throw new Error("down");
      };
      const held = new Map<string, Row[]>([[ada, [{}]]]);
      const world = await createWorld({
        sources: [listing("crm", held, { erase: refuses })],
        notifier: mail.notifier,
      });
      const { requests } = world.rights;
      const asked = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
      const requestId = unwrap(await requests.submit(asked)).request.id;
      await world.settle();
      unwrap(await requests.acknowledge({ token: tokenOf(mail.accepted) }));
      await world.pass(3_600_000);
      expect(await mayTakeIn(world, email(ada))).toBe(false);
      isDown = true;
      unwrap(await requests[end]({ actor: admin, requestId, reason: "a mistake" }));
      await world.settle();
      expect(await mayTakeIn(world, email(ada))).toBe(true);
      await world.pass(day);
      expect(unwrap(await replay(world, 7 * day, { dryRun: false }))).toMatchObject({ found: 0 });
      expect(held.size).toBe(1);
    });
  }

  it("is yes again for an erasure that was cancelled, and for an export", async () => {
    const held = new Map<string, Row[]>([[ada, [{}]]]);
    const world = await createWorld({
      sources: [
        peopleSource("crm", held, {
          erase: async () => {
            throw new Error("down");
          },
        }),
      ],
    });
    const requestId = await world.acknowledged("erasure");
    expect(await mayTakeIn(world, email(ada))).toBe(false);
    const cancelled = { actor: admin, requestId, reason: "a mistake" };
    unwrap(await world.rights.requests.cancel(cancelled));
    await world.pass(day);
    expect(await mayTakeIn(world, email(ada))).toBe(true);
    const exported = await world.acknowledged("export");
    expect((await world.read(exported, tenantAdmin)).outcome).not.toBeNull();
    expect(await mayTakeIn(world, email(ada))).toBe(true);
  });

  it("is yes again once it is lifted, which says by whom and why, and no once they are erased again", async () => {
    const { world, held } = await shop();
    await erased(world);
    expect(unwrap(await lift(world, email(ada)))).toBe(1);
    expect(unwrap(await lift(world, email(ada)))).toBe(0);
    expect(await mayTakeIn(world, email(ada))).toBe(true);
    const [row] = [...world.tables.suppressions.values()].flat();
    const by = unwrap(await world.rights.recordedAs({ actor: admin }));
    expect(row?.lifted).toMatchObject({ by, reason: "signed up again" });
    held.set(ada, [{}]);
    await erased(world);
    expect(await mayTakeIn(world, email(ada))).toBe(false);
  });

  it("is yes by every name of the same erasure once one of them is lifted, and a replay leaves them alone", async () => {
    const number: Identifier = { type: "customer-number", value: "4711" };
    const second = "ada@work.example";
    const held = new Map<string, Row[]>([
      [ada, [{}]],
      [second, [{}]],
      [bo, [{}]],
    ]);
    const names = [email(ada), email(second), number];
    const crm = listing("crm", held, {
      identify: async (subject: Subject) =>
        subject.values("email").some((each) => each === ada || each === second) && held.has(second)
          ? names
          : [],
    });
    const { world } = await shop({ sources: [crm] });
    await erased(world, second);
    await erased(world, bo);
    // The same person asks once more, under the address that is known by then.
    held.set(ada, [{}]);
    await erased(world, ada);
    // A sweep has many people: nobody else of it is lifted.
    held.set(second, [{}]);
    const eve = "eve@example.org";
    held.set(eve, [{}]);
    const people = async function* () {
      yield { people: [ada, eve].map((value) => ({ identifiers: [email(value)] })), cursor: "1" };
    };
    const swept = { actor: admin, reason: "retention", category: "customer-data", people } as const;
    unwrap(await unwrap(await world.rights.sweeps.eraseMany(swept)).end());

    expect(unwrap(await lift(world, number))).toBe(7);
    const all = { actor: admin, identifiers: names };
    expect(unwrap(await world.rights.suppressions.mayTakeIn(all))).toBe(true);
    expect(await mayTakeIn(world, email(bo))).toBe(false);
    for (const each of [ada, second, bo, eve]) held.set(each, [{}]);
    expect(unwrap(await replay(world, day, { dryRun: false }))).toMatchObject({ found: 2 });
    expect([...held.keys()].toSorted()).toEqual([ada, second]);
  });

  it("stays a no for who has had the same address and has another number, whoever of the two is lifted", async () => {
    const number = (value: string): Identifier => ({ type: "customer-number", value });
    const held = new Map<string, Row[]>([[ada, [{}]]]);
    let theirs = number("C-100");
    const crm = listing("crm", held, {
      identify: async (subject: Subject) =>
        subject.values("email").includes(ada) && held.has(ada) ? [theirs, email(ada)] : [],
    });
    const { world } = await shop({ sources: [crm] });
    await erased(world);
    // The address is somebody else's, who is erased as well.
    theirs = number("C-101");
    held.set(ada, [{}]);
    await world.pass(10 * day);
    await erased(world);
    const isTakenIn = (...all: Identifier[]) => Promise.all(all.map((each) => mayTakeIn(world, each)));

    expect(unwrap(await lift(world, number("C-100")))).toBe(2);
    expect(await isTakenIn(number("C-100"), number("C-101"), email(ada))).toEqual([true, false, false]);
    const both = { actor: admin, identifiers: [number("C-100"), email(ada)], reason: "a customer again" };
    expect(unwrap(await world.rights.suppressions.lift(both))).toBe(1);
    expect(await isTakenIn(number("C-100"), number("C-101"), email(ada))).toEqual([true, false, true]);
    expect(unwrap(await lift(world, number("C-101")))).toBe(1);
    expect(await isTakenIn(number("C-101"))).toEqual([true]);
  });

  it("stays a yes after a restored backup, which had them in the list, and the copy that has them lifted", async () => {
    const { world, held } = await shop();
    await erased(world);
    const backup = structuredClone(world.tables.suppressions);
    unwrap(await lift(world, email(ada)));
    const copy: unknown[] = [];
    for await (const each of world.rights.suppressions.copy({ actor: admin })) copy.push(each);
    world.tables.suppressions.clear();
    for (const [key, rows] of backup) world.tables.suppressions.set(key, rows);
    held.set(ada, [{}]);
    expect(await mayTakeIn(world, email(ada))).toBe(false);
    unwrap(await world.rights.suppressions.restore({ actor: admin, suppressions: copy }));
    expect(await mayTakeIn(world, email(ada))).toBe(true);
    expect(unwrap(await replay(world, day, { dryRun: false }))).toMatchObject({ found: 0 });
    expect(held.has(ada)).toBe(true);
  });

  it("is refused without a name, without the right to ask, and lifting without a clean reason", async () => {
    const { world } = await shop();
    const { suppressions } = world.rights;
    const nobody = { actor: admin, identifiers: [] };
    expect(unwrapError(await suppressions.mayTakeIn(nobody))).toMatchObject({
      code: "invalid-input",
    });
    const guest = { ...admin, roles: [] };
    expect(unwrapError(await may(world, email(ada), { actor: guest }))).toMatchObject({
      code: "not-allowed",
    });
    const named = { actor: admin, identifiers: [email(ada)], reason: `asked by ${ada}` };
    expect(unwrapError(await suppressions.lift(named))).toMatchObject({ code: "invalid-input" });
  });

  it("is an error, and never a yes, where the key of the list is gone", async () => {
    const { world } = await shop();
    await erased(world);
    world.tables.keys.delete("suppressions/northwind");
    expect(unwrapError(await may(world, email(ada)))).toBeInstanceOf(KeyDestroyed);
    expect(unwrapError(await lift(world, email(ada)))).toBeInstanceOf(KeyDestroyed);
    expect(world.tables.keys.has("suppressions/northwind")).toBe(false);
  });

  it("needs a store, and says so", async () => {
    const { suppressionStore: _, ...options } = (await shop()).world.options;
    const bare = await createWorld({ ...options, suppressionStore: undefined as never });
    expect(() => bare.rights.suppressions.mayTakeIn({ actor: admin, identifiers: [email(ada)] })).toThrow(
      /suppressionStore/,
    );
  });

  it("leaves nothing of the person in the list", async () => {
    const { world } = await shop();
    await erased(world);
    expect(JSON.stringify([...world.tables.suppressions])).not.toContain("ada@");
  });
});

describe("the filter of an import", () => {
  it("lets through who was not erased, in order, with one look-up a batch", async () => {
    const { world } = await shop();
    await erased(world);
    const store = world.options.suppressionStore;
    let lookUps = 0;
    const counting = await createWorld(
      {
        ...world.options,
        ...(store && {
          suppressionStore: {
            ...store,
            standing: (query) => {
              lookUps += 1;
              return store.standing(query);
            },
          },
        }),
      },
      world.tables,
    );
    const rows = Array.from({ length: 95 }, (_, index) => ({
      at: index,
      address: `row-${index}@example.org`,
    }));
    rows.splice(40, 0, { at: -1, address: "Ada@example.org" });
    rows.splice(70, 0, { at: -2, address: "no address" });
    const out: [number, WhyLeftOut][] = [];
    const through: number[] = [];
    for await (const { at } of counting.rights.suppressions.filter({
      actor: admin,
      rows,
      identifiers: ({ address }) => [email(address)],
      leftOut: ({ at }, why) => out.push([at, why]),
      batchSize: 10,
    })) {
      through.push(at);
    }
    expect(through).toEqual(Array.from({ length: 95 }, (_, index) => index));
    expect(out).toEqual([
      [-1, "suppressed"],
      [-2, "unreadable"],
    ]);
    expect(lookUps).toBe(10);
  });

  it("holds no more rows than two batches, however many come", async () => {
    const { world } = await shop();
    await erased(world);
    let [given, taken, most] = [0, 0, 0];
    const rows = (async function* () {
      for (; given < 20_000; given += 1) yield given;
    })();
    for await (const _ of world.rights.suppressions.filter({
      actor: admin,
      rows,
      identifiers: (row) => [email(`row-${row}@example.org`)],
      leftOut: () => undefined,
      batchSize: 100,
    })) {
      taken += 1;
      most = Math.max(most, given - taken);
    }
    expect(taken).toBe(20_000);
    expect(most).toBeLessThanOrEqual(200);
  });

  it("lets nobody through where it cannot look up", async () => {
    const { world } = await shop();
    await erased(world);
    world.tables.keys.clear();
    const filtered = world.rights.suppressions.filter({
      actor: admin,
      rows: [bo],
      identifiers: (row) => [email(row)],
      leftOut: () => undefined,
    });
    await expect(filtered.next()).rejects.toBeInstanceOf(KeyDestroyed);
  });
});

describe("the key of the list", () => {
  it("is rotated: the whole list goes under the new one, and everybody is still known", async () => {
    const { world } = await shop();
    await erased(world);
    const before = [...world.tables.suppressions.keys()];
    const { suppressions } = world.rights;
    expect(unwrap(await suppressions.rotate({ actor: admin }))).toBe(1);
    expect([...world.tables.suppressions.keys()]).not.toEqual(before);
    expect(await mayTakeIn(world, email(ada))).toBe(false);
    await erased(world, bo);
    expect(unwrap(await suppressions.rotate({ actor: admin }))).toBe(2);
    expect(unwrap(await suppressions.renew({ actor: admin }))).toBe(0);
    for (const each of [ada, bo]) expect(await mayTakeIn(world, email(each))).toBe(false);
    expect([...world.tables.suppressions.values()].flat().map(({ generation }) => generation)).toEqual([
      3, 3,
    ]);
  });

  it("may be rotated half-way: nobody is forgotten before it is finished", async () => {
    const { world } = await shop();
    await erased(world);
    unwrap(await world.options.keyRing.rotate("suppressions/northwind"));
    expect(await mayTakeIn(world, email(ada))).toBe(false);
    expect(unwrap(await world.rights.suppressions.renew({ actor: admin }))).toBe(1);
    expect(await mayTakeIn(world, email(ada))).toBe(false);
    const keys = world.tables.keys.get("suppressions/northwind") ?? [];
    world.tables.keys.set("suppressions/northwind", keys.slice(0, 1));
    expect(unwrapError(await may(world, email(ada)))).toBeInstanceOf(KeyDestroyed);
  });
});

describe("a copy of the list", () => {
  it("brings back what a restored backup has lost", async () => {
    const { world } = await shop();
    await erased(world);
    const copy: unknown[] = [];
    for await (const each of world.rights.suppressions.copy({ actor: admin })) copy.push(each);
    expect(JSON.stringify(copy)).not.toContain(ada);
    world.tables.suppressions.clear();
    expect(await mayTakeIn(world, email(ada))).toBe(true);
    const { suppressions } = world.rights;
    const read = JSON.parse(JSON.stringify(copy));
    expect(unwrap(await suppressions.restore({ actor: admin, suppressions: read }))).toBe(1);
    expect(await mayTakeIn(world, email(ada))).toBe(false);
    const elsewhere = { ...admin, tenant: "contoso" };
    for (const [actor, rows] of [
      [elsewhere, read],
      [admin, [{ pseudonym: ada }]],
    ] as const) {
      const refused = await suppressions.restore({ actor, suppressions: rows });
      expect(unwrapError(refused)).toMatchObject({ code: "invalid-input" });
    }
  });

  it("undoes no lift, whichever keys the copies are of, and in whatever order they come", async () => {
    const { world } = await shop();
    const { suppressions } = world.rights;
    const copied = async () => {
      const rows: unknown[] = [];
      for await (const each of suppressions.copy({ actor: admin })) rows.push(each);
      return rows;
    };
    const restored = async (rows: readonly unknown[]) =>
      unwrap(await suppressions.restore({ actor: admin, suppressions: rows }));
    await erased(world, ada);
    await erased(world, bo);
    const before = await copied();
    unwrap(await suppressions.rotate({ actor: admin }));
    unwrap(await lift(world, email(ada)));
    const after = await copied();
    const isRight = async () => {
      expect(await mayTakeIn(world, email(ada))).toBe(true);
      expect(await mayTakeIn(world, email(bo))).toBe(false);
      expect(await copied()).toHaveLength(2);
    };
    await restored(before);
    await isRight();
    for (const copies of [
      [before, after],
      [after, before],
    ]) {
      world.tables.suppressions.clear();
      for (const rows of copies) await restored(rows);
      await isRight();
    }
    // A rotation that was broken off: the list is still under the key before.
    unwrap(await world.options.keyRing.rotate("suppressions/northwind"));
    await restored(before);
    await isRight();
  });
});

describe("a copy of which the key ring does not have the key", () => {
  const listKey = "suppressions/northwind";
  const copied = async ({ rights }: World) => {
    const rows: unknown[] = [];
    for await (const each of rights.suppressions.copy({ actor: admin })) rows.push(each);
    return rows;
  };

  /** Ada was erased before the backup, bo after it, and the copy knows of both; what there is by then is the backup. */
  const broughtBack = async (rotated: "before the first" | "between" | "never") => {
    const { world, held } = await shop();
    const { keys, suppressions: list } = world.tables;
    if (rotated !== "before the first") await erased(world);
    const backup = { keys: [...(keys.get(listKey) ?? [])], list: new Map(list) };
    await world.pass(day);
    if (rotated === "between") unwrap(await world.rights.suppressions.rotate({ actor: admin }));
    await erased(world, bo);
    const copy = await copied(world);
    const lost = [...(keys.get(listKey) ?? [])];
    keys.delete(listKey);
    if (backup.keys.length > 0) keys.set(listKey, backup.keys);
    list.clear();
    for (const [each, rows] of backup.list) list.set(each, rows);
    held.set(bo, [{}]);
    const restored = () => world.rights.suppressions.restore({ actor: admin, suppressions: copy });
    return { world, held, restored, bringKeys: () => keys.set(listKey, lost) };
  };

  it.each([
    ["before the first", 1],
    ["between", 2],
  ] as const)("takes in none that nobody could be found by, and all others: %s", async (when, notTakenIn) => {
    const { world, held, restored, bringKeys } = await broughtBack(when);
    const before = world.tables.suppressions.size;
    const refused = unwrapError(await restored());
    expect(refused).toMatchObject({ code: "key-destroyed", keyName: listKey, neededBy: null, notTakenIn });
    expect(refused.message).toContain(`${notTakenIn} suppressions of the copy`);
    expect(world.tables.suppressions.size).toBe(before);
    // What is there goes on, and knows nothing of them.
    expect(await mayTakeIn(world, email("cy@example.org"))).toBe(true);
    expect(unwrap(await replay(world, day / 2))).toMatchObject({ found: 0, complete: false });

    bringKeys();
    unwrap(await restored());
    expect(await mayTakeIn(world, email(bo))).toBe(false);
    expect(unwrap(await replay(world, day / 2, { dryRun: false }))).toMatchObject({
      found: 1,
      complete: true,
    });
    expect(held.has(bo)).toBe(false);
  });

  it.each(["before the first", "between"] as const)(
    "takes in none under a key of the same number that was made since: %s",
    async (when) => {
      const { world, restored } = await broughtBack(when);
      if (when === "between") unwrap(await world.rights.suppressions.rotate({ actor: admin }));
      else await erased(world, ada);
      expect(unwrapError(await restored())).toMatchObject({ code: "key-destroyed", keyName: listKey });
      expect(await mayTakeIn(world, email(ada))).toBe(false);
      expect(await mayTakeIn(world, email(bo))).toBe(true);
      expect(unwrap(await replay(world, day / 2))).toMatchObject({ found: 0 });
    },
  );

  it("puts no number on a new key that rows of a lost one carry, and begins no sweep", async () => {
    const { world } = await broughtBack("never");
    await erased(world);
    const { suppressions } = world.rights;
    const { keys } = world.tables;
    const one = [...(keys.get(listKey) ?? [])];
    unwrap(await suppressions.rotate({ actor: admin }));
    keys.set(listKey, one);
    const isLost = { code: "key-destroyed", keyName: listKey, neededBy: "the list of suppressions" };
    expect(unwrapError(await suppressions.rotate({ actor: admin }))).toMatchObject(isLost);
    expect(unwrapError(await suppressions.renew({ actor: admin }))).toMatchObject(isLost);
    expect(keys.get(listKey)).toHaveLength(1);
    expect(unwrapError(await may(world, email(ada)))).toMatchObject(isLost);
    for (const dryRun of [true, false]) {
      expect(unwrapError(await replay(world, day, { dryRun }))).toMatchObject(isLost);
    }
    expect(unwrap(await world.rights.sweeps.list({ actor: admin })).sweeps).toEqual([]);
  });
});

describe("copies of the list that are made every hour", () => {
  /** Ada's erasure is open in one of them, and in the next it has come to this end. */
  const made = async (end: "cancel" | "decline" | "complete") => {
    let isDown = true;
    const held = new Map<string, Row[]>([[ada, [{}]]]);
    const crm = listing("crm", held, {
      erase: async () => {
        if (isDown) throw new Error("down");
        held.clear();
        return [{ collection: "people", outcome: "erased", count: 1 }];
      },
    });
    const world = await createWorld({ sources: [crm] });
    const copies: unknown[][] = [];
    const copy = async () => {
      const rows: unknown[] = [];
      for await (const each of world.rights.suppressions.copy({ actor: admin })) rows.push(each);
      copies.push(rows);
    };
    await copy();
    const requestId = await world.acknowledged("erasure");
    await copy();
    const which = { actor: admin, requestId, reason: "mistaken" };
    isDown = false;
    unwrap(
      await (end === "complete"
        ? world.rights.requests.retrySource({ actor: admin, requestId, source: "crm" })
        : world.rights.requests[end](which)),
    );
    await world.pass(day / 24);
    expect(await world.read(requestId)).toMatchObject({ phase: "closed" });
    await copy();
    const bringBack = async (rows: readonly unknown[]) =>
      unwrap(await world.rights.suppressions.restore({ actor: admin, suppressions: rows }));
    return { world, held, copies, bringBack };
  };

  const orders = [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 1],
    [2, 1],
  ];

  it.each(["cancel", "decline"] as const)(
    "keep nobody out whose erasure came to a %s, in whatever order they come back",
    async (end) => {
      const { world, held, copies, bringBack } = await made(end);
      // An older one, into the list as it is.
      await bringBack(copies[1] ?? []);
      expect(await mayTakeIn(world, email(ada))).toBe(true);
      for (const order of orders) {
        world.tables.suppressions.clear();
        await bringBack(order.flatMap((which) => copies[which] ?? []));
        expect(await mayTakeIn(world, email(ada))).toBe(true);
        expect(unwrap(await replay(world, 10 * day, { dryRun: false }))).toMatchObject({ found: 0 });
      }
      expect(held.has(ada)).toBe(true);
    },
  );

  it("say when an erasure was over, so that a customer who came back long before the backup stays", async () => {
    const { world, held, copies, bringBack } = await made("complete");
    await world.pass(10 * day);
    held.set(ada, [{}]);
    for (const order of orders) {
      world.tables.suppressions.clear();
      await bringBack(order.flatMap((which) => copies[which] ?? []));
      expect(await mayTakeIn(world, email(ada))).toBe(false);
      expect(unwrap(await replay(world, day))).toMatchObject({ found: 0 });
      expect(unwrap(await replay(world, 11 * day))).toMatchObject({ found: 1 });
    }
  });
});

describe("a replay after a restored backup", () => {
  it.each([
    ["killed", false],
    ["stopped", true],
  ])(
    "goes on with an earlier one that was %s when the origins were empty and the copy was not filled anew",
    async (_, isStopped) => {
      const held = new Map<string, Row[]>([[ada, [{}]]]);
      const copy = new Map<string, Row[]>([[ada, [{}]]]);
      let isHanging = true;
      const refreshed = () => {
        copy.clear();
        for (const [each, rows] of held) copy.set(each, rows);
      };
      const cache = peopleSource("cache", copy, {
        kind: "copy",
        refresh: async (context) => {
          if (isHanging && armed) await hanging(null, context);
          refreshed();
        },
      });
      let armed = false;
      const { world } = await shop({ sources: [listing("crm", held), cache] });
      await erased(world);
      held.set(ada, [{}]);
      refreshed();
      armed = true;
      const first = replay(world, day, { dryRun: false });
      await world.settle();
      expect([held.size, copy.size]).toEqual([0, 1]);
      if (isStopped) await world.rights.stop();
      isHanging = false;

      // What no origin holds any more, nobody lists.
      const next = await createWorld(
        { ...world.options, sources: [listing("crm", held), copyOfPeople("cache", copy, held)] },
        world.tables,
        world.clock,
      );
      const looked = unwrap(await replay(next, day));
      expect(looked).toMatchObject({ found: 0, complete: false, unfinished: [{ counts: { waiting: 1 } }] });
      expect(copy.size).toBe(1);
      const done = unwrap(await replay(next, day, { dryRun: false }));
      expect(done).toMatchObject({
        found: 0,
        sweep: { status: "completed" },
        unfinished: [
          { id: looked.unfinished[0]?.id, status: "completed", counts: { erased: 1, waiting: 0 } },
        ],
      });
      expect(copy.size).toBe(0);
      expect(unwrap(await replay(next, day)).unfinished).toEqual([]);
      if (!isStopped) await world.rights.stop();
      await first;
    },
  );

  it("finds who is back, changes nothing at first, and then erases them again", async () => {
    const { world, held } = await shop();
    const backup = new Map(held);
    await erased(world);
    await world.pass(day);
    for (const [key, rows] of backup) held.set(key, rows);
    const looked = unwrap(await replay(world, 3 * day));
    expect(looked).toMatchObject({ dryRun: true, found: 1, sweep: null, complete: false });
    expect(looked.sources).toEqual([
      {
        ...{ id: "crm", title: "The crm", status: "listed", problem: null },
        ...{ listed: 2, found: 1, foundByNothing: 0 },
      },
    ]);
    expect([...held.keys()].toSorted()).toEqual([ada, bo]);
    const done = unwrap(await replay(world, 3 * day, { dryRun: false }));
    expect(done).toMatchObject({ dryRun: false, found: 1, complete: true });
    expect(done.sweep).toMatchObject({ reason: "backup-replay", status: "completed", counts: { erased: 1 } });
    expect([...held.keys()]).toEqual([bo]);
    const again = unwrap(await replay(world, 3 * day));
    expect(again).toMatchObject({ found: 0, complete: true });
  });

  it("leaves alone who was erased before the backup, or may be taken in again", async () => {
    const { world, held } = await shop();
    await erased(world, bo);
    await world.pass(10 * day);
    await erased(world);
    await world.pass(day);
    held.set(ada, [{}]);
    held.set(bo, [{}]);
    expect(unwrap(await replay(world, 5 * day))).toMatchObject({ found: 1 });
    unwrap(await lift(world, email(ada)));
    expect(unwrap(await replay(world, 5 * day))).toMatchObject({ found: 0 });
    expect(unwrap(await replay(world, 20 * day))).toMatchObject({ found: 1 });
  });

  it("counts an erasure that had begun before the backup and ended after it", async () => {
    const held = new Map<string, Row[]>([[ada, [{}]]]);
    let down = true;
    const sources = [
      listing("crm", held),
      listing("shop", new Map<string, Row[]>(), {
        erase: async () => {
          if (down) throw new Error("down");
          return [];
        },
        locate: async () => [],
      }),
    ];
    const world = await createWorld({ sources });
    const requestId = await world.acknowledged("erasure");
    await world.pass(2 * day);
    down = false;
    await world.pass(2 * day);
    expect((await world.read(requestId)).outcome).not.toBeNull();
    held.set(ada, [{}]);
    expect(unwrap(await replay(world, 3 * day))).toMatchObject({ found: 1 });
  });

  it("says until when the law keeps something that no request erases, and erases it when it is called again then", async () => {
    const until = "2028-12-31";
    const [held, invoices] = [new Map<string, Row[]>([[ada, [{}]]]), new Set(["4711"])];
    const number = { type: "customer-number", value: "4711" };
    const isKept = () => world.clock.now() < new Date("2029-01-01");
    const shopped = peopleSource("shop", held, {
      needs: ["email", number.type],
      // An anonymous row keeps its number.
      async *identifiers() {
        yield { people: [[number, ...[...held.keys()].map(email)]] };
      },
      identify: async (subject) => (subject.values("email").some((each) => held.has(each)) ? [number] : []),
      locate: async (subject) => [
        { collection: "people", count: subject.values("email").filter((each) => held.has(each)).length },
        {
          collection: "invoices",
          count: subject.values(number.type).filter((each) => invoices.has(each)).length,
          becomes: isKept() ? "retained" : "erased",
        },
      ],
      erase: async (subject) => {
        const gone = subject.values("email").filter((each) => held.delete(each)).length;
        const found = subject.values(number.type).filter((each) => invoices.has(each));
        const people = gone > 0 ? ("erased" as const) : ("absent" as const);
        const first = people === "erased" ? { outcome: people, count: gone } : { outcome: people };
        if (found.length === 0)
          return [
            { collection: "people", ...first },
            { collection: "invoices", outcome: "absent" },
          ];
        if (!isKept()) invoices.clear();
        return [
          { collection: "people", ...first },
          isKept()
            ? { collection: "invoices", outcome: "retained", count: 1, reason: "§ 147 AO", until }
            : { collection: "invoices", outcome: "erased", count: 1 },
        ];
      },
    });
    const world = await createWorld({ sources: [shopped], lookEvery: day });
    await world.acknowledged("erasure");
    const list: unknown[] = [];
    for await (const each of world.rights.suppressions.copy({ actor: admin })) list.push(each);
    // The backup knows nothing of it.
    held.set(ada, [{}]);
    const { keys } = world.tables;
    const next = await createWorld(
      { sources: [shopped], lookEvery: day },
      { ...memoryTables(), keys },
      world.clock,
    );
    unwrap(await next.rights.suppressions.restore({ actor: admin, suppressions: list }));
    const since = new Date(world.clock.now().getTime() - day);
    const again = { actor: admin, category: "customer-data", since, dryRun: false } as const;
    const look = async () => unwrap(await next.rights.suppressions.replay({ ...again, dryRun: true }));
    expect(await look()).toMatchObject({ found: 1, retainedUntil: null });
    expect(unwrap(await next.rights.suppressions.replay(again))).toMatchObject({
      retainedUntil: until,
      complete: false,
    });
    expect([held.size, invoices.size]).toEqual([0, 1]);
    // Looked at every week, it says when the day has come.
    expect(await look()).toMatchObject({ found: 0, complete: true });
    world.clock.set(new Date("2029-01-02T12:00:00Z"));
    expect(await look()).toMatchObject({ found: 1, complete: false });
    expect(unwrap(await next.rights.suppressions.replay(again))).toMatchObject({
      retainedUntil: null,
      complete: true,
    });
    expect(invoices.size).toBe(0);
  });

  it("erases over all sources, also where only one of them can list", async () => {
    const [crm, billing] = [new Map<string, Row[]>([[ada, [{}]]]), new Map<string, Row[]>([[ada, [{}]]])];
    const world = await createWorld({ sources: [listing("crm", crm), peopleSource("billing", billing)] });
    await erased(world);
    crm.set(ada, [{}]);
    billing.set(ada, [{}]);
    const done = unwrap(await replay(world, day, { dryRun: false }));
    expect(done.sources.map(({ status }) => status)).toEqual(["listed", "cannot-list"]);
    expect(done).toMatchObject({ complete: false, sweep: { status: "completed" } });
    expect([crm.size, billing.size]).toEqual([0, 0]);
  });

  it("names a source that could not be listed, and goes on with the others", async () => {
    const [crm, billing] = [new Map<string, Row[]>([[ada, [{}]]]), new Map<string, Row[]>()];
    const broken = {
      async *identifiers() {
        yield { people: [] };
        throw new Error("the server is gone");
      },
    };
    const world = await createWorld({ sources: [listing("billing", billing, broken), listing("crm", crm)] });
    await erased(world);
    crm.set(ada, [{}]);
    const done = unwrap(await replay(world, day, { dryRun: false }));
    expect(done.sources[0]).toMatchObject({
      status: "failed",
      problem: { code: "unavailable", retryable: true },
    });
    expect(done).toMatchObject({ complete: false, found: 1 });
    expect(crm.size).toBe(0);
  });

  it("takes nobody for another by an identifier that others share", async () => {
    const held = new Map<string, Row[]>([[ada, [{}]]]);
    const world = await createWorld({
      sources: [
        listing("crm", held, {
          async *identifiers() {
            yield { people: [[email(bo), { ...email(ada), shared: true }]] };
          },
        }),
      ],
    });
    await erased(world);
    expect(unwrap(await replay(world, day))).toMatchObject({ found: 0 });
  });

  it("is not complete where a source lists an address by which it finds nothing", async () => {
    const held = new Map<string, Row[]>([[ada, [{}]]]);
    const { world } = await shop({ sources: [listing("crm", held)] });
    await erased(world);
    held.set(ada, [{}]).set(` ${ada}`, [{}]);
    expect(unwrap(await replay(world, day))).toMatchObject({ found: 2, complete: false });
    const isLost = { complete: false, sources: [{ status: "listed", foundByNothing: 1 }] };
    const done = unwrap(await replay(world, day, { dryRun: false }));
    expect(done).toMatchObject({ ...isLost, sweep: { status: "completed", counts: { erased: 1 } } });
    expect([...held.keys()]).toEqual([` ${ada}`]);
    expect(unwrap(await replay(world, day))).toMatchObject({ ...isLost, found: 1 });
    held.clear();
    expect(unwrap(await replay(world, day))).toMatchObject({ found: 0, complete: true });
  });

  it("leaves out and counts a name that can be nobody's, and lists everybody else", async () => {
    const held = new Map<string, Row[]>([
      ["n/a", [{}]],
      [ada, [{}]],
    ]);
    const { world } = await shop({ sources: [listing("crm", held)] });
    await erased(world);
    held.set(ada, [{}]);
    const sources = [{ status: "listed", unreadable: 1 }];
    expect(unwrap(await replay(world, day))).toMatchObject({ found: 1, sources });
    const done = unwrap(await replay(world, day, { dryRun: false }));
    expect(done).toMatchObject({ found: 1, complete: true, sources });
    expect([...held.keys()]).toEqual(["n/a"]);
    // Whoever was erased may be within such a name.
    held.set(`Ada <${ada}>`, [{}]);
    const isLost = [{ unreadable: 2, foundByNothing: 1 }];
    expect(unwrap(await replay(world, day))).toMatchObject({ complete: false, sources: isLost });
  });

  it("says where the list itself ends before the backup", async () => {
    const { world } = await shop();
    expect(unwrap(await replay(world, day))).toMatchObject({ listReaches: null, complete: false });
    await erased(world);
    await world.pass(10 * day);
    const late = unwrap(await replay(world, day));
    expect(late).toMatchObject({ found: 0, complete: false });
    expect(late.listReaches).not.toBeNull();
  });

  it("brings nobody back whose storage period was over, and lets them sign up again", async () => {
    const { world, held } = await shop();
    const people = async function* () {
      yield { people: [{ identifiers: [email(ada)] }], cursor: "end" };
    };
    const asked = { actor: admin, reason: "retention", category: "customer-data", people } as const;
    const sweep = unwrap(await world.rights.sweeps.eraseMany(asked));
    expect(unwrap(await sweep.end()).status).toBe("completed");
    expect(await mayTakeIn(world, email(ada))).toBe(true);
    held.set(ada, [{}]);
    expect(unwrap(await replay(world, day))).toMatchObject({ found: 1 });
  });

  it("is stopped by a hold like every other erasure", async () => {
    const { world, held } = await shop();
    await erased(world);
    held.set(ada, [{}]);
    const hold = { actor: admin, identifiers: [email(ada)], reason: "a claim in court" };
    unwrap(await world.rights.holds.place(hold));
    const done = unwrap(await replay(world, day, { dryRun: false }));
    expect(done).toMatchObject({ complete: false, sweep: { counts: { leftBehind: 1 } } });
    expect(held.has(ada)).toBe(true);
  });
});
