import {
  type CallContext,
  type CollectionOutcome,
  errAsync,
  NotAllowed,
  NotPossibleNow,
  NotSweepable,
  okAsync,
  orThrow,
  type PeoplePage,
  type PeopleStream,
  PeopleUnavailable,
  type Row,
  StorageFailed,
  type Subject,
  type SweepView,
} from "@subject-rights/core";
import { memoryStorage, memoryTables } from "@subject-rights/memory";
import { unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, copyOfPeople, createWorld, peopleSource, tenantAdmin, type World } from "./world.ts";

const emailOf = (index: number): string => `person-${index}@example.org`;

const manyPeople = (count: number): Map<string, Row[]> =>
  new Map(Array.from({ length: count }, (_, index) => [emailOf(index), [{ name: `Person ${index}` }]]));

const person = (email: string) => ({ identifiers: [{ type: "email", value: email }] });

/** People by number, so many a page; the cursor is the number behind the page. */
const stream = (count: number, pageSize = 25): PeopleStream =>
  async function* (cursor) {
    for (let from = Number(cursor ?? 0); from < count; from += pageSize) {
      const length = Math.min(pageSize, count - from);
      const people = Array.from({ length }, (_, index) => person(emailOf(from + index)));
      yield { people, cursor: String(from + pageSize) };
    }
  };

const order = { actor: admin, reason: "retention", category: "customer-data", batchSize: 10 } as const;

const sweep = async (world: World, people: PeopleStream): Promise<SweepView> => {
  const running = orThrow(await world.rights.sweeps.eraseMany({ ...order, people }));
  return orThrow(await running.end());
};

