import {
  type CollectionOutcome,
  createSubjectRights,
  type DataSource,
  type DataSourceDefinition,
  PermanentFailure,
  type Row,
} from "@subject-rights/core";
import { type MemoryTables, memoryStorage } from "@subject-rights/memory";
import { simulatedClock, unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, byNumber, createWorld, peopleSource, type World } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;
const person = [{ type: "email", value: ada }] as const;

const people = () => new Map<string, Row[]>([[ada, [{}]]]);

/** Invoices, each with the day until which it is kept, and the orders behind them, which are not. */
const books = (
  world: () => World,
  invoices: Map<string, string>,
  orders: Map<string, Row[]>,
  changes: Partial<DataSourceDefinition> = {},
) =>
  peopleSource("books", orders, {
    ...byNumber,
    locate: async () => [
      { collection: "invoices", count: invoices.size },
      { collection: "orders", count: orders.size },
    ],
    erase: async () => {
      const today = world().clock.now().toISOString().slice(0, 10);
      const over = [...invoices].filter(([, until]) => until < today);
      for (const [number] of over) invoices.delete(number);
      const gone: CollectionOutcome[] = [
        { collection: "invoices", outcome: "erased", count: over.length },
        { collection: "orders", outcome: "erased", count: orders.size },
      ];
      orders.clear();
      return [
        ...gone.map((each) =>
          "count" in each && each.count > 0
            ? each
            : { collection: each.collection, outcome: "absent" as const },
        ),
        ...[...invoices.values()].map((until) => ({
          collection: "invoices",
          outcome: "retained" as const,
          count: 1,
          reason: "§ 147 AO",
          until,
        })),
      ];
    },
    ...changes,
  });

const recipients = [{ title: "Print shop", address: "privacy@print.example" }];

/** An erasure that is closed, with something that is kept. */
const closedOnce = async (
  until: readonly string[] = ["2026-06-30"],
  changes: Partial<DataSourceDefinition> = {},
  others: {
    readonly crm?: Partial<DataSourceDefinition>;
    readonly copies?: (invoices: ReadonlyMap<string, string>) => DataSource[];
  } = {},
) => {
  const [invoices, crm] = [new Map(until.map((each, number) => [`${number}`, each])), people()];
  let made: World | undefined;
  const world = await createWorld(
    {
      sources: [
        peopleSource("crm", crm, { recipients, ...others.crm }),
        books(() => made as World, invoices, people(), { recipients, ...changes }),
        ...(others.copies?.(invoices) ?? []),
      ],
      lookEvery: day,
      rules: { holdDelay: day },
    },
    undefined,
    simulatedClock(new Date("2026-03-02T09:00:00.000Z")),
  );
  made = world;
  const requestId = await world.acknowledged("erasure");
  await world.pass(day);
  expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
  const mayTakeIn = async () =>
    unwrap(await world.rights.suppressions.mayTakeIn({ actor: admin, identifiers: person }));
  const letters = (type: string) =>
    world.notifier.sent.flatMap(({ notice }) => (notice.type === type ? [notice] : []));
  return { world, on: { actor: admin, requestId }, invoices, crm, mayTakeIn, letters };
};

const gradesOf = async (world: World, requestId: string) =>
  (await world.read(requestId)).grades.map(({ source, collection, grade }) => [source, collection, grade]);

