import type { PGlite } from "@electric-sql/pglite";
import { orThrow, type StoredRequest } from "@subject-rights/core";
import { type PostgresStorage, postgresStorage, privilegesSql } from "@subject-rights/postgres";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PoolShape, PostgresClient } from "../../src/database/client.ts";
import { isJoinedTransaction } from "../../src/database/joined-transaction.ts";
import { name, sql } from "../../src/sql/sql.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { createPglite, freePglite } from "../support/pglite.ts";
import { dumpOf, emptied, freshStorage, masterKey, newSchema } from "./fixtures.ts";

let database: TestDatabase;
let pglite: PGlite;
beforeAll(async () => {
  [database, pglite] = await Promise.all([createDatabase(), createPglite()]);
});
afterAll(() => Promise.all([database.drop(), freePglite(pglite)]));

/** Of each client, emptied for each test: making its tables takes longer than most of them do. */
const schemas = new Map<PostgresClient, string>();
const fresh = async (client: PostgresClient = database.pool) => {
  const schema = schemas.get(client);
  if (schema === undefined) {
    const made = await freshStorage({ client, owner: client });
    schemas.set(client, made.schema);
    return made;
  }
  await emptied(client, schema);
  return { storage: postgresStorage({ client, schema, masterKey }), schema };
};

const sample = (id: string, part: Partial<StoredRequest> = {}): StoredRequest => ({
  tenant: "halmstrand",
  id,
  version: 1,
  kind: "erasure",
  category: "customer-data",
  receivedAt: "2026-03-02T09:00:00.000Z",
  open: true,
  duplicateKey: `duplicate-${id}`,
  claims: [],
  about: [],
  tokenHashes: [`hash-${id}`],
  wakeAt: null,
  state: { phase: "received" },
  sealed: "sealed",
  ...part,
});

const next = (request: StoredRequest, part: Partial<StoredRequest> = {}): StoredRequest => ({
  ...request,
  version: request.version + 1,
  ...part,
});

const entry = ({ tenant, id }: StoredRequest, sequence: number) => ({
  tenant,
  requestId: id,
  sequence,
  at: "2026-03-02T09:00:00.000Z",
  actor: "actor-1",
  action: `action-${sequence}`,
  source: null,
  detail: { count: sequence },
  hash: `hash of ${sequence} of ${id}`,
});

const put = async ({ requestStore }: PostgresStorage, request: StoredRequest): Promise<void> => {
  const answer = await requestStore.insert({ request, entries: [entry(request, 1)] });
  expect(orThrow(answer)).toEqual({ outcome: "stored" });
};

