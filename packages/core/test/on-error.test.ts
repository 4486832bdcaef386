import {
  adapterWatch,
  CallFailed,
  type DataSourceDefinition,
  defineArtifactStore,
  defineCalendar,
  defineDataSource,
  defineKeyRing,
  defineNotifier,
  defineUserDirectory,
  errAsync,
  okAsync,
  type Row,
  StorageFailed,
} from "@subject-rights/core";
import { memoryStorage, memoryTables } from "@subject-rights/memory";
import { unwrap, unwrapError } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource, tenantAdmin } from "./world.ts";

const hour = 3_600_000;
const everybody = (...emails: string[]) => new Map<string, Row[]>(emails.map((email) => [email, [{}]]));
const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;

/** A source that is asked for one thing. */
const eraseOnly = (erase: NonNullable<DataSourceDefinition["erase"]>) =>
  defineDataSource({ id: "crm", title: "CRM", holds: ["customer-data"], kind: "origin", erase });

/** What was told, as an operator would log it with everything that there is. */
const toldOf = ({ errors }: { readonly errors: readonly unknown[] }) =>
  errors.map((error) => {
    if (error instanceof CallFailed) return `${error.adapter} ${error.problem}: ${causeOf(error)}`;
    if (error instanceof StorageFailed) return `${error.port}.${error.operation}: ${causeOf(error)}`;
    return error;
  });

const causeOf = ({ cause }: Error) => (cause instanceof Error ? cause.message : cause);