describe("the rest of a request that was opened again", () => {
  const held = async (until?: readonly string[]) => {
    const closed = await closedOnce(until);
    unwrap(await closed.world.rights.holds.place({ actor: admin, identifiers: person, reason: "a case" }));
    await closed.world.pass(130 * day);
    expect((await closed.world.read(closed.on.requestId)).waitingFor).toMatchObject([{ for: "hold" }]);
    return closed;
  };

  for (const call of ["cancel", "decline"] as const) {
    it(`takes nothing back of what was done, where somebody says ${call}`, async () => {
      const { world, on, invoices, mayTakeIn, letters } = await held();
      expect(await mayTakeIn()).toBe(false);
      unwrap(await world.rights.requests[call]({ ...on, reason: "the rest is for the court" }));
      await world.pass(day);
      expect(await mayTakeIn()).toBe(false);
      expect(await world.read(on.requestId)).toMatchObject({
        phase: "closed",
        outcome: "completed-with-exceptions",
        reason: "the rest is for the court",
        reopensAt: null,
        waitingFor: [],
      });
      expect(await gradesOf(world, on.requestId)).toEqual([
        ["crm", "people", "verified-absent"],
        ["books", "invoices", "failed"],
        ["books", "orders", "unverifiable"],
      ]);
      // The person was told that it would be erased when its day comes.
      expect(letters("completion").at(-1)).toMatchObject({
        complete: false,
        sources: [
          { outcomes: [{ outcome: "erased" }], checked: true, settled: null },
          { settled: "the rest is for the court" },
        ],
      });
      expect(letters("refusal")).toEqual([]);
      const { file } = unwrap(await world.rights.audit.evidence(on));
      expect(file.request.outcome).toBe("completed-with-exceptions");
      expect(file.audit.entries.map(({ action }) => action)).toEqual(
        expect.arrayContaining([call === "cancel" ? "cancelled" : "declined", "key-destroyed"]),
      );
      expect(invoices.size).toBe(1);
      // What nobody erased in this round is no news for whoever was given it.
      expect(letters("recipient")).toHaveLength(2);
    });
  }

  it("is all of it, also what is kept for longer", async () => {
    const { world, on, invoices } = await held(["2026-06-30", "2030-12-31"]);
    unwrap(await world.rights.requests.cancel({ ...on, reason: "the court has it" }));
    await world.pass(2 * day);
    expect(await world.read(on.requestId)).toMatchObject({ phase: "closed", reopensAt: null });
    const { file } = unwrap(await world.rights.audit.evidence(on));
    expect(file.request.keyDestroyed).toBe(true);
    expect(invoices.size).toBe(2);
  });

  it("leaves what was done before, where a person closes its source", async () => {
    const state = { isBroken: false };
    const { world, on } = await closedOnce(["2026-06-30"], {
      verify: async () => {
        if (state.isBroken) throw new PermanentFailure("never");
        return [{ collection: "invoices", count: 1 }];
      },
    });
    state.isBroken = true;
    await world.pass(130 * day);
    unwrap(await world.rights.requests.settleSource({ ...on, source: "books", reason: "done by hand" }));
    await world.pass(day);
    expect(await gradesOf(world, on.requestId)).toEqual([
      ["crm", "people", "verified-absent"],
      ["books", "invoices", "failed"],
      ["books", "orders", "unverifiable"],
    ]);
  });

  describe("that is called off while a source does not answer", () => {
    const reason = "the contract runs";
    const state = { isDown: false };
    const unlessDown = async <Value>(value: () => Value) => {
      if (state.isDown) throw new Error("down");
      return value();
    };
    const kept = { collection: "invoices", outcome: "kept", count: 1, reason: "§ 147 AO" };

    /** Opened again while something is down, and called off. */
    const calledOff = async (...[until, others]: [readonly string[], Parameters<typeof closedOnce>[2]]) => {
      state.isDown = false;
      const closed = await closedOnce(until, {}, others);
      const { world, on } = closed;
      state.isDown = true;
      world.clock.set(new Date("2026-07-01T06:00:00.000Z"));
      await world.pass(day);
      unwrap(await world.rights.requests.cancel({ ...on, reason }));
      await world.pass(hour);
      const view = await world.read(on.requestId);
      const { file } = unwrap(await world.rights.audit.evidence(on));
      const told = [view.sources, file.sources, closed.letters("completion").at(-1)] as const;
      return { ...closed, view, told, grades: await gradesOf(world, on.requestId) };
    };

    it("proves nothing of that one, and names no day on which nobody erases", async () => {
      const crm = { verify: () => unlessDown(() => [{ collection: "people", count: 0 }]) };
      const { view, told, grades } = await calledOff(["2026-06-30", "2030-12-31"], { crm });
      const inBooks = [{ outcome: "erased" }, { outcome: "erased" }, kept];
      expect(view).toMatchObject({ outcome: "completed-with-exceptions", reason, reopensAt: null });
      const [inView, inEvidence, letter] = told;
      expect(inView).toMatchObject([
        { settlement: { reason } },
        { outcomes: [inBooks[0], kept, inBooks[1]] },
      ]);
      expect(inEvidence).toMatchObject([{ settled: { reason } }, {}]);
      expect(JSON.stringify([inEvidence, letter, view.sources])).not.toContain("2030");
      expect(letter).toMatchObject({
        restCalledOff: reason,
        sources: [
          { checked: false, settled: reason },
          { checked: true, settled: null },
        ],
      });
      expect(grades).toEqual([
        ["crm", "people", "unverifiable"],
        ["books", "invoices", "verified-absent"],
        ["books", "orders", "verified-absent"],
      ]);
    });

    it("takes no proof back of those that were not asked yet, and tells what stays in a copy", async () => {
      const copies = (invoices: ReadonlyMap<string, string>) => {
        const copy = new Map(invoices);
        const count = () => unlessDown(() => [{ collection: "invoices", count: copy.size }]);
        const refresh = () =>
          unlessDown(() => {
            copy.clear();
            for (const [number, until] of invoices) copy.set(number, until);
          });
        return [
          peopleSource("search", new Map(), {
            ...{ kind: "copy" as const, copyOf: ["books"], needs: ["customer-number", "email"] },
            ...{ locate: count, verify: count, refresh },
          }),
        ];
      };
      const { told, grades } = await calledOff(["2026-06-30"], { copies });
      expect(grades).toEqual([
        ["crm", "people", "verified-absent"],
        ["books", "invoices", "verified-absent"],
        ["books", "orders", "verified-absent"],
        ["search", "invoices", "failed"],
      ]);
      for (const each of [told[0], told[1], told[2]?.type === "completion" ? told[2].sources : []])
        expect(each.at(-1)?.outcomes).toMatchObject([kept]);
    });
  });

  it("names no day that is over of what a person closes by hand", async () => {
    const { world, on } = await held();
    unwrap(await world.rights.requests.settleSource({ ...on, source: "books", reason: "kept by hand" }));
    await world.pass(day);
    const { sources } = await world.read(on.requestId);
    expect(sources[1]?.outcomes.filter(({ outcome }) => outcome !== "erased")).toEqual([
      { collection: "invoices", outcome: "kept", count: 1, reason: "§ 147 AO" },
    ]);
  });

  it("cannot be called off before it is there", async () => {
    const { world, on } = await closedOnce();
    for (const call of ["cancel", "decline"] as const) {
      const refused = unwrapError(await world.rights.requests[call]({ ...on, reason: "no" }));
      expect(refused.code).toBe("not-possible-now");
    }
  });
});