describe.each([
  ["a pool", () => database.pool],
  ["PGlite", () => pglite],
] satisfies [string, () => PostgresClient][])("what is stored over %s", (_, client) => {
  it("comes back as it was: NUL and half characters in JSON, two megabytes, the last year", async () => {
    const { storage } = await fresh(client());
    const request = sample("a", {
      receivedAt: "0001-01-01T00:00:00.000Z",
      wakeAt: "9999-12-31T23:59:59.999Z",
      claims: ['{"a",b}', "", "NULL", "\\"],
      state: {
        nul: "a\u0000b",
        half: "\ud800",
        order: { b: 1, a: 2 },
        long: "lämp".repeat(500_000),
        "\u0000": 1e308,
      },
    });
    await put(storage, request);
    const found = orThrow(await storage.requestStore.read(request));
    expect(found).toEqual(request);
    expect(JSON.stringify(found?.state)).toBe(JSON.stringify(request.state));
    expect(orThrow(await storage.requestStore.due({ until: "9999-12-31T23:59:59.999Z", limit: 1 }))).toEqual([
      { tenant: request.tenant, id: "a", wakeAt: request.wakeAt },
    ]);
  });

  it.each(["\0", "a\0b", "\ud800", "\udc00b"])("or is refused, in a text: %j", async (tenant) => {
    const { storage, schema } = await fresh(client());
    const { requestStore } = storage;
    const request = sample("a", { tenant });
    const failed = { code: "storage-failed" };
    expect(unwrapError(await requestStore.insert({ request, entries: [] }))).toMatchObject(failed);
    expect(unwrapError(await requestStore.read(request))).toMatchObject(failed);
    expect(unwrapError(await storage.keyRing.create(tenant))).toMatchObject(failed);
    expect(await dumpOf(client(), schema)).not.toContain("sealed");
  });

  it("or is refused, as an instant that would come back as another", async () => {
    const { requestStore } = (await fresh(client())).storage;
    for (const wakeAt of ["2026-02-30T00:00:00.000Z", "2026-01-01T24:00:00.000Z", "infinity", "now"]) {
      const answer = await requestStore.insert({ request: sample("a", { wakeAt }), entries: [] });
      expect(unwrapError(answer)).toMatchObject({ code: "storage-failed" });
    }
  });

  it("is undone as a whole where a part of it cannot be stored", async () => {
    const { storage } = await fresh(client());
    const request = sample("a");
    await put(storage, request);
    const changed = next(request, { claims: ["claim"], tokenHashes: ["other"] });
    const twice = { request: changed, expectedVersion: 1, entries: [entry(request, 1)] };
    expect((await storage.requestStore.commit(twice)).isErr()).toBe(true);
    expect(orThrow(await storage.requestStore.read(request))).toEqual(request);
    expect(orThrow(await storage.requestStore.readByTokenHash("other"))).toBeUndefined();
    const elsewhere = sample("b", { claims: ["claim"] });
    await put(storage, elsewhere);
  });

  it("is in the tenant it belongs to", async () => {
    const { storage } = await fresh(client());
    const [here, there] = [sample("a"), sample("a", { tenant: "Halmstrand", tokenHashes: [] })];
    await put(storage, here);
    await put(storage, there);
    expect(orThrow(await storage.requestStore.read({ tenant: "HALMSTRAND", id: "a" }))).toBeUndefined();
    await storage.requestStore.commit({
      request: next(there, { open: false }),
      expectedVersion: 1,
      entries: [],
    });
    expect(orThrow(await storage.requestStore.read(here))).toEqual(here);
  });

  it("closes with the claims that it is stored with, and opens again with others", async () => {
    const { requestStore } = (await fresh(client())).storage;
    const [first, other] = [sample("a", { claims: ["person"] }), sample("b")];
    for (const request of [first, other]) await requestStore.insert({ request, entries: [] });
    const commit = async (request: StoredRequest) =>
      orThrow(await requestStore.commit({ request, expectedVersion: request.version - 1, entries: [] }));
    const closed = next(first, { open: false, claims: ["source"] });
    expect(await commit(closed)).toEqual({ outcome: "committed" });
    expect(await commit(next(other, { claims: ["source"] }))).toEqual({ outcome: "claimed", by: "a" });
    expect(await commit(next(other, { claims: ["person"] }))).toEqual({ outcome: "committed" });
    expect(await commit(next(closed, { open: true, claims: ["person"] }))).toEqual({
      outcome: "claimed",
      by: "b",
    });
    expect(await commit(next(closed, { open: true, claims: ["person-2"] }))).toEqual({
      outcome: "committed",
    });
    expect(await commit(next(next(other), { claims: ["person-2"] }))).toEqual({
      outcome: "claimed",
      by: "a",
    });
  });
});

