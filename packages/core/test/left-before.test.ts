import {
  type CollectionOutcome,
  type DataSourceDefinition,
  defineDataSource,
  type GivenIdentifier,
  orThrow,
  PermanentFailure,
} from "@subject-rights/core";
import { simulatedClock, unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, byNumber, createWorld, tenantAdmin, type World } from "./world.ts";

const day = 86_400_000;
const retained: CollectionOutcome = {
  collection: "invoices",
  outcome: "retained",
  count: 1,
  reason: "§ 147 AO",
  until: "2030-12-31",
};
const kept: CollectionOutcome = {
  collection: "reports",
  outcome: "kept",
  count: 2,
  reason: "Others wrote it too",
};
const absent = ["invoices", "reports"].map((collection) => ({ collection, outcome: "absent" as const }));

/** Answers as it is told for the first time, and that it finds nothing from then on: what led there is gone. */
const forgetful = (first: readonly CollectionOutcome[], changes: Partial<DataSourceDefinition> = {}) => {
  let erased = 0;
  return defineDataSource({
    id: "archive",
    title: "Archive",
    holds: ["customer-data"],
    kind: "origin",
    locate: async () => [],
    verify: async () => [],
    erase: async () => (erased++ === 0 ? [...first] : absent),
    async *export() {
      yield { collection: "invoices", rows: [] };
    },
    ...changes,
  });
};

const worldOver = (...sources: ReturnType<typeof defineDataSource>[]) =>
  createWorld({ sources, lookEvery: day }, undefined, simulatedClock(new Date("2026-03-02T09:00:00.000Z")));

const sweeping = async ({ rights }: World, ...identifiers: GivenIdentifier[]) => {
  const running = orThrow(
    await rights.sweeps.eraseMany({
      actor: admin,
      reason: "retention",
      category: "customer-data",
      people: async function* () {
        yield { people: [{ identifiers }], cursor: "1" };
      },
    }),
  );
  return { id: running.id, view: orThrow(await running.end()) };
};

const asAda = { type: "email", value: ada };
const closed = async (world: World, kind: "erasure" | "export") => {
  const id = await world.acknowledged(kind);
  await world.pass(60_000);
  return world.read(id);
};

