import type { CollectionOutcome, DataSourceDefinition, Row } from "@subject-rights/core";
import { simulatedClock, unwrap } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { ada, admin, byNumber, copyOfPeople, createWorld, peopleSource, type World } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;

const rowsOf = (count: number): Row[] => Array.from({ length: count }, (_, number) => ({ number }));

const erased = (count: number, collection = "feedback"): CollectionOutcome[] => [
  count === 0 ? { collection, outcome: "absent" } : { collection, outcome: "erased", count },
];

/** What becomes of one try: how many rows go, and whether it lives to tell. */
interface Try {
  readonly goes: number;
  readonly ends?: "answers" | "throws";
}

/** Erases as it is told try by try, and all that is left when nothing more is said. */
const feedback = (rows: Row[], tries: readonly Try[], changes: Partial<DataSourceDefinition> = {}) => {
  const left = [...tries];
  return peopleSource("feedback", new Map(), {
    locate: async () => [{ collection: "feedback", count: rows.length }],
    erase: async () => {
      const { goes, ends } = left.shift() ?? { goes: rows.length };
      const { length } = rows.splice(0, goes);
      if (ends === "throws") throw new Error("500");
      return erased(length);
    },
    ...changes,
  });
};

/** The same wherever somebody reads it. */
const figures = async (world: World, requestId: string, source = 0) => {
  const { outcome, sources } = await world.read(requestId);
  const { file } = unwrap(await world.rights.audit.evidence({ actor: admin, requestId }));
  const letter = world.notifier.sent.findLast(({ notice }) => notice.type === "completion")?.notice;
  const outcomes = sources[source]?.outcomes;
  expect(letter?.type === "completion" && letter.sources[source]?.outcomes).toEqual(outcomes);
  expect(file.sources[source]).toMatchObject({ outcomes });
  return { outcome, records: sources[source]?.records, outcomes };
};

const done = (count: number) => ({ outcome: "completed", records: count, outcomes: erased(count) });