describe("at the same moment", () => {
  it("of 50 commits over one version one wins", async () => {
    const { storage } = await fresh();
    const request = sample("a");
    await put(storage, request);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, attempt) =>
        storage.requestStore.commit({
          request: next(request, { state: { attempt } }),
          expectedVersion: 1,
          entries: [entry(request, 2)],
        }),
      ),
    );
    const outcomes = answers.map((answer) => orThrow(answer).outcome);
    expect(outcomes.filter((outcome) => outcome === "committed")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "changed")).toHaveLength(49);
    const found = orThrow(await storage.requestStore.read(request));
    expect(found?.state).toEqual({ attempt: outcomes.indexOf("committed") });
    expect(orThrow(await storage.requestStore.audit(request))).toHaveLength(2);
  });

  it("of 50 that ask the same one is stored", async () => {
    const { storage } = await fresh();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const request = sample(`r${index}`, { duplicateKey: "same" });
        return storage.requestStore.insert({ request, entries: [entry(request, 1)] });
      }),
    );
    const outcomes = answers.map(orThrow);
    const winner = `r${outcomes.findIndex(({ outcome }) => outcome === "stored")}`;
    expect(outcomes.filter(({ outcome }) => outcome === "stored")).toHaveLength(1);
    for (const answer of outcomes) {
      if (answer.outcome === "duplicate") expect(answer.requestId).toBe(winner);
    }
    const { requests } = orThrow(await storage.requestStore.list({ tenant: "halmstrand", limit: 100 }));
    expect(requests.map(({ id }) => id)).toEqual([winner]);
  });

  it("of two that want one claim one gets it, alone or in a transaction", async () => {
    const { storage } = await fresh();
    const { requestStore } = storage;
    for (let round = 0; round < 10; round += 1) {
      const claims = [`one-${round}`, `two-${round}`];
      const [first, second] = [sample(`a${round}`), sample(`b${round}`)];
      await put(storage, first);
      await put(storage, second);
      const input = (request: StoredRequest, wanted: string[]) => ({
        request: next(request, { claims: wanted }),
        expectedVersion: 1,
        entries: [entry(request, 2)],
      });
      const answers = await Promise.all([
        requestStore.commit(input(first, claims)),
        requestStore.transaction?.((transaction) =>
          Promise.resolve(transaction.commit(input(second, claims.toReversed()))),
        ),
      ]);
      const outcomes = answers.map((answer) => answer && orThrow(answer));
      expect(outcomes).toContainEqual({ outcome: "committed" });
      const winner = outcomes[0]?.outcome === "committed" ? first : second;
      expect(outcomes).toContainEqual({ outcome: "claimed", by: winner.id });
    }
  });
});

describe("a transaction", () => {
  it("stores what a source did on the same client, together with the commit or not at all", async () => {
    const { storage, schema } = await fresh();
    const { requestStore } = storage;
    const request = sample("a");
    await put(storage, request);
    const table = `${schema}.customer`;
    await database.pool.query(
      `create table ${table} (email text); insert into ${table} values ('ada@example.org')`,
    );
    const count = async () =>
      Number((await database.pool.query(`select count(*) from ${table}`)).rows[0].count);
    const run = (fail: boolean) =>
      requestStore.transaction?.(async (transaction) => {
        const { handle } = transaction;
        if (!isJoinedTransaction(handle) || handle.client !== database.pool)
          throw new Error("a foreign handle");
        expect(orThrow(await transaction.read(request))).toEqual(request);
        await handle.session.query(sql`delete from ${name(schema, "customer")}`);
        // From elsewhere it waits until the end of this transaction, and is then too late.
        void requestStore
          .commit({ request: next(request), expectedVersion: 1, entries: [] })
          .map((answer) => late.push(answer));
        const answer = await transaction.commit({
          request: next(request, { state: { done: true } }),
          expectedVersion: 1,
          entries: [entry(request, 2)],
        });
        if (fail) throw new Error("no");
        return answer;
      });
    const late: unknown[] = [];
    expect(unwrap(await run(false))).toEqual({ outcome: "committed" });
    expect(await count()).toBe(0);
    expect(orThrow(await requestStore.read(request))?.state).toEqual({ done: true });
    await expect.poll(() => late).toEqual([{ outcome: "changed" }]);
  });

  it("goes on after a refused commit, and leaves nothing where its work throws", async () => {
    const { storage } = await fresh();
    const { requestStore } = storage;
    const [holder, other] = [sample("a", { claims: ["person"] }), sample("b")];
    await put(storage, holder);
    await put(storage, other);
    const commit = (part: Partial<StoredRequest>) => ({
      request: next(other, part),
      expectedVersion: 1,
      entries: [],
    });
    const outcomes = await requestStore.transaction?.(async (transaction) => {
      const refused = await transaction.commit(commit({ claims: ["free", "person"] }));
      const taken = await transaction.commit(commit({ claims: ["free"] }));
      return refused.andThen((first) => taken.map((second) => [first, second]));
    });
    expect(unwrap(outcomes)).toEqual([{ outcome: "claimed", by: "a" }, { outcome: "committed" }]);
    const undone = await requestStore.transaction?.(async (transaction) => {
      await transaction.commit({ request: next(holder), expectedVersion: 1, entries: [] });
      throw new Error("no");
    });
    expect(undone?.isErr()).toBe(true);
    expect(orThrow(await requestStore.read(holder))).toEqual(holder);
  });
});