describe("a sweep", () => {
  it.each([
    [undefined, "completed-with-exceptions", 1],
    [0, "completed-with-exceptions", 1],
    [1, "completed", undefined],
  ] as const)(
    "is completed only where what was made anonymous has changed: %s of 1, as a request is",
    async (changed, ended, unproven) => {
      const people = manyPeople(1);
      const source = peopleSource("crm", people, {
        erase: async () => {
          people.clear();
          return [{ collection: "people", outcome: "anonymised", count: 1, changed }];
        },
      });
      const world = await createWorld({ sources: [source] });
      const view = await sweep(world, stream(1));
      expect(view).toMatchObject({ status: ended, counts: { erased: 1 }, records: [{ anonymised: 1 }] });
      expect(view.records[0]?.unproven).toBe(unproven);
    },
  );

  it("erases everybody of the stream, and says how many", async () => {
    const people = manyPeople(60);
    people.set("stays@example.org", [{ name: "Stays" }]);
    const world = await createWorld({ sources: [peopleSource("crm", people)] });
    const view = await sweep(world, stream(70));
    expect(view).toMatchObject({
      status: "completed",
      counts: { erased: 60, absent: 10, retained: 0, waiting: 0, leftBehind: 0 },
      records: [{ source: "crm", collection: "people", erased: 60, anonymised: 0, retained: 0 }],
    });
    expect([...people.keys()]).toEqual(["stays@example.org"]);
    // Nobody is named, and the key is gone.
    const stored = JSON.stringify([
      [...world.tables.sweeps],
      [...world.tables.audit],
      [...world.tables.sweepParts].map(([key, parts]) => [key, [...parts]]),
    ]);
    expect(stored).not.toContain("@example");
    expect([...world.tables.keys.keys()].filter((name) => name.startsWith("sweep/"))).toEqual([]);
    expect([...world.tables.sweepParts.values()].map((parts) => parts.size)).toEqual([0]);
    expect(world.tables.sweepClaims.size).toBe(0);
    const audit = orThrow(await world.rights.sweeps.audit({ actor: admin, sweepId: view.id }));
    expect(audit.map(({ sequence }) => sequence)).toEqual(audit.map((_, index) => index + 1));
    expect(audit.filter(({ action }) => action === "person-erased")).toHaveLength(60);
    expect(audit.at(-1)).toMatchObject({ action: "sweep-ended", detail: { erased: 60, absent: 10 } });
  });

  it("leaves bad people behind, says why, and tries them again", async () => {
    const people = manyPeople(40);
    const bad = new Set([emailOf(3), emailOf(17)]);
    const source = peopleSource("crm", people, {
      erase: async (subject: Subject): Promise<CollectionOutcome[]> => {
        const [email = ""] = subject.values("email");
        if (bad.has(email)) throw new Error("a foreign key says no");
        const count = people.delete(email) ? 1 : 0;
        return [
          count > 0
            ? { collection: "people", outcome: "erased", count }
            : { collection: "people", outcome: "absent" },
        ];
      },
    });
    const world = await createWorld({ sources: [source] });
    const { sweeps } = world.rights;
    const first = await sweep(world, async function* () {
      yield* stream(40)(null);
      const email = { type: "email", value: emailOf(5) };
      const misspelt = [{ identifiers: [{ ...email, verifed: true }] }, { identifiers: [email], foud: [] }];
      yield { people: [{ identifiers: [] }, "nobody", ...misspelt] as never, cursor: "end" };
    });
    expect(first).toMatchObject({
      status: "completed-with-exceptions",
      counts: { erased: 38, leftBehind: 6 },
    });
    const on = { actor: admin, sweepId: first.id };
    const left = orThrow(await sweeps.leftBehind(on));
    expect(left.map(({ problem }) => problem).sort()).toEqual([
      "invalid-person",
      "invalid-person",
      "invalid-person",
      "invalid-person",
      "unavailable",
      "unavailable",
    ]);
    const number = left.find(({ problem }) => problem === "unavailable")?.number ?? 0;
    const [identifier] = orThrow(await sweeps.reveal({ ...on, number }));
    expect(bad.has(identifier?.value ?? "")).toBe(true);
    expect(JSON.stringify([...world.tables.sweepParts].map(([, parts]) => [...parts]))).not.toContain(
      "person-",
    );
    expect(people.size).toBe(2);

    const name = `sweep/northwind/${first.id}`;
    const key = world.tables.keys.get(name) ?? [];
    world.tables.keys.delete(name);
    for (const tried of [await sweeps.retry(on), await sweeps.reveal({ ...on, number })]) {
      expect(tried.isErr() && tried.error.code).toBe("key-destroyed");
    }
    world.tables.keys.set(name, key);

    bad.clear();
    const second = orThrow(await orThrow(await sweeps.retry(on)).end());
    expect(second).toMatchObject({ counts: { erased: 40, leftBehind: 4 } });
    expect(people.size).toBe(0);

    expect((await sweeps.settle({ ...on, reason: "ada@example.org was nobody" })).isErr()).toBe(true);
    const settled = orThrow(await sweeps.settle({ ...on, reason: "broken lines of an import" }));
    expect(settled).toMatchObject({ status: "completed-with-exceptions", counts: { leftBehind: 4 } });
    expect(orThrow(await sweeps.leftBehind(on))).toEqual([]);
    expect([...world.tables.keys.keys()].filter((name) => name.startsWith("sweep/"))).toEqual([]);
    expect(unwrapError(await sweeps.retry(on))).toBeInstanceOf(NotPossibleNow);
  });

  describe("over sources that fill each other", () => {
    /** Whoever is erased in the second one is put into the first one. */
    const inStep = (changes: Parameters<typeof peopleSource>[2] = {}) => {
      const [first, second] = [manyPeople(12), manyPeople(12)];
      const sources = [
        peopleSource("crm", first),
        peopleSource("shop", second, {
          erase: async (subject: Subject): Promise<CollectionOutcome[]> => {
            const gone = subject.values("email").filter((email) => second.delete(email));
            if (gone.includes(emailOf(5))) first.set(emailOf(5), [{}]);
            return gone.length > 0
              ? [{ collection: "people", outcome: "erased", count: gone.length }]
              : [{ collection: "people", outcome: "absent" }];
          },
          ...changes,
        }),
      ];
      return { first, sources };
    };

    it.each([
      ["two origins", {}],
      ["an origin, and a copy that is erased in", { kind: "copy" as const }],
    ])("%s: nobody is done with who is in one of them when all are done", async (_, changes) => {
      const { first, sources } = inStep(changes);
      const world = await createWorld({ sources });
      const view = await sweep(world, stream(12));
      expect(view).toMatchObject({
        status: "completed-with-exceptions",
        counts: { erased: 11, leftBehind: 1, waiting: 0 },
      });
      const on = { actor: admin, sweepId: view.id };
      expect(orThrow(await world.rights.sweeps.leftBehind(on))).toMatchObject([
        { problem: "still-present", source: "crm" },
      ]);
      expect([...first.keys()]).toEqual([emailOf(5)]);
      const again = orThrow(await orThrow(await world.rights.sweeps.retry(on)).end());
      expect(again).toMatchObject({ status: "completed", counts: { erased: 12, leftBehind: 0 } });
      expect(first.size).toBe(0);
    });
  });

  it("stops, and goes on from its cursor with the next run", async () => {
    const people = manyPeople(200);
    const tables = memoryTables();
    const enough = new AbortController();
    let erased = 0;
    const sources = [
      peopleSource("crm", people, {
        erase: async (subject) => {
          erased += 1;
          if (erased === 60) enough.abort();
          const count = people.delete(subject.values("email")[0] ?? "") ? 1 : 0;
          return [{ collection: "people", outcome: "erased", count }];
        },
      }),
    ];
    const world = await createWorld({ sources }, tables);
    const running = orThrow(
      await world.rights.sweeps.eraseMany({ ...order, people: stream(200), signal: enough.signal }),
    );
    const stopped = orThrow(await running.end());
    expect(stopped.status).toBe("stopped");
    const done = stopped.counts.erased;
    expect(done).toBe(200 - people.size);
    expect(done).toBeGreaterThanOrEqual(60);
    expect(done).toBeLessThan(200);

    const next = await createWorld({ sources }, tables);
    const cursors: (string | null)[] = [];
    const again = orThrow(
      await next.rights.sweeps.goOn({
        actor: admin,
        sweepId: running.id,
        batchSize: 10,
        people: (cursor) => {
          cursors.push(cursor);
          return stream(200)(cursor);
        },
      }),
    );
    expect(orThrow(await again.end())).toMatchObject({
      status: "completed",
      counts: { erased: 200, absent: 0 },
    });
    expect(Number(cursors[0])).toBeGreaterThan(0);
    expect(people.size).toBe(0);
    const goOn = { actor: admin, sweepId: running.id, people: stream(1) };
    expect(unwrapError(await next.rights.sweeps.goOn(goOn))).toBeInstanceOf(NotPossibleNow);
  });

  it.each(["the library", "the run"])(
    "ends when %s is stopped, also where its stream never says anything more",
    async (what) => {
      const people = manyPeople(30);
      const world = await createWorld({ sources: [peopleSource("crm", people)] });
      const silent: PeopleStream = async function* (cursor) {
        for await (const page of stream(20, 10)(cursor)) yield page;
        await new Promise(() => undefined);
      };
      const running = orThrow(await world.rights.sweeps.eraseMany({ ...order, people: silent }));
      const seen: string[] = [];
      const followed = (async () => {
        for await (const { status } of running.progress()) seen.push(status);
      })();
      await world.settle();
      expect(people.size).toBe(10);
      const stopped = what === "the run" ? running.stop() : world.rights.stop();
      // As long as a call may take.
      await world.clock.advance(60_000);
      await stopped;
      const view = orThrow(await running.end());
      expect(view).toMatchObject({ status: "stopped", problem: null, counts: { erased: 20 } });
      await followed;
      expect(seen.at(-1)).toBe("stopped");

      const next = await createWorld({ sources: [peopleSource("crm", people)] }, world.tables);
      const goOn = { actor: admin, sweepId: running.id, people: stream(30, 10) };
      const again = orThrow(await next.rights.sweeps.goOn(goOn));
      expect(orThrow(await again.end())).toMatchObject({ status: "completed", counts: { erased: 30 } });
    },
  );

  it("is followed no longer than the library runs, also where another process has taken it over", async () => {
    const tables = memoryTables();
    const sources = [peopleSource("crm", manyPeople(30))];
    const silent: PeopleStream = async function* () {
      await new Promise(() => undefined);
    };
    const world = await createWorld({ sources }, tables);
    const running = orThrow(await world.rights.sweeps.eraseMany({ ...order, people: silent }));
    const on = { actor: admin, sweepId: running.id };
    const statuses = async (views: AsyncIterable<SweepView>) => {
      const seen: string[] = [];
      for await (const { status } of views) seen.push(status);
      return seen;
    };
    const followed = [statuses(running.progress()), statuses(world.rights.sweeps.progress(on))];
    const next = await createWorld({ sources }, tables);
    orThrow(await next.rights.sweeps.goOn({ ...on, people: silent }));
    await world.settle();
    const stopped = world.rights.stop();
    await world.clock.advance(60_000);
    await stopped;
    expect(new Set((await Promise.all(followed)).flat())).toEqual(new Set(["running"]));
    const end = next.rights.stop();
    await next.clock.advance(60_000);
    await end;
  });

  it("can be stopped from elsewhere, and be followed", async () => {
    const people = manyPeople(300);
    const world = await createWorld({ sources: [peopleSource("crm", people)] });
    const { sweeps } = world.rights;
    const running = orThrow(await sweeps.eraseMany({ ...order, people: stream(300), concurrency: 1 }));
    const seen: SweepView[] = [];
    for await (const view of running.progress()) {
      seen.push(view);
      if (view.counts.erased >= 50 && view.status === "running") {
        orThrow(await sweeps.stop({ actor: admin, sweepId: running.id }));
      }
    }
    expect(seen.at(-1)?.status).toBe("stopped");
    expect(orThrow(await running.end())).toMatchObject({ status: "stopped" });
    const known = orThrow(await sweeps.read({ actor: admin, sweepId: running.id }));
    // What was under way and is not stored is done again by the next run.
    expect(known.counts.erased).toBeLessThanOrEqual(300 - people.size);
    const again = orThrow(
      await sweeps.goOn({ actor: admin, sweepId: running.id, people: stream(300), batchSize: 10 }),
    );
    const { status, counts } = orThrow(await again.end());
    expect([status, counts.erased + counts.absent, people.size]).toEqual(["completed", 300, 0]);
  });

  it("refreshes copies once, and counts nobody before they are checked", async () => {
    const origin = manyPeople(30);
    const copy = new Map(origin);
    let refreshes = 0;
    let isDown = true;
    const copySource = copyOfPeople("mirror", copy, origin, {
      refresh: async () => {
        if (isDown) throw new Error("down");
        refreshes += 1;
        for (const email of copy.keys()) if (!origin.has(email) && email !== emailOf(7)) copy.delete(email);
      },
    });
    const world = await createWorld({ sources: [peopleSource("crm", origin), copySource] });
    const first = await sweep(world, stream(30));
    expect(first).toMatchObject({
      status: "stopped",
      counts: { erased: 0, waiting: 30 },
      problem: { source: "mirror", code: "unavailable" },
    });
    isDown = false;
    const again = orThrow(
      await world.rights.sweeps.goOn({ actor: admin, sweepId: first.id, people: stream(30) }),
    );
    expect(orThrow(await again.end())).toMatchObject({
      status: "completed-with-exceptions",
      counts: { erased: 29, waiting: 0, leftBehind: 1 },
    });
    expect(refreshes).toBe(1);
    copy.clear();
    const retried = orThrow(await world.rights.sweeps.retry({ actor: admin, sweepId: first.id }));
    expect(orThrow(await retried.end())).toMatchObject({
      status: "completed",
      counts: { erased: 30, leftBehind: 0 },
    });
  });

  it("leaves those behind who have a request that is under way", async () => {
    const people = manyPeople(20);
    people.set(ada, [{ name: "Ada" }]);
    let isDown = true;
    const source = peopleSource("crm", people, {
      erase: async (subject) => {
        const [email = ""] = subject.values("email");
        if (email === ada && isDown) throw new Error("not now");
        return [{ collection: "people", outcome: "erased", count: people.delete(email) ? 1 : 0 }];
      },
    });
    const world = await createWorld({ sources: [source] });
    const requestId = await world.acknowledged("erasure");
    const view = await sweep(world, async function* () {
      yield {
        people: [person(ada), ...[...people.keys()].filter((each) => each !== ada).map(person)],
        cursor: "1",
      };
    });
    expect(view.counts).toMatchObject({ erased: 20, leftBehind: 1 });
    const [left] = orThrow(await world.rights.sweeps.leftBehind({ actor: admin, sweepId: view.id }));
    expect(left).toMatchObject({ problem: "other-request", source: null });
    isDown = false;
    await world.pass(3_600_000 * 8);
    expect((await world.read(requestId)).outcome).toBe("completed");
    const retried = orThrow(await world.rights.sweeps.retry({ actor: admin, sweepId: view.id }));
    expect(orThrow(await retried.end())).toMatchObject({ status: "completed", counts: { absent: 1 } });
  });

  it("keeps requests about its people waiting while it works on them", async () => {
    const people = new Map([[ada, [{ name: "Ada" }]]]);
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    let calls = 0;
    const source = peopleSource("crm", people, {
      erase: async () => {
        calls += 1;
        if (calls === 1) {
          started.resolve();
          await finish.promise;
        }
        return [{ collection: "people", outcome: "erased", count: people.delete(ada) ? 1 : 0 }];
      },
    });
    const world = await createWorld({ sources: [source] });
    const running = orThrow(
      await world.rights.sweeps.eraseMany({
        ...order,
        people: async function* () {
          yield { people: [person(ada)], cursor: "1" };
        },
      }),
    );
    await started.promise;
    const requestId = await world.acknowledged("erasure");
    expect((await world.read(requestId)).waitingFor).toMatchObject([
      { for: "other-request", requestId: running.id },
    ]);
    expect(calls).toBe(1);
    finish.resolve();
    orThrow(await running.end());
    await world.pass(60_000);
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  it("stops where a source is down, instead of leaving everybody behind", async () => {
    const people = manyPeople(500);
    const source = peopleSource("crm", people, {
      erase: async () => {
        throw new Error("down");
      },
    });
    const world = await createWorld({ sources: [source] });
    const view = await sweep(world, stream(500));
    expect(view).toMatchObject({ status: "stopped", problem: { source: "crm", code: "unavailable" } });
    expect(view.counts.leftBehind).toBeLessThan(100);
  });

  it("never counts as erased who is still there", async () => {
    const people = manyPeople(12);
    const source = peopleSource("crm", people, {
      erase: async () => [{ collection: "people", outcome: "erased", count: 1 }],
    });
    const world = await createWorld({ sources: [source] });
    const view = await sweep(world, stream(12));
    expect(view).toMatchObject({
      status: "completed-with-exceptions",
      counts: { erased: 0, leftBehind: 12 },
    });
    const left = orThrow(await world.rights.sweeps.leftBehind({ actor: admin, sweepId: view.id }));
    expect(new Set(left.map(({ problem }) => problem))).toEqual(new Set(["still-present"]));
  });

  it("adds up what was erased before somebody had to be erased in once more", async () => {
    const people = new Map(
      [0, 1, 2].map((index) => [emailOf(index), Array.from({ length: 25 }, () => ({}))]),
    );
    let most = 15;
    const source = peopleSource("crm", people, {
      eraseMany: async (subjects: readonly Subject[], _: CallContext) => {
        const answers = subjects.map((subject): CollectionOutcome[] => {
          const rows = people.get(subject.values("email")[0] ?? "") ?? [];
          const count = rows.splice(0, most).length;
          return [{ collection: "people", outcome: "erased", count }];
        });
        most = 25;
        return answers;
      },
    });
    const world = await createWorld({ sources: [source] });
    expect(await sweep(world, stream(3))).toMatchObject({
      status: "completed",
      counts: { erased: 3, leftBehind: 0 },
      records: [{ source: "crm", collection: "people", erased: 75 }],
    });
  });

  it("uses what a source can do for several at once, and finds out which of them fails", async () => {
    const people = manyPeople(30);
    const sizes: number[] = [];
    const source = peopleSource("crm", people, {
      eraseMany: async (subjects: readonly Subject[], _: CallContext) => {
        sizes.push(subjects.length);
        const emails = subjects.flatMap((subject) => subject.values("email"));
        if (emails.includes(emailOf(4))) throw new Error("a foreign key says no");
        return emails.map((email): CollectionOutcome[] => [
          people.delete(email)
            ? { collection: "people", outcome: "erased", count: 1 }
            : { collection: "people", outcome: "absent" },
        ]);
      },
    });
    const world = await createWorld({ sources: [source] });
    const view = await sweep(world, stream(30, 30));
    expect(view.counts).toMatchObject({ erased: 29, leftBehind: 1 });
    expect([...people.keys()]).toEqual([emailOf(4)]);
    expect(Math.max(...sizes)).toBe(10);
  });

  it("follows what sources know of each other", async () => {
    const byEmail = manyPeople(5);
    const byNumber = new Map([...byEmail.keys()].map((_, index) => [`n-${index}`, [{ x: 1 }]]));
    const crm = peopleSource("crm", byEmail, {
      identify: async (subject) =>
        subject
          .values("email")
          .map((email) => ({ type: "number", value: `n-${/\d+/.exec(email)?.[0]}`, shared: false })),
    });
    const numbered = peopleSource("numbered", byNumber, {
      needs: ["number"],
      locate: async (subject) => [
        {
          collection: "numbers",
          count: subject.values("number").filter((each) => byNumber.has(each)).length,
        },
      ],
      erase: async (subject) => {
        const count = subject.values("number").filter((each) => byNumber.delete(each)).length;
        return [{ collection: "numbers", outcome: "erased", count }];
      },
    });
    const world = await createWorld({ sources: [crm, numbered] });
    expect(await sweep(world, stream(5))).toMatchObject({ status: "completed", counts: { erased: 5 } });
    expect([byEmail.size, byNumber.size]).toEqual([0, 0]);
  });

  it("refuses what it cannot do, before it begins", async () => {
    const manual = peopleSource("paper", new Map());
    const world = await createWorld({
      sources: [peopleSource("crm", new Map()), { ...manual, erase: null, owner: "owner@example.org" }],
    });
    const refused = await world.rights.sweeps.eraseMany({ ...order, people: stream(1) });
    expect(unwrapError(refused)).toMatchObject({ code: "not-sweepable", sources: ["paper"] });
    expect(unwrapError(refused)).toBeInstanceOf(NotSweepable);
    const forbidden = await world.rights.sweeps.eraseMany({
      ...order,
      actor: tenantAdmin,
      people: stream(1),
    });
    expect(unwrapError(forbidden)).toBeInstanceOf(NotAllowed);
    const nobody = await world.rights.sweeps.eraseMany({
      ...order,
      category: "user-data",
      people: stream(1),
    });
    expect(unwrapError(nobody)).toMatchObject({ code: "invalid-input" });
    expect(world.tables.sweeps.size).toBe(0);
  });

  it("says where its stream failed, and goes on behind what was read", async () => {
    const people = manyPeople(50);
    const world = await createWorld({ sources: [peopleSource("crm", people)] });
    const running = orThrow(
      await world.rights.sweeps.eraseMany({
        ...order,
        async *people(): AsyncGenerator<PeoplePage> {
          let pages = 0;
          for await (const page of stream(50)(null)) {
            pages += 1;
            if (pages === 2) throw new Error("the connection is lost");
            yield page;
          }
        },
      }),
    );
    expect(unwrapError(await running.end())).toBeInstanceOf(PeopleUnavailable);
    expect(orThrow(await world.rights.sweeps.read({ actor: admin, sweepId: running.id }))).toMatchObject({
      status: "stopped",
      problem: { code: "unavailable", source: null },
      counts: { erased: 25 },
    });
    const again = orThrow(
      await world.rights.sweeps.goOn({ actor: admin, sweepId: running.id, people: stream(50) }),
    );
    expect(orThrow(await again.end())).toMatchObject({
      status: "completed",
      counts: { erased: 50, absent: 0 },
    });
  });

  const failing = async ({ rights }: World) => {
    const { status, failing: all } = orThrow(await rights.health());
    return [status, ...all.filter(({ adapter }) => adapter.startsWith("sweep ")).map((each) => each.problem)];
  };

  it("that an error has ended says so, health names it until somebody goes on with it, and it can be gone on with", async () => {
    const tables = memoryTables();
    const lost = { is: true };
    const { keyRing } = memoryStorage({ tables });
    const world = await createWorld(
      {
        sources: [peopleSource("crm", manyPeople(2))],
        keyRing: { ...keyRing, useAll: (name) => (lost.is ? okAsync([]) : keyRing.useAll(name)) },
      },
      tables,
    );
    const running = orThrow(await world.rights.sweeps.eraseMany({ ...order, people: stream(2) }));
    expect(unwrapError(await running.end()).code).toBe("key-destroyed");
    const on = { actor: admin, sweepId: running.id };
    expect(orThrow(await world.rights.sweeps.read(on))).toMatchObject({
      status: "stopped",
      problem: { code: "key-lost", source: null, retryable: false },
    });
    const audit = orThrow(await world.rights.sweeps.audit(on));
    expect(audit.at(-1)).toMatchObject({ action: "sweep-stopped", detail: { problem: "key-lost" } });
    expect(await failing(world)).toEqual(["failing", "key-lost"]);
    lost.is = false;
    const again = orThrow(await world.rights.sweeps.goOn({ ...on, people: stream(2) }));
    expect(orThrow(await again.end())).toMatchObject({ status: "completed", problem: null });
    expect(await failing(world)).not.toContain("key-lost");
  });

  it("that ended with the store says so once the store takes it", async () => {
    const tables = memoryTables();
    const { sweepStore, ...storage } = memoryStorage({ tables });
    const down = { is: false };
    const failed = () => errAsync(new StorageFailed("sweep-store", "commit"));
    const source = peopleSource("crm", manyPeople(2), {
      erase: async () => {
        down.is = true;
        throw new Error("nobody is erased");
      },
    });
    const world = await createWorld(
      {
        sources: [source],
        ...storage,
        sweepStore: {
          ...sweepStore,
          transaction: null,
          commit: (input) => (down.is ? failed() : sweepStore.commit(input)),
        },
      },
      tables,
    );
    const running = orThrow(await world.rights.sweeps.eraseMany({ ...order, people: stream(2) }));
    expect(unwrapError(await running.end()).code).toBe("storage-failed");
    const on = { actor: admin, sweepId: running.id };
    const stored = async () => orThrow(await world.rights.sweeps.read(on));
    expect(await stored()).toMatchObject({ status: "running" });
    expect(await failing(world)).toEqual(["failing", "internal-error"]);
    await world.pass(120_000);
    down.is = false;
    await world.pass(3_600_000);
    expect(await stored()).toMatchObject({ status: "stopped", problem: { code: "internal-error" } });
    expect(await failing(world)).toEqual(["failing", "internal-error"]);
    orThrow(await world.rights.sweeps.settle({ ...on, reason: "seen to by hand" }));
    expect(await failing(world)).toEqual(["ok"]);
  });

  it("keeps tenants apart", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", manyPeople(1))] });
    const { id } = await sweep(world, stream(1));
    const elsewhere = { ...admin, tenant: "southwind" };
    const { sweeps } = world.rights;
    expect((await sweeps.read({ actor: elsewhere, sweepId: id })).isErr()).toBe(true);
    expect(orThrow(await sweeps.list({ actor: elsewhere })).sweeps).toEqual([]);
    expect(orThrow(await sweeps.list({ actor: admin })).sweeps.map((each) => each.id)).toEqual([id]);
  });
});
