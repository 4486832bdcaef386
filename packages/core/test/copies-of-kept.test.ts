import type { CollectionOutcome, DataSourceDefinition, Row } from "@subject-rights/core";
import { simulatedClock, unwrap } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { ada, admin, byNumber, copyOfPeople, createWorld, peopleSource, type World } from "./world.ts";

const day = 86_400_000;
const reason = "§ 147 AO";
const shared = "Written together with others";

/** What a row of an origin is: until when it is kept, or that it is somebody else's too; else it is erased. */
interface Held {
  readonly collection: string;
  readonly until?: string;
  readonly shared?: true;
}

const countsOf = (rows: readonly Held[]) =>
  [...new Set(rows.map(({ collection }) => collection))].map((collection) => ({
    collection,
    count: rows.filter((each) => each.collection === collection).length,
  }));

/** Origins that keep what they hold, and a copy that is filled from them. */
const library = async (
  held: Readonly<Record<string, Held[]>>,
  nameInCopy: (collection: string) => string = (collection) => collection,
  copyChanges: Partial<DataSourceDefinition> = {},
  extra: () => readonly Held[] = () => [],
) => {
  const filled = () =>
    [...Object.values(held).flat(), ...extra()].map((each) => ({
      ...each,
      collection: nameInCopy(each.collection),
    }));
  let copy = filled();
  const refreshes: string[] = [];
  let made: World | undefined;
  const today = () => (made as World).clock.now().toISOString().slice(0, 10);
  const origins = Object.entries(held).map(([id, rows]) =>
    peopleSource(id, new Map<string, Row[]>(), {
      ...byNumber,
      locate: async () => countsOf(rows),
      erase: async () => {
        const staying = rows.filter(
          ({ until, shared: isShared }) => isShared || (until !== undefined && until >= today()),
        );
        const gone = countsOf(rows.filter((each) => !staying.includes(each)));
        rows.splice(0, rows.length, ...staying);
        return [
          ...gone.map((each): CollectionOutcome => ({ ...each, outcome: "erased" })),
          ...staying.map(
            ({ collection, until }): CollectionOutcome =>
              until === undefined
                ? { collection, outcome: "kept", count: 1, reason: shared }
                : { collection, outcome: "retained", count: 1, reason, until },
          ),
        ];
      },
    }),
  );
  const search = peopleSource("search", new Map<string, Row[]>(), {
    kind: "copy",
    locate: async () => countsOf(copy),
    refresh: async () => {
      refreshes.push(today());
      copy = filled();
    },
    ...copyChanges,
  });
  const world = await createWorld(
    { sources: [...origins, search], lookEvery: day },
    undefined,
    simulatedClock(new Date("2026-03-02T09:00:00.000Z")),
  );
  made = world;
  const requestId = await world.acknowledged("erasure", ada);
  await world.pass(day);
  const copyOutcomes = async () =>
    (await world.read(requestId)).sources.find(({ id }) => id === "search")?.outcomes;
  return { world, requestId, refreshes, copyOutcomes, copy: () => copy };
};

