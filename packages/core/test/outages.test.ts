import {
  type DataSourceDefinition,
  defineDataSource,
  okAsync,
  PermanentFailure,
  ResultAsync,
  type Row,
  type Subject,
} from "@subject-rights/core";
import { memoryStorage, memoryTables } from "@subject-rights/memory";
import { seededRandomness, simulatedClock, unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, inject, it } from "vitest";
import { admin, createWorld, peopleSource, type World } from "./world.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Long enough for the next probe, however long the source was down. */
const nextProbe = 61 * minute;

const emails = (count: number) => Array.from({ length: count }, (_, index) => `person-${index}@example.org`);

/** A source of many people that can be switched off, and counts how often it is called for its work. */
const switchable = (id: string, people: readonly string[], changes: Partial<DataSourceDefinition> = {}) => {
  const rows = new Map<string, Row[]>(people.map((email) => [email, [{ email }]]));
  const state = { isDown: true, calls: 0, /** How many calls it answers although it is down. */ answers: 0 };
  const called = () => {
    state.calls += 1;
    if (!state.isDown) return;
    if (state.answers === 0) throw new Error("down");
    state.answers -= 1;
  };
  const source = peopleSource(id, rows, {
    async *export(subject) {
      called();
      yield { collection: "people", rows: subject.values("email").flatMap((email) => rows.get(email) ?? []) };
    },
    erase: async (subject) => {
      called();
      const count = subject.values("email").filter((email) => rows.delete(email)).length;
      return [{ collection: "people", outcome: "erased", count }];
    },
    ...changes,
  });
  return { source, state };
};

const lettersTo = (...worlds: readonly Pick<World, "notifier">[]) =>
  worlds.flatMap(({ notifier }) =>
    notifier.sent.flatMap(({ notice }) => (notice.type === "support" ? [notice] : [])),
  );

const typesOf = ({ notifier }: World) => notifier.sent.map(({ notice }) => notice.type);

const outcomes = async (world: World, ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await world.read(id)).outcome));

const all = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

const isThorough = inject("isThorough");

/** How many wait for a source: of more, each only waits as well. */
const crowd = isThorough ? 10 : 4;

const kindOf = (index: number) => (index % 2 === 0 ? "erasure" : "export");

const acknowledgedAll = async (
  world: World,
  people: readonly string[],
  kind: (index: number) => "erasure" | "export" = kindOf,
) => {
  const ids: string[] = [];
  for (const [index, email] of people.entries()) ids.push(await world.acknowledged(kind(index), email));
  return ids;
};

