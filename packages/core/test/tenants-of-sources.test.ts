import type {
  CollectionOutcome,
  DataSource,
  DataSourceDefinition,
  InvalidInput,
  Row,
} from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, copyOfPeople, createWorld, peopleSource, type World } from "./world.ts";

const everybody = () => new Map<string, Row[]>([[ada, [{}]]]);
const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
const people = async function* () {
  yield { people: [{ identifiers: [{ type: "email", value: ada }] }], cursor: "1" };
};

/** Three sources: of all tenants, of ours, and of another. */
const office = async (ours = admin.tenant) => {
  const [all, own, other] = [everybody(), everybody(), everybody()];
  const world = await createWorld({
    sources: [
      peopleSource("crm", all),
      peopleSource("shop", own, { tenants: [ours] }),
      peopleSource("other-shop", other, { tenants: ["contoso"] }),
    ],
  });
  return { world, left: () => [all.size, own.size, other.size] };
};

describe("a source of certain tenants", () => {
  it("has no part in a request of another", async () => {
    const { world, left } = await office();
    const { outcome, sources } = await world.read(await world.acknowledged("erasure"));
    expect({ outcome, sources: sources.map(({ id }) => id) }).toEqual({
      outcome: "completed",
      sources: ["crm", "shop"],
    });
    expect(left()).toEqual([0, 0, 1]);
    const listed = unwrap(await world.rights.sources.list({ actor: admin })).sources;
    expect(listed.map(({ id }) => id)).toEqual(["crm", "shop"]);
  });

  it("has no part in a sweep of another", async () => {
    const { world, left } = await office();
    const sweep = { actor: admin, reason: "retention", category: "customer-data", people } as const;
    const running = unwrap(await world.rights.sweeps.eraseMany(sweep));
    expect(unwrap(await running.end())).toMatchObject({ status: "completed" });
    expect(left()).toEqual([0, 0, 1]);
  });

  it("makes a tenant unknown that no source names: it is refused, and nothing is called done", async () => {
    const { world, left } = await office("northwind-lamps");
    const { requests, sweeps, suppressions } = world.rights;
    const since = world.clock.now();
    const refused = [
      unwrapError(await requests.submit(submission)),
      unwrapError(
        await sweeps.eraseMany({ actor: admin, reason: "retention", category: "customer-data", people }),
      ),
      unwrapError(await suppressions.replay({ actor: admin, category: "customer-data", since })),
    ];
    expect(refused.map((error) => [error.code, (error as InvalidInput).issues[0]?.path])).toEqual(
      refused.map(() => ["invalid-input", "actor.tenant"]),
    );
    expect(left()).toEqual([1, 1, 1]);
  });
});

const hour = 3_600_000;

const down = async (): Promise<never> => {
  throw new Error("down");
};

// biome-ignore lint/correctness/useYield: it fails before it has anything to tell.
async function* neverOut(): AsyncGenerator<never> {
  throw new Error("down");
}

/** The next deployment, over the same store, with these sources. */
const deployed = async (world: World, sources: readonly DataSource[]): Promise<World> => {
  await world.rights.stop();
  return createWorld({ ...world.options, sources }, world.tables, world.clock);
};

/** The shop; one that has an owner cannot be erased in by anybody else. */
const shopOf = (people: Map<string, Row[]>, changes: Partial<DataSourceDefinition>): DataSource => {
  const shop = peopleSource("shop", people, changes);
  return changes.owner === undefined
    ? shop
    : {
        ...shop,
        erase: null,
        descriptor: { ...shop.descriptor, abilities: { ...shop.descriptor.abilities, erase: false } },
      };
};

/** A source that tells of everything that it is asked, and does it. */
const telling = (people: Map<string, Row[]>, changes: Partial<DataSourceDefinition>) => {
  const asked: string[] = [];
  const told =
    <Answer>(ability: string, work: () => Answer) =>
    () => {
      asked.push(ability);
      return work();
    };
  const source = shopOf(people, {
    identify: told("identify", async () => []),
    locate: told("locate", async () => [{ collection: "people", count: people.size }]),
    export: told("export", async function* () {
      yield { collection: "people", rows: [{ id: "theirs" }], cursor: "1" };
    }),
    erase: told(
      "erase",
      async (): Promise<CollectionOutcome[]> => [
        { collection: "people", outcome: "erased", count: people.size },
      ],
    ),
    ...(changes.kind === "copy" && { refresh: told("refresh", async () => undefined) }),
    ...changes,
  });
  return { source, asked };
};

