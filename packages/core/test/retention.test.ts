import {
  type CollectionOutcome,
  type DataSourceDefinition,
  defineDataSource,
  PermanentFailure,
  type Row,
} from "@subject-rights/core";
import { simulatedClock, unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import {
  ada,
  admin,
  byNumber,
  copyOfPeople,
  createWorld as createWorldOf,
  peopleSource,
  tokenOf,
  unreliable,
  type World,
} from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** Looks once a day: months pass here. */
const createWorld: typeof createWorldOf = (options, ...rest) =>
  createWorldOf({ lookEvery: day, ...options }, ...rest);

/** Keeps the invoices of a customer until their day is over, and erases everything else. */
const books = (
  world: () => World,
  invoices: Map<string, string>,
  changes: Partial<DataSourceDefinition> = {},
) => {
  const today = () => world().clock.now().toISOString().slice(0, 10);
  return defineDataSource({
    id: "books",
    title: "The books",
    holds: ["customer-data"],
    kind: "origin",
    ...byNumber,
    locate: async () => [{ collection: "invoices", count: invoices.size }],
    async erase(): Promise<CollectionOutcome[]> {
      const over = [...invoices].filter(([, until]) => until < today());
      for (const [number] of over) invoices.delete(number);
      const kept = [...new Set(invoices.values())].map((until) => ({
        collection: "invoices",
        outcome: "retained" as const,
        count: [...invoices.values()].filter((each) => each === until).length,
        reason: "§ 147 AO",
        until,
      }));
      const gone =
        over.length > 0 ? [{ collection: "invoices", outcome: "erased" as const, count: over.length }] : [];
      return gone.length + kept.length > 0
        ? [...gone, ...kept]
        : [{ collection: "invoices", outcome: "absent" }];
    },
    ...changes,
  });
};

/** The same of guests: nothing but an address leads to them. */
const byAddress: Partial<DataSourceDefinition> = { needs: ["email"], identify: async () => [] };

const shop = async (
  kept: readonly (readonly [string, string])[],
  changes: Partial<DataSourceDefinition> = {},
) => {
  const invoices = new Map(kept);
  const copy = new Map<string, Row[]>([[ada, [{}]]]);
  const refreshed: number[] = [];
  let made: World | undefined;
  const world = await createWorld(
    {
      sources: [
        books(() => made as World, invoices, changes),
        copyOfPeople("search", copy, new Map(), {
          copyOf: ["books"],
          refresh: async () => {
            refreshed.push(1);
            copy.clear();
          },
        }),
      ],
    },
    undefined,
    simulatedClock(new Date("2026-03-02T09:00:00.000Z")),
  );
  made = world;
  const requestId = await world.acknowledged("erasure");
  const actions = async () =>
    unwrap(await world.rights.requests.audit({ actor: admin, requestId })).map(({ action }) => action);
  const letters = () =>
    world.notifier.sent.flatMap(({ notice }) => (notice.type === "completion" ? [notice] : []));
  return { world, requestId, invoices, refreshed, copy, actions, letters };
};

describe("what the law keeps", () => {
  it("is erased under the same request when its day is over, and told", async () => {
    const { world, requestId, invoices, refreshed, copy, actions, letters } = await shop([
      ["1", "2026-06-30"],
    ]);
    const kept = await world.read(requestId);
    expect(kept).toMatchObject({
      outcome: "completed-with-exceptions",
      reopensAt: "2026-07-01T00:00:00.000Z",
    });
    expect(letters()).toMatchObject([{ complete: false }]);
    copy.set(ada, [{}]);
    await world.pass(119 * day);
    expect(invoices.size).toBe(1);
    await world.pass(2 * day);
    expect(invoices.size).toBe(0);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed",
      reopensAt: null,
      closedAt: "2026-07-01T00:00:00.000Z",
    });
    expect(letters()).toMatchObject([{ complete: false }, { complete: true }]);
    expect(refreshed).toHaveLength(2);
    expect(await actions()).toEqual(expect.arrayContaining(["reopened", "key-destroyed"]));
    // Nothing is left that could tell who it was.
    expect(unwrapError(await world.rights.requests.reveal({ actor: admin, requestId })).code).toBe(
      "key-destroyed",
    );
  });

  it("is not erased with what came since under the same address: that may be somebody else's", async () => {
    const { world, requestId, invoices } = await shop([["1", "2026-06-30"]], byAddress);
    await world.pass(100 * day);
    // Whoever has the address now, or the person again: a source that goes by addresses cannot tell.
    invoices.set("2", "2026-06-10");
    await world.pass(30 * day);
    expect(invoices.size).toBe(2);
    const { sources, phase } = await world.read(requestId);
    expect(phase).toBe("origins");
    expect(sources[0]).toMatchObject({
      status: "warning",
      problem: { code: "more-than-retained", retryable: false, collections: ["invoices"] },
    });
    invoices.delete("2");
    unwrap(await world.rights.requests.retrySource({ actor: admin, requestId, source: "books" }));
    await world.pass(day);
    expect(invoices.size).toBe(0);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed",
      sources: [{ outcomes: [{ collection: "invoices", outcome: "erased", count: 1 }] }, {}],
    });
  });

  it("until another day stays until then", async () => {
    const { world, requestId, invoices, letters } = await shop([
      ["1", "2026-06-30"],
      ["2", "2026-08-31"],
    ]);
    await world.pass(125 * day);
    expect([...invoices.keys()]).toEqual(["2"]);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed-with-exceptions",
      reopensAt: "2026-09-01T00:00:00.000Z",
    });
    await world.pass(65 * day);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
    expect(letters().map(({ complete }) => complete)).toEqual([false, false, true]);
  });

  it("for longer than was said is kept for longer", async () => {
    const { world, requestId, invoices } = await shop([["1", "2026-06-30"]]);
    invoices.set("1", "2027-12-31");
    await world.pass(125 * day);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed-with-exceptions",
      reopensAt: "2028-01-01T00:00:00.000Z",
    });
    expect(invoices.size).toBe(1);
  });

  it("by a source that does not let go of it becomes a warning that people see", async () => {
    const { world, requestId } = await shop([["1", "2026-06-30"]], {
      erase: async () => [
        { collection: "invoices", outcome: "retained", count: 1, reason: "§ 147 AO", until: "2026-06-30" },
      ],
    });
    await world.pass(130 * day);
    const { outcome, sources, waitingFor } = await world.read(requestId);
    expect(outcome).toBeNull();
    expect(sources[0]).toMatchObject({ status: "warning", problem: { code: "invalid-answer" } });
    expect(waitingFor).toMatchObject([{ for: "source", source: "books" }]);
  });

  it("is finished by whoever is there when the day comes", async () => {
    const { world, requestId, invoices } = await shop([["1", "2026-06-30"]]);
    await world.rights.stop();
    await world.clock.advance(200 * day);
    expect(invoices.size).toBe(1);
    const next = await createWorld(world.options, world.tables, world.clock);
    await next.settle();
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed" });
    expect(invoices.size).toBe(0);
  });

  it("does not come back before its day because a clock was set back", async () => {
    const { world, requestId } = await shop([["1", "2026-06-30"]]);
    await world.rights.stop();
    const before = simulatedClock(new Date("2026-01-01T09:00:00.000Z"));
    const next = await createWorld({ ...world.options, clock: before }, world.tables, before);
    await next.pass(100 * day);
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
  });

  it("waits while another request is about the same person, and is nobody's answer to a new one", async () => {
    const { world, requestId, invoices } = await shop([["1", "2026-06-30"]]);
    await world.pass(119 * day);
    const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const second = unwrap(await world.rights.requests.submit(submission));
    expect(second.alreadyOpen).toBe(false);
    await world.settle();
    await world.pass(2 * day);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
    expect(invoices.size).toBe(0);
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.settle();
    expect(await world.read(second.request.id)).toMatchObject({ outcome: "completed" });
  });

  it("needs no approval that was not needed before", async () => {
    const { world, requestId, invoices } = await shop([["1", "2026-06-30"]]);
    await world.rights.stop();
    const careful = await createWorld(
      { ...world.options, needsApproval: () => true },
      world.tables,
      world.clock,
    );
    await careful.pass(125 * day);
    // It was asked for when nobody had to approve: that was decided then.
    expect(await careful.read(requestId)).toMatchObject({ outcome: "completed", approval: null });
    expect(invoices.size).toBe(0);
  });

  describe("by a source that a person closed by hand", () => {
    const closedByHand = async (...kept: (readonly [string, string])[]) => {
      const looks = { areDown: true };
      const made = await shop(kept, {
        verify: async () => {
          if (looks.areDown) throw new Error("down");
          return [];
        },
      });
      await made.world.pass(600_000);
      const settled = {
        actor: admin,
        requestId: made.requestId,
        source: "books",
        reason: "looked after by hand",
      };
      unwrap(await made.world.rights.requests.settleSource(settled));
      await made.world.pass(day);
      return { ...made, looks, settled };
    };
    const until = async (world: World, date: string) => {
      world.clock.set(new Date(Date.parse(date) - day));
      await world.pass(day + 600_000);
    };
    const settlement = { reason: "looked after by hand" };

    it("is erased on its day all the same, and nothing is called completed", async () => {
      const { world, requestId, invoices, letters, actions, looks } = await closedByHand(["1", "2026-06-30"]);
      expect(await world.read(requestId)).toMatchObject({
        outcome: "completed-with-exceptions",
        reopensAt: "2026-07-01T00:00:00.000Z",
      });
      looks.areDown = false;
      await until(world, "2026-07-01");
      expect(invoices.size).toBe(0);
      const { outcome, reopensAt, sources } = await world.read(requestId);
      expect([outcome, reopensAt]).toEqual(["completed-with-exceptions", null]);
      expect(sources.find(({ id }) => id === "books")).toMatchObject({ checked: true, settlement });
      expect(letters().map(({ sources: told }) => told[0]?.settled)).toEqual(
        Array(2).fill(settlement.reason),
      );
      expect(await actions()).toContain("key-destroyed");
    });

    it("is over with that where its day had come, and goes on where another had not", async () => {
      const kept = [
        ["1", "2026-06-30"],
        ["2", "2026-12-31"],
      ] as const;
      const { world, requestId, invoices, letters, looks, settled } = await closedByHand(...kept);
      await until(world, "2026-07-01");
      // Opened again, it cannot be looked at, and somebody sees to it.
      invoices.delete("1");
      unwrap(await world.rights.requests.settleSource(settled));
      await world.pass(day);
      expect(await world.read(requestId)).toMatchObject({ reopensAt: "2027-01-01T00:00:00.000Z" });
      looks.areDown = false;
      await until(world, "2027-01-01");
      expect([invoices.size, letters().length]).toEqual([0, 3]);
    });

    it("is no work of the request any more once that was called off", async () => {
      const { world, requestId, invoices } = await closedByHand(["1", "2026-06-30"], ["2", "2026-12-31"]);
      await until(world, "2026-07-01");
      unwrap(await world.rights.requests.cancel({ actor: admin, requestId, reason: "a court said so" }));
      await until(world, "2027-01-02");
      expect(await world.read(requestId)).toMatchObject({ reopensAt: null });
      expect(invoices.size).toBe(1);
    });
  });

  it("of an erasure that was called off stays as it is", async () => {
    const { world, requestId, invoices } = await shop([["1", "2026-06-30"]], {
      verify: async () => {
        throw new Error("down");
      },
    });
    await world.pass(600_000);
    unwrap(await world.rights.requests.cancel({ actor: admin, requestId, reason: "by mistake" }));
    await world.pass(200 * day);
    expect(await world.read(requestId)).toMatchObject({ outcome: "cancelled", reopensAt: null });
    expect(invoices.size).toBe(1);
  });
});

