import { type CallContext, type CollectionOutcome, defineDataSource } from "@subject-rights/core";
import { simulatedClock } from "@subject-rights/testing";
import fc from "fast-check";
import { expect, inject, it } from "vitest";
import { byNumber, createWorld } from "./world.ts";

const day = 86_400_000;
const start = new Date("2026-03-02T09:00:00.000Z");
const dayOf = (index: number): string => new Date(start.getTime() + index * day).toISOString().slice(0, 10);

/** Days are counted from the first; what is `sharedUntil` one is somebody else's too before it. */
const anyRow = fc.record({
  collection: fc.constantFrom("pupils", "grades"),
  /** The law has it kept through this day; -1: it does not. */
  keptThrough: fc.constantFrom(-1, 1, 3, 5),
  sharedUntil: fc.constantFrom(0, 0, 2, 4, 99),
  /** From this day on nothing of the person leads there. */
  lostFrom: fc.constantFrom(99, 99, 2, 4),
});
interface Held {
  readonly collection: string;
  readonly keptThrough: number;
  readonly sharedUntil: number;
  readonly lostFrom: number;
}

const school = (rows: Set<Held>, today: () => number, looksBeside: boolean) => {
  /** What a look finds; only what is somebody else's too is ever lost. */
  const found = ({ collections, staying = [] }: CallContext) => {
    const now = today();
    const there = [...rows].filter(({ sharedUntil, lostFrom }) => sharedUntil <= lostFrom || now < lostFrom);
    const isAll = (name: string) => {
      const told = staying.find(({ collection }) => collection === name)?.count ?? 0;
      return told >= there.filter(({ collection }) => collection === name).length;
    };
    return there
      .filter(({ collection }) => collections?.includes(collection) ?? true)
      .concat(
        looksBeside && collections
          ? there.filter(({ collection }) => !collections.includes(collection) && isAll(collection))
          : [],
      )
      .map((row) => ({ row, fate: fateOf(row, now) }));
  };
  return defineDataSource({
    id: "school",
    title: "School",
    holds: ["customer-data"],
    kind: "origin",
    ...byNumber,
    locate: async (_, call) =>
      found(call).map(({ row: { collection }, fate }) => ({ collection, count: 1, becomes: fate })),
    verify: async (_, call) => found(call).map(({ row: { collection } }) => ({ collection, count: 1 })),
    erase: async (_, call): Promise<CollectionOutcome[]> => {
      const work = found(call);
      const absent = (call.collections ?? ["pupils", "grades"])
        .filter((name) => !work.some(({ row }) => row.collection === name))
        .map((collection) => ({ collection, outcome: "absent" as const }));
      for (const { row, fate } of work) if (fate === "erased") rows.delete(row);
      return [
        ...absent,
        ...work.map(({ row: { collection, keptThrough }, fate }): CollectionOutcome => {
          if (fate === "erased") return { collection, outcome: fate, count: 1 };
          return fate === "kept"
            ? { collection, outcome: fate, count: 1, reason: "The other parent's too" }
            : { collection, outcome: fate, count: 1, reason: "The law", until: dayOf(keptThrough) };
        }),
      ];
    },
  });
};

const fateOf = ({ sharedUntil, keptThrough }: Held, now: number): "kept" | "retained" | "erased" =>
  now < sharedUntil ? "kept" : now <= keptThrough ? "retained" : "erased";

const pupil = (keptThrough: number, sharedUntil: number): Held => ({
  collection: "pupils",
  keptThrough,
  sharedUntil,
  lostFrom: 99,
});

it("each record that was there is told once, as gone, retained or kept, in every round", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(anyRow, { minLength: 1, maxLength: 7 }),
      fc.boolean(),
      async (all, looksBeside) => {
        const rows = new Set<Held>(all.map((row) => ({ ...row })));
        const clock = simulatedClock(start);
        const today = () => Math.floor((clock.now().getTime() - start.getTime()) / day);
        const source = school(rows, today, looksBeside);
        const world = await createWorld({ sources: [source], lookEvery: day }, undefined, clock);
        const requestId = await world.acknowledged("erasure");
        for (let passed = 0; passed < 8; passed += 1) {
          const { outcome, sources } = await world.read(requestId);
          const told = (name: string, what: string) =>
            (sources[0]?.outcomes ?? []).reduce(
              (sum, each) =>
                each.collection === name && each.outcome === what && "count" in each ? sum + each.count : sum,
              0,
            );
          for (const name of ["pupils", "grades"]) {
            const [before, now] = [all, [...rows]].map((each) =>
              each.filter((row) => row.collection === name),
            );
            const figures = ["erased", "retained", "kept"].map((what) => told(name, what));
            expect([figures[0], figures.reduce((sum, each) => sum + each)]).toEqual([
              (before?.length ?? 0) - (now?.length ?? 0),
              before?.length,
            ]);
          }
          expect(outcome).toBe(rows.size === 0 ? "completed" : "completed-with-exceptions");
          await world.pass(day);
        }
        await world.rights.stop();
      },
    ),
    {
      numRuns: inject("isThorough") ? 60 : 5,
      examples: [
        // Erased, one after the other, in a collection where one was kept at first.
        [[pupil(3, 0), pupil(1, 2)], false],
        // Retained from the round on in which the other parent has gone.
        [[{ ...pupil(1, 0), collection: "grades" }, pupil(5, 0), pupil(5, 2)], false],
        // Nothing leads to the one any more, and the other is kept still, and goes with the last.
        [[pupil(1, 0), { ...pupil(1, 99), lostFrom: 2 }, pupil(3, 4)], false],
        // Alone, and retained beside the part, from the round on that another collection has.
        [[{ ...pupil(1, 0), collection: "grades" }, pupil(5, 2)], true],
      ],
    },
  ));