describe("onError", () => {
  it("is told of a source that is down once, with the cause, and again after it worked in between", async () => {
    let isDown = true;
    const people = everybody("a@example.org", "b@example.org", "c@example.org");
    const erase: NonNullable<DataSourceDefinition["erase"]> = async () => {
      if (isDown) throw new Error("connection refused by 10.0.0.7");
      return [{ collection: "people", outcome: "absent" }];
    };
    const world = await createWorld({ sources: [eraseOnly(erase)] });
    for (const email of people.keys()) await world.acknowledged("erasure", email);
    await world.pass(8 * hour);
    expect(toldOf(world)).toEqual(["crm unavailable: connection refused by 10.0.0.7"]);

    isDown = false;
    await world.pass(8 * hour);
    isDown = true;
    await world.acknowledged("erasure", "d@example.org");
    await world.pass(8 * hour);
    expect(toldOf(world)).toHaveLength(2);
  });

  it("is told of a policy that cannot say, which allows nothing, and so is health", async () => {
    let answer: () => unknown = async () => Promise.reject(new Error("the session store is down"));
    const world = await createWorld({
      sources: [peopleSource("crm", everybody())],
      policy: () => answer() as boolean,
    });
    const { requests } = world.rights;
    for (let time = 0; time < 2; time += 1)
      expect(unwrapError(await requests.list({ actor: admin })).code).toBe("not-allowed");
    expect(toldOf(world)).toEqual(["policy unavailable: the session store is down"]);
    expect(unwrap(await world.rights.health())).toMatchObject({
      status: "failing",
      failing: [{ adapter: "policy", problem: "unavailable" }],
    });
    answer = () => true;
    unwrap(await requests.list({ actor: admin }));
    expect(unwrap(await world.rights.health())).toMatchObject({ status: "ok", failing: [] });
    answer = () => undefined;
    expect(unwrapError(await requests.list({ actor: admin })).code).toBe("not-allowed");
    expect(toldOf(world).at(-1)).toBe("policy invalid-answer: policy answered nothing: write true or false");
  });

  it("is told of a source that fails for one person once, however many others it serves meanwhile", async () => {
    let isDown = false;
    const erase: NonNullable<DataSourceDefinition["erase"]> = async (subject) => {
      if (isDown || subject.values("email").includes(ada)) throw new Error("a row that cannot be read");
      return [{ collection: "people", outcome: "absent" }];
    };
    const world = await createWorld({ sources: [eraseOnly(erase)] });
    await world.acknowledged("erasure");
    for (let other = 0; other < 5; other += 1) {
      await world.acknowledged("erasure", `other-${other}@example.org`);
      await world.pass(2 * hour);
    }
    expect(world.errors).toHaveLength(1);
    // What happens to everybody is told all the same.
    isDown = true;
    await world.acknowledged("erasure", "b@example.org");
    await world.acknowledged("erasure", "c@example.org");
    await world.pass(6 * hour);
    expect(world.errors).toHaveLength(2);
  });

  it.each<[string, Partial<DataSourceDefinition>, string]>([
    ["erase", { erase: async () => undefined as never }, "`erase` gave what is no answer: Invalid input"],
    [
      "erase",
      { erase: async () => [{ collection: "orders", outcome: "erased", count: "2" as never }] },
      '`erase` gave what is no answer: [0].count ("orders"): Invalid input',
    ],
    [
      "locate",
      { locate: async () => [{ collection: "orders", count: -1 }] },
      '`locate` gave what is no answer: [0].count ("orders"): Too small',
    ],
    [
      "identify",
      { identify: async () => [{ type: "customer-number", value: 7 as never }] },
      "`identify` gave what is no answer: [0]",
    ],
    [
      "export",
      { export: (async () => ada) as never },
      "`export` gave nothing to go through: write `async *export`",
    ],
    [
      "export",
      {
        async *export() {
          yield { collection: "orders", rows: ada as never };
        },
      },
      '`export` gave what is no answer: rows ("orders"): ',
    ],
    [
      "identify",
      { identify: async () => [{ type: "phone", value: "030 123", share: true } as never] },
      "`identify` gave what is no answer: [0]: there is no `share`: write `shared`",
    ],
    [
      "erase",
      {
        erase: async () => [
          { collection: "orders", outcome: "kept", count: 1, reason: "a joint order", until: "2040-01-01" },
        ],
      },
      '`erase` gave what is no answer: [0] ("orders"): there is no `until`',
    ],
    [
      "locate",
      { locate: async () => [{ collection: "orders", count: 1, [ada]: 1 }] },
      '`locate` gave what is no answer: [0] ("orders"): it has a member that there is not',
    ],
    [
      "locate",
      {
        collections: [{ key: "o", name: "Orders" }],
        locate: async () => [{ collection: "orders", count: 1 }],
      },
      '`locate` gave what is no answer: [0].collection ("orders"): it is not among `collections`: there is no `orders`: write `Orders`',
    ],
  ])(
    "is told what %s gave that is no answer, and where, and nothing of what it was",
    async (ability, part, said) => {
      const world = await createWorld({ sources: [peopleSource("crm", everybody(ada), part)] });
      await world.acknowledged(ability === "export" ? "export" : "erasure", ada);
      await world.pass(hour);
      // Again where it has done something else in between.
      expect(toldOf(world)[0]).toContain(`crm invalid-answer: ${said}`);
      expect(String(toldOf(world))).not.toContain(ada);
    },
  );

  it("is told once of a link that cannot be written, by name, and the letter follows when it can", async () => {
    let isSetUp = false;
    const acknowledge = (token: string) => {
      if (!isSetUp) throw new Error("no base address");
      return `https://northwind.example/privacy#${token}`;
    };
    const world = await createWorld({
      sources: [peopleSource("crm", everybody())],
      links: { acknowledge },
    });
    unwrap(await world.rights.requests.submit(submission));
    await world.pass(6 * hour);
    expect(toldOf(world)).toEqual([
      "links invalid-answer: `links.acknowledge` threw: give an address for every token",
    ]);
    expect(unwrap(await world.rights.health()).failing).toMatchObject([{ adapter: "links" }]);
    isSetUp = true;
    await world.pass(6 * hour);
    expect(world.notifier.sent.map(({ notice }) => notice.type)).toContain("confirmation");
    expect(unwrap(await world.rights.health()).failing).toEqual([]);
  });

  it("is told once of a source whose export breaks off behind its first page, and health since when", async () => {
    const source = peopleSource("crm", everybody(ada), {
      async *export() {
        yield { collection: "orders", rows: [{ id: 1 }] };
        throw new Error("502");
      },
    });
    const world = await createWorld({ sources: [source] });
    await world.acknowledged("export", ada);
    await world.pass(hour);
    const { failing } = unwrap(await world.rights.health());
    await world.pass(24 * hour);
    expect(toldOf(world)).toEqual(["crm unavailable: 502"]);
    expect(unwrap(await world.rights.health()).failing).toEqual(failing);
  });

  it("is told what the mail server said, and that nobody has an address", async () => {
    const notifier = defineNotifier({
      id: "smtp",
      send: async () => {
        throw new Error("The message was not taken (535).", { cause: new Error("535 wrong password") });
      },
    });
    const world = await createWorld({ sources: [peopleSource("crm", everybody())], notifier });
    unwrap(await world.rights.requests.submit(submission));
    await world.pass(hour);
    expect(toldOf(world)).toEqual(["smtp unavailable: The message was not taken (535)."]);

    const lost = await createWorld({
      sources: [peopleSource("crm", everybody())],
      addresses: { tenantAdmin: () => undefined, support: () => undefined },
    });
    unwrap(await lost.rights.requests.submit(submission));
    await lost.pass(hour);
    expect(toldOf(lost)).toEqual([
      "address-book no-address: addresses.tenantAdmin answered nothing: write one address, such as support@example.org",
    ]);

    const broken = await createWorld({
      sources: [peopleSource("crm", everybody())],
      addresses: {
        tenantAdmin: () => {
          throw new Error("directory server is away");
        },
        support: () => undefined,
      },
    });
    unwrap(await broken.rights.requests.submit(submission));
    await broken.pass(hour);
    expect(toldOf(broken)).toEqual(["address-book unavailable: directory server is away"]);
  });

  it("is told of what an application's own calls met, and not again by the work that met it too", async () => {
    const away = async (): Promise<never> => {
      throw new Error("away");
    };
    const tables = memoryTables();
    const world = await createWorld(
      {
        sources: [peopleSource("crm", everybody())],
        users: defineUserDirectory({ list: away }),
        calendar: defineCalendar({ holiday: away }),
      },
      tables,
    );
    unwrapError(await world.rights.users.list({ actor: admin }));
    unwrapError(await world.rights.users.list({ actor: admin }));
    unwrapError(await world.rights.requests.submit(submission));
    expect(toldOf(world)).toEqual(["user-directory.list: away", "calendar.holiday: away"]);
  });

  it("is told once of a key ring and of a store that fail under the work, not at every try", async () => {
    const tables = memoryTables();
    const { keyRing, artifactStore, ...storage } = memoryStorage({ tables });
    let isDown = false;
    const failing = <Answer>(answer: Answer): Answer => {
      if (isDown) throw new Error("vault sealed");
      return answer;
    };
    const world = await createWorld(
      {
        ...storage,
        sources: [peopleSource("crm", everybody(ada))],
        keyRing: defineKeyRing({
          create: async (name) => failing(unwrap(await keyRing.create(name))),
          use: async (name) => failing(unwrap(await keyRing.use(name))),
          rotate: async (name) => failing(unwrap(await keyRing.rotate(name))),
          useAll: async (name) => [...failing(unwrap(await keyRing.useAll(name)))],
          destroy: async (name) => failing(unwrap(await keyRing.destroy(name))),
        }),
        artifactStore: defineArtifactStore({
          write: async () => {
            throw new Error("disk full");
          },
          read: async (key) => unwrap(await artifactStore.read(key)),
          remove: async (key) => unwrap(await artifactStore.remove(key)),
          sweep: async (query) => unwrap(await artifactStore.sweep(query)),
        }),
      },
      tables,
    );
    const requestId = await world.acknowledged("export");
    await world.clock.advance(hour);
    expect(toldOf(world)).toEqual(["artifact-store.write: disk full"]);
    isDown = true;
    await world.clock.advance(hour);
    expect(toldOf(world).slice(1)).toEqual(["key-ring.use: vault sealed"]);
    expect((await world.read(requestId, tenantAdmin)).outcome).toBeNull();
  });

  it.each<[string, Partial<DataSourceDefinition>, "erasure" | "export", string]>([
    ...[
      new Date("secret"),
      new Map([["secret", 1]]),
      new URL("https://secret.example"),
      Symbol("secret"),
    ].map((value): [string, Partial<DataSourceDefinition>, "export", string] => [
      `a cell holds what it may not: ${Object.prototype.toString.call(value)}`,
      {
        export: async function* () {
          yield { collection: "people", rows: [{ birthday: value } as unknown as Row] };
        },
      },
      "export",
      'in the collection "people": The column "birthday" holds',
    ]),
    [
      "it exports less than it counts",
      {
        export: async function* () {
          yield* [];
        },
      },
      "export",
      "1 records were counted, and 0 rows were exported",
    ],
    [
      "it retains what it may not retain any more",
      {
        erase: async () => [
          { collection: "people", outcome: "retained", count: 1, reason: "§ 147 AO", until: "2020-12-31" },
        ],
      },
      "erasure",
      "something is retained until a day that is over",
    ],
  ])(
    "is told once of an answer that is refused, and why, and health shows it: %s",
    async (_, wrong, kind, why) => {
      const people = everybody(ada);
      const good = peopleSource("crm", people);
      let isMended = false;
      const mendable = { ...peopleSource("crm", people, wrong) };
      const source = new Proxy(mendable, {
        get: (target, name) => Reflect.get(isMended ? good : target, name) as unknown,
      });
      const world = await createWorld({ sources: [source] });
      const requestId = await world.acknowledged(kind);
      await world.pass(24 * hour);
      expect(world.errors).toHaveLength(1);
      expect(toldOf(world)[0]).toContain(`crm invalid-answer: ${why}`);
      expect(toldOf(world)[0]).not.toContain("secret");
      expect(unwrap(await world.rights.health().map(({ failing }) => failing))).toMatchObject([
        { adapter: "crm", problem: "invalid-answer" },
      ]);
      isMended = true;
      const actor = kind === "export" ? tenantAdmin : admin;
      unwrap(await world.rights.requests.retrySource({ actor: admin, requestId, source: "crm" }));
      await world.pass(hour);
      expect((await world.read(requestId, actor)).outcome).toBe("completed");
      expect(unwrap(await world.rights.health()).failing).toEqual([]);
    },
  );

  it("is told of a dispatcher that does not take wake-ups", async () => {
    const world = await createWorld({
      sources: [peopleSource("crm", everybody(ada))],
      dispatcher: {
        enqueue: async () => {
          throw new Error("queue is gone");
        },
        work: async () => undefined,
        stop: async () => undefined,
      },
    });
    unwrap(await world.rights.requests.submit(submission));
    unwrap(await world.rights.requests.submit({ ...submission, email: "b@example.org" }));
    expect(toldOf(world)).toEqual(["dispatcher.enqueue: queue is gone"]);
  });

  it("is told nothing of a source that was told to stop", async () => {
    const world = await createWorld({
      sources: [
        defineDataSource({
          id: "slow",
          title: "Slow",
          holds: ["customer-data"],
          kind: "origin",
          erase: (_subject, { signal }) =>
            new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
        }),
      ],
    });
    const requestId = await world.acknowledged("erasure");
    unwrap(await world.rights.requests.cancel({ actor: admin, requestId, reason: "a mistake" }));
    await world.settle();
    expect(world.errors).toEqual([]);
  });
});