describe("a list", () => {
  it("takes no cursor but one of its own", async () => {
    const { storage } = await fresh();
    const { requestStore } = storage;
    for (const id of ["a", "b", "c"]) await put(storage, sample(id));
    const { cursor } = orThrow(await requestStore.list({ tenant: "halmstrand", limit: 1 }));
    expect(cursor).toBeTypeOf("string");
    for (const query of [
      { tenant: "other", cursor },
      { tenant: "halmstrand", open: true, cursor },
      { tenant: "halmstrand", cursor: "garbage" },
      { tenant: "halmstrand", cursor: "" },
      { tenant: "halmstrand", cursor: `${cursor?.slice(4)}` },
    ]) {
      const answer = await requestStore.list({ limit: 1, ...query });
      expect(unwrapError(answer)).toMatchObject({ code: "storage-failed" });
    }
  });
});

describe("the audit", () => {
  it("cannot be changed: not by the owner, not by a replica, not by the application's role", async () => {
    const { storage, schema } = await fresh();
    await put(storage, sample("a"));
    const role = `limited_${schema}`;
    await database.pool.query(`create role ${role}; ${privilegesSql({ schema, role })}`);
    const limited = database.another({ options: `-c role=${role}` });
    const replica = database.another({ options: "-c session_replication_role=replica" });
    const attempts = [
      "update %.audit set actor = 'nobody'",
      "delete from %.audit",
      "truncate %.audit",
      "insert into %.audit select * from %.audit on conflict (tenant, request_id, sequence) do update set actor = 'nobody'",
    ].map((text) => text.replaceAll("%", schema));
    for (const [pool, code] of [
      [database.pool, "23001"],
      [replica, "23001"],
      [limited, "42501"],
    ] as const) {
      for (const attempt of attempts) await expect(pool.query(attempt)).rejects.toMatchObject({ code });
    }
    for (const attempt of [
      `alter table ${schema}.audit disable trigger only_added`,
      `drop table ${schema}.audit`,
      `delete from ${schema}.request`,
      `create table ${schema}.more (x int)`,
    ]) {
      await expect(limited.query(attempt)).rejects.toMatchObject({ code: "42501" });
    }
    expect(orThrow(await storage.requestStore.audit(sample("a")))).toEqual([entry(sample("a"), 1)]);
    await limited.end();
    await database.pool.query(`drop owned by ${role}; drop role ${role}`);
  });
});

