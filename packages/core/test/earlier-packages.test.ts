import { buffer } from "node:stream/consumers";
import {
  errAsync,
  type Identifier,
  orThrow,
  type PeopleStream,
  type RequestStore,
  type Row,
  StorageFailed,
  type Subject,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import { MemoryTransaction, memoryNotifier, memoryRequestStore, memoryTables } from "@subject-rights/memory";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { unpack } from "./unpack.ts";
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

const links = { download: (token: string) => `https://privacy.northwind.example/download#${token}` };
const eve = "eve@example.org";
const work = "ada@work.example";
const held = () => new Map<string, Row[]>([ada, eve, work].map((each) => [each, [{ name: each }]]));
const [hour, day] = [3_600_000, 24 * 3_600_000];
const email = (value: string): Identifier => ({ type: "email", value });

interface Lab {
  readonly world: World;
  readonly notifier: ReturnType<typeof memoryNotifier>;
  /** Submits, acknowledges, and answers the request's id. */
  requested(kind: "erasure" | "export", email?: string): Promise<string>;
  /** The token of the newest delivery. */
  token(): string;
}

const lab = async (
  options: Partial<SubjectRightsOptions> = {},
  attachmentLimit = 0,
  tables = memoryTables(),
): Promise<Lab> => {
  const notifier = memoryNotifier({ attachmentLimit });
  const sources = [peopleSource("crm", held())];
  const world = await createWorld({ sources, notifier, links, ...options }, tables);
  const noticeOf = <Type extends "confirmation" | "delivery">(type: Type) => {
    const { notice } = notifier.sent.findLast((message) => message.notice.type === type) ?? {};
    if (notice?.type !== type) throw new Error(`no ${type} was sent`);
    return notice;
  };
  return {
    world,
    notifier,
    requested: async (kind, address = ada) => {
      const actor = kind === "erasure" ? admin : tenantAdmin;
      const asked = { actor, kind, category: "customer-data", email: address } as const;
      const { request } = unwrap(await world.rights.requests.submit(asked));
      await world.settle();
      const confirmation = noticeOf("confirmation");
      const token = confirmation.type === "confirmation" ? confirmation.token : "";
      unwrap(await world.rights.requests.acknowledge({ token }));
      await world.settle();
      return request.id;
    },
    token: () => {
      const delivery = noticeOf("delivery");
      return delivery.type === "delivery" ? (delivery.url?.split("#")[1] ?? "") : "";
    },
  };
};

const bytesOf = async ({ rights }: World, token: string): Promise<number> => {
  let bytes = 0;
  for await (const chunk of unwrap(await rights.packages.download({ token })).read()) bytes += chunk.length;
  return bytes;
};
const fetched = ({ rights }: World, requestId: string) =>
  rights.packages.fetch({ actor: tenantAdmin, requestId });
const completionOf = ({ notifier }: Lab) => {
  const notice = notifier.sent.findLast(({ notice: { type } }) => type === "completion")?.notice;
  return notice?.type === "completion" ? notice : null;
};
const evidenceOf = async ({ rights }: World, requestId: string) =>
  unwrap(await rights.audit.evidence({ actor: admin, requestId })).file;

describe("a package that was made before its person is erased", () => {
  it("stays theirs by their own link until it expires, and nobody else's; letter and evidence say so", async () => {
    const it = await lab();
    const { world } = it;
    const exported = await it.requested("export");
    const { expiresAt } = (await world.read(exported)).package ?? {};
    const token = it.token();
    expect(it.notifier.sent.at(-1)?.notice).not.toHaveProperty("endsWithErasure");
    // Asked for before, and read only when it is too late.
    const asked = unwrap(await fetched(world, exported));
    await world.pass(2 * day);

    const erased = await it.requested("erasure");
    expect(await world.read(erased)).toMatchObject({
      outcome: "completed",
      earlierPackages: [{ until: expiresAt, ended: false }],
    });
    expect(await bytesOf(world, token)).toBeGreaterThan(0);
    expect(unwrapError(await fetched(world, exported)).code).toBe("package-not-available");
    await expect(asked.read()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "not-possible-now",
    });
    expect((await world.read(exported)).package).toMatchObject({ onlyByLink: true, expiresAt });
    expect(completionOf(it)?.earlierPackages).toEqual([{ until: expiresAt, ended: false }]);
    const evidence = await evidenceOf(world, erased);
    expect(evidence.earlierPackages).toEqual([{ until: expiresAt, ended: false }]);
    const said = evidence.audit.entries.filter(({ action }) => action === "package-left-to-person");
    expect(said.map(({ detail }) => detail)).toEqual([{ until: expiresAt }]);
    // Two audits are not to show that they are about one person.
    expect(JSON.stringify(evidence)).not.toContain(exported);
    expect(JSON.stringify(await evidenceOf(world, exported))).not.toContain(erased);

    await world.pass(5 * day);
    expect(unwrapError(await world.rights.packages.download({ token })).code).toBe("token-rejected");
    expect([...world.tables.chunks.keys()].filter((key) => key.includes(exported))).toEqual([]);
  });

  it("is told beside the one that it has replaced, each with its link", async () => {
    let isDown = true;
    const shop = peopleSource("shop", held(), {
      async *export() {
        if (isDown) throw new Error("down");
        yield { collection: "people", rows: [{ name: ada }] };
      },
    });
    const it = await lab({ sources: [peopleSource("crm", held()), shop], rules: { downloads: 1 } });
    const { world } = it;
    await it.requested("export");
    await world.pass(hour);
    const first = it.token();
    isDown = false;
    await world.pass(5 * hour);
    const second = it.token();
    expect(second).not.toBe(first);
    const erased = await it.requested("erasure");
    const left = [
      { ended: false, downloads: 1 },
      { ended: false, downloads: 1 },
    ];
    expect(completionOf(it)?.earlierPackages).toMatchObject(left);
    expect((await evidenceOf(world, erased)).earlierPackages).toMatchObject(left);
    for (const token of [first, second]) expect(await bytesOf(world, token)).toBeGreaterThan(0);
  });

  it("is told with how often its link still works, and ends where that was used up", async () => {
    const it = await lab({ rules: { downloads: 2 } });
    const { world } = it;
    await it.requested("export");
    const token = it.token();
    expect(it.notifier.sent.at(-1)?.notice).toMatchObject({ type: "delivery", downloads: 2 });
    await bytesOf(world, token);
    const first = await it.requested("erasure");
    expect(completionOf(it)?.earlierPackages).toMatchObject([{ ended: false, downloads: 1 }]);
    await bytesOf(world, token);
    const second = await it.requested("erasure");
    expect(completionOf(it)?.earlierPackages).toMatchObject([{ ended: true }]);
    expect(unwrapError(await world.rights.packages.download({ token })).code).toBe("token-rejected");
    for (const [requestId, left] of [
      [first, { ended: false, downloads: 1 }],
      [second, { ended: true }],
    ] as const) {
      expect((await world.read(requestId)).earlierPackages).toMatchObject([left]);
      expect((await evidenceOf(world, requestId)).earlierPackages).toMatchObject([left]);
    }
    await world.settle();
    expect([...world.tables.chunks.keys()]).toEqual([]);
  });

  it("is told as over, where the letter that tells of it is late", async () => {
    let isDown = true;
    const { notifier, accepted } = unreliable(({ notice }) => {
      if (isDown && notice.type === "completion") throw new Error("down");
    }, 0);
    const world = await createWorld({ sources: [peopleSource("crm", held())], notifier, links });
    for (const kind of ["export", "erasure"] as const) {
      const actor = kind === "erasure" ? admin : tenantAdmin;
      unwrap(await world.rights.requests.submit({ actor, kind, category: "customer-data", email: ada }));
      await world.settle();
      unwrap(await world.rights.requests.acknowledge({ token: tokenOf(accepted) }));
      await world.settle();
    }
    world.clock.set(new Date(world.clock.now().getTime() + 12 * day));
    isDown = false;
    await world.pass(2 * hour);
    expect(accepted.at(-1)?.notice).toMatchObject({ type: "completion", earlierPackages: [{ ended: true }] });
  });

  it("ends with the erasure where that is said: its link, its bytes and its key", async () => {
    const it = await lab({ packagesEndWithErasure: true });
    const { world } = it;
    const exported = await it.requested("export");
    const token = it.token();
    expect(it.notifier.sent.findLast(({ notice: { type } }) => type === "delivery")?.notice).toMatchObject({
      endsWithErasure: true,
    });
    const erased = await it.requested("erasure");
    expect(unwrapError(await world.rights.packages.download({ token })).code).toBe("token-rejected");
    expect(unwrapError(await fetched(world, exported)).code).toBe("package-not-available");
    expect(completionOf(it)?.earlierPackages).toMatchObject([{ ended: true }]);
    const evidence = await evidenceOf(world, erased);
    expect(evidence.earlierPackages).toMatchObject([{ ended: true }]);
    expect(evidence.audit.entries.map(({ action }) => action)).toContain("package-ended");
    await world.settle();
    expect([...world.tables.keys.keys()].filter((name) => name.includes(exported))).toEqual([]);
    expect([...world.tables.chunks.keys()].filter((key) => key.includes(exported))).toEqual([]);
  });

  it("is nobody's who is known by a number, and has the address of somebody who is not, later", async () => {
    const it = await lab({ packagesEndWithErasure: true });
    const { world } = it;
    const exported = await it.requested("export");
    const token = it.token();
    await world.pass(2 * day);
    const number = { type: "customer-number", value: "101" };
    const asked = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const { request } = unwrap(await world.rights.requests.submit({ ...asked, identifiers: [number] }));
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: tokenOf(it.notifier.sent) }));
    await world.settle();
    expect((await world.read(request.id)).outcome).toBe("completed");
    expect([completionOf(it)?.earlierPackages ?? [], await bytesOf(world, token)]).toEqual([
      [],
      expect.any(Number),
    ]);
    unwrap(await fetched(world, exported));
  });

  it("that was attached has no link, and ends", async () => {
    const it = await lab({}, 10_000_000);
    const exported = await it.requested("export");
    expect((await fetched(it.world, exported)).isOk()).toBe(true);
    const erased = await it.requested("erasure");
    expect(unwrapError(await fetched(it.world, exported)).code).toBe("package-not-available");
    expect((await it.world.read(erased)).earlierPackages).toMatchObject([{ ended: true }]);
  });

  it("is found by whatever name the person turns out to have", async () => {
    const it = await lab({
      sources: [
        peopleSource("crm", held(), {
          identify: async (subject: Subject) =>
            subject.values("email").some((each) => each === ada || each === work)
              ? [ada, work].map(email)
              : [],
        }),
      ],
    });
    const exported = await it.requested("export", ada);
    await it.requested("erasure", work);
    expect((await fetched(it.world, exported)).isErr()).toBe(true);
  });

  it("is no concern of anybody else's erasure, of a declined one, or of one of other data", async () => {
    const it = await lab({
      sources: [
        peopleSource("crm", held()),
        peopleSource("logs", new Map([[ada, [{}]]]), { holds: ["user-telemetry"] }),
      ],
    });
    const { world } = it;
    const exported = await it.requested("export");
    expect((await world.read(await it.requested("erasure", eve))).earlierPackages).toEqual([]);
    const asked = { actor: admin, kind: "erasure", category: "user-telemetry", email: ada } as const;
    const other = unwrap(await world.rights.requests.submit(asked)).request.id;
    await world.settle();
    const confirmation = it.notifier.sent.at(-1)?.notice;
    const token = confirmation?.type === "confirmation" ? confirmation.token : "";
    unwrap(await world.rights.requests.acknowledge({ token }));
    await world.settle();
    expect(await world.read(other)).toMatchObject({ outcome: "completed", earlierPackages: [] });
    const again = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const { request } = unwrap(await world.rights.requests.submit(again));
    unwrap(await world.rights.requests.decline({ actor: admin, requestId: request.id, reason: "not hers" }));
    await world.settle();
    expect((await fetched(world, exported)).isOk()).toBe(true);
  });

  it.each([false, true])("is told of alike where the process dies in between (ends: %s)", async (ends) => {
    const tables = memoryTables();
    const store = memoryRequestStore(tables);
    let failures = 0;
    // Behind what becomes of the package, and before the erasure has written it down.
    const requestStore: RequestStore = {
      ...store,
      commit: (input) => {
        const isWritingDown = input.entries.some(({ action }) => action.startsWith("package-"));
        if (input.request.kind === "export" || !isWritingDown || failures === 2) return store.commit(input);
        failures += 1;
        return errAsync(new StorageFailed("request-store", "commit"));
      },
    };
    const it = await lab({ packagesEndWithErasure: ends, requestStore }, 0, tables);
    await it.requested("export");
    const erased = await it.requested("erasure");
    expect((await it.world.read(erased)).outcome).toBe(null);
    await it.world.pass(3_600_000);
    expect(failures).toBe(2);
    expect(await it.world.read(erased)).toMatchObject({
      outcome: "completed",
      earlierPackages: [{ ended: ends }],
    });
  });

  it("is deleted by no erasure while somebody holds the person", async () => {
    const it = await lab({
      packagesEndWithErasure: true,
      sources: [
        peopleSource("crm", held()),
        // The hold comes when everything is erased, and before the end.
        peopleSource("late", new Map<string, Row[]>(), {
          locate: async () => {
            asked += 1;
            if (isErasing && asked > 1) await place();
            return [{ collection: "people", count: 0 }];
          },
        }),
      ],
    });
    let [asked, isErasing, isPlaced] = [0, false, false];
    const place = async () => {
      if (isPlaced) return;
      isPlaced = true;
      const on = { actor: admin, identifiers: [email(ada)], reason: "court file 7" };
      unwrap(await it.world.rights.holds.place(on));
    };
    await it.requested("export");
    const token = it.token();
    [asked, isErasing] = [0, true];
    const erased = await it.requested("erasure");
    const { outcome, earlierPackages } = await it.world.read(erased);
    expect(isPlaced).toBe(true);
    expect(outcome).toBe("completed");
    expect(earlierPackages).toMatchObject([{ ended: false }]);
    expect(await bytesOf(it.world, token)).toBeGreaterThan(0);
  });
});