describe("what an erasure has left, where a later one finds nothing under the same names", () => {
  for (const by of ["a request", "a sweep"] as const) {
    const first = async (world: World) =>
      by === "a request" ? closed(world, "erasure") : sweeping(world, asAda);

    it(`is told by a request, of ${by}`, async () => {
      const world = await worldOver(forgetful([retained, kept]));
      await first(world);
      await world.pass(day);
      expect(await closed(world, "erasure")).toMatchObject({
        outcome: "completed-with-exceptions",
        sources: [{ outcomes: [retained, { ...kept, asOf: "2026-03-02" }] }],
      });
      const copy = await closed(world, "export");
      expect(copy.outcome).toBe("completed-with-exceptions");
      const delivery = world.notifier.sent.findLast(({ notice }) => notice.type === "delivery");
      expect(delivery?.notice).toMatchObject({
        kept: [{ outcomes: [retained, { ...kept, asOf: "2026-03-02" }] }],
      });
    });

    it(`is counted by a sweep, of ${by}`, async () => {
      const world = await worldOver(forgetful([retained, kept]));
      await first(world);
      const { view } = await sweeping(world, asAda, { type: "customer-number", value: "1" });
      expect(view).toMatchObject({
        status: "completed-with-exceptions",
        counts: { retained: 1, absent: 0, erased: 0 },
        records: [
          { collection: "invoices", retained: 1 },
          { collection: "reports", kept: 2 },
        ],
      });
    });

    it(`is over when its day is over, of ${by}`, async () => {
      const world = await worldOver(forgetful([{ ...retained, until: "2026-03-31" }], byNumber));
      await first(world);
      await world.pass(40 * day);
      // The request has opened again, and found that it is gone; of the sweep nobody knows.
      const isOver = by === "a request";
      const left = isOver ? [] : [{ ...retained, until: "2026-03-31", asOf: "2026-03-02" }];
      const view = await closed(world, "erasure");
      expect(view.outcome).toBe(isOver ? "completed" : "completed-with-exceptions");
      expect(view.sources[0]?.outcomes.filter(({ outcome }) => outcome === "retained")).toEqual(left);
      expect((await sweeping(world, asAda)).view.counts).toMatchObject(
        isOver ? { absent: 1 } : { retained: 1 },
      );
    });
  }

  it("is over for those who ask later, once a sweep has erased it", async () => {
    const answers: CollectionOutcome[][] = [
      [{ ...retained, until: "2026-03-31" }],
      [{ collection: "invoices", outcome: "erased", count: 1 }],
    ];
    const world = await worldOver(forgetful([], { erase: async () => answers.shift() ?? absent }));
    await sweeping(world, asAda);
    await world.pass(40 * day);
    expect((await sweeping(world, asAda)).view).toMatchObject({ status: "completed", counts: { erased: 1 } });
    expect(await closed(world, "erasure")).toMatchObject({ outcome: "completed" });
  });

  it("is over for those who ask later, once a request has erased it", async () => {
    const answers: CollectionOutcome[][] = [[kept], [{ collection: "reports", outcome: "erased", count: 2 }]];
    const world = await worldOver(forgetful([], { erase: async () => answers.shift() ?? absent }));
    await sweeping(world, asAda);
    await world.pass(1_000);
    expect(await closed(world, "erasure")).toMatchObject({ outcome: "completed" });
    expect(await closed(world, "erasure")).toMatchObject({ outcome: "completed" });
    expect((await sweeping(world, asAda)).view).toMatchObject({ status: "completed" });
  });

  it("binds until its day, whatever else is found there and erased", async () => {
    const order: CollectionOutcome = { collection: "invoices", outcome: "erased", count: 1 };
    const answers: CollectionOutcome[][] = [[retained], [order]];
    const world = await worldOver(forgetful([], { erase: async () => answers.shift() ?? [retained] }));
    await closed(world, "erasure");
    await world.pass(day);
    expect(await closed(world, "erasure")).toMatchObject({
      outcome: "completed-with-exceptions",
      sources: [{ outcomes: [order, retained] }],
    });
    // Who keeps as much has said it anew.
    expect((await closed(world, "erasure")).sources[0]?.outcomes).toEqual([retained]);
  });

  it("is over once a sweep has erased as much under the same number, whatever else was known before", async () => {
    const erased: CollectionOutcome = { collection: "invoices", outcome: "erased", count: 1 };
    const answers: CollectionOutcome[][] = [[{ ...retained, until: "2026-03-31" }], [erased]];
    const needs = ["email", "customer-number"];
    const world = await worldOver(forgetful([], { needs, erase: async () => answers.shift() ?? absent }));
    const number = { type: "customer-number", value: "1" };
    await sweeping(world, asAda, number);
    await world.pass(40 * day);
    expect((await sweeping(world, number)).view).toMatchObject({
      status: "completed",
      counts: { erased: 1, retained: 0 },
    });
    expect(await closed(world, "erasure")).toMatchObject({ outcome: "completed" });
  });

  for (const asking of ["their number", "an address alone"]) {
    it(`is over day by day where a collection is kept until several, for whoever names ${asking}`, async () => {
      const [soon, later] = [
        { ...retained, until: "2026-03-31" },
        { ...retained, until: "2026-05-31" },
      ];
      const erased: CollectionOutcome = { collection: "invoices", outcome: "erased", count: 1 };
      const answers: CollectionOutcome[][] = [[soon, later], [erased, later], [erased]];
      const needs = ["email", "customer-number"];
      const world = await worldOver(forgetful([], { needs, erase: async () => answers.shift() ?? absent }));
      const number = { type: "customer-number", value: "1" };
      await sweeping(world, asAda, number);
      await world.pass(40 * day);
      expect((await sweeping(world, number)).view).toMatchObject({
        counts: { retained: 1 },
        records: [{ erased: 1, retained: 1, retainedUntil: "2026-05-31" }],
      });
      await world.pass(60 * day);
      const last = await sweeping(world, number);
      expect(last.view).toMatchObject({ status: "completed", counts: { erased: 1, retained: 0 } });
      await world.pass(day);
      if (asking === "their number") {
        const { view } = await sweeping(world, number);
        expect(view).toMatchObject({ status: "completed", counts: { absent: 1 }, records: [] });
      }
      const view = await closed(world, "erasure");
      expect(view).toMatchObject({ outcome: "completed", sources: [{ outcomes: absent }] });
      await closed(world, "export");
      const delivery = world.notifier.sent.findLast(({ notice }) => notice.type === "delivery");
      expect(delivery?.notice).not.toHaveProperty("kept");
    });
  }

  it("is until no day that is to come, once its day is over and nobody knows what became of it", async () => {
    const world = await worldOver(forgetful([{ ...retained, until: "2026-03-31" }]));
    await sweeping(world, asAda);
    await world.pass(40 * day);
    const { view } = await sweeping(world, asAda);
    expect(view.records).toMatchObject([{ retained: 1 }]);
    expect(view.records[0]).not.toHaveProperty("retainedUntil");
  });

  it("is told once, as the last sweep has it, however many have found it", async () => {
    const answers: CollectionOutcome[][] = [[retained, kept], [retained, kept], [kept]];
    const needs = ["email", "customer-number"];
    const world = await worldOver(forgetful([], { needs, erase: async () => answers.shift() ?? absent }));
    const number = { type: "customer-number", value: "1" };
    for (const names of [[asAda, number], [asAda, number], [number]]) {
      await sweeping(world, ...names);
      await world.pass(day);
    }
    const { request } = unwrap(
      await world.rights.requests.submit({
        actor: admin,
        kind: "erasure",
        category: "customer-data",
        email: ada,
        identifiers: [number],
      }),
    );
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.pass(60_000);
    expect((await world.read(request.id)).sources[0]?.outcomes).toEqual([
      retained,
      { ...kept, asOf: "2026-03-04" },
    ]);
  });

  it("is not over where a sweep under the same number has left something in its turn", async () => {
    const answers: CollectionOutcome[][] = [[{ ...retained, until: "2026-03-31" }], [retained]];
    const needs = ["email", "customer-number"];
    const world = await worldOver(forgetful([], { needs, erase: async () => answers.shift() ?? absent }));
    const number = { type: "customer-number", value: "1" };
    await sweeping(world, asAda, number);
    await world.pass(40 * day);
    await sweeping(world, number);
    expect(await closed(world, "erasure")).toMatchObject({ outcome: "completed-with-exceptions" });
  });

  it("is told all the more where the rest was called off when the first day came, and names no day for any of it", async () => {
    const world = await worldOver(forgetful([{ ...retained, until: "2026-03-31" }, retained]));
    const reason = "A court wants it";
    const first = await closed(world, "erasure");
    const { hold } = unwrap(await world.rights.holds.place({ actor: admin, reason, identifiers: [asAda] }));
    await world.pass(31 * day);
    unwrap(await world.rights.requests.cancel({ actor: admin, requestId: first.id, reason }));
    await world.pass(60_000);
    unwrap(await world.rights.holds.lift({ actor: admin, holdId: hold.id, reason: "It is over" }));
    const view = await closed(world, "erasure");
    expect(view).toMatchObject({ outcome: "completed-with-exceptions" });
    const left = {
      collection: "invoices",
      outcome: "kept",
      count: 1,
      reason: "§ 147 AO",
      asOf: "2026-04-02",
    };
    expect(view.sources[0]?.outcomes.filter(({ outcome }) => outcome !== "absent")).toEqual([left, left]);
    expect((await closed(world, "export")).outcome).toBe("completed-with-exceptions");
  });

  it("is told of a request that is not over, and gave way", async () => {
    const stuck = forgetful([], {
      id: "stuck",
      erase: async () => {
        throw new PermanentFailure("nobody can");
      },
    });
    const world = await worldOver(forgetful([retained]), stuck);
    const first = await closed(world, "erasure");
    expect(first).toMatchObject({ phase: "origins", sources: [{ outcomes: [retained] }, {}] });
    const requestId = await world.acknowledged("export");
    unwrap(await world.rights.requests.putFirst({ actor: admin, requestId, reason: "She insists on it" }));
    await world.pass(60_000);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
    const delivery = world.notifier.sent.findLast(({ notice }) => notice.type === "delivery");
    expect(delivery?.notice).toMatchObject({ kept: [{ outcomes: [retained] }] });
  });

  describe("of whom nothing but an address was known", () => {
    const number = { type: "customer-number", value: "1" };
    const asked = async (world: World, kind: "erasure" | "export") => {
      const actor = kind === "erasure" ? admin : tenantAdmin;
      const about = { actor, category: "customer-data", email: ada, identifiers: [number] } as const;
      const { request } = unwrap(await world.rights.requests.submit({ ...about, kind }));
      await world.settle();
      unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
      await world.pass(60_000);
      return world.read(request.id);
    };

    for (const by of ["a request", "a sweep"] as const) {
      const erased = async () => {
        const world = await worldOver(forgetful([retained, kept], { needs: ["email", "customer-number"] }));
        await (by === "a request" ? closed(world, "erasure") : sweeping(world, asAda));
        return world;
      };

      it(`is told to whoever has it on the same day, of ${by}`, async () => {
        const world = await erased();
        expect((await asked(world, "erasure")).sources[0]?.outcomes).toContainEqual(retained);
      });

      it(`is nobody's who has it later and is known by a number, of ${by}`, async () => {
        const world = await erased();
        await world.pass(2 * day);
        expect(await asked(world, "erasure")).toMatchObject({
          outcome: "completed",
          sources: [{ outcomes: absent }],
        });
        expect((await sweeping(world, asAda, number)).view.counts).toMatchObject({ retained: 0, absent: 1 });
        expect((await asked(world, "export")).outcome).toBe("completed");
        // Whoever asks by it alone once more may be the same person, and nobody could say otherwise.
        expect((await closed(world, "erasure")).sources[0]?.outcomes).toContainEqual(retained);
      });
    }
  });

  it("is nobody else's", async () => {
    const world = await worldOver(forgetful([retained]));
    await sweeping(world, asAda);
    const { view } = await sweeping(world, { type: "email", value: "eve@example.org" });
    expect(view).toMatchObject({ status: "completed", counts: { absent: 1 } });
  });

  it("is told of whom a sweep has left behind or keeps waiting too, and as the last try has it", async () => {
    let fails = true;
    const late = forgetful([], {
      id: "late",
      erase: async () => {
        if (fails) throw new Error("a foreign key says no");
        return [];
      },
    });
    const world = await worldOver(forgetful([retained, kept]), late);
    const { id, view } = await sweeping(world, asAda);
    expect(view).toMatchObject({ counts: { leftBehind: 1 } });
    fails = false;
    expect((await closed(world, "erasure")).sources[0]?.outcomes).toEqual([
      retained,
      { ...kept, asOf: "2026-03-02" },
    ]);
    const again = orThrow(await world.rights.sweeps.retry({ actor: admin, sweepId: id }));
    await again.end();
    const stayed = [...world.tables.sweepParts.values()].flatMap((parts) => [...parts.values()]);
    expect(stayed.filter(({ kind }) => kind === "left-behind")).toEqual([]);
    expect(stayed.every(({ sealed, about = [] }) => sealed === null && about.length === 1)).toBe(true);
    expect(JSON.stringify(stayed)).not.toContain("ada@");
  });
});