describe("keys", () => {
  it("are stored wrapped: no byte of them, nor of the master key, is in a dump", async () => {
    const { storage, schema } = await fresh();
    await storage.keyRing.create("request-1");
    const key = orThrow(await storage.keyRing.use("request-1")) ?? new Uint8Array();
    const dump = await dumpOf(database.pool, schema);
    expect(dump).toContain("request-1");
    for (const secret of [key, masterKey]) {
      for (const encoding of ["hex", "base64"] as const) {
        expect(dump).not.toContain(Buffer.from(secret).toString(encoding).slice(2, 12));
      }
    }
  });

  it("open under the master key they were made under, for the name they were made for, or not at all", async () => {
    const { storage, schema } = await fresh();
    for (const name of ["one", "two"]) await storage.keyRing.create(name);
    const other = postgresStorage({ client: database.pool, schema, masterKey: new Uint8Array(32) });
    const wrong = { code: "storage-failed", cause: { code: "wrong-master-key" } };
    expect(unwrapError(await other.keyRing.use("one"))).toMatchObject(wrong);
    expect(orThrow(await other.keyRing.use("three"))).toBeUndefined();
    await database.pool.query(
      `update ${schema}.key set wrapped = (select wrapped from ${schema}.key where name = 'two') where name = 'one'`,
    );
    const damaged = { code: "storage-failed", cause: { code: "damaged" } };
    expect(unwrapError(await storage.keyRing.use("one"))).toMatchObject(damaged);
    expect(orThrow(await storage.keyRing.use("two"))).toHaveLength(32);
  });

  it("need a master key of 32 bytes", () => {
    for (const length of [0, 16, 31, 33]) {
      const options = { client: database.pool, masterKey: new Uint8Array(length) };
      expect(() => postgresStorage(options)).toThrow(
        expect.objectContaining({ code: "configuration-mistake" }),
      );
    }
  });
});

describe("artifacts", () => {
  it("are swept in batches, however many have expired", async () => {
    const { storage, schema } = await fresh();
    await database.pool.query(
      `insert into ${schema}.artifact select 'halmstrand', 'r' || n, 'package', 0, '2026-01-01', '\\x00' from generate_series(1, 1234) n`,
    );
    expect(orThrow(await storage.artifactStore.sweep({ until: "2026-01-02T00:00:00.000Z" }))).toBe(1234);
    expect(orThrow(await storage.artifactStore.sweep({ until: "2026-01-02T00:00:00.000Z" }))).toBe(0);
  });
});

it("a request of which somebody has changed what it stands at is named, and all others are counted", async () => {
  const { storage, schema } = await fresh();
  const { requestStore: store } = storage;
  const since = "2026-03-02T09:00:00.000Z";
  const values = [
    "[]",
    `[{"for": "task", "since": "${since}"}]`,
    '[{"x": 1}]',
    "7",
    "null",
    '{"for": "task"}',
  ];
  const others = [
    '[7, {"for": "task"}]',
    '[{"for": "task", "since": "yesterday"}]',
    '[{"for": 7, "since": "x"}]',
  ];
  for (const [index, value] of [...values, ...others].entries()) {
    await put(storage, sample(`r${index}`));
    await database.pool.query(`update ${schema}.request set standings = '${value}' where id = 'r${index}'`);
  }
  const damaged = [2, 3, 4, 5, 6, 7, 8].map((index) => ({ tenant: "halmstrand", id: `r${index}` }));
  expect(unwrap(await store.standing?.())).toEqual([{ for: "task", count: 1, oldest: since }, ...damaged]);
  const { requests } = unwrap(await store.list({ tenant: "halmstrand", limit: 20 }));
  const unread = requests.filter(({ state }) => Object.keys(state).length === 0).map(({ id }) => id);
  expect(unread.toSorted()).toEqual(damaged.map(({ id }) => id));
});

