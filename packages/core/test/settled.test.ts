import { type CollectionCount, defineDataSource, PermanentFailure, type Row } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource, type World } from "./world.ts";

const hour = 3_600_000;

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