describe("what was called off of a request that was opened again", () => {
  const lists: Partial<DataSourceDefinition> = {
    async *identifiers() {
      yield { people: [[...person]] };
    },
  };

  /** Opened again under a hold, called off, and the hold lifted. The backup is of before. */
  const calledOff = async ({ isBack = false } = {}) => {
    const closed = await closedOnce(["2026-06-30"], lists);
    const { world, on } = closed;
    const backup = structuredClone(world.tables);
    const { hold } = unwrap(
      await world.rights.holds.place({ actor: admin, identifiers: person, reason: "a case" }),
    );
    world.clock.set(new Date("2026-07-01T06:00:00.000Z"));
    await world.pass(day);
    unwrap(await world.rights.requests.cancel({ ...on, reason: "the contract runs" }));
    await world.pass(day);
    unwrap(await world.rights.holds.lift({ actor: admin, holdId: hold.id, reason: "over" }));
    if (isBack) {
      const lift = { actor: admin, identifiers: person, reason: "a customer again" };
      expect(unwrap(await world.rights.suppressions.lift(lift))).toBeGreaterThan(0);
    }
    const copy: unknown[] = [];
    for await (const each of world.rights.suppressions.copy({ actor: admin })) copy.push(each);
    return { ...closed, backup, copy };
  };

  /** Over the backup, with the list of suppressions brought back, before anybody works. */
  const restored = async ({ world, backup, copy }: Awaited<ReturnType<typeof calledOff>>) => {
    await world.rights.stop();
    const rights = createSubjectRights({
      ...world.options,
      ...memoryStorage({ tables: backup as MemoryTables }),
    });
    unwrap(await rights.suppressions.restore({ actor: admin, suppressions: copy }));
    const start = async () => {
      unwrap(await rights.start());
      await world.pass(day);
    };
    return { rights, start };
  };

  it("is erased by no replay, and is told by it", async () => {
    const { world, invoices, mayTakeIn } = await calledOff();
    const since = new Date("2026-04-01T00:00:00.000Z");
    const replay = (dryRun: boolean) =>
      world.rights.suppressions.replay({ actor: admin, category: "customer-data", since, dryRun });
    const told = { found: 0, calledOff: 1, complete: false };
    expect(unwrap(await replay(true))).toMatchObject(told);
    expect(unwrap(await replay(false))).toMatchObject(told);
    expect([invoices.size, await mayTakeIn()]).toEqual([1, false]);
  });

  it.each([
    ["that knows nothing of it", false],
    ["where the person has come back since", true],
  ])("stays so over a restored backup %s", async (_, isBack) => {
    const made = await calledOff({ isBack });
    const { rights, start } = await restored(made);
    expect(unwrap(await rights.requests.read(made.on))).toMatchObject({ phase: "closed", reason: null });
    await start();
    expect(made.invoices.size).toBe(1);
    expect(unwrap(await rights.requests.read(made.on))).toMatchObject({
      phase: "closed",
      outcome: "completed-with-exceptions",
      reopensAt: null,
    });
    await rights.stop();
  });

  it.each(["cancel", "decline", "suspend", "settleSource"] as const)(
    "can be said before anybody works: %s",
    async (call) => {
      const made = await calledOff();
      // Of a list that does not know it either.
      const { rights, start } = await restored({ ...made, copy: [] });
      const said = { ...made.on, reason: "the contract runs" };
      unwrap(
        await (call === "settleSource"
          ? rights.requests.settleSource({ ...said, source: "books" })
          : rights.requests[call](said)),
      );
      await start();
      const { phase, reopensAt } = unwrap(await rights.requests.read(made.on));
      expect([made.invoices.size, phase === "closed", reopensAt]).toEqual([1, call !== "suspend", null]);
      await rights.stop();
    },
  );
});

describe("whoever was given data of a source", () => {
  it("is told of it once, and again only where something was erased since", async () => {
    const { world, on, crm, letters } = await closedOnce();
    const told = () =>
      letters("recipient").map((notice) => (notice.type === "recipient" ? notice.source.id : ""));
    expect(told()).toEqual(["crm", "books"]);
    // They have become a customer again, and nobody is to erase that.
    crm.set(ada, [{ customerSince: "2026-06-10" }]);
    await world.pass(130 * day);
    expect(await world.read(on.requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
    expect(told()).toEqual(["crm", "books", "books"]);
    expect(crm.size).toBe(1);
  });
});