describe("the figures of an erasure add up over all rounds", () => {
  it("where a round leaves something behind", async () => {
    const world = await createWorld({ sources: [feedback(rowsOf(25), [{ goes: 15 }])] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    expect(await figures(world, requestId)).toEqual(done(25));
  });

  it("however the rounds end, and however often", async () => {
    const oneTry = fc.record({
      goes: fc.nat(12),
      ends: fc.constantFrom("answers" as const, "throws" as const),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.array(oneTry, { maxLength: 7 }),
        async (count, tries) => {
          const world = await createWorld({ sources: [feedback(rowsOf(count), tries)] });
          const requestId = await world.acknowledged("erasure");
          await world.pass(3 * day);
          expect(await figures(world, requestId)).toEqual(done(count));
          await world.rights.stop();
        },
      ),
      { numRuns: inject("isThorough") ? 60 : 6 },
    );
  });

  it("where nobody can count, as far as it was told", async () => {
    const rows = rowsOf(25);
    const changes = {
      locate: undefined as never,
      verify: async () => [{ collection: "feedback", count: rows.length }],
    };
    const world = await createWorld({ sources: [feedback(rows, [{ goes: 15 }], changes)] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    expect(await figures(world, requestId)).toEqual({ ...done(25), records: null });
  });

  it("where something comes back before the last look", async () => {
    const rows = rowsOf(25);
    let looks = 0;
    const locate = async () => {
      looks += 1;
      if (looks === 3) rows.push({}, {}, {});
      return [{ collection: "feedback", count: rows.length }];
    };
    const world = await createWorld({ sources: [feedback(rows, [], { locate })] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    expect((await figures(world, requestId)).outcomes).toEqual(erased(28));
  });

  it("of a copy that is refreshed again because its origin was worked on again", async () => {
    const [origin, copy] = [new Map([[ada, rowsOf(2)]]), new Map([[ada, rowsOf(4)]])];
    let looks = 0;
    const world = await createWorld({
      sources: [
        peopleSource("crm", origin, {
          locate: async () => {
            looks += 1;
            if (looks === 3) origin.set(ada, rowsOf(1));
            return [{ collection: "people", count: origin.get(ada)?.length ?? 0 }];
          },
        }),
        copyOfPeople("search", copy, origin),
      ],
    });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    expect(await figures(world, requestId, 1)).toEqual({
      outcome: "completed",
      records: 4,
      outcomes: erased(4, "people"),
    });
  });

  it("of an owner who is asked twice", async () => {
    const rows = rowsOf(25);
    const world = await createWorld({
      sources: [feedback(rows, [], { erase: undefined as never, owner: "records@northwind.example" })],
    });
    const requestId = await world.acknowledged("erasure");
    const answer = async () => {
      unwrap(
        await world.rights.requests.answerTask({
          actor: admin,
          requestId,
          source: "feedback",
          answer: "done",
          note: "shredded",
        }),
      );
      await world.pass(hour);
    };
    rows.splice(0, 15);
    await answer();
    rows.splice(0);
    await answer();
    expect(await figures(world, requestId)).toEqual(done(25));
  });

  it("of what the law kept, when its day is over", async () => {
    const rows = rowsOf(25);
    const clock = simulatedClock(new Date("2026-03-02T09:00:00.000Z"));
    const erase = async (): Promise<CollectionOutcome[]> => {
      if (clock.now().toISOString() > "2026-07-01") return erased(rows.splice(0).length);
      const gone = rows.splice(0, rows.length - 5).length;
      const kept = { collection: "feedback", outcome: "retained", count: 5, reason: "§ 147 AO" } as const;
      return [...erased(gone).filter(() => gone > 0), { ...kept, until: "2026-06-30" }];
    };
    const world = await createWorld(
      { sources: [feedback(rows, [], { ...byNumber, erase })], lookEvery: day },
      undefined,
      clock,
    );
    const requestId = await world.acknowledged("erasure");
    await world.pass(130 * day);
    expect(await figures(world, requestId)).toEqual(done(25));
  });

  it("of what the law kept, where nobody could count and the answer that erases it was lost", async () => {
    const rows = rowsOf(25);
    const clock = simulatedClock(new Date("2026-03-02T09:00:00.000Z"));
    const isDue = () => clock.now().toISOString() > "2026-03-05";
    let looks = 0;
    const erase = async (): Promise<CollectionOutcome[]> => {
      const { length } = rows.splice(0, rows.length - (isDue() ? 0 : 5));
      if (isDue() && length > 0) throw new Error("500");
      const kept = { collection: "feedback", outcome: "retained", count: 5, reason: "§ 147 AO" } as const;
      return isDue() ? erased(length) : [...erased(length), { ...kept, until: "2026-03-04" }];
    };
    const count = async () => [{ collection: "feedback", count: rows.length }];
    const locate = async () => {
      if (isDue() && looks++ === 0) throw new Error("500");
      return count();
    };
    const changes = { ...byNumber, erase, locate, verify: count };
    const world = await createWorld({ sources: [feedback(rows, [], changes)] }, undefined, clock);
    const requestId = await world.acknowledged("erasure");
    await world.pass(5 * day);
    expect(await figures(world, requestId)).toEqual({ ...done(25), records: null });
  });

  it("where the process dies between erasing and storing that", async () => {
    const rows = rowsOf(25);
    let die: (() => void) | null = () => undefined;
    const gone = new Promise<void>((resolve) => {
      die = resolve;
    });
    const source = feedback(rows, [], {
      erase: async (_subject, { signal }) => {
        const { length } = rows.splice(0);
        if (die === null) return erased(length);
        die();
        die = null;
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    });
    const world = await createWorld({ sources: [source] });
    const requestId = await world.acknowledged("erasure");
    await gone;
    await world.rights.stop();
    const next = await createWorld({ sources: [source] }, world.tables, world.clock);
    await next.pass(hour);
    expect(await figures(next, requestId)).toEqual(done(25));
  });

  it.each(["never comes", "says that nothing was there"])(
    "of what was to be made anonymous, with nobody to prove it, where the answer %s",
    async (answer) => {
      const named = rowsOf(3);
      let isLost = answer === "never comes";
      const source = feedback([], [], {
        locate: async () => [{ collection: "feedback", count: named.length, becomes: "anonymised" }],
        erase: async () => {
          named.splice(0);
          if (isLost) {
            isLost = false;
            throw new Error("500");
          }
          return erased(0);
        },
      });
      const world = await createWorld({ sources: [source] });
      const requestId = await world.acknowledged("erasure");
      await world.pass(hour);
      expect(await figures(world, requestId)).toEqual({
        outcome: "completed-with-exceptions",
        records: 3,
        outcomes: [{ collection: "feedback", outcome: "anonymised", count: 3 }],
      });
      expect((await world.read(requestId)).grades).toMatchObject([{ grade: "unverifiable" }]);
    },
  );

  it("and say no more than is gone where a source says more and somebody settles it", async () => {
    const world = await createWorld({
      sources: [feedback(rowsOf(25), [], { erase: async () => erased(25) })],
    });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    unwrap(
      await world.rights.requests.settleSource({
        actor: admin,
        requestId,
        source: "feedback",
        reason: "the vendor is asked in writing",
      }),
    );
    await world.pass(hour);
    // All of it is there still.
    expect(await figures(world, requestId)).toMatchObject({ records: 25, outcomes: [] });
    expect((await world.read(requestId)).sources[0]?.left).toEqual([{ collection: "feedback", count: 25 }]);
  });
});

describe("what was counted, and is gone, is told, where the source does not say how much", () => {
  it.each<[string, CollectionOutcome[]]>([
    ["nothing", []],
    ["that nothing was there", [{ collection: "people", outcome: "absent" }]],
    ["that no record was erased", [{ collection: "people", outcome: "erased", count: 0 }]],
    ["nothing, under another name", [{ collection: "contacts", outcome: "absent" }]],
  ])("it answers %s", async (_, answer) => {
    const held = new Map<string, Row[]>([[ada, [{}, {}]]]);
    const source = peopleSource("crm", held, {
      erase: async () => {
        held.delete(ada);
        return answer;
      },
    });
    const world = await createWorld({ sources: [source] });
    const requestId = await world.acknowledged("erasure");
    const { outcome, sources } = await world.read(requestId);
    expect({ outcome, sources }).toMatchObject({ outcome: "completed", sources: [{ records: 2, done: 2 }] });
    expect(sources[0]?.outcomes).toContainEqual({ collection: "people", outcome: "erased", count: 2 });
  });

  it("but a number that it says is believed: the application has given the other one away", async () => {
    const held = new Map<string, Row[]>([[ada, [{}, {}]]]);
    const source = peopleSource("crm", held, {
      erase: async () => {
        held.delete(ada);
        return [{ collection: "people", outcome: "erased", count: 1 }];
      },
    });
    const world = await createWorld({ sources: [source] });
    const requestId = await world.acknowledged("erasure");
    expect((await world.read(requestId)).sources[0]?.outcomes).toEqual([
      { collection: "people", outcome: "erased", count: 1 },
    ]);
  });
});
