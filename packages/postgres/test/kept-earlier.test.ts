import { orThrow } from "@subject-rights/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DataMap, postgresDataSource } from "../src/index.ts";
import { actor, askingOf } from "./support/asking.ts";
import { createDatabase, emptying, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  await database.pool.query(`${emptying}
    create table users (id int primary key, email text, name text);
    create table invoices (id int primary key, user_id int not null references users, paid_on date not null);
    insert into users values (1, 'ada@example.org', 'Ada'), (2, 'eve@example.org', 'Eve');
    insert into invoices values (1, 1, '2025-05-01'), (2, 1, '2026-02-01'), (3, 2, '2025-05-01');
  `);
});
afterAll(() => database.drop());

const reason = "§ 147 AO";
/** The address goes at once, and with it what leads from there to the invoices. */
const dataMap: DataMap = {
  tenant: { only: actor.tenant },
  tables: [
    {
      table: "users",
      title: "Users",
      category: "customer-data",
      belongs: [
        { column: "email", identifier: "email" },
        { column: "id", identifier: "user-id" },
      ],
      columns: { id: "exported", email: { anonymise: "null" }, name: { anonymise: "null" } },
      erasure: "anonymise",
    },
    {
      table: "invoices",
      title: "Invoices",
      category: "customer-data",
      belongs: { references: "users" },
      columns: { id: "exported", user_id: "exported", paid_on: "exported" },
      erasure: { retain: { reason, until: { column: "paid_on", years: 1, endOfYear: true } } },
    },
  ],
};

const retained = [2026, 2027].map((year) => ({
  collection: "Invoices",
  outcome: "retained",
  count: 1,
  reason,
  until: `${year}-12-31`,
}));

const asked = { category: "customer-data", email: "ada@example.org" } as const;
const erasure = { ...asked, kind: "erasure" } as const;
const copy = { ...asked, kind: "export" } as const;

const office = async (map = dataMap) => {
  const world = await askingOf([postgresDataSource({ client: database.pool, dataMap: map, id: "shop" })]);
  const letter = (requestId: string, type: string) =>
    world.sent.findLast(
      (notice) => notice.type === type && "requestId" in notice && notice.requestId === requestId,
    );
  const { rights, clock } = world;
  /** Erases by what the application knows somebody by, and by which the stream names them. */
  const sweep = async (...identifiers: { type: string; value: string }[]) => {
    const running = orThrow(
      await rights.sweeps.eraseMany({
        actor,
        reason: "retention",
        category: "customer-data",
        people: async function* () {
          yield { people: [{ identifiers }], cursor: "1" };
        },
      }),
    );
    const ended = running.end();
    await clock.advance(1_000);
    return orThrow(await ended);
  };
  return { ...world, letter, sweep };
};

const email = { type: "email", value: "ada@example.org" };
const number = { type: "user-id", value: "1" };

describe("beside what an earlier erasure has retained, a request under the same address", () => {
  it("to erase ends with exceptions, and names it in view, letter and evidence", async () => {
    const { ask, letter, rights, until } = await office();
    expect(await ask(erasure)).toMatchObject({ outcome: "completed-with-exceptions" });
    // The third finds what the first left, and what the second has named, once.
    for (let time = 0; time < 2; time += 1) {
      const { id, outcome, reopensAt, sources, grades } = await ask(erasure);
      expect({ outcome, reopensAt }).toEqual({ outcome: "completed-with-exceptions", reopensAt: null });
      const all = [{ collection: "Users", outcome: "absent" }, ...retained];
      expect(sources.map(({ outcomes }) => outcomes)).toEqual([all]);
      expect(grades).toContainEqual({
        source: "shop",
        collection: "Invoices",
        grade: null,
        retained: 2,
        kept: 0,
      });
      await until(async () => letter(id, "completion") !== undefined);
      expect(letter(id, "completion")).toMatchObject({ complete: false, sources: [{ outcomes: all }] });
      const { file } = orThrow(await rights.audit.evidence({ actor, requestId: id }));
      expect(file.sources[0]?.outcomes).toMatchObject(all);
    }
    await rights.stop();
  });

  it("for a copy ends with exceptions, and names it in the letter and in the package", async () => {
    const { ask, letter, rights, until, read } = await office();
    await ask(erasure);
    const { id } = await ask(copy);
    await until(async () => (await read(id)).phase === "closed");
    expect((await read(id)).outcome).toBe("completed-with-exceptions");
    expect(letter(id, "delivery")).toMatchObject({ missing: [], kept: [{ outcomes: retained }] });
    await rights.stop();
  });

  it("that knows them by every name is answered by the source itself", async () => {
    const { ask, rights, letter, until } = await office();
    await ask(erasure);
    const identifiers = [{ type: "user-id", value: "1" }];
    const { sources, outcome } = await ask({ ...erasure, identifiers });
    expect(outcome).toBe("completed-with-exceptions");
    expect(sources[0]?.outcomes.filter((each) => each.outcome === "retained")).toEqual(retained);
    const { id } = await ask({ ...copy, identifiers });
    await until(async () => letter(id, "delivery") !== undefined);
    expect(letter(id, "delivery")).not.toHaveProperty("kept");
    await rights.stop();
  });

  it("of somebody else says nothing of it", async () => {
    const { ask, rights } = await office();
    await ask(erasure);
    const [{ outcomes = [] } = {}] = (await ask({ ...erasure, email: "eve@example.org" })).sources;
    expect(outcomes.filter((each) => each.outcome === "retained")).toEqual(retained.slice(0, 1));
    expect(await ask({ ...erasure, email: "nobody@example.org" })).toMatchObject({ outcome: "completed" });
    await rights.stop();
  });
});

