import {
  type CollectionOutcome,
  type DataSourceDefinition,
  defineDataSource,
  orThrow,
} from "@subject-rights/core";
import { simulatedClock, unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, byNumber, createWorld } from "./world.ts";

const day = 86_400_000;
const reason = "The report is its other authors' too";
const kept = (count: number): CollectionOutcome => ({
  collection: "reports",
  outcome: "kept",
  count,
  reason,
});
const absent: CollectionOutcome = { collection: "reports", outcome: "absent" };

const archive = (changes: Partial<DataSourceDefinition>) =>
  defineDataSource({
    id: "archive",
    title: "Archive",
    holds: ["customer-data"],
    kind: "origin",
    ...byNumber,
    locate: async () => [],
    erase: async () => [kept(2), { collection: "drafts", outcome: "erased", count: 1 }],
    ...changes,
  });

const erasing = async (changes: Partial<DataSourceDefinition> = {}) => {
  const world = await createWorld(
    { sources: [archive(changes)], lookEvery: day },
    undefined,
    simulatedClock(new Date("2026-03-02T09:00:00.000Z")),
  );
  return { world, requestId: await world.acknowledged("erasure") };
};

describe("what stays because it is somebody else's too", () => {
  it("is told, has no day, and ends the request with exceptions", async () => {
    const { world, requestId } = await erasing();
    const view = await world.read(requestId);
    expect(view).toMatchObject({
      outcome: "completed-with-exceptions",
      reopensAt: null,
      sources: [
        { status: "succeeded", done: 3, outcomes: [kept(2), { collection: "drafts", outcome: "erased" }] },
      ],
      grades: [
        { collection: "reports", grade: null, retained: 0, kept: 2 },
        { collection: "drafts", grade: "verified-absent", retained: 0, kept: 0 },
      ],
    });
    expect(
      world.notifier.sent.flatMap(({ notice }) => (notice.type === "completion" ? [notice] : [])),
    ).toMatchObject([{ complete: false, sources: [{ outcomes: [kept(2), {}] }] }]);
    const { file } = unwrap(await world.rights.audit.evidence({ actor: admin, requestId }));
    expect(file.sources[0]?.outcomes[0]).toEqual({
      collection: "reports",
      outcome: "kept",
      count: 2,
      reason,
      until: null,
    });
    const audit = unwrap(await world.rights.requests.audit({ actor: admin, requestId }));
    expect(audit.find(({ action }) => action === "succeeded")?.detail).toEqual({
      erased: 1,
      anonymised: 0,
      retained: 0,
      kept: 2,
    });
    // Nothing more is due under the request's key, however long it takes.
    expect(audit.at(-1)?.action).toBe("key-destroyed");
    await world.pass(400 * day);
    expect(await world.read(requestId)).toMatchObject({ closedAt: view.closedAt });
  });

  it("may still be found, and no more than that", async () => {
    const { world, requestId } = await erasing({ verify: async () => [{ collection: "reports", count: 2 }] });
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
    const other = await erasing({ verify: async () => [{ collection: "reports", count: 3 }] });
    expect((await other.world.read(other.requestId)).sources).toMatchObject([
      { problem: { code: "still-present" } },
    ]);
  });

  it("is what the newest answer says; what that does not speak of any more was so on its day", async () => {
    const answers = [[kept(2)], [kept(1)], [absent]];
    let asked = 0;
    let left = 0;
    const { world, requestId } = await erasing({
      erase: async () => answers[Math.min(asked++, answers.length - 1)] ?? [],
      // Whoever looks in the end finds a draft twice, and it is worked on again.
      verify: async () => [{ collection: "drafts", count: left++ % 2 === 1 && left < 5 ? 1 : 0 }],
    });
    await world.pass(day);
    expect(asked).toBe(3);
    // By then nothing leads there any more: that it is not found does not make it gone.
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed-with-exceptions",
      sources: [{ outcomes: [{ ...kept(1), asOf: "2026-03-02" }, kept(1)] }],
    });
  });

  /** Kept at first, and the next try says that two reports are erased: what the last look has found made it try again. */
  const erasedSince = (found: number) => {
    let [asked, looked] = [0, 0];
    return erasing({
      erase: async () =>
        asked++ === 0 ? [kept(2)] : [{ collection: "reports", outcome: "erased", count: 2 }],
      verify: async () => {
        looked += 1;
        const reports = { collection: "reports", count: looked < 3 ? found : 0 };
        return [reports, { collection: "drafts", count: looked === 2 ? 1 : 0 }];
      },
    });
  };

  it("does not any more once the same request has erased it, which was found all the time", async () => {
    const { world, requestId } = await erasedSince(2);
    await world.pass(day);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed",
      sources: [{ outcomes: [{ collection: "reports", outcome: "erased", count: 2 }] }],
    });
  });

  it("does all the more where nobody found it any more, and something else is erased there", async () => {
    const { world, requestId } = await erasedSince(0);
    await world.pass(day);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed-with-exceptions",
      sources: [{ outcomes: [{ collection: "reports", outcome: "erased", count: 2 }, kept(2)] }],
    });
  });

  it("stays retained, where it became so beside what the request was opened again for, and the next try is silent", async () => {
    const law = (collection: string, until: string): CollectionOutcome => ({
      collection,
      outcome: "retained",
      count: collection === "reports" ? 2 : 1,
      reason: "The law",
      until,
    });
    const gone = { collection: "drafts", outcome: "erased", count: 1 } as const;
    const answers = [
      [law("drafts", "2026-03-03"), kept(2)],
      [gone, law("reports", "2026-03-09")],
      [{ collection: "drafts", outcome: "absent" as const }, absent],
    ];
    let looked = 0;
    const { world, requestId } = await erasing({
      locate: async () => [],
      erase: async () => answers.shift() ?? [{ collection: "reports", outcome: "erased", count: 2 }],
      // The last look of the second round finds a draft, and it is worked on once more.
      verify: async () => [{ collection: "drafts", count: looked++ === 3 ? 1 : 0 }],
    });
    await world.pass(3 * day);
    expect(answers).toEqual([]);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed-with-exceptions",
      reopensAt: "2026-03-10T00:00:00.000Z",
      sources: [{ outcomes: [gone, law("reports", "2026-03-09")] }],
    });
    await world.pass(6 * day);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
  });

  it("hides nothing that was counted beside it, and that somebody else has erased before", async () => {
    const law = { collection: "reports", outcome: "retained", count: 1, reason: "The law" } as const;
    const answers = [[{ ...law, until: "2026-03-03" }, kept(1)]];
    let found = 1;
    const { world, requestId } = await erasing({
      locate: async () => (found === 0 ? [] : [{ collection: "reports", count: 1, becomes: "erased" }]),
      erase: async () => {
        const answer = answers.shift() ?? [absent];
        if (answer[0] === absent) found = 0;
        return answer;
      },
      verify: async () => [{ collection: "reports", count: found }],
    });
    await world.pass(3 * day);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed-with-exceptions",
      sources: [
        {
          outcomes: [
            { collection: "reports", outcome: "erased", count: 1 },
            { ...kept(1), asOf: "2026-03-02" },
          ],
        },
      ],
    });
  });

  it("is what was counted, where the answer was lost and nothing leads there any more", async () => {
    const { world, requestId } = await erasing({
      locate: async () => [{ collection: "reports", count: 2, becomes: "kept" }],
      verify: async () => [],
      erase: async () => [absent],
    });
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed-with-exceptions",
      sources: [{ outcomes: [{ collection: "reports", outcome: "kept", count: 2 }] }],
    });
    const { plan } = unwrap(await world.rights.requests.preview({ actor: admin, requestId }));
    expect(plan.sources[0]?.collections).toEqual([{ collection: "reports", count: 2, becomes: "kept" }]);
  });

  it("is no matter of an export, which hands it out", async () => {
    const world = await createWorld({
      sources: [
        archive({
          locate: async () => [{ collection: "reports", count: 2, becomes: "kept" }],
          export: async function* () {
            yield { collection: "reports", rows: [{ id: 1 }, { id: 2 }] };
          },
        }),
      ],
    });
    const view = await world.read(await world.acknowledged("export"));
    expect(view).toMatchObject({ outcome: "completed", sources: [{ done: 2, outcomes: [] }] });
  });

  it("counts in a sweep, once, whoever was left behind before", async () => {
    let fails = true;
    const source = archive({
      erase: async (subject) => {
        if (!subject.values("email").includes(ada)) return [absent];
        return fails ? [kept(2)] : [absent];
      },
      verify: async () => [],
    });
    const late = archive({
      id: "late",
      title: "Late",
      erase: async () => {
        if (fails) throw new Error("a foreign key says no");
        return [absent];
      },
    });
    const world = await createWorld({ sources: [source, late] });
    const running = orThrow(
      await world.rights.sweeps.eraseMany({
        actor: admin,
        reason: "retention",
        category: "customer-data",
        people: async function* () {
          yield { people: [{ identifiers: [{ type: "email", value: ada }] }], cursor: "1" };
        },
      }),
    );
    expect(orThrow(await running.end())).toMatchObject({ counts: { leftBehind: 1 }, records: [] });
    fails = false;
    const again = orThrow(await world.rights.sweeps.retry({ actor: admin, sweepId: running.id }));
    expect(orThrow(await again.end())).toMatchObject({
      status: "completed-with-exceptions",
      counts: { erased: 0, retained: 0, kept: 1, leftBehind: 0 },
      records: [{ source: "archive", collection: "reports", erased: 0, kept: 2 }],
    });
  });
});