describe("a letter that has not left when the request opens again", () => {
  const until = "2026-03-20";

  /** The invoice is erased on a day on which the mail server, or another source, does not work. */
  const late = async (what: "mail" | "desk") => {
    const down = new Set<string>([what]);
    const meet = (part: string) => {
      if (down.has(part)) throw new Error("down");
    };
    const mail = unreliable(({ notice }) => {
      if (notice.type === "completion") meet("mail");
    });
    const desk = new Map<string, Row[]>([[ada, [{}]]]);
    const invoices = new Map([["1", until]]);
    const world: World = await createWorldOf(
      {
        notifier: mail.notifier,
        sources: [
          books(() => world, invoices),
          peopleSource("desk", desk, {
            erase: async () => {
              meet("desk");
              desk.clear();
              return [{ collection: "people", outcome: "erased", count: 1 }];
            },
          }),
        ],
      },
      undefined,
      simulatedClock(new Date("2026-03-02T09:00:00.000Z")),
    );
    const { request } = unwrap(
      await world.rights.requests.submit({
        actor: admin,
        kind: "erasure",
        category: "customer-data",
        email: ada,
      }),
    );
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: tokenOf(mail.accepted) }));
    await world.pass(hour);
    world.clock.set(new Date("2026-03-21T00:00:00.000Z"));
    await world.pass(hour);
    const told = () =>
      mail.accepted.flatMap(({ id, notice }) =>
        notice.type === "completion" ? [[id.split("/").at(-1), notice.complete, notice.sources]] : [],
      );
    expect(told()).toEqual([]);
    down.clear();
    await world.pass(7 * hour);
    return { told: told(), view: await world.read(request.id), invoices };
  };

  const erased = (collection: string) => ({ outcomes: [{ collection, outcome: "erased", count: 1 }] });

  it.each(["mail", "desk"] as const)(
    "is not sent: the next one says all there is to say (%s)",
    async (what) => {
      const { told, view, invoices } = await late(what);
      expect([view.outcome, invoices.size]).toEqual(["completed", 0]);
      expect(told).toMatchObject([["completion-2", true, [erased("invoices"), erased("people")]]]);
      const letters = view.messages.filter(({ kind }) => kind === "completion");
      expect(letters.map(({ status }) => status)).toEqual(["withdrawn", "sent"]);
      expect(view.waitingFor).toEqual([]);
    },
  );
});