describe("a copy of what its origins keep", () => {
  it("keeps it for the same reason, and loses it when the day comes", async () => {
    const { world, requestId, refreshes, copyOutcomes, copy } = await library({
      crm: [{ collection: "people" }],
      books: [{ collection: "invoices" }, { collection: "invoices", until: "2026-06-30" }],
    });
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed-with-exceptions",
      waitingFor: [],
      reopensAt: "2026-07-01T00:00:00.000Z",
    });
    expect(await copyOutcomes()).toEqual([
      { collection: "people", outcome: "erased", count: 1 },
      { collection: "invoices", outcome: "erased", count: 1 },
      { collection: "invoices", outcome: "retained", count: 1, reason, until: "2026-06-30" },
    ]);
    expect(refreshes).toHaveLength(1);
    const letter = world.notifier.sent.findLast(({ notice }) => notice.type === "completion")?.notice;
    expect(letter?.type === "completion" && letter.sources[2]?.outcomes).toEqual(await copyOutcomes());
    expect(world.notifier.sent.map(({ notice }) => notice.type)).not.toContain("support");
    await world.pass(130 * day);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
    expect(refreshes.slice(1)).toEqual(["2026-07-01"]);
    expect(copy()).toEqual([]);
    expect(await copyOutcomes()).toEqual([
      { collection: "people", outcome: "erased", count: 1 },
      { collection: "invoices", outcome: "erased", count: 2 },
    ]);
  });

  it("keeps what is somebody else's too, and is not asked for it again", async () => {
    const { world, requestId, refreshes, copyOutcomes } = await library({
      crm: [{ collection: "people" }, { collection: "minutes", shared: true }],
    });
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed-with-exceptions",
      reopensAt: null,
    });
    expect(await copyOutcomes()).toContainEqual({
      collection: "minutes",
      outcome: "kept",
      count: 1,
      reason: shared,
    });
    await world.pass(30 * day);
    expect(refreshes).toHaveLength(1);
  });

  it("may have collections of its own", async () => {
    const { world, requestId, copyOutcomes } = await library(
      { crm: [{ collection: "people" }, { collection: "invoices", until: "2026-06-30" }] },
      () => "documents",
    );
    expect((await world.read(requestId)).outcome).toBe("completed-with-exceptions");
    expect(await copyOutcomes()).toEqual([
      { collection: "documents", outcome: "erased", count: 1 },
      { collection: "documents", outcome: "retained", count: 1, reason, until: "2026-06-30" },
    ]);
  });

  it("still holds the person where it holds more, or something else, than its origins keep", async () => {
    for (const extra of [{ collection: "people" }, { collection: "invoices" }]) {
      const { world, requestId, copyOutcomes } = await library(
        { crm: [{ collection: "people" }, { collection: "invoices", until: "2026-06-30" }] },
        undefined,
        {},
        () => [extra],
      );
      const { outcome, waitingFor, sources } = await world.read(requestId);
      expect(outcome).toBeNull();
      expect(waitingFor).toEqual([{ for: "source", source: "search", problem: "still-present" }]);
      expect((await copyOutcomes())?.filter((each) => each.outcome === "retained")).toEqual([]);
      expect(sources[1]?.left.map(({ collection }) => collection)).toContain(extra.collection);
    }
  });

  it("keeps it after a sweep too", async () => {
    const until = "2030-12-31";
    const held = new Map<string, Row[]>([
      [ada, [{}]],
      ["bo@example.org", [{}]],
    ]);
    const crm = peopleSource("crm", held, {
      erase: async (subject) => {
        const [email = ""] = subject.values("email");
        if (email === ada) return [{ collection: "people", outcome: "retained", count: 1, reason, until }];
        held.delete(email);
        return [{ collection: "people", outcome: "erased", count: 1 }];
      },
    });
    const copy = new Map(held);
    const world = await createWorld({ sources: [crm, copyOfPeople("search", copy, held)] });
    const running = unwrap(
      await world.rights.sweeps.eraseMany({
        actor: admin,
        reason: "retention",
        category: "customer-data",
        people: async function* () {
          const everybody = [...copy.keys()].map((value) => ({ identifiers: [{ type: "email", value }] }));
          yield { people: everybody, cursor: "end" };
        },
      }),
    );
    expect(unwrap(await running.end()).counts).toMatchObject({ erased: 1, retained: 1, leftBehind: 0 });
    expect([...copy.keys()]).toEqual([ada]);
  });

  it("says never more than its origins do, whatever they keep", async () => {
    const row = fc.record(
      {
        collection: fc.constantFrom("people", "invoices"),
        until: fc.constantFrom("2026-06-30", "2027-06-30"),
        shared: fc.constant(true as const),
      },
      { requiredKeys: ["collection"] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 5 }),
        fc.array(row, { maxLength: 5 }),
        fc.boolean(),
        async (crm, books, isRenamed) => {
          const { world, requestId, copy, copyOutcomes } = await library({ crm, books }, (collection) =>
            isRenamed ? "documents" : collection,
          );
          const { file } = unwrap(await world.rights.audit.evidence({ actor: admin, requestId }));
          const [there, told] = [copy(), (await copyOutcomes()) ?? []];
          const staying = told.flatMap((each) =>
            each.outcome === "retained" || each.outcome === "kept" ? [each] : [],
          );
          expect(file.request.outcome).toBe(there.length === 0 ? "completed" : "completed-with-exceptions");
          expect(staying.reduce((sum, { count }) => sum + count, 0)).toBe(there.length);
          await world.rights.stop();
        },
      ),
      { numRuns: inject("isThorough") ? 20 : 6 },
    );
  });
});
