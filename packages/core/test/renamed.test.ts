import { type CollectionOutcome, type DataSourceDefinition, defineDataSource } from "@subject-rights/core";
import { simulatedClock } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { byNumber, createWorld, peopleSource } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** Keeps one invoice until the end of June, and from then on is another version of itself. */
const kept = async (next: Partial<DataSourceDefinition>, first: Partial<DataSourceDefinition> = {}) => {
  const definition: DataSourceDefinition = {
    id: "books",
    title: "The books",
    holds: ["customer-data"],
    kind: "origin",
    ...byNumber,
    locate: async () => [{ collection: "invoices", count: 1 }],
    erase: async (): Promise<CollectionOutcome[]> => [
      { collection: "invoices", outcome: "retained", count: 1, reason: "§ 147 AO", until: "2026-06-30" },
    ],
    ...first,
  };
  const clock = simulatedClock(new Date("2026-03-02T09:00:00.000Z"));
  const world = await createWorld({ sources: [defineDataSource(definition)] }, undefined, clock);
  const requestId = await world.acknowledged("erasure");
  expect(await world.read(requestId)).toMatchObject({ reopensAt: "2026-07-01T00:00:00.000Z" });
  await world.rights.stop();
  const sources = [
    next.id === "another" ? peopleSource("another", new Map()) : defineDataSource({ ...definition, ...next }),
  ];
  const later = await createWorld({ ...world.options, sources }, world.tables, clock);
  await later.skip(125 * day);
  await later.pass(4 * hour);
  return { later, view: await later.read(requestId) };
};

const retained = { collection: "invoices", outcome: "retained", count: 1, until: "2026-06-30" };
const problem = { code: "collection-missing", retryable: false, collections: ["invoices"] };
const missing = {
  phase: "origins",
  outcome: null,
  sources: [{ status: "warning", problem, outcomes: [retained] }],
};

describe("a collection in which something was retained", () => {
  it("is not absent where the source says nothing of it any more", async () => {
    for (const answer of [[], [{ collection: "bills", outcome: "absent" }]] as CollectionOutcome[][]) {
      const { view } = await kept({
        locate: async () => answer.map(({ collection }) => ({ collection, count: 0 })),
        erase: async () => answer,
      });
      expect(view.sources[0]?.outcomes).toContainEqual({ ...retained, reason: "§ 147 AO" });
      expect(view).toMatchObject({ ...missing, sources: [{ problem }] });
    }
  });

  it("is asked for by the name that it has by now, and told by that on record", async () => {
    const asked: unknown[] = [];
    const count = { value: 1 };
    const { view } = await kept(
      {
        collections: [{ key: "i", name: "bills" }],
        locate: async () => [{ collection: "bills", count: count.value }],
        erase: async (_, { collections }) => {
          asked.push(collections);
          count.value = 0;
          return [{ collection: "bills", outcome: "erased", count: 1 }];
        },
      },
      { collections: [{ key: "i", name: "invoices" }] },
    );
    expect(asked).toEqual([["bills"]]);
    expect(view).toMatchObject({
      outcome: "completed",
      sources: [{ outcomes: [{ collection: "invoices", outcome: "erased", count: 1 }] }],
    });
  });

  it("is not asked for in a source that says that it has it no more", async () => {
    const { view } = await kept({
      collections: [],
      erase: async () => {
        throw new Error("was asked");
      },
    });
    expect(view).toMatchObject(missing);
  });

  it("stays open where its source is gone, or has another id", async () => {
    const { view } = await kept({ id: "another" });
    expect(view).toMatchObject({
      outcome: null,
      sources: [
        { problem: { code: "not-registered" }, outcomes: [{ outcome: "retained", count: 1 }] },
        { id: "another" },
      ],
    });
  });
});