describe("failing adapters", () => {
  const failure = () => new CallFailed("crm", "unavailable", true);
  const clock = { now: () => new Date(0) };

  it("are told exactly when whoever fails had not failed before, or others were served since", async () => {
    const step = fc.record({
      of: fc.constantFrom("locate", "erase"),
      by: fc.constantFrom("r1", "r2", "r3"),
      works: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const told: unknown[] = [];
        const watching = adapterWatch(clock, (error) => void told.push(error));
        const act = async (operation: string, { by, works }: { by: string; works: boolean }) => {
          const port = {
            [operation]: (_: { requestId: string }) => (works ? okAsync(0) : errAsync(failure())),
          };
          await watching.watch("crm", port)[operation]?.({ requestId: by });
        };
        let failedBefore = false;
        for (const each of steps) {
          const before = told.length;
          await act(each.of, each);
          const isTold = told.length > before;
          // The first failure of all, or after a time in which everything worked, is never kept back.
          if (!each.works && !failedBefore) expect(isTold).toBe(true);
          if (each.works) expect(isTold).toBe(false);
          // The same one again, with nothing in between, is never told twice.
          if (!each.works) {
            const again = told.length;
            await act(each.of, each);
            expect(told.length).toBe(again);
            expect(watching.failing().length).toBeLessThanOrEqual(1);
          }
          failedBefore ||= !each.works;
        }
      }),
    );
  });

  it("say what fails now, and since when", async () => {
    let now = 0;
    const watching = adapterWatch({ now: () => new Date(now) }, () => undefined);
    let works = false;
    const port = watching.watch("crm", {
      locate: (_: { requestId: string }) => (works ? okAsync(0) : errAsync(failure())),
    });
    await port.locate({ requestId: "r1" });
    now = 60_000;
    await port.locate({ requestId: "r2" });
    expect(watching.failing()).toEqual([
      { adapter: "crm", problem: "unavailable", since: "1970-01-01T00:00:00.000Z" },
    ]);
    works = true;
    await port.locate({ requestId: "r2" });
    expect(watching.failing()).toEqual([]);
  });
});
