import {
  type CollectionCount,
  type CollectionOutcome,
  defineDataSource,
  PermanentFailure,
  type Row,
} from "@subject-rights/core";
import { simulatedClock, unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, byNumber, copyOfPeople, createWorld, peopleSource, type World } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;

const people = () => new Map<string, Row[]>([[ada, [{ name: "Ada" }]]]);

/** What everybody is told of the only source, once it is closed: the letter, the view and the evidence say the same. */
const toldOf = async (world: World, requestId: string) => {
  const { outcome, sources, grades } = await world.read(requestId);
  const { file } = unwrap(await world.rights.audit.evidence({ actor: admin, requestId }));
  const letter = world.notifier.sent.findLast(({ notice }) => notice.type === "completion")?.notice;
  if (letter?.type !== "completion") throw new Error("no letter was sent");
  const [view, evidence, report] = [sources[0], file.sources[0], letter.sources[0]];
  expect(report?.outcomes).toEqual(view?.outcomes);
  expect(evidence?.outcomes.map(({ outcome: what }) => what)).toEqual(
    view?.outcomes.map((each) => each.outcome),
  );
  expect(evidence?.left ?? []).toEqual(view?.left);
  expect(grades.map(({ grade }) => grade)).toEqual(["failed"]);
  return {
    outcome,
    outcomes: view?.outcomes,
    left: view?.left,
    stillThere: report?.stillThere,
    cameSince: report?.cameSince,
  };
};

const oneThere: CollectionCount[] = [{ collection: "people", count: 1 }];
const stillThere = {
  outcome: "completed-with-exceptions",
  outcomes: [],
  left: oneThere,
  stillThere: 1,
  cameSince: undefined,
};

const settled = async (world: World, requestId: string) => {
  const settlement = { actor: admin, requestId, source: "shop", reason: "the vendor sees to it in spring" };
  unwrap(await world.rights.requests.settleSource(settlement));
  await world.pass(hour);
};