describe("a suppression that somebody has changed", () => {
  const lift = { at: "2026-03-02T09:00:00.000Z", by: "a", reason: "consent" };
  const changes: readonly (readonly [string, "stands" | "lifted" | "damaged"])[] = [
    ["lifted = null", "stands"],
    [`lifted = '${JSON.stringify(lift)}'`, "lifted"],
    [`lifted = '{"x": 1}'`, "damaged"],
    ["lifted = '[]'", "damaged"],
    [`lifted = '"yes"'`, "damaged"],
    ["lifted = 'false'", "damaged"],
    // What a tool writes that knows no other nothing.
    ["lifted = 'null'", "stands"],
    [`lifted = '${JSON.stringify({ ...lift, at: "lately" })}'`, "damaged"],
    [`lifted = '${JSON.stringify({ ...lift, by: null })}'`, "damaged"],
    ["reason = 'nonsense'", "damaged"],
    ["category = 'nonsense'", "damaged"],
    ["ended_at = '-infinity'", "damaged"],
    ["begun_at = 'infinity'", "damaged"],
  ];

  it("is lifted only where it says so, and makes no other unreadable", async () => {
    const { storage, schema } = await fresh();
    for (const [index, [set, becomes]] of changes.entries())
      await isChanged(storage.suppressionStore, schema, `tenant-${index}`, set, becomes);
  });

  const isChanged = async (
    store: PostgresStorage["suppressionStore"],
    schema: string,
    tenant: string,
    set: string,
    becomes: "stands" | "lifted" | "damaged",
  ) => {
    const [of, another] = ["a".repeat(64), "b".repeat(64)];
    const suppression = (pseudonym: string, cause: string) => ({
      tenant,
      pseudonym,
      cause,
      category: "customer-data" as const,
      reason: "request" as const,
      generation: 1,
      begunAt: lift.at,
      endedAt: lift.at,
      lifted: null,
    });
    const both = [suppression(of, "r1"), suppression(another, "r2")];
    unwrap(await store.add(both));
    await database.pool.query(
      `update ${schema}.suppression set ${set} where tenant = '${tenant}' and cause = 'r1'`,
    );
    const asked = { tenant, pseudonyms: [of] };
    const standing = becomes === "lifted" ? [] : [of];
    for (const query of [{}, { category: "customer-data", reason: "request", since: lift.at } as const])
      expect([set, unwrap(await store.standing({ ...asked, ...query })).pseudonyms]).toEqual([set, standing]);
    expect(unwrap(await store.newest({ tenant }))).toBe(lift.at);
    const listed = unwrap(await store.list({ tenant, limit: 10 }));
    expect([set, listed.damaged]).toEqual([set, becomes === "damaged" ? ["r1"] : []]);
    expect(listed.suppressions.map(({ cause }) => cause)).toContain("r2");
    // A copy that says whether it is lifted, and whoever lifts it, make it one that can be read.
    if (set.startsWith("lifted")) {
      unwrap(await store.add([{ ...suppression(of, "r1"), lifted: lift }]));
      const [mended] = unwrap(await store.list({ tenant, limit: 1 })).suppressions;
      expect(mended?.lifted).toEqual(lift);
      await database.pool.query(
        `update ${schema}.suppression set ${set} where tenant = '${tenant}' and cause = 'r1'`,
      );
    }
    const lifted = unwrap(await store.lift({ ...asked, lifted: lift }));
    expect(lifted).toBe(becomes === "lifted" ? 0 : 1);
    expect(unwrap(await store.standing(asked)).pseudonyms).toEqual([]);
  };
});

