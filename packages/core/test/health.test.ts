import {
  createSubjectRights,
  Damaged,
  type DataSource,
  type DataSourceDefinition,
  defineDataSource,
  defineNotifier,
  errAsync,
  type Message,
  PermanentFailure,
  ResultAsync,
  StorageFailed,
  type StoredRequest,
} from "@subject-rights/core";
import { memoryStorage, memoryTables } from "@subject-rights/memory";
import { seededRandomness, simulatedClock, unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import {
  ada,
  admin,
  copyOfPeople,
  createWorld,
  peopleSource,
  tenantAdmin,
  tokenOf,
  unreliable,
  type World,
} from "./world.ts";

const [minute, hour, day] = [60_000, 3_600_000, 24 * 3_600_000];
const people = () => new Map([[ada, [{}]]]);
const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
const healthOf = async ({ rights }: Pick<World, "rights">) => unwrap(await rights.health());

describe("health", () => {
  it("is ok while requests wait for their confirmation, however many: that is their turn", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())] });
    expect(await healthOf(world)).toMatchObject({ status: "ok", failing: [], waiting: [], lateSince: null });
    const first = world.clock.now().toISOString();
    for (let each = 0; each < 20; each += 1) {
      unwrap(await world.rights.requests.submit({ ...submission, email: `p${each}@example.org` }));
      await world.pass(hour);
    }
    const { status, waiting } = await healthOf(world);
    expect([status, waiting]).toEqual([
      "ok",
      [{ for: "acknowledgement", whose: "person", isWrong: false, count: 20, oldest: first }],
    ]);
  });

  it("counts mail that waits for a person, which is wrong a week before its month is over", async () => {
    const tables = memoryTables();
    const { intakeStore, ...storage } = memoryStorage({ tables });
    let isDown = false;
    const overdue: typeof intakeStore.overdue = (query) =>
      isDown
        ? errAsync(new StorageFailed("intake-store", "overdue", { cause: new Error("down") }))
        : intakeStore.overdue(query);
    const options = { sources: [], ...storage, intakeStore: { ...intakeStore, overdue } };
    const world = await createWorld(options, tables);
    const arrives = async (tenant: string, digit: string) => {
      const mail = { tenant, fingerprint: digit.repeat(64) };
      const since = world.clock.now().toISOString();
      const waiting = { tenant, id: digit, since, reason: "no-kind", requestId: null, sealed: "" };
      unwrap(await intakeStore.see({ ...mail, at: since }));
      unwrap(await intakeStore.conclude({ ...mail, conclusion: {}, waiting, most: 9 }));
      return since;
    };
    const oldest = await arrives("northwind", "1");
    await world.pass(20 * day);
    await arrives("southwind", "2");
    const ours = { for: "mail", whose: "us", count: 2, oldest };
    expect(await healthOf(world)).toMatchObject({ status: "ok", waiting: [{ ...ours, isWrong: false }] });
    await world.pass(2 * day);
    expect(await healthOf(world)).toMatchObject({ status: "failing", waiting: [{ ...ours, isWrong: true }] });
    isDown = true;
    const { status, waiting, failing } = await healthOf(world);
    expect([status, waiting]).toEqual(["failing", []]);
    expect(failing).toMatchObject([{ adapter: "intake-store", problem: "storage-failed" }]);
    isDown = false;
    unwrap(await intakeStore.remove({ tenant: "northwind", id: "1" }));
    const left = { ...ours, isWrong: false, count: 1, oldest: expect.any(String) };
    expect(await healthOf(world)).toMatchObject({ status: "ok", failing: [], waiting: [left] });
  });

  it("names a request that is due and cannot be read, which is told once and looked at every hour", async () => {
    let reads = 0;
    let isDown = true;
    const tables = memoryTables();
    const { requestStore, ...storage } = memoryStorage({ tables });
    const read: typeof requestStore.read = (key) => {
      reads += 1;
      return requestStore.read(key);
    };
    const held = people();
    const crm = peopleSource("crm", held, {
      erase: async () => {
        if (isDown) throw new Error("down");
        held.clear();
        return [{ collection: "people", outcome: "erased", count: 1 }];
      },
    });
    const options = {
      sources: [crm],
      ...storage,
      requestStore: { ...requestStore, read },
      lookEvery: minute,
    };
    const world = await createWorld(options, tables);
    const id = await world.acknowledged("erasure");
    const [[place, whole]] = [...tables.requests] as [[string, StoredRequest]];
    tables.requests.set(place, { ...whole, state: { ...whole.state, form: 99 } });
    isDown = false;
    await world.pass(10 * minute);
    world.errors.length = 0;
    await world.rights.stop();
    const next = await createWorld(world.options, tables, world.clock);
    reads = 0;
    await next.pass(day);
    const told = world.errors.filter((each) => each instanceof Damaged);
    expect(told.length).toBe(1);
    expect(reads).toBeLessThan(100);
    const { status, unreadable, lateSince } = await healthOf(next);
    expect([status, lateSince]).toEqual(["failing", null]);
    expect(unreadable).toMatchObject([{ tenant: "northwind", id }]);
    // Another process, which has not worked on anything, says the same.
    expect((await healthOf({ rights: createSubjectRights(next.options) })).unreadable).toHaveLength(1);

    tables.requests.set(place, whole);
    await next.pass(day);
    expect((await next.read(id)).outcome).toBe("completed");
    expect(await healthOf(next)).toMatchObject({ status: "ok", unreadable: [] });
  });

  describe("of a store", () => {
    /** A store of requests whose list fails, and whatever else it is asked while it is away. */
    const listing = async () => {
      const state = { isAway: false, isListBroken: false };
      const tables = memoryTables();
      const { requestStore, ...storage } = memoryStorage({ tables });
      const failed = (operation: string) =>
        errAsync(new StorageFailed("request-store", operation, { cause: new Error("the server is gone") }));
      const away: typeof requestStore = {
        ...requestStore,
        due: (query) => (state.isAway ? failed("due") : requestStore.due(query)),
        read: (key) => (state.isAway ? failed("read") : requestStore.read(key)),
        list: (query) => (state.isAway || state.isListBroken ? failed("list") : requestStore.list(query)),
      };
      const options = { sources: [peopleSource("crm", people())], ...storage, requestStore: away };
      const world = await createWorld({ ...options, lookEvery: minute }, tables);
      return { world, state, look: () => world.rights.requests.list({ actor: admin }) };
    };

    it("is over for all that was asked of it once it works again, whether that is asked again or not", async () => {
      const { world, state, look } = await listing();
      state.isAway = true;
      expect((await look()).isErr()).toBe(true);
      expect((await healthOf(world)).status).toBe("down");
      await world.clock.advance(5_000);
      state.isAway = false;
      await world.clock.advance(hour);
      expect(await healthOf(world)).toMatchObject({ status: "ok", failing: [] });
    });

    it("is not over for what fails again while everything else works", async () => {
      const { world, state, look } = await listing();
      state.isListBroken = true;
      const since = world.clock.now().toISOString();
      expect((await look()).isErr()).toBe(true);
      await world.clock.advance(hour);
      expect((await look()).isErr()).toBe(true);
      await world.clock.advance(3 * hour);
      const failing = [{ adapter: "request-store", problem: "storage-failed", since }];
      expect(await healthOf(world)).toMatchObject({ status: "failing", failing });
      state.isListBroken = false;
      expect((await look()).isOk()).toBe(true);
      expect(await healthOf(world)).toMatchObject({ status: "ok", failing: [] });
    });
  });

  const oldestOf = async (world: World, kind: string) =>
    (await healthOf(world)).waiting?.find((each) => each.for === kind)?.oldest;

  it("counts from when a source first turned wrong, whatever was tried and whatever it answered since", async () => {
    for (const isThere of [true, false]) {
      let tries = 0;
      const source = peopleSource("crm", people(), {
        erase: async (_, { signal }) => {
          tries += 1;
          if (isThere) return [{ collection: "people", outcome: "erased", count: 1 }];
          if (tries % 2 === 0) throw new Error("down");
          return new Promise((__, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        },
      });
      const world = await createWorld({ sources: [source] });
      await world.acknowledged("erasure");
      const first = world.clock.now().getTime();
      await world.pass(hour);
      for (let days = 1; days <= 2; days += 1) {
        const oldest = await oldestOf(world, "source");
        expect(Date.parse(oldest ?? "") - first).toBeLessThan(10 * minute);
        await world.pass(day);
      }
      expect(tries).toBeGreaterThan(10);
      await world.rights.stop();
    }
  });

  const again = {
    "a source that is down": { identify: () => Promise.reject(new Error("down")) },
    "a source that says never": { locate: () => Promise.reject(new PermanentFailure("no such table")) },
    "a source that erases nothing": {
      erase: async () => [{ collection: "people", outcome: "erased", count: 1 }],
    },
    "a letter that is refused": {},
  } satisfies Readonly<Record<string, Partial<DataSourceDefinition>>>;

  it.each(Object.entries(again))(
    "counts from when it first turned wrong, however often somebody tries it again in vain: %s",
    async (_, misbehaving) => {
      const { notifier, accepted } = unreliable(({ notice }) => {
        if (notice.type === "completion") throw new PermanentFailure("no such mailbox");
      });
      const world = await createWorld({ sources: [peopleSource("crm", people(), misbehaving)], notifier });
      const { id: requestId } = unwrap(await world.rights.requests.submit(submission)).request;
      await world.settle();
      unwrap(await world.rights.requests.acknowledge({ token: tokenOf(accepted) }));
      await world.pass(hour);
      const wrongSince = async () =>
        (await healthOf(world)).waiting?.flatMap((each) => (each.isWrong ? [each.oldest] : []));
      const first = await wrongSince();
      expect(first).toHaveLength(1);
      const byHand = [
        () => world.rights.sources.retryAll({ actor: admin, source: "crm" }),
        () => world.rights.requests.retrySource({ actor: admin, requestId, source: "crm" }),
        () => world.rights.requests.resendMessage({ actor: admin, requestId, message: "completion-1" }),
      ];
      for (const tried of byHand) {
        await world.pass(6 * hour);
        await tried();
        for (const passed of [0, 3_000, hour]) {
          await world.pass(passed);
          expect(await wrongSince()).toEqual(first);
        }
      }
      await world.rights.stop();
    },
  );

  describe("while somebody is still to erase by hand", () => {
    /** A request that waits for the owner of the papers alone, once what went wrong at the other source was tried again. */
    const tried = async (state: { isBad: boolean }, id: string, source: DataSource) => {
      const papers = defineDataSource({
        ...{ id: "papers", title: "Papers", holds: ["customer-data"], kind: "origin" },
        owner: "archive@northwind.example",
      });
      const world = await createWorld({ sources: [peopleSource("crm", people()), source, papers] });
      const requestId = await world.acknowledged("erasure");
      await world.pass(hour);
      const stuck = { for: "source", source: id, problem: expect.any(String) };
      expect((await world.read(requestId)).waitingFor).toContainEqual(stuck);
      state.isBad = false;
      unwrap(await world.rights.requests.retrySource({ actor: admin, requestId, source: id }));
      await world.pass(hour);
      expect((await world.read(requestId)).waitingFor).toEqual([{ for: "task", source: "papers" }]);
      return { world, requestId };
    };

    const done = async ({ world, requestId }: Awaited<ReturnType<typeof tried>>) => {
      const task = { actor: admin, requestId, source: "papers", answer: "done", note: "shredded" } as const;
      unwrap(await world.rights.requests.answerTask(task));
      await world.pass(hour);
      expect((await world.read(requestId)).phase).toBe("closed");
      expect(await healthOf(world)).toMatchObject({ status: "ok", waiting: [] });
    };

    it("is nothing wrong with a source that was tried again and has worked", async () => {
      const state = { isBad: true };
      const held = people();
      const copy = copyOfPeople("index", held, new Map(), {
        copyOf: ["crm"],
        refresh: async () => {
          if (state.isBad) throw new PermanentFailure("no such index");
          held.clear();
        },
      });
      const { world, requestId } = await tried(state, "index", copy);
      expect(await healthOf(world)).toMatchObject({ status: "ok", waiting: [{ for: "task", count: 1 }] });
      const { sources } = await world.read(requestId);
      expect(sources).toContainEqual(
        expect.objectContaining({ id: "index", status: "succeeded", problem: null }),
      );
      await done({ world, requestId });
    });

    it("shows in its request what it counts: that a person was there again, until the last look", async () => {
      const state = { isBad: true };
      const held = people();
      const shop = peopleSource("shop", held, {
        erase: async () => {
          if (!state.isBad) held.clear();
          return [{ collection: "people", outcome: "erased", count: 1 }];
        },
      });
      const { world, requestId } = await tried(state, "shop", shop);
      const { status, waiting } = await healthOf(world);
      expect(status).toBe("failing");
      expect(waiting).toContainEqual(expect.objectContaining({ for: "retry", whose: "by-itself", count: 1 }));
      const { sources } = await world.read(requestId);
      const problem = { code: "still-present", retryable: true };
      expect(sources).toContainEqual(expect.objectContaining({ id: "shop", problem }));
      await done({ world, requestId });
    });
  });

  it("counts from when mail was first down, though a package that expired is made anew", async () => {
    let isDown = false;
    const notifier = defineNotifier({
      id: "mail",
      attachmentLimit: 1_000_000,
      send: async (message) => {
        if (isDown && message.notice.type === "delivery") throw new Error("down");
        sent.push(message);
      },
    });
    const sent: Message[] = [];
    const world = await createWorld({ sources: [peopleSource("crm", people())], notifier });
    const asked = { ...submission, actor: tenantAdmin, kind: "export" } as const;
    unwrap(await world.rights.requests.submit(asked));
    await world.settle();
    isDown = true;
    unwrap(await world.rights.requests.acknowledge({ token: tokenOf(sent) }));
    await world.settle();
    const first = world.clock.now().getTime();
    await world.pass(hour);
    for (let days = 1; days <= 10; days += 1) {
      // The night of a day passes at once.
      world.clock.set(new Date(world.clock.now().getTime() + 20 * hour));
      await world.pass(4 * hour);
      expect(Date.parse((await oldestOf(world, "delivery")) ?? "") - first).toBeLessThan(hour);
    }
  });

  it("names a letter that was given up until its key is gone: then nobody can do anything about it", async () => {
    let isDown = false;
    const sent: Message[] = [];
    const notifier = defineNotifier({
      id: "mail",
      attachmentLimit: 1_000_000,
      send: async (message) => {
        if (isDown && message.notice.type === "completion") throw new Error("down");
        sent.push(message);
      },
    });
    const world = await createWorld({ sources: [peopleSource("crm", people())], notifier, lookEvery: day });
    const { request } = unwrap(await world.rights.requests.submit(submission));
    await world.settle();
    isDown = true;
    unwrap(await world.rights.requests.acknowledge({ token: tokenOf(sent) }));
    await world.pass(day);
    expect(await healthOf(world)).toMatchObject({ status: "failing" });
    // Months pass at once.
    world.clock.set(new Date(world.clock.now().getTime() + 40 * day));
    await world.pass(day);
    isDown = false;
    await world.pass(hour);
    expect(sent.map(({ notice }) => notice.type)).toContain("undelivered");
    expect(await world.read(request.id)).toMatchObject({ waitingFor: [] });
    expect((await world.read(request.id)).messages).toContainEqual(
      expect.objectContaining({ kind: "completion", status: "failed" }),
    );
    expect((await healthOf(world)).waiting).toEqual([]);
  });

  it("says what fails and since when, tells it from what waits for a person, and is ok again", async () => {
    let isDown = true;
    const source = peopleSource("crm", people(), {
      identify: async () => {
        if (isDown) throw new Error("connection refused");
        return [];
      },
    });
    const world = await createWorld({ sources: [source] });
    unwrap(await world.rights.requests.submit({ ...submission, email: "b@example.org" }));
    const requestId = await world.acknowledged("erasure");
    const since = world.clock.now().toISOString();
    await world.pass(10 * minute);
    const found = await healthOf(world);
    expect(found).toMatchObject({
      status: "failing",
      failing: [{ adapter: "crm", problem: "unavailable", since }],
    });
    expect(found.waiting?.filter(({ isWrong }) => isWrong).map((each) => each.count)).toEqual([1]);
    expect(found.waiting).toContainEqual(
      expect.objectContaining({ for: "acknowledgement", whose: "person", count: 1 }),
    );
    isDown = false;
    await world.pass(day);
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect(await healthOf(world)).toMatchObject({ status: "ok", failing: [] });
  });

  it.each(["source", "mail"])(
    "says in every process that an outage of a %s is over which another one saw end",
    async (what) => {
      const state = { isDown: true };
      const tables = memoryTables();
      const options = (seed: number) => ({
        randomness: seededRandomness(seed),
        sources: [
          peopleSource("crm", people(), {
            identify: async () => {
              if (what === "source" && state.isDown) throw new Error("down");
              return [];
            },
          }),
        ],
        notifier: defineNotifier({
          id: "post",
          attachmentLimit: 1_000_000,
          send: async ({ notice }) => {
            if (what === "mail" && state.isDown && notice.type !== "confirmation") throw new Error("down");
            if (notice.type === "confirmation") tokens.push(notice.token);
          },
        }),
      });
      const tokens: string[] = [];
      const clock = simulatedClock();
      const first = await createWorld(options(1), tables, clock);
      const second = await createWorld(options(2), tables, clock);
      // Each of them meets it.
      for (const [index, world] of [first, second].entries()) {
        unwrap(await world.rights.requests.submit({ ...submission, email: `p${index}@example.org` }));
        await world.settle();
        unwrap(await world.rights.requests.acknowledge({ token: tokens.pop() ?? "" }));
        await world.pass(minute);
      }
      await first.pass(hour);
      for (const world of [first, second]) {
        const adapter = what === "source" ? "crm" : "post";
        expect(await healthOf(world)).toMatchObject({ status: "failing", failing: [{ adapter }] });
      }
      // Whoever lives on sees the end of it; what the other knows stays as it was.
      const asked = second.rights.health;
      await second.rights.stop();
      state.isDown = false;
      await first.pass(2 * hour);
      expect((await healthOf(first)).failing).toEqual([]);
      expect(unwrap(await asked())).toMatchObject({ status: "ok", failing: [] });
    },
  );

  it("names a source as failing only until it has answered anything since", async () => {
    const state = { isDown: true };
    const held = people();
    const source = peopleSource("crm", held, {
      locate: async () => {
        if (state.isDown) throw new Error("connection refused");
        return [{ collection: "people", count: held.size }];
      },
      verify: async () => [{ collection: "people", count: held.size }],
      erase: async () => {
        if (state.isDown) throw new Error("connection refused");
        held.clear();
        return [{ collection: "people", outcome: "erased", count: 1 }];
      },
    });
    const world = await createWorld({ sources: [source] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(10 * minute);
    expect((await healthOf(world)).failing).toMatchObject([{ adapter: "crm", problem: "unavailable" }]);
    state.isDown = false;
    await world.pass(3 * hour);
    // Nobody has counted there since.
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect(await healthOf(world)).toMatchObject({ status: "ok", failing: [] });
    state.isDown = true;
    held.set(ada, [{}]);
    await world.acknowledged("erasure");
    await world.pass(minute);
    expect((await healthOf(world)).failing).toMatchObject([{ adapter: "crm", problem: "unavailable" }]);
  });

  it("knows of letters that are not accepted, in a process that has not tried them itself", async () => {
    const notifier = defineNotifier({
      id: "smtp",
      send: async () => {
        throw new Error("535 authentication failed");
      },
    });
    const tables = memoryTables();
    const world = await createWorld({ sources: [peopleSource("crm", people())], notifier }, tables);
    unwrap(await world.rights.requests.submit(submission));
    await world.pass(2 * minute);
    expect((await healthOf(world)).failing).toMatchObject([{ adapter: "smtp", problem: "unavailable" }]);
    const other = createSubjectRights({ ...world.options, ...memoryStorage({ tables }) });
    expect(unwrap(await other.health())).toMatchObject({
      status: "failing",
      failing: [],
      waiting: expect.arrayContaining([
        expect.objectContaining({ for: "delivery", whose: "by-itself", isWrong: true, count: 1 }),
      ]),
    });
  });

  it("knows of letters that are given up, of requests that are closed as well", async () => {
    const notifier = defineNotifier({
      id: "smtp",
      send: async () => {
        throw new PermanentFailure("no such mailbox");
      },
    });
    const world = await createWorld({ sources: [peopleSource("crm", people())], notifier });
    const { request } = unwrap(await world.rights.requests.submit(submission));
    await world.settle();
    const on = { actor: admin, requestId: request.id };
    unwrap(await world.rights.requests.cancel({ ...on, reason: "a mistake" }));
    // The letter itself, and the one that tells support of it.
    expect((await world.read(request.id)).waitingFor).toMatchObject([{ for: "message" }, { for: "message" }]);
    expect((await healthOf(world)).waiting).toMatchObject([{ for: "message", whose: "us", isWrong: true }]);
  });

  it.each(["address-book", "package-encryption"])(
    "names the %s no more once no letter waits for it: the request that met it is cancelled",
    async (adapter) => {
      const fail = (which: string) => {
        if (which === adapter && state.isDown) throw new Error("down");
      };
      const state = { isDown: false };
      const world = await createWorld({
        sources: [peopleSource("crm", people())],
        addresses: {
          tenantAdmin: () => {
            fail("address-book");
            return "tenant-admin@northwind.example";
          },
          support: () => "support@northwind.example",
        },
        packageEncryption: { carrySecret: async () => fail("package-encryption") },
      });
      const asked = { ...submission, actor: tenantAdmin, kind: "export" } as const;
      const { id: requestId } = unwrap(await world.rights.requests.submit(asked)).request;
      await world.settle();
      state.isDown = true;
      unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
      await world.pass(hour);
      expect((await healthOf(world)).failing).toMatchObject([{ adapter }]);
      unwrap(await world.rights.requests.cancel({ actor: admin, requestId, reason: "a mistake" }));
      await world.pass(10 * minute);
      expect(await healthOf(world)).toMatchObject({ status: "ok", failing: [] });
    },
  );

  it("is down where the store cannot be asked, and late where nobody works on what is due", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())] });
    const away = () => errAsync(new StorageFailed("request-store", "due"));
    const broken = createSubjectRights({
      ...world.options,
      requestStore: { ...world.options.requestStore, due: away },
    });
    expect(unwrap(await broken.health())).toMatchObject({ status: "down", waiting: null });

    await world.rights.stop();
    const idle = createSubjectRights(world.options);
    unwrap(await idle.requests.submit(submission));
    const since = world.clock.now().toISOString();
    expect(unwrap(await idle.health()).lateSince).toBeNull();
    await world.clock.advance(6 * minute);
    expect(unwrap(await idle.health())).toMatchObject({ status: "failing", lateSince: since });
  });

  it("is down where the store never answers, as over a client that nobody has connected", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())] });
    const silent = new ResultAsync<never, StorageFailed>(new Promise(() => undefined));
    const waiting = createSubjectRights({
      ...world.options,
      requestStore: { ...world.options.requestStore, due: () => silent },
    }).health();
    await world.clock.advance(10_000);
    expect(unwrap(await waiting)).toMatchObject({ status: "down", waiting: null });
  });

  it("reads no request", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())] });
    await world.acknowledged("erasure");
    const asked: string[] = [];
    const { requestStore } = world.options;
    const noted = (name: "list" | "read" | "audit" | "due" | "standing") => {
      const operation = requestStore[name] as (input?: unknown) => never;
      return (input: unknown) => {
        asked.push(name);
        return operation(input);
      };
    };
    const names = ["list", "read", "audit", "due", "standing"] as const;
    const noting = { ...requestStore, ...Object.fromEntries(names.map((name) => [name, noted(name)])) };
    unwrap(await createSubjectRights({ ...world.options, requestStore: noting }).health());
    expect(asked.toSorted()).toEqual(["due", "standing"]);
  });
});