describe("a source that a person closes is told with what the last look found", () => {
  it("where it says that it erased, and still holds the person", async () => {
    const shop = peopleSource("shop", people(), {
      erase: async () => [{ collection: "people", outcome: "erased", count: 1 }],
    });
    const world = await createWorld({ sources: [shop] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    // Open, it says nothing else.
    expect((await world.read(requestId)).sources[0]).toMatchObject({ outcomes: [], left: oneThere });
    await settled(world, requestId);
    expect(await toldOf(world, requestId)).toEqual(stillThere);
  });

  it("where its owner says that the person is not there", async () => {
    const shop = defineDataSource({
      id: "shop",
      title: "The shop",
      holds: ["customer-data"],
      kind: "origin",
      owner: "owner@northwind.example",
      locate: async () => oneThere,
    });
    const world = await createWorld({ sources: [shop] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    for (const answer of ["not-there", "cannot"] as const) {
      const task = { actor: admin, requestId, source: "shop", answer, note: "looked" };
      unwrap(await world.rights.requests.answerTask(task));
      await world.pass(hour);
    }
    await settled(world, requestId);
    expect(await toldOf(world, requestId)).toEqual(stillThere);
  });

  it("where nobody could look afterwards: what was counted, and not told of since", async () => {
    const held = people().set(ada, [{ order: 1 }, { order: 2 }, { order: 3 }]);
    const shop = peopleSource("shop", held, {
      erase: async () => {
        throw new PermanentFailure("never");
      },
    });
    const world = await createWorld({ sources: [shop] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    await settled(world, requestId);
    const left = [{ collection: "people", count: 3 }];
    expect(await toldOf(world, requestId)).toEqual({ ...stillThere, left, stillThere: 3 });
  });

  it("and of one that was clean when it was last asked nothing is left", async () => {
    const shop = peopleSource("shop", people(), {
      verify: async (_subject, { idempotencyKey }) => {
        if (idempotencyKey.includes("/verify/")) throw new PermanentFailure("no more questions");
        return [{ collection: "people", count: 0 }];
      },
    });
    const world = await createWorld({ sources: [shop] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    await settled(world, requestId);
    expect(await toldOf(world, requestId)).toEqual({
      ...stillThere,
      outcomes: [{ collection: "people", outcome: "erased", count: 1 }],
      left: [],
      stillThere: undefined,
    });
  });
});

describe("a source that a person closes while it is at work, and whose answer is lost", () => {
  it.each(["throws", "stops"] as const)(
    "is told as one of which nobody knows what it did: it %s",
    async (how) => {
      const held = people();
      let lose: () => void = () => undefined;
      const shop = peopleSource("shop", held, {
        erase: (_subject, { signal }) => {
          held.clear();
          return new Promise((_, reject) => {
            lose = () => reject(new Error("the answer is lost"));
            signal.addEventListener("abort", () => reject(signal.reason));
          });
        },
      });
      const world = await createWorld({ sources: [shop] });
      const requestId = await world.acknowledged("erasure");
      const reason = "the vendor sees to it";
      unwrap(await world.rights.requests.settleSource({ actor: admin, requestId, source: "shop", reason }));
      if (how === "stops") await world.rights.stop();
      else lose();
      const next = how === "stops" ? await createWorld(world.options, world.tables, world.clock) : world;
      await next.pass(day);
      const told = await toldOf({ ...next, notifier: world.notifier }, requestId);
      expect(told).toMatchObject({ outcome: "completed-with-exceptions", left: [], stillThere: undefined });
      expect((await next.read(requestId)).sources[0]?.problem?.code).toBe("interrupted");
      const letter = world.notifier.sent.findLast(({ notice }) => notice.type === "completion")?.notice;
      expect(letter).toMatchObject({ sources: [{ cutShort: "unknown", settled: reason }] });
    },
  );
});

describe("an erasure of which a person has closed a source is never completed", () => {
  const reason = "the vendor cannot be asked any more";
  const start = new Date("2026-03-02T09:00:00.000Z");

  /** Keeps what it is given, a row for each day until which it is kept. */
  const keeping = (days: string[], today: () => string) =>
    peopleSource("books", people(), {
      ...byNumber,
      locate: async () => [{ collection: "invoices", count: days.length }],
      erase: async (): Promise<CollectionOutcome[]> => {
        const over = days.filter((until) => until < today());
        days.splice(0, over.length);
        return [
          { collection: "invoices", outcome: "erased", count: over.length },
          ...days.map((until) => ({
            collection: "invoices",
            outcome: "retained" as const,
            count: 1,
            reason: "§ 147 AO",
            until,
          })),
        ];
      },
    });

  /** The help desk, and books with a copy that keep something until these days, in a round after the other. */
  const made = (kept: readonly string[]) => {
    const [tickets, copy] = [people(), people()];
    const down = new Set<string>();
    const clock = simulatedClock(start);
    const days = [...kept];
    const check = (id: string) => {
      if (down.has(id)) throw new PermanentFailure("never again");
    };
    const books = keeping(days, () => clock.now().toISOString().slice(0, 10));
    const asked = (id: string, held: ReadonlyMap<string, Row[]>) => async () => {
      check(id);
      return [{ collection: "people", count: held.size }];
    };
    const desk = peopleSource("desk", tickets, { verify: asked("desk", tickets) });
    const search = copyOfPeople("search", copy, new Map(), {
      copyOf: ["books"],
      verify: asked("search", copy),
    });
    const world = (sources: readonly ReturnType<typeof peopleSource>[], before?: World) =>
      createWorld({ sources, lookEvery: day }, before?.tables, clock);
    return { tickets, down, days, books, desk, search, world };
  };

  /** What the letter, the view and the evidence say of a source. */
  const saidOf = async (world: World, requestId: string, id: string) => {
    const { outcome, sources, grades } = await world.read(requestId);
    const { file } = unwrap(await world.rights.audit.evidence({ actor: admin, requestId }));
    const letter = world.notifier.sent.findLast(({ notice }) => notice.type === "completion")?.notice;
    if (letter?.type !== "completion") throw new Error("no letter was sent");
    const report = letter.sources[sources.findIndex((each) => each.id === id)];
    expect(file.request.outcome).toBe(outcome);
    expect(file.grades.map(({ grade }) => grade)).toEqual(grades.map(({ grade }) => grade));
    const evidence = file.sources.find((each) => each.id === id);
    expect(evidence?.settled?.reason).toBe(report?.settled);
    expect(evidence?.checked).toBeNull();
    return {
      outcome,
      complete: letter.complete,
      checked: report?.checked,
      settled: report?.settled,
      grade: grades.find(({ source }) => source === id)?.grade,
    };
  };

  const said = { outcome: "completed-with-exceptions", complete: false, checked: false, settled: reason };
  const once = ["2026-06-30"];
  const twice = ["2026-06-30", "2026-09-30"];

  it.each<[string, string, readonly string[], boolean, number, string]>([
    ["that is down when the work is first done", "desk", [], false, 0, "failed"],
    ["that is down then, and the request is opened again twice", "desk", twice, false, 0, "failed"],
    ["that is down when the request is opened again", "desk", once, false, 1, "unverifiable"],
    ["that is not registered any more by then", "desk", once, true, 1, "unverifiable"],
    ["that is a copy", "search", once, false, 1, "unverifiable"],
    ["the first of two times that the request is opened again", "desk", twice, false, 1, "unverifiable"],
    ["the second of two times", "desk", twice, false, 2, "unverifiable"],
  ])("%s", async (_, id, kept, isGone, round, grade) => {
    const { tickets, down, days, books, desk, search, world } = made(kept);
    const fail = () => {
      if (!isGone) down.add(id);
      // An import brings back what was erased.
      if (round > 0) tickets.set(ada, [{ imported: true }]);
    };
    if (round === 0) fail();
    let now = await world([books, desk, search]);
    const requestId = await now.acknowledged("erasure");
    await now.pass(day);
    for (let opened = 0; opened <= kept.length; opened += 1) {
      if (opened > 0) {
        if (opened === round) {
          fail();
          await now.rights.stop();
          now = await world(isGone ? [books, search] : [books, desk, search], now);
        }
        await now.pass(Date.parse(`${kept[opened - 1]}T12:00:00.000Z`) + 2 * day - Number(now.clock.now()));
      }
      if (opened === round) {
        expect((await now.read(requestId)).waitingFor).toMatchObject([{ for: "source", source: id }]);
        unwrap(await now.rights.requests.settleSource({ actor: admin, requestId, source: id, reason }));
        await now.pass(day);
      }
      expect((await now.read(requestId)).phase).toBe("closed");
    }
    expect(days).toEqual([]);
    expect(await saidOf(now, requestId, id)).toEqual({ ...said, grade });
  });
});

describe("a source that a person closes while it is at work", () => {
  const reason = "the vendor sees to it in spring";
  const recipients = [{ title: "Print shop", address: "privacy@print.example" }];

  it.each([
    ["while the request goes on", true],
    ["and with it the request", false],
  ])("is told with what it has erased all the same, %s", async (_, goesOn) => {
    const clock = simulatedClock();
    let papers = goesOn ? 1 : 0;
    const shop = peopleSource("shop", people(), {
      recipients,
      erase: async (_subject, { signal }) => {
        await clock.wait(20_000, signal);
        return [{ collection: "people", outcome: "erased", count: 1 }];
      },
      locate: async () => [{ collection: "people", count: clock.now() < erasedAt ? 1 : 0 }],
      verify: async () => [],
    });
    const archive = defineDataSource({
      id: "archive",
      title: "The archive",
      holds: ["customer-data"],
      kind: "origin",
      owner: "archive@northwind.example",
      locate: async () => [{ collection: "papers", count: papers }],
    });
    const erasedAt = new Date(clock.now().getTime() + 10_000);
    const world = await createWorld({ sources: [shop, archive] }, undefined, clock);
    const requestId = await world.acknowledged("erasure");
    await world.pass(5_000);
    unwrap(await world.rights.requests.settleSource({ actor: admin, requestId, source: "shop", reason }));
    await world.pass(hour);
    if (goesOn) {
      papers = 0;
      const task = { actor: admin, requestId, source: "archive", answer: "done", note: "shredded" } as const;
      unwrap(await world.rights.requests.answerTask(task));
      await world.pass(hour);
    }
    const { outcome, sources } = await world.read(requestId);
    expect(outcome).toBe("completed-with-exceptions");
    expect(sources.find(({ id }) => id === "shop")).toMatchObject({
      outcomes: [{ collection: "people", outcome: "erased", count: 1 }],
      settlement: { reason },
    });
    // Whoever was given it is told (Art. 19 GDPR), and so is the person.
    expect(world.notifier.sent.filter(({ notice }) => notice.type === "recipient")).toHaveLength(1);
    const letter = world.notifier.sent.findLast(({ notice }) => notice.type === "completion")?.notice;
    expect(letter).toMatchObject({
      complete: false,
      sources: expect.arrayContaining([
        expect.objectContaining({ outcomes: [{ collection: "people", outcome: "erased", count: 1 }] }),
      ]),
    });
  });
});