describe("a per-request statement", () => {
  it("never reads a whole table", async () => {
    const { schema } = await fresh();
    await database.pool.query(`
      insert into ${schema}.request select 'halmstrand', 'r' || n, 1, 'erasure', 'customer-data',
        '2020-01-01'::timestamptz + n * interval '1 hour', n > 7000, 'd' || n, array['c' || n], array['t' || n],
        case when n > 7000 then now() end, '{}', null from generate_series(1, 8000) n;
      insert into ${schema}.claim select tenant, claims[1], id from ${schema}.request where open;
      insert into ${schema}.token select token_hashes[1], tenant, id from ${schema}.request;
      insert into ${schema}.audit select tenant, id, s, received_at, 'a', 'b', null, '{}', 'hash'
        from ${schema}.request, generate_series(1, 3) s;
      insert into ${schema}.artifact select 'halmstrand', 'r' || n, 'package', 0, '2026-01-01', '\\x00'
        from generate_series(1, 5000) n;
      insert into ${schema}.suppression select 'halmstrand', sha256(n::text::bytea), 'customer-data', 'r' || n,
        'request', 1, now(), now(), null from generate_series(1, 8000) n;
      insert into ${schema}.key (name, wrapped, generation) select 'k' || n, '\\x00', 1 from generate_series(1, 5000) n;
      analyze`);
    const statements: { text: string; values: unknown[] }[] = [];
    const recording: PoolShape = {
      totalCount: 0,
      connect: async () => {
        const connection = await database.pool.connect();
        return {
          query: async (text: string, values: unknown[] = []) => {
            statements.push({ text, values });
            return connection.query(text, values);
          },
          release: (error) => connection.release(error),
        };
      },
    };
    const { requestStore, artifactStore, keyRing, suppressionStore } = postgresStorage({
      client: recording,
      schema,
      masterKey,
    });
    const place = { tenant: "halmstrand", requestId: "r7", name: "package", index: 0 };
    const open = sample("r7500", {
      version: 2,
      claims: ["c7500", "c-new"],
      tokenHashes: ["t7500", "t-new"],
    });
    const { cursor } = orThrow(await requestStore.list({ tenant: "halmstrand", limit: 20 }));
    const calls = [
      requestStore.insert({
        request: sample("new", { claims: ["c-more"] }),
        entries: [entry(sample("new"), 1)],
      }),
      requestStore.read({ tenant: "halmstrand", id: "r7" }),
      requestStore.readByTokenHash("t77"),
      requestStore.list({ tenant: "halmstrand", limit: 20, cursor }),
      requestStore.list({ tenant: "halmstrand", limit: 20, open: true }),
      requestStore.list({ tenant: "halmstrand", limit: 20, open: false }),
      requestStore.due({ until: "2020-01-01T00:00:00.000Z", limit: 20 }),
      requestStore.audit({ tenant: "halmstrand", id: "r7" }),
      requestStore.commit({ request: open, expectedVersion: 1, entries: [entry(open, 4), entry(open, 5)] }),
      requestStore.transaction?.(async (transaction) => {
        orThrow(await transaction.read({ tenant: "halmstrand", id: "r7501" }));
        return transaction.commit({ request: next(open), expectedVersion: 2, entries: [] });
      }),
      artifactStore.write({ ...place, bytes: new Uint8Array(1), expiresAt: "2026-01-01T00:00:00.000Z" }),
      artifactStore.read(place),
      artifactStore.remove(place),
      artifactStore.sweep({ until: "2020-01-01T00:00:00.000Z" }),
      keyRing.create("request"),
      keyRing.use("k7").orElse(() => keyRing.use("none")),
      keyRing.destroy("k8"),
      suppressionStore.standing({ tenant: "halmstrand", pseudonyms: ["0".repeat(64)], reason: "request" }),
    ];
    for (const call of calls) if (call) orThrow<unknown, Error>(await call);
    const asked = statements.filter(({ text }) => /^\s*(select|with|insert|update|delete)/i.test(text));
    expect(asked.length).toBeGreaterThan(calls.length);
    const client = await database.pool.connect();
    try {
      for (const { text, values } of asked) {
        if (text.includes('"migration"')) continue;
        const { rows } = await client.query({ text: `explain ${text}`, values });
        const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
        expect(plan, text).not.toMatch(/Seq Scan/);
      }
    } finally {
      client.release();
    }
  });
});

it("fails loudly before it was migrated, and works right after", async () => {
  const storage = postgresStorage({ client: database.pool, schema: newSchema(), masterKey });
  const failed = { code: "storage-failed", cause: { code: "schema-not-migrated", found: 0 } };
  expect(unwrapError(await storage.requestStore.read(sample("a")))).toMatchObject(failed);
  expect(unwrapError(await storage.keyRing.use("a"))).toMatchObject(failed);
  expect(unwrapError(await storage.sourceStatusStore.list({ tenant: "a" }))).toMatchObject(failed);
  expect((await storage.artifactStore.sweep({ until: "2026-01-01T00:00:00.000Z" })).isErr()).toBe(true);
  orThrow(await storage.migrate());
  expect(orThrow(await storage.requestStore.read(sample("a")))).toBeUndefined();
});