describe("what stayed while a request waited for days for another source", () => {
  const closedLate = async (verify: NonNullable<DataSourceDefinition["verify"]>) => {
    let fails = true;
    const late = forgetful([], {
      id: "late",
      erase: async () => {
        if (fails) throw new PermanentFailure("not now");
        return [];
      },
    });
    const world = await worldOver(forgetful([kept], { verify }), late);
    const { id: requestId } = await closed(world, "erasure");
    await world.pass(3 * day);
    fails = false;
    unwrap(await world.rights.requests.retrySource({ actor: admin, requestId, source: "late" }));
    await world.pass(60_000);
    return world.read(requestId);
  };

  it("is told with the day of the answer, where the last look does not find it", async () => {
    const view = await closedLate(async () => []);
    expect(view).toMatchObject({ phase: "closed", outcome: "completed-with-exceptions" });
    expect(view.sources[0]?.outcomes).toEqual([{ ...kept, asOf: "2026-03-02" }]);
  });

  it("is so now where the last look finds it", async () => {
    const view = await closedLate(async () => [{ collection: "reports", count: 2 }]);
    expect(view.phase).toBe("closed");
    expect(view.sources[0]?.outcomes).toEqual([kept]);
  });
});

it("says of which day it is that something stayed, when the request opens again and nobody says it anew", async () => {
  const answers: CollectionOutcome[][] = [[{ ...retained, until: "2026-04-30" }, kept]];
  const world = await worldOver(
    forgetful([], {
      ...byNumber,
      erase: async () => answers.shift() ?? [{ collection: "invoices", outcome: "erased", count: 1 }],
      locate: async () => [{ collection: "invoices", count: 1 }],
    }),
  );
  const first = await closed(world, "erasure");
  expect(first.sources[0]?.outcomes).toContainEqual(kept);
  await world.pass(61 * day);
  const view = await world.read(first.id);
  expect(view.sources[0]?.outcomes).toEqual([
    { collection: "invoices", outcome: "erased", count: 1 },
    { ...kept, asOf: "2026-03-02" },
  ]);
  const letter = world.notifier.sent.findLast(({ notice }) => notice.type === "completion");
  expect(letter?.notice).toMatchObject({ sources: [{ outcomes: [{}, { asOf: "2026-03-02" }] }] });
  const { file } = unwrap(await world.rights.audit.evidence({ actor: admin, requestId: first.id }));
  expect(file.sources[0]?.outcomes[1]).toMatchObject({ outcome: "kept", asOf: "2026-03-02" });
});