describe("beside what a sweep has retained", () => {
  it("a request to erase ends with exceptions, and names it; a copy too", async () => {
    const { ask, letter, rights, until, read, sweep } = await office();
    expect(await sweep(email, number)).toMatchObject({ counts: { retained: 1 } });
    const { id, outcome, sources } = await ask(erasure);
    const all = [{ collection: "Users", outcome: "absent" }, ...retained];
    expect([outcome, sources[0]?.outcomes]).toEqual(["completed-with-exceptions", all]);
    await until(async () => letter(id, "completion") !== undefined);
    expect(letter(id, "completion")).toMatchObject({ complete: false, sources: [{ outcomes: all }] });
    const handedOut = await ask(copy);
    await until(async () => (await read(handedOut.id)).phase === "closed");
    expect((await read(handedOut.id)).outcome).toBe("completed-with-exceptions");
    expect(letter(handedOut.id, "delivery")).toMatchObject({ kept: [{ outcomes: retained }] });
    expect((await ask({ ...erasure, email: "nobody@example.org" })).outcome).toBe("completed");
    await rights.stop();
  });

  it("another sweep counts it, and so does a replay", async () => {
    const { rights, sweep } = await office();
    await sweep(email, number);
    const records = [{ collection: "Invoices", retained: 2, erased: 0 }];
    expect(await sweep(email)).toMatchObject({
      status: "completed-with-exceptions",
      counts: { retained: 1, absent: 0 },
      records,
    });
    // Who has the address now goes by a number that was never erased, and is left alone; the other is listed by theirs.
    await database.pool.query("insert into users values (9, 'ada@example.org', 'Ada')");
    const input = { actor, since: new Date("2026-01-01"), category: "customer-data", dryRun: false } as const;
    const replayed = orThrow(await rights.suppressions.replay(input));
    expect(replayed).toMatchObject({ complete: false, sweep: { counts: { retained: 1, erased: 0 } } });
    await rights.stop();
  });
});

describe("beside what a request has retained", () => {
  it("a sweep counts it, once", async () => {
    const { ask, rights, sweep } = await office();
    await ask(erasure);
    const counted = {
      status: "completed-with-exceptions",
      counts: { retained: 1, absent: 0 },
      records: [{ collection: "Invoices", retained: 2 }],
    };
    expect(await sweep(email)).toMatchObject(counted);
    expect(await sweep(email, number)).toMatchObject(counted);
    await rights.stop();
  });
});

describe("beside what stayed as somebody else's too, and has gone with them since", () => {
  it("a request says of which day it was so, and claims nothing of today", async () => {
    await database.pool.query(`
      create table messages (id int primary key, sender_id int references users on delete set null,
        recipient_id int references users on delete set null, body text);
      insert into messages values (1, 1, 2, 'from Ada to Eve');
    `);
    const [users, , ...others] = dataMap.tables;
    const { ask, clock, letter, rights, until } = await office({
      ...dataMap,
      tables: [
        ...(users === undefined ? [] : [users]),
        {
          table: "messages",
          title: "Messages",
          category: "customer-data",
          belongs: [
            { references: "users", on: { sender_id: "id" } },
            { references: "users", on: { recipient_id: "id" } },
          ],
          columns: { id: "exported", sender_id: "exported", recipient_id: "exported", body: "exported" },
          erasure: "delete",
          kept: { reason: "the other end" },
        },
        ...others,
      ],
      waivers: [{ table: "invoices", reason: "a matter of other tests" }],
    });
    await ask(erasure);
    await database.pool.query("delete from messages");
    await clock.advance(86_400_000);
    const { id, outcome, sources } = await ask(erasure);
    const wasKept = {
      collection: "Messages",
      outcome: "kept",
      count: 1,
      reason: "the other end",
      asOf: "2026-03-02",
    };
    expect([outcome, sources[0]?.outcomes]).toEqual([
      "completed-with-exceptions",
      [{ collection: "Users", outcome: "absent" }, wasKept],
    ]);
    await until(async () => letter(id, "completion") !== undefined);
    expect(letter(id, "completion")).toMatchObject({ sources: [{ outcomes: [{}, wasKept] }] });
    const { file } = orThrow(await rights.audit.evidence({ actor, requestId: id }));
    expect(file.sources[0]?.outcomes[1]).toMatchObject({ outcome: "kept", asOf: "2026-03-02" });
    await rights.stop();
  });
});