describe("what an export has collected", () => {
  /** One customer, of whose two addresses only the crm knows that they are one person's; it is out of reach. */
  const twoAddresses = async (attachmentLimit: number) => {
    const crm = { isDown: true };
    const shop: { order: number; email: string }[] = [1, 2].map((order) => ({ order, email: ada }));
    const theirs = (subject: Subject) => shop.filter(({ email }) => subject.values("email").includes(email));
    const sources = [
      peopleSource("crm", new Map(), {
        identify: async () => {
          if (crm.isDown) throw new Error("down");
          return [ada, work].map(email);
        },
      }),
      peopleSource("shop", new Map(), {
        locate: async (subject) => [{ collection: "orders", count: theirs(subject).length }],
        async *export(subject) {
          yield { collection: "orders", rows: theirs(subject).map((row) => ({ ...row })) };
        },
        // Knows by itself whose the second address is.
        erase: async () => [{ collection: "orders", outcome: "erased", count: shop.splice(0).length }],
      }),
    ];
    return { ...(await lab({ sources }, attachmentLimit)), crm, shop };
  };
  const ordersIn = async (stream: AsyncIterable<Uint8Array>) => {
    const files = await unpack(await buffer(stream));
    const { collections } = JSON.parse(String(files.get("manifest.json"))) as {
      collections: { json: string }[];
    };
    return collections
      .flatMap(({ json }) => JSON.parse(String(files.get(json))) as { order?: number }[])
      .flatMap(({ order }) => order ?? [])
      .toSorted();
  };

  it.each([
    ["attached", 1_000_000, []],
    ["by a link", 0, []],
    ["beside what has come since", 0, [3]],
    ["beside as much as there was", 0, [3, 4]],
  ])(
    "is handed out though another request erases it before all is collected anew under more names: %s",
    async (_, attachmentLimit, since) => {
      const its = await twoAddresses(attachmentLimit);
      const { world, notifier, crm, shop } = its;
      const copy = await its.requested("export");
      await world.pass(hour);
      const erasure = await its.requested("erasure", work);
      await world.pass(hour);
      expect(shop).toEqual([]);
      shop.push(...since.map((order) => ({ order, email: ada })));

      crm.isDown = false;
      unwrap(await world.rights.sources.retryAll({ actor: admin, source: "crm" }));
      await world.pass(2 * day);
      expect(await world.read(copy)).toMatchObject({ outcome: "completed" });
      expect(await world.read(erasure)).toMatchObject({ outcome: "completed" });
      const newest = notifier.sent.findLast(({ notice }) => notice.type === "delivery");
      const link = () => world.rights.packages.download({ token: its.token() });
      const stream = newest?.attachment?.read() ?? unwrap(await link()).read();
      expect(await ordersIn(stream)).toEqual([1, 2, ...since]);
      const { sources } = await world.read(copy);
      expect(sources.map(({ done }) => done)).toEqual([0, 2 + since.length]);
    },
  );

  it("is handed out once where it is still there", async () => {
    const its = await twoAddresses(0);
    const { world, crm, shop } = its;
    const copy = await its.requested("export");
    await world.pass(hour);
    shop.push({ order: 3, email: work });
    crm.isDown = false;
    unwrap(await world.rights.sources.retryAll({ actor: admin, source: "crm" }));
    await world.pass(day);
    expect(await world.read(copy)).toMatchObject({ outcome: "completed" });
    expect(
      await ordersIn(unwrap(await world.rights.packages.download({ token: its.token() })).read()),
    ).toEqual([1, 2, 3]);
  });
});

