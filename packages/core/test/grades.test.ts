import { type CollectionOutcome, type DataSourceDefinition, defineDataSource } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { admin, createWorld, type World } from "./world.ts";

const archive = (changes: Partial<DataSourceDefinition>) =>
  defineDataSource({ id: "archive", title: "Archive", holds: ["customer-data"], kind: "origin", ...changes });

const erased: CollectionOutcome = { collection: "letters", outcome: "erased", count: 2 };
const anonymised = (changed?: number): CollectionOutcome => ({
  collection: "letters",
  outcome: "anonymised",
  count: 2,
  ...(changed !== undefined && { changed }),
});
const retained: CollectionOutcome = {
  collection: "invoices",
  outcome: "retained",
  count: 3,
  reason: "§ 147 AO",
  until: "2099-12-31",
};

const erase = (...outcomes: CollectionOutcome[]) => ({ erase: async () => outcomes });
const asked = (...left: { collection: string; count: number }[]) => ({
  verify: async () => (left.length > 0 ? left : [{ collection: "letters", count: 0 }]),
});

async function* noPages(): AsyncGenerator<never> {
  // Nothing there.
}

const graded = async (world: World, requestId: string) => {
  const { outcome, grades } = await world.read(requestId);
  return [outcome, ...grades.map(({ collection, grade, retained: kept }) => [collection, grade, kept])];
};

describe("what is proven of an erasure", () => {
  it.each([
    ["asked afterwards", { ...erase(erased), ...asked() }, "completed", [["letters", "verified-absent", 0]]],
    [
      "anonymised, and compared with what was there",
      { ...erase(anonymised(2)), ...asked() },
      "completed",
      [["letters", "verified-changed", 0]],
    ],
    [
      "anonymised, and one of two is as it was",
      { ...erase(anonymised(1)), ...asked() },
      "completed-with-exceptions",
      [["letters", "unverifiable", 0]],
    ],
    [
      "anonymised, and compared with nothing",
      { ...erase(anonymised()), ...asked() },
      "completed-with-exceptions",
      [["letters", "unverifiable", 0]],
    ],
    ["nobody can be asked", erase(erased), "completed-with-exceptions", [["letters", "unverifiable", 0]]],
    [
      "a third party says so",
      { ...erase(erased), thirdParty: true },
      "completed-with-exceptions",
      [["letters", "accepted", 0]],
    ],
    [
      "a third party that can be asked",
      { ...erase(erased), ...asked(), thirdParty: true },
      "completed",
      [["letters", "verified-absent", 0]],
    ],
    [
      "kept by law, beside what is gone",
      { ...erase(erased, retained), ...asked({ collection: "invoices", count: 3 }) },
      "completed-with-exceptions",
      [
        ["letters", "verified-absent", 0],
        ["invoices", null, 3],
      ],
    ],
  ] as const)("%s", async (_, source, outcome, grades) => {
    const world = await createWorld({ sources: [archive(source)] });
    const requestId = await world.acknowledged("erasure");
    expect(await graded(world, requestId)).toEqual([outcome, ...grades]);
  });

  it("a source that a person closed has failed", async () => {
    const world = await createWorld({
      sources: [archive({ erase: async () => Promise.reject(new Error("down")) })],
    });
    const requestId = await world.acknowledged("erasure");
    await world.pass(600_000);
    expect((await world.read(requestId)).grades).toEqual([]);
    const reason = "the archive burnt down";
    unwrap(await world.rights.requests.settleSource({ actor: admin, requestId, source: "archive", reason }));
    await world.settle();
    expect(await graded(world, requestId)).toEqual(["completed-with-exceptions", [null, "failed", 0]]);
  });

  it("an owner's word is accepted, where nobody can look", async () => {
    const world = await createWorld({ sources: [archive({ owner: "archive@northwind.example" })] });
    const requestId = await world.acknowledged("erasure");
    const answer = { source: "archive", answer: "done", note: "shredded" } as const;
    unwrap(await world.rights.requests.answerTask({ actor: admin, requestId, ...answer }));
    await world.settle();
    expect(await graded(world, requestId)).toEqual(["completed-with-exceptions", [null, "accepted", 0]]);
  });

  it("an export has no grades", async () => {
    const world = await createWorld({ sources: [archive({ ...erase(erased), export: () => noPages() })] });
    const requestId = await world.acknowledged("export");
    expect((await world.read(requestId)).grades).toEqual([]);
  });
});