describe("a source that is down", () => {
  for (const [name, length, grace, most] of [
    ["40 seconds", 40 * second, 2 * minute, 0],
    ["an hour", hour, nextProbe, 10],
    ["25 hours", 25 * hour, nextProbe, 90],
  ] as const) {
    it(`for ${name}: one letter for many requests, and all of them go on when it answers`, async () => {
      const people = emails(crowd);
      const { source, state } = switchable("crm", people);
      const world = await createWorld({ sources: [source], lookEvery: day });
      const ids = await acknowledgedAll(world, people);
      await world.pass(length);
      expect(lettersTo(world)).toHaveLength(1);
      // Each tries for itself at first, and then one of them for all.
      expect(state.calls).toBeLessThanOrEqual(5 * crowd + most);
      expect(await outcomes(world, ids)).toEqual(all(crowd, null));
      state.isDown = false;
      await world.pass(grace);
      expect(await outcomes(world, ids)).toEqual(all(crowd, "completed"));
      expect(lettersTo(world)).toHaveLength(1);
      for (const error of world.errors) expect(error).toMatchObject({ problem: "unavailable" });
      expect(typesOf(world).filter((type) => type === "delivery")).toHaveLength(crowd / 2);
      expect(typesOf(world)).not.toContain("failure");
      await world.rights.stop();
    });
  }

  it("for some of what it does only, is one outage, and what works goes on", async () => {
    const people = emails(4);
    let isDown = true;
    const { source } = switchable("crm", people, {
      identify: async () => [],
      erase: async () => {
        if (isDown) throw new Error("down");
        return [{ collection: "people", outcome: "absent" }];
      },
      verify: async () => [],
    });
    const world = await createWorld({ sources: [source] });
    const ids = await acknowledgedAll(world, people, () => "erasure");
    await world.pass(4 * hour);
    expect(lettersTo(world)).toHaveLength(1);
    isDown = false;
    await world.pass(nextProbe);
    expect(await outcomes(world, ids)).toEqual(all(4, "completed"));
    await world.rights.stop();
  });

  it("together with another one is two outages, each told once", async () => {
    const people = emails(4);
    const [crm, shop] = [switchable("crm", people), switchable("shop", people)];
    const world = await createWorld({ sources: [crm.source, shop.source] });
    const ids = await acknowledgedAll(world, people);
    await world.pass(hour);
    expect(
      lettersTo(world)
        .map(({ source }) => source.id)
        .sort(),
    ).toEqual(["crm", "shop"]);
    shop.state.isDown = false;
    await world.pass(nextProbe);
    crm.state.isDown = false;
    await world.pass(nextProbe);
    const erasures = ids.filter((_, index) => kindOf(index) === "erasure");
    expect(await outcomes(world, erasures)).toEqual(all(2, "completed"));
    expect(lettersTo(world)).toHaveLength(2);
    await world.rights.stop();
  });

  it("and answers once in an hour is one outage, told once a day at most", async () => {
    const people = emails(crowd);
    const { source, state } = switchable("crm", people);
    const world = await createWorld({ sources: [source] });
    const ids = await acknowledgedAll(world, people, () => "erasure");
    for (let passed = 0; passed < 26; passed += 1) {
      await world.pass(hour);
      state.answers = 1;
    }
    expect(lettersTo(world).length).toBeLessThanOrEqual(2);
    state.isDown = false;
    await world.pass(nextProbe);
    expect(await outcomes(world, ids)).toEqual(all(crowd, "completed"));
    await world.rights.stop();
  });

  it("for one person only is told of that one, and of everybody when it is down for all", async () => {
    const people = emails(6);
    const [poisoned = "", healthy = "", ...others] = people;
    let isDown = false;
    const { source } = switchable("crm", people, {
      erase: async (subject) => {
        if (isDown || subject.values("email").includes(poisoned)) throw new Error("an index is broken");
        return [{ collection: "people", outcome: "absent" }];
      },
      locate: async () => [],
    });
    const world = await createWorld({ sources: [source] });
    await world.acknowledged("erasure", poisoned);
    await world.pass(10 * minute);
    const healthyId = await world.acknowledged("erasure", healthy);
    expect(await outcomes(world, [healthyId])).toEqual(["completed"]);
    await world.pass(2 * hour);
    expect(lettersTo(world)).toHaveLength(1);
    isDown = true;
    const ids = await acknowledgedAll(world, others, () => "erasure");
    await world.pass(2 * hour);
    expect(lettersTo(world)).toHaveLength(2);
    isDown = false;
    await world.pass(nextProbe);
    expect(await outcomes(world, ids)).toEqual(all(4, "completed"));
    await world.rights.stop();
  });

  it("for one call longer than for another keeps nobody waiting who needs that other one", async () => {
    const people = emails(4);
    const down = { erase: true, export: true };
    const { source } = switchable("crm", people, {
      async *export() {
        if (down.export) throw new Error("down");
        yield { collection: "people", rows: [] };
      },
      erase: async () => {
        if (down.erase) throw new Error("down");
        return [{ collection: "people", outcome: "absent" }];
      },
      locate: async () => [],
    });
    const world = await createWorld({ sources: [source] });
    const ids = await acknowledgedAll(world, people);
    await world.pass(2 * hour);
    down.export = false;
    await world.pass(nextProbe);
    expect(await outcomes(world, ids)).toEqual(
      people.map((_, index) => (index % 2 === 0 ? null : "completed")),
    );
    await world.pass(3 * hour);
    expect(lettersTo(world)).toHaveLength(1);
    down.erase = false;
    await world.pass(nextProbe);
    expect(await outcomes(world, ids)).toEqual(all(4, "completed"));
    await world.rights.stop();
  });

  it("while exports go on without it, one after the other, is told once", async () => {
    const people = emails(5);
    const crm = switchable("crm", people);
    const shop = switchable("shop", people);
    shop.state.isDown = false;
    const world = await createWorld({ sources: [crm.source, shop.source] });
    for (const email of people) {
      await world.acknowledged("export", email);
      await world.pass(hour);
    }
    expect(typesOf(world).filter((type) => type === "delivery")).toHaveLength(5);
    expect(lettersTo(world)).toHaveLength(1);
    await world.rights.stop();
  });

  it("and says of some that it never will, is told of those one by one", async () => {
    const people = emails(4);
    const { source } = switchable("crm", people, {
      erase: async () => {
        throw new PermanentFailure("frozen");
      },
    });
    const world = await createWorld({ sources: [source] });
    await acknowledgedAll(world, people, () => "erasure");
    await world.pass(day);
    expect(lettersTo(world)).toHaveLength(4);
    await world.rights.stop();
  });

  it("is told again when it is down another day, and when what it says then is another thing", async () => {
    const [email = ""] = emails(1);
    let says: Error | null = new Error("down");
    const { source } = switchable("crm", [email], {
      identify: async () => {
        if (says !== null) throw says;
        return [];
      },
      erase: async () => {
        throw says ?? new PermanentFailure("never");
      },
    });
    const world = await createWorld({ sources: [source] });
    const id = await world.acknowledged("erasure", email);
    await world.pass(hour);
    expect(lettersTo(world)).toHaveLength(1);
    says = null;
    await world.pass(2 * hour);
    expect(lettersTo(world).map(({ problem }) => problem)).toEqual(["unavailable", "permanent-failure"]);
    says = new Error("down");
    await world.pass(day);
    unwrap(await world.rights.requests.retrySource({ actor: admin, requestId: id, source: "crm" }));
    await world.pass(hour);
    expect(lettersTo(world)).toHaveLength(3);
    await world.rights.stop();
  });
});