describe("a request that is opened again", () => {
  const closedDay = 119;

  /** The shop, and everybody who is not concerned: something has come in there meanwhile, or not. */
  const shopAnd = async (changes: Partial<DataSourceDefinition> = {}) => {
    const crm = new Map<string, Row[]>([[ada, [{}]]]);
    const asked: string[] = [];
    let made: World | undefined;
    const invoices = new Map([["1", "2026-06-30"]]);
    const world = await createWorld(
      {
        sources: [
          books(() => made as World, invoices),
          peopleSource("crm", crm, {
            verify: async () => {
              asked.push("crm");
              return [{ collection: "people", count: crm.size }];
            },
            ...changes,
          }),
        ],
      },
      undefined,
      simulatedClock(new Date("2026-03-02T09:00:00.000Z")),
    );
    made = world;
    const requestId = await world.acknowledged("erasure");
    asked.length = 0;
    return { world, requestId, invoices, crm, asked };
  };

  it("asks everybody once more", async () => {
    const { world, requestId, asked } = await shopAnd();
    await world.pass(125 * day);
    expect(asked).toEqual(["crm"]);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
  });

  it("erases nothing that has come in elsewhere since, says that it is there, and is not completed", async () => {
    const { world, requestId, crm, invoices } = await shopAnd();
    await world.pass(100 * day);
    crm.set(ada, [{ customerSince: "2026-06-10" }]);
    await world.pass(30 * day);
    expect([crm.size, invoices.size]).toEqual([1, 0]);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed-with-exceptions",
      reopensAt: null,
      grades: [
        { source: "books", grade: "verified-absent" },
        { source: "crm", grade: null },
      ],
    });
    const letter = world.notifier.sent.findLast(({ notice }) => notice.type === "completion")?.notice;
    expect(letter).toMatchObject({ complete: false, sources: [{}, { cameSince: 1 }] });
  });

  it("asks whoever was registered since, and erases nothing there", async () => {
    const { world, requestId } = await shopAnd();
    await world.pass(100 * day);
    await world.rights.stop();
    const readers = new Map<string, Row[]>([[ada, [{}]]]);
    const sources = [...world.options.sources, peopleSource("newsletter", readers)];
    const next = await createWorld({ ...world.options, sources }, world.tables, world.clock);
    await next.pass(30 * day);
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
    expect(readers.size).toBe(1);
    // Since when it holds them nobody knows.
    const letter = world.notifier.sent.findLast(({ notice }) => notice.type === "completion")?.notice;
    expect(letter).toMatchObject({ sources: [{}, {}, { title: "The newsletter", notPart: 1 }] });
    expect(letter).not.toHaveProperty("sources.2.cameSince");
  });

  it("works on its part only, also after it had to wait for another request", async () => {
    const { world, requestId, crm, invoices } = await shopAnd({
      // biome-ignore lint/correctness/useYield: it fails before it has anything to give
      async *export() {
        throw new PermanentFailure("no");
      },
      identify: async () => [{ type: "customer-number", value: "c-2" }],
    });
    await world.pass(120 * day);
    crm.set(ada, [{ customerSince: "2026-06-10" }]);
    const exported = await world.acknowledged("export");
    await world.pass(15.1 * hour);
    expect((await world.read(requestId)).waitingFor).toEqual([
      { for: "other-request", requestId: exported, waitsFor: ["source"] },
    ]);
    for (const source of ["books", "crm"]) {
      const settling = { actor: admin, requestId: exported, source, reason: "told on the telephone" };
      unwrap(await world.rights.requests.settleSource(settling));
    }
    await world.pass(day);
    expect([crm.size, invoices.size]).toEqual([1, 0]);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
  });

  it("works on its part only, also where it was held, doubted, and its source tried again", async () => {
    const { world, requestId, crm, invoices } = await shopAnd();
    await world.pass(closedDay * day);
    crm.set(ada, [{ customerSince: "2026-06-10" }]);
    const { hold } = unwrap(
      await world.rights.holds.place({
        actor: admin,
        identifiers: [{ type: "email", value: ada }],
        reason: "a case",
      }),
    );
    await world.pass(3 * day);
    expect((await world.read(requestId)).waitingFor).toMatchObject([{ for: "hold" }]);
    unwrap(await world.rights.requests.suspend({ actor: admin, requestId, reason: "another address" }));
    unwrap(await world.rights.holds.lift({ actor: admin, holdId: hold.id, reason: "settled" }));
    await world.pass(day);
    unwrap(await world.rights.requests.retrySource({ actor: admin, requestId, source: "books" }));
    unwrap(await world.rights.requests.resume({ actor: admin, requestId }));
    await world.pass(day);
    expect([crm.size, invoices.size]).toEqual([1, 0]);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
  });

  it("refreshes a copy that is filled from others too, and does not wait for it to forget the person", async () => {
    const [crm, copy] = [new Map<string, Row[]>([[ada, [{}]]]), new Map<string, Row[]>()];
    let made: World | undefined;
    const world = await createWorld(
      {
        sources: [
          books(() => made as World, new Map([["1", "2026-06-30"]])),
          peopleSource("crm", crm),
          copyOfPeople("search", copy, crm),
        ],
      },
      undefined,
      simulatedClock(new Date("2026-03-02T09:00:00.000Z")),
    );
    made = world;
    const requestId = await world.acknowledged("erasure");
    crm.set(ada, [{ customerSince: "2026-06-10" }]);
    copy.set(ada, [{ customerSince: "2026-06-10" }]);
    await world.pass(130 * day);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
    expect([crm.size, copy.size]).toEqual([1, 1]);
  });
});
