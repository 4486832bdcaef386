import {
  createSubjectRights,
  type DataSource,
  defineDataSource,
  defineNotifier,
  orThrow,
  type PeopleStream,
  type SubjectRights,
} from "@subject-rights/core";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { type DataMap, postgresDataSource, postgresStorage } from "../../src/index.ts";
import { masterKey, newSchema } from "../store/fixtures.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type Around, watchedClient } from "../survival/watched-client.ts";

/** Before and behind every third of the statements, or now and then. */
const stride = inject("isThorough") ? 3 : 59;

const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin"] };

/** Only the accounts know which two addresses are one person's. */
const tables = `create table accounts (email text primary key, at_work text);
  create table shop (id int generated always as identity primary key, email text);`;
const rows = `truncate accounts, shop;
  insert into accounts values ('ada@example.org', 'ada@work.example'), ('eve@example.org', 'eve@work.example');
  insert into shop (email) select at_work from accounts union all select 'bob@work.example';`;

const shopMap: DataMap = {
  tenant: { only: actor.tenant },
  tables: [
    {
      table: "shop",
      title: "Shop",
      category: "customer-data",
      belongs: { column: "email", identifier: "email" },
      columns: { id: "exported", email: "exported" },
      erasure: "delete",
    },
  ],
};

/** Outside of the store's transactions, though in the same database. */
const apart = (pool: pg.Pool, around: Around): DataSource => {
  const asked = async (text: string, emails: readonly string[]) =>
    (await around(text, () => pool.query(text, [emails]))).rows;
  const held = "select at_work as value from accounts where email = any ($1)";
  return defineDataSource({
    id: "accounts",
    title: "Accounts",
    holds: ["customer-data"],
    kind: "origin",
    identify: async (subject) =>
      (await asked(held, subject.values("email"))).map(({ value }) => ({ type: "email", value })),
    locate: async (subject) => [
      { collection: "Accounts", count: (await asked(held, subject.values("email"))).length },
    ],
    erase: async (subject) => {
      const gone = await asked(
        "delete from accounts where email = any ($1) returning email",
        subject.values("email"),
      );
      return [
        gone.length === 0
          ? { collection: "Accounts", outcome: "absent" }
          : { collection: "Accounts", outcome: "erased", count: gone.length },
      ];
    },
  });
};

describe("a sweep over two sources whose process is killed at any statement", () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
    await database.pool.query(tables);
  });
  afterEach(() => database.drop());

  const launch = (pool: pg.Pool, schema: string, around: Around, isJoined: boolean): SubjectRights => {
    const client = watchedClient(pool, around);
    const { migrate, ...storage } = postgresStorage({ client, schema, masterKey });
    // Another client: the shop's work is no part of the record's transaction.
    const own = isJoined ? client : watchedClient(pool, around);
    return createSubjectRights({
      ...storage,
      controller: "Halmstrand Lamps",
      sources: [apart(pool, around), postgresDataSource({ client: own, id: "shop", dataMap: shopMap })],
      notifier: defineNotifier({ id: "none", send: async () => undefined }),
      addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "help@halmstrand.example" },
    });
  };

  /** Whoever has an account now: who is erased there is named no more. */
  const people: PeopleStream = async function* (cursor) {
    const found = await database.pool.query("select email from accounts order by email");
    if (cursor !== null || found.rows.length === 0) return;
    yield {
      people: found.rows.map(({ email }) => ({ identifiers: [{ type: "email", value: email }] })),
      cursor: "1",
    };
  };

  const run = async ({ sweeps }: SubjectRights): Promise<string> => {
    const [known] = orThrow(await sweeps.list({ actor })).sweeps;
    if (known?.status === "completed") return known.id;
    const running =
      known === undefined
        ? await sweeps.eraseMany({ actor, reason: "retention", category: "customer-data", people })
        : await sweeps.goOn({ actor, sweepId: known.id, people });
    return orThrow(await orThrow(running).end()).id;
  };

  const never = new Promise<never>(() => undefined);

  /** @returns whether it was killed before it had ended by itself */
  const killedAt = async (schema: string, killAt: number, isJoined: boolean): Promise<boolean> => {
    const name = `doomed-${killAt}`;
    // Nobody ends it: what a dead process had borrowed never comes back.
    const pool = new pg.Pool({ connectionString: database.url, application_name: name });
    pool.on("error", () => undefined);
    let statements = 0;
    const { promise: death, resolve: die } = Promise.withResolvers<true>();
    const step = async (): Promise<void> => {
      if (statements >= killAt) return never;
      statements += 1;
      if (statements < killAt) return;
      die(true);
      return never;
    };
    const around: Around = async (_text, send) => {
      await step();
      const answer = await send().catch((thrown: unknown) =>
        statements >= killAt ? never : Promise.reject(thrown),
      );
      await step();
      return answer;
    };
    const rights = launch(pool, schema, around, isJoined);
    const wasKilled = await Promise.race([run(rights).then(() => false), death]);
    await database.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1",
      [name],
    );
    return wasKilled;
  };

  it.each([[false], [true]])(
    "loses nobody whom the stream names no more (in its transaction: %s)",
    async (isJoined) => {
      const schema = newSchema();
      orThrow(await postgresStorage({ client: database.pool, schema, masterKey }).migrate());
      const counted = async (what: string) =>
        (await database.pool.query(`select count(*)::int as count from ${what}`)).rows[0].count;
      for (let killAt = 1, wasKilled = true; wasKilled; killAt += stride) {
        await database.pool.query(rows);
        await database.pool.query(`truncate ${schema}.sweep, ${schema}.sweep_part, ${schema}.suppression`);
        wasKilled = await killedAt(schema, killAt, isJoined);
        const { rows: parts } = await database.pool.query(`select info, sealed from ${schema}.sweep_part`);
        expect(JSON.stringify(parts)).not.toMatch(/example/);

        const rights = launch(database.pool, schema, async (_text, send) => send(), isJoined);
        const sweepId = await run(rights);
        const { status, counts } = orThrow(await rights.sweeps.read({ actor, sweepId }));
        const at = `killed at statement ${killAt}`;
        expect([at, status, counts.erased + counts.absent, counts.leftBehind]).toEqual([
          at,
          "completed",
          2,
          0,
        ]);
        expect((await database.pool.query("select email from shop")).rows).toEqual([
          { email: "bob@work.example" },
        ]);
        expect(await counted("accounts")).toBe(0);
        expect(await counted(`${schema}.sweep_part`)).toBe(0);
        expect(await counted(`${schema}.claim`)).toBe(0);
        expect(await counted(`${schema}.suppression where ended_at is null`)).toBe(0);
        expect(await counted(`${schema}.suppression`)).toBe(4);
        await rights.stop();
      }
    },
    240_000,
  );
});