describe("a source that is another tenant's, or of another category, by now", () => {
  const copy = { kind: "copy", copyOf: ["crm"] } as const;
  const byHand = { owner: "owner@northwind.example" } as const;
  /** What it could not do while it was ours, and so what was still due there. */
  const dues: readonly [string, "erasure" | "export", Partial<DataSourceDefinition>][] = [
    ["who it is", "erasure", { identify: down }],
    ["how much it holds", "erasure", { locate: down }],
    ["the erasure", "erasure", { erase: down }],
    ["the refresh of a copy", "erasure", { ...copy, refresh: down }],
    ["the erasure in a copy", "erasure", { ...copy, erase: down }],
    ["the last look", "erasure", { verify: down }],
    ["the part of a package", "export", { export: neverOut }],
    ["whom it is asked for in an export", "export", { identify: down }],
    ["an owner's work", "erasure", { ...byHand, identify: down }],
  ];

  it.each(
    dues.flatMap(([what, kind, broken]) =>
      ([{ tenants: ["contoso"] }, { holds: ["user-data"] }] as const).map((now) => ({
        what,
        kind,
        broken,
        now,
      })),
    ),
  )("is not asked for $what in an open $kind: $now", async ({ kind, broken, now }) => {
    const world = await createWorld({
      sources: [peopleSource("crm", everybody()), shopOf(everybody(), broken)],
    });
    const requestId = await world.acknowledged(kind);
    const {
      erase: _,
      identify: __,
      locate: ___,
      export: ____,
      refresh: _____,
      verify: ______,
      ...same
    } = broken;
    const others = new Map<string, Row[]>([[ada, [{}]]]);
    const shop = telling(others, { ...same, ...now });
    const next = await deployed(world, [peopleSource("crm", everybody()), shop.source]);
    await next.pass(7 * hour);
    // Who somebody is may be asked of a source of whatever category.
    const asked = "holds" in now ? shop.asked.filter((each) => each !== "identify") : shop.asked;
    expect(asked).toEqual([]);
    const { sources, outcome } = await next.read(requestId);
    expect(outcome).not.toBe("completed");
    expect(sources.find(({ id }) => id === "shop")).toMatchObject({ problem: { code: "not-registered" } });
    expect(next.notifier.sent.filter(({ to }) => to === "owner@northwind.example")).toEqual([]);
  });

  it("is not asked by the request that it had retained something in", async () => {
    const retains = peopleSource("shop", everybody(), {
      locate: async () => [{ collection: "people", count: 1, becomes: "retained" }],
      erase: async () => [
        { collection: "people", outcome: "retained", count: 1, reason: "law", until: "2026-03-01" },
      ],
    });
    const world = await createWorld({ sources: [peopleSource("crm", everybody()), retains] });
    const requestId = await world.acknowledged("erasure");
    const { reopensAt } = await world.read(requestId);
    const shop = telling(everybody(), { tenants: ["contoso"] });
    const next = await deployed(world, [peopleSource("crm", new Map()), shop.source]);
    next.clock.set(new Date(Date.parse(reopensAt ?? "") + 24 * hour));
    await next.pass(hour);
    expect(shop.asked).toEqual([]);
    expect((await next.read(requestId)).sources[1]).toMatchObject({ problem: { code: "not-registered" } });
  });

  it("is asked again as soon as it is ours again", async () => {
    const people = everybody();
    const world = await createWorld({ sources: [peopleSource("shop", people, { erase: down })] });
    const requestId = await world.acknowledged("erasure");
    const gone = peopleSource("shop", everybody(), { tenants: ["contoso"] });
    const between = await deployed(world, [peopleSource("crm", everybody()), gone]);
    await between.pass(hour);
    const next = await deployed(between, [peopleSource("crm", new Map()), peopleSource("shop", people)]);
    await next.pass(hour);
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed" });
    expect(people.size).toBe(0);
  });

  it("can be closed by hand where it had a part, and by nothing else that takes a source", async () => {
    const world = await createWorld({
      sources: [peopleSource("crm", everybody()), peopleSource("shop", everybody(), { erase: down })],
    });
    const requestId = await world.acknowledged("erasure");
    const shop = telling(everybody(), { tenants: ["contoso"] });
    const { rights, settle, read } = await deployed(world, [peopleSource("crm", new Map()), shop.source]);
    const shopHere = { actor: admin, source: "shop" };
    const which = { ...shopHere, requestId };
    expect(unwrapError(await rights.sources.retryAll(shopHere)).code).toBe("source-not-found");
    expect(unwrapError(await rights.sources.refresh(shopHere)).code).toBe("source-not-found");
    await rights.requests.retrySource(which);
    await settle();
    unwrap(await rights.requests.settleSource({ ...which, reason: "somebody else's by now" }));
    await settle();
    expect(await read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
    expect(shop.asked).toEqual([]);
  });

  it("is filled anew by its own people alone", async () => {
    const origin = everybody();
    const index = new Map<string, Row[]>();
    const world = await createWorld({
      sources: [
        peopleSource("mine", everybody(), { tenants: [admin.tenant] }),
        peopleSource("theirs", origin, { tenants: ["contoso"] }),
        copyOfPeople("search", index, origin, { tenants: ["contoso"], copyOf: ["theirs"] }),
      ],
    });
    const refresh = async (tenant: string) =>
      world.rights.sources.refresh({ actor: { ...admin, tenant }, source: "search" });
    expect(unwrapError(await refresh(admin.tenant)).code).toBe("source-not-found");
    expect(index.size).toBe(0);
    unwrap(await refresh("contoso"));
    expect(index.size).toBe(1);
  });
});