describe("a request that looks after an outage", () => {
  const deeds = {
    cancelled: (world: World, requestId: string) =>
      world.rights.requests.cancel({ actor: admin, requestId, reason: "by mistake" }),
    declined: (world: World, requestId: string) =>
      world.rights.requests.decline({ actor: admin, requestId, reason: "unfounded" }),
    settled: (world: World, requestId: string) =>
      world.rights.requests.settleSource({ actor: admin, requestId, source: "crm", reason: "beyond reach" }),
    "put in doubt": (world: World, requestId: string) =>
      world.rights.requests.suspend({ actor: admin, requestId, reason: "who asks?" }),
    held: (world: World, _: string, value: string) =>
      world.rights.holds.place({
        actor: admin,
        identifiers: [{ type: "email", value }],
        reason: "a lawsuit",
      }),
    "tried by somebody": (world: World, requestId: string) =>
      world.rights.requests.retrySource({ actor: admin, requestId, source: "crm" }),
  };
  for (const [name, deed] of Object.entries(deeds)) {
    it(`and is ${name} leaves it to another one, and nobody is told twice`, async () => {
      const people = emails(3);
      const { source, state } = switchable("crm", people);
      const world = await createWorld({ sources: [source] });
      const ids = await acknowledgedAll(world, people, () => "erasure");
      await world.pass(10 * minute);
      const [letter] = lettersTo(world);
      const requestId = letter?.requestId ?? "";
      expect((await deed(world, requestId, people[ids.indexOf(requestId)] ?? "")).isOk()).toBe(true);
      await world.pass(2 * hour);
      expect(lettersTo(world)).toHaveLength(1);
      state.isDown = false;
      await world.pass(nextProbe);
      const others = ids.filter((id) => id !== requestId);
      expect(await outcomes(world, others)).toEqual(all(2, "completed"));
      await world.rights.stop();
    });
  }

  it("and is an export that went on without the source tries it for all of them, and for itself", async () => {
    const people = emails(3);
    const { source, state } = switchable("crm", people);
    const shop = switchable("shop", people);
    shop.state.isDown = false;
    const world = await createWorld({ sources: [source, shop.source] });
    const [first = "", second = ""] = people;
    const early = await world.acknowledged("export", first);
    await world.pass(hour);
    expect(await world.read(early)).toMatchObject({ phase: "delivered", outcome: null });
    const late = await world.acknowledged("erasure", second);
    await world.pass(hour);
    expect(lettersTo(world)).toHaveLength(1);
    state.isDown = false;
    await world.pass(nextProbe);
    expect(await outcomes(world, [early, late])).toEqual(["completed", "completed"]);
    expect(typesOf(world).filter((type) => type === "delivery")).toHaveLength(2);
    await world.rights.stop();
  });

  it("and is put off for another request of the same person leaves it to another one", async () => {
    const people = emails(4);
    const [first = "", second = ""] = people;
    const { source, state } = switchable("crm", people, {
      identify: async () => {
        state.calls += 1;
        if (state.isDown) throw new Error("down");
        return [];
      },
    });
    const household = peopleSource("household", new Map(), {
      identify: async (subject) =>
        subject.values("email").includes(first) ? [{ type: "email", value: second, shared: true }] : [],
    });
    const world = await createWorld({ sources: [source, household] });
    const firstId = await world.acknowledged("erasure", first);
    await world.pass(minute);
    const others = await acknowledgedAll(world, people.slice(1), () => "erasure");
    await world.pass(10 * minute);
    expect(lettersTo(world).map(({ requestId }) => requestId)).toEqual([firstId]);
    const same = { answer: "same-person", reason: "she says so" } as const;
    unwrap(
      await world.rights.requests.decideIdentifier({
        actor: admin,
        requestId: firstId,
        decision: "decision-1",
        ...same,
      }),
    );
    await world.settle();
    expect((await world.read(firstId)).waitingFor).toMatchObject([{ for: "other-request" }]);
    await world.pass(2 * hour);
    expect(lettersTo(world)).toHaveLength(1);
    state.isDown = false;
    await world.pass(nextProbe);
    expect(await outcomes(world, [firstId, ...others])).toEqual(all(4, "completed"));
    await world.rights.stop();
  });

  it("and ends with its process has told nobody yet: the next process does", async () => {
    const people = emails(4);
    const tables = memoryTables();
    const clock = simulatedClock();
    const { source, state } = switchable("crm", people);
    const world = await createWorld({ sources: [source] }, tables, clock);
    const ids = await acknowledgedAll(world, people, () => "erasure");
    await world.pass(hour);
    await world.rights.stop();
    state.isDown = false;
    const next = await createWorld({ sources: [source] }, tables, clock);
    await next.pass(nextProbe);
    expect(await outcomes(next, ids)).toEqual(all(4, "completed"));
    expect(lettersTo(world, next)).toHaveLength(1);
    await next.rights.stop();
  });
});