describe("a sweep", () => {
  const stream = (): PeopleStream =>
    async function* (cursor) {
      if (cursor === null) yield { people: [{ identifiers: [email(ada)] }], cursor: "1" };
    };

  it.each([false, true])("leaves earlier packages to the person too (with copies: %s)", async (hasCopy) => {
    const crm = held();
    const it = await lab({
      sources: [peopleSource("crm", crm), ...(hasCopy ? [copyOfPeople("mirror", new Map(crm), crm)] : [])],
    });
    const { world } = it;
    const exported = await it.requested("export");
    const others = await it.requested("export", eve);
    const token = it.token();
    const order = { actor: admin, reason: "retention", category: "customer-data" } as const;
    const running = orThrow(await world.rights.sweeps.eraseMany({ ...order, people: stream() }));
    expect(orThrow(await running.end())).toMatchObject({ status: "completed", counts: { erased: 1 } });
    expect(unwrapError(await fetched(world, exported)).code).toBe("package-not-available");
    expect((await fetched(world, others)).isOk()).toBe(true);
    expect(await bytesOf(world, token)).toBeGreaterThan(0);
    const audit = orThrow(await world.rights.sweeps.audit({ actor: admin, sweepId: running.id }));
    expect(audit.find(({ action }) => action === "person-erased")?.detail).toMatchObject({
      packagesLeft: 1,
      packagesEnded: 0,
    });
  });

  it("that died when it had left a package to somebody erases them, whether its stream still names them or not", async () => {
    const tables = memoryTables();
    const crm = held();
    let isDead = false;
    const { promise: death, resolve: die } = Promise.withResolvers<void>();
    // In the transaction of the record: nothing of the erasure itself is stored when the process dies.
    const source = peopleSource("crm", crm, {
      joins: (handle) => handle instanceof MemoryTransaction,
      erase: async (subject, { transaction }) => {
        if (!isDead) {
          isDead = true;
          die();
          await new Promise<never>(() => undefined);
        }
        if (!(transaction instanceof MemoryTransaction)) throw new Error("called apart");
        transaction.whenStored(() => void crm.delete(subject.values("email")[0] ?? ""));
        return [{ collection: "people", outcome: "erased", count: 1 }];
      },
      locate: async (subject, { transaction }) => {
        const count = transaction === undefined && crm.has(subject.values("email")[0] ?? "") ? 1 : 0;
        return [{ collection: "people", count }];
      },
    });
    const first = await lab({ sources: [source] }, 0, tables);
    const exported = await first.requested("export");
    const order = { actor: admin, reason: "retention", category: "customer-data" } as const;
    const { id } = orThrow(await first.world.rights.sweeps.eraseMany({ ...order, people: stream() }));
    await death;

    const { world } = await lab({ sources: [source] }, 0, tables);
    expect(unwrapError(await fetched(world, exported)).code).toBe("package-not-available");
    const nobody: PeopleStream = async function* () {
      yield { people: [], cursor: "1" };
    };
    const goOn = orThrow(await world.rights.sweeps.goOn({ actor: admin, sweepId: id, people: nobody }));
    expect(orThrow(await goOn.end())).toMatchObject({ status: "completed", counts: { erased: 1 } });
    expect(crm.has(ada)).toBe(false);
  });
});