describe("a request that waits for somebody while a source is down", () => {
  const wrongIn = async (world: World) => {
    const { failing, waiting } = unwrap(await world.rights.health());
    return [...failing, ...(waiting ?? []).filter(({ isWrong }) => isWrong)];
  };
  const waitsFor = async (world: World, requestId: string) =>
    (await world.read(requestId)).waitingFor.map((each) => each.for);
  const [first = ""] = emails(1);

  it("who says whose a number is, tries the source all the same", async () => {
    const household = { isTold: false };
    const { source, state } = switchable("crm", [first], {
      identify: async () =>
        household.isTold ? [{ type: "telephone", value: "+49 30 1", shared: true }] : [],
      locate: async () => {
        if (state.isDown && state.calls > 0) throw new Error("down");
        return [{ collection: "people", count: 1 }];
      },
      verify: async () => [{ collection: "people", count: 0 }],
      needs: ["email", "telephone"],
    });
    const world = await createWorld({ sources: [source] });
    const requestId = await world.acknowledged("erasure", first);
    await world.pass(10 * minute);
    household.isTold = true;
    await world.pass(nextProbe);
    expect(await waitsFor(world, requestId)).toEqual(["decision", "source"]);
    state.isDown = false;
    await world.pass(nextProbe);
    expect([await waitsFor(world, requestId), await wrongIn(world)]).toEqual([["decision"], []]);
    const no = { decision: "decision-1", answer: "somebody-else", reason: "a household" } as const;
    unwrap(await world.rights.requests.decideIdentifier({ actor: admin, requestId, ...no }));
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed-with-exceptions");
  });

  it("who erases by hand once more, tries the source all the same", async () => {
    const papers = new Map<string, Row[]>([[first, [{}]]]);
    const { source, state } = switchable("crm", [first], {
      verify: async () => {
        if (state.isDown) throw new Error("down");
        return [{ collection: "people", count: 0 }];
      },
    });
    state.isDown = false;
    const paper = defineDataSource({
      id: "paper",
      title: "The paper files",
      holds: ["customer-data"],
      kind: "origin",
      owner: "archive@example.org",
      locate: async () => [{ collection: "files", count: papers.size }],
    });
    const world = await createWorld({ sources: [source, paper] });
    const requestId = await world.acknowledged("erasure", first);
    const answered = async () => {
      const done = { source: "paper", answer: "done", note: "shredded" } as const;
      unwrap(await world.rights.requests.answerTask({ actor: admin, requestId, ...done }));
    };
    await world.settle();
    state.isDown = true;
    await answered();
    await world.pass(30 * minute);
    expect([await waitsFor(world, requestId), await wrongIn(world)]).toEqual([["task"], []]);
    state.isDown = false;
    await world.pass(nextProbe);
    expect([await waitsFor(world, requestId), await wrongIn(world)]).toEqual([["task"], []]);
    papers.clear();
    await answered();
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  it("and has not yet used up its quick tries, is in no trouble", async () => {
    const { source, state } = switchable("crm", [first]);
    const world = await createWorld({ sources: [source] });
    const requestId = await world.acknowledged("erasure", first);
    await world.pass(2 * second);
    unwrap(await world.rights.requests.suspend({ actor: admin, requestId, reason: "who asks?" }));
    state.isDown = false;
    await world.pass(nextProbe);
    expect(await wrongIn(world)).toEqual([]);
    unwrap(await world.rights.requests.resume({ actor: admin, requestId }));
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed");
  });
});

describe("an export that went on without a source that is down", () => {
  const deliveriesIn = ({ notifier }: World) =>
    notifier.sent.flatMap(({ notice }) => (notice.type === "delivery" ? [notice] : []));

  for (const [name, length] of [
    ["10 seconds", 10 * second],
    ["6 hours", 6 * hour],
    // Between the two: after the quick tries, before the hourly ones.
    ...(isThorough ? [["400 seconds", 400 * second] as const] : []),
  ] as const) {
    it(`makes the missing part by itself after ${name}: a second package, whole, and no third`, async () => {
      const people = emails(4);
      const crm = switchable("crm", people);
      const shop = switchable("shop", people);
      shop.state.isDown = false;
      const world = await createWorld({ sources: [crm.source, shop.source], lookEvery: day });
      const ids = await acknowledgedAll(world, people);
      await world.pass(length);
      crm.state.isDown = false;
      await world.pass(nextProbe);
      expect(await outcomes(world, ids)).toEqual(all(4, "completed"));
      await world.pass(30 * day);
      for (const requestId of ids.filter((_, index) => kindOf(index) === "export")) {
        const letters = deliveriesIn(world).filter((each) => each.requestId === requestId);
        expect(letters.length).toBeLessThanOrEqual(2);
        const last = letters.pop();
        expect(last?.missing).toEqual([]);
        expect(last?.replacesEarlier).toBe(letters.length === 1 ? true : undefined);
        for (const each of letters) {
          expect(each.missing).toEqual([{ title: "The crm", problem: "unavailable", follows: true }]);
        }
      }
      await world.rights.stop();
    });
  }

  it("and another source that never will give its part, stays with a person for that one", async () => {
    const [email = ""] = emails(1);
    const [crm, shop] = [switchable("crm", [email]), switchable("shop", [email])];
    shop.state.isDown = false;
    const archive = switchable("archive", [email], {
      // biome-ignore lint/correctness/useYield: it never comes to that
      async *export() {
        throw new PermanentFailure("never");
      },
    });
    const world = await createWorld({ sources: [crm.source, shop.source, archive.source] });
    const requestId = await world.acknowledged("export", email);
    await world.pass(hour);
    crm.state.isDown = false;
    await world.pass(2 * day);
    expect(deliveriesIn(world).map(({ missing }) => missing)).toEqual([
      [
        { title: "The crm", problem: "unavailable", follows: true },
        { title: "The archive", problem: "permanent-failure" },
      ],
      [{ title: "The archive", problem: "permanent-failure" }],
    ]);
    expect((await world.read(requestId)).waitingFor).toEqual([
      { for: "source", source: "archive", problem: "permanent-failure" },
    ]);
    await world.rights.stop();
  });

  it("asks more and more rarely, and leaves no trail, where the source answers a little and then does not", async () => {
    const [email = ""] = emails(1);
    const state = { isBroken: true, pages: 0 };
    const crm = peopleSource("crm", new Map(), {
      async *export() {
        state.pages += 1;
        yield { collection: "people", rows: [{ email }] };
        if (state.isBroken) throw new Error("the second page cannot be read");
      },
    });
    const shop = switchable("shop", [email]);
    shop.state.isDown = false;
    const world = await createWorld({ sources: [crm, shop.source] });
    const requestId = await world.acknowledged("export", email);
    await world.pass(26 * hour);
    expect(deliveriesIn(world)).toHaveLength(1);
    // One outage, and one try an hour.
    expect(lettersTo(world).length).toBeLessThanOrEqual(2);
    expect(state.pages).toBeLessThan(26 * 2 + 30);
    const actions = unwrap(await world.rights.requests.audit({ actor: admin, requestId }));
    expect(actions.length).toBeLessThan(25);
    state.isBroken = false;
    await world.pass(nextProbe);
    expect(await outcomes(world, [requestId])).toEqual(["completed"]);
    expect(deliveriesIn(world).map(({ missing }) => missing.length)).toEqual([1, 0]);
    await world.rights.stop();
  });

  it("goes on though nobody looks after the outage any more", async () => {
    const people = emails(2);
    const [crm, shop] = [switchable("crm", people), switchable("shop", people)];
    shop.state.isDown = false;
    const world = await createWorld({ sources: [crm.source, shop.source] });
    const [first = "", second = ""] = await acknowledgedAll(world, people, () => "export");
    await world.pass(hour);
    // Its key is lost, and with it whoever tried the source.
    const [letter] = lettersTo(world);
    const left = letter?.requestId === first ? second : first;
    for (const name of world.tables.keys.keys()) {
      if (name.includes(letter?.requestId ?? "")) world.tables.keys.delete(name);
    }
    crm.state.isDown = false;
    await world.pass(30 * hour);
    expect(await outcomes(world, [left])).toEqual(["completed"]);
    await world.rights.stop();
  });
});

describe("a request that begins to wait", () => {
  it("at the very moment at which the source answers another one, goes on all the same", async () => {
    const people = emails(2);
    const { source, state } = switchable("crm", people);
    const { requestStore, ...storage } = memoryStorage();
    const gate = Promise.withResolvers<void>();
    let isMet = false;
    const world = await createWorld({
      ...storage,
      sources: [source],
      requestStore: {
        ...requestStore,
        commit: (input) =>
          requestStore.commit(input).andThen((answer) => {
            if (answer.outcome !== "claimed") return okAsync(answer);
            isMet = true;
            return ResultAsync.fromSafePromise(gate.promise).map(() => answer);
          }),
      },
    });
    const ids = await acknowledgedAll(world, people, () => "erasure");
    await world.pass(30 * second);
    expect(isMet).toBe(true);
    state.isDown = false;
    await world.pass(2 * minute);
    expect(await outcomes(world, ids)).toEqual(expect.arrayContaining(["completed", null]));
    gate.resolve();
    await world.pass(second);
    expect(await outcomes(world, ids)).toEqual(all(2, "completed"));
    await world.rights.stop();
  });
});

describe("two processes over one store", () => {
  it("have one outage, one letter, and go on together", async () => {
    const people = emails(crowd);
    const tables = memoryTables();
    const clock = simulatedClock();
    const { source, state } = switchable("crm", people);
    const options = { sources: [source], lookEvery: 5 * minute };
    const one = await createWorld(options, tables, clock);
    const other = await createWorld({ ...options, randomness: seededRandomness(4) }, tables, clock);
    const ids: string[] = [];
    for (const [index, email] of people.entries())
      ids.push(await (index % 3 === 0 ? one : other).acknowledged(kindOf(index), email));
    await one.pass(3 * hour);
    expect(lettersTo(one, other)).toHaveLength(1);
    state.isDown = false;
    await one.pass(nextProbe);
    await other.settle();
    expect(await outcomes(one, ids)).toEqual(all(crowd, "completed"));
    await one.rights.stop();
    await other.rights.stop();
  });
});

describe("a source that somebody has mended", () => {
  it("is tried again for everybody who waits for it, by one call", async () => {
    const people = emails(4);
    let mended = false;
    const broken = () => {
      if (!mended) throw new PermanentFailure("the password has changed");
    };
    const crm = switchable("crm", people, {
      async *export() {
        broken();
        yield { collection: "people", rows: [] };
      },
      erase: async () => {
        broken();
        return [{ collection: "people", outcome: "absent" }];
      },
      locate: async () => [],
    });
    const shop = switchable("shop", people);
    shop.state.isDown = false;
    const world = await createWorld({ sources: [crm.source, shop.source] });
    const ids = await acknowledgedAll(world, people);
    await world.pass(4 * hour);
    const input = { actor: admin, source: "crm" };
    mended = true;
    const { requests } = unwrap(await world.rights.sources.retryAll(input));
    expect([...requests].sort()).toEqual([...ids].sort());
    await world.settle();
    // Exports that went on without it are delivered anew.
    expect(await outcomes(world, ids)).toEqual(all(4, "completed"));
    expect(unwrap(await world.rights.sources.retryAll(input))).toEqual({ requests: [] });
    const unknown = await world.rights.sources.retryAll({ ...input, source: "crm-2" });
    expect(unwrapError(unknown).code).toBe("source-not-found");
    await world.rights.stop();
  });

  it("is not, where an owner has said that they cannot", async () => {
    const world = await createWorld({
      sources: [
        defineDataSource({
          id: "cabinet",
          title: "The cabinet",
          holds: ["customer-data"],
          kind: "origin",
          owner: "otto@northwind.example",
        }),
      ],
    });
    const requestId = await world.acknowledged("erasure");
    const answer = { actor: admin, requestId, source: "cabinet", answer: "cannot", note: "locked" } as const;
    unwrap(await world.rights.requests.answerTask(answer));
    expect(unwrap(await world.rights.sources.retryAll({ actor: admin, source: "cabinet" }))).toEqual({
      requests: [],
    });
    await world.rights.stop();
  });
});

describe("a source that nobody has registered any more", () => {
  const without = async (kind: "erasure" | "export" = "erasure") => {
    const people = emails(4);
    const [crm, desk] = [switchable("crm", people), switchable("desk", people)];
    crm.state.isDown = false;
    const before = await createWorld({ sources: [crm.source, desk.source] });
    const ids = await acknowledgedAll(before, people, () => kind);
    await before.rights.stop();
    const world = await createWorld({ sources: [crm.source] }, before.tables, before.clock);
    await world.pass(4 * hour);
    return { world, ids, crm, desk };
  };
  const ofDesk = (world: World) => lettersTo(world).filter(({ source }) => source.id === "desk");

  it("is told of once, by the name that it had, and every request goes on when it is there again", async () => {
    const { world, ids, crm, desk } = await without();
    expect(ofDesk(world)).toMatchObject([{ problem: "not-registered", source: { title: "The desk" } }]);
    for (const id of ids) {
      const { waitingFor, sources } = await world.read(id);
      expect(waitingFor).toEqual([{ for: "source", source: "desk", problem: "not-registered" }]);
      expect(sources[1]?.title).toBe("The desk");
    }
    await world.rights.stop();
    desk.state.isDown = false;
    const sources = [crm.source, desk.source];
    const next = await createWorld({ sources }, world.tables, world.clock);
    await next.pass(5 * minute);
    expect(await outcomes(next, ids)).toEqual(all(4, "completed"));
    expect(lettersTo(next)).toEqual([]);
    await next.rights.stop();
  });

  it("is told of once for exports too: none promises its part, and each has it when it is there again", async () => {
    const { world, ids, crm, desk } = await without("export");
    expect(ofDesk(world)).toMatchObject([{ problem: "not-registered", source: { title: "The desk" } }]);
    const delivered = ({ notifier }: World) =>
      notifier.sent.flatMap(({ notice }) => (notice.type === "delivery" ? [notice] : []));
    expect(delivered(world)).toHaveLength(4);
    for (const { missing } of delivered(world)) {
      expect(missing).toEqual([{ title: "The desk", problem: "not-registered" }]);
    }
    await world.rights.stop();
    desk.state.isDown = false;
    const next = await createWorld({ sources: [crm.source, desk.source] }, world.tables, world.clock);
    await next.pass(5 * minute);
    expect(await outcomes(next, ids)).toEqual(all(4, "completed"));
    expect(delivered(next)).toHaveLength(4);
    await next.rights.stop();
  });

  it("is told of anew where it is there again, and is down", async () => {
    const { world, crm, desk } = await without();
    await world.rights.stop();
    const next = await createWorld({ sources: [crm.source, desk.source] }, world.tables, world.clock);
    await next.pass(hour);
    expect(ofDesk(next)).toMatchObject([{ problem: "unavailable" }]);
    await next.rights.stop();
  });

  it("is told of once, where requests open again years later for something else", async () => {
    const people = emails(3);
    const numberOf = (email: string) => `${people.indexOf(email)}`;
    const kept = new Set(people.map(numberOf));
    const [desk, clock] = [switchable("desk", people), simulatedClock(new Date("2026-03-02T09:00:00.000Z"))];
    desk.state.isDown = false;
    const isTheirs = (subject: Subject) => subject.values("customer-number").some((each) => kept.has(each));
    const books = peopleSource("books", new Map(), {
      needs: ["customer-number", "email"],
      identify: async (subject) =>
        subject.values("email").map((each) => ({ type: "customer-number", value: numberOf(each) })),
      locate: async (subject) => [{ collection: "invoices", count: isTheirs(subject) ? 1 : 0 }],
      erase: async (subject) => {
        const collection = "invoices";
        if (clock.now().toISOString() > "2028-12-31") {
          for (const each of subject.values("customer-number")) kept.delete(each);
          return [{ collection, outcome: "erased", count: 1 }];
        }
        return [{ collection, outcome: "retained", count: 1, reason: "§ 147 AO", until: "2028-12-31" }];
      },
    });
    const before = await createWorld({ sources: [books, desk.source], lookEvery: day }, undefined, clock);
    const ids = await acknowledgedAll(before, people, () => "erasure");
    await before.pass(day);
    expect(await outcomes(before, ids)).toEqual(all(3, "completed-with-exceptions"));
    await before.rights.stop();
    clock.set(new Date("2029-01-01T12:00:00.000Z"));
    const world = await createWorld({ sources: [books], lookEvery: hour }, before.tables, clock);
    await world.pass(day);
    expect([...kept]).toEqual([]);
    for (const id of ids) {
      const { waitingFor } = await world.read(id);
      expect(waitingFor).toEqual([{ for: "source", source: "desk", problem: "not-registered" }]);
    }
    expect(ofDesk(world)).toMatchObject([{ problem: "not-registered", source: { title: "The desk" } }]);
    await world.rights.stop();
  });

  it("is closed by hand for all of them at once, by a reason that names none of them", async () => {
    const { world, ids } = await without();
    const input = { actor: admin, source: "desk", reason: "given up in March" };
    const { sources } = world.rights;
    for (const [wrong, code] of [
      [{ source: "desc" }, "source-not-found"],
      [{ reason: " " }, "invalid-input"],
      [{ reason: "asked by person-3@example.org" }, "invalid-input"],
    ] as const) {
      expect(unwrapError(await sources.settleAll({ ...input, ...wrong })).code).toBe(code);
    }
    expect(await outcomes(world, ids)).toEqual(all(4, null));
    const { requests } = unwrap(await sources.settleAll(input));
    expect([...requests].sort()).toEqual([...ids].sort());
    await world.settle();
    expect(await outcomes(world, ids)).toEqual(all(4, "completed-with-exceptions"));
    expect(ofDesk(world)).toHaveLength(1);
    expect(unwrap(await sources.settleAll({ ...input, source: "crm" }))).toEqual({ requests: [] });
    await world.rights.stop();
  });

  it("is not told of again for the others, when somebody settles it for one", async () => {
    const { world, ids } = await without();
    for (const requestId of ids) {
      const settled = { actor: admin, requestId, source: "desk", reason: "given up in March" };
      unwrap(await world.rights.requests.settleSource(settled));
      await world.pass(hour);
    }
    expect(ofDesk(world)).toHaveLength(1);
    expect(await outcomes(world, ids)).toEqual(all(4, "completed-with-exceptions"));
    await world.rights.stop();
  });
});
