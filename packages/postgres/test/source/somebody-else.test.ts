import {
  createSubjectRights,
  type DataSource,
  defineDataSource,
  defineNotifier,
  defineUserDirectory,
  type GivenIdentifier,
  type Identifier,
  type Notice,
  orThrow,
  type RequestView,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import { memoryStorage } from "@subject-rights/memory";
import { simulatedClock } from "@subject-rights/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { type Belonging, type DataMap, postgresDataSource, type TableMap } from "../../src/index.ts";
import { createDatabase, emptying, type TestDatabase } from "../support/database.ts";

const isThorough = inject("isThorough");
const actor = { id: "admin-1", tenant: "t", roles: ["admin", "tenant-admin"] };
const bob = "bob@example.org";
const email = (value: string): Identifier => ({ type: "email", value });
const userId = (value: number): Identifier => ({ type: "user-id", value: String(value) });

const table = (
  name: string,
  belongs: Belonging | readonly Belonging[],
  columns: TableMap["columns"],
  erasure: TableMap["erasure"] = "delete",
): TableMap => ({ table: name, title: name, category: "customer-data", belongs, columns, erasure });

const byAddress: Belonging = { column: "email", identifier: "email" };
const byNumber: Belonging = { column: "id", identifier: "user-id" };
const users = table("users", [byAddress, byNumber], { id: "exported", email: "exported", name: "exported" });
const orders = table("orders", { references: "users" }, { id: "exported", user_id: "exported" });
const newsletter = table("newsletter", byAddress, { id: "exported", email: "exported" });
const mapOf = (...tables: TableMap[]): DataMap => ({ tenant: { only: "t" }, tables });

const schema = `
  create table users (id int primary key, email text, name text);
  create table orders (id int primary key, user_id int not null references users);
  create table newsletter (id int primary key, email text);
  insert into users values (2, 'Bob@example.org', 'Bob'), (3, 'cleo@example.org', 'Cleo');
  insert into orders values (2, 2), (3, 3);
  insert into newsletter values (2, 'bob@example.org'), (3, 'cleo@example.org');`;

let database: TestDatabase;
let stop = async (): Promise<void> => undefined;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query(`${emptying} ${schema}`));
afterEach(() => stop());

const office = async (
  dataMap: DataMap,
  options: Partial<SubjectRightsOptions> = {},
  ...others: readonly DataSource[]
) => {
  const clock = simulatedClock(new Date("2026-06-01T10:00:00.000Z"));
  const client = database.pool;
  const sent: Notice[] = [];
  const rights = createSubjectRights({
    ...memoryStorage(),
    clock,
    controller: "Halmstrand Lamps",
    sources: [postgresDataSource({ client, clock, dataMap }), ...others],
    notifier: defineNotifier({
      id: "kept",
      attachmentLimit: 1e6,
      send: async ({ notice }) => void sent.push(notice),
    }),
    addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "support@halmstrand.example" },
    ...options,
  });
  orThrow(await rights.start());
  stop = () => rights.stop();
  const settled = async (isSo: () => Promise<boolean> | boolean): Promise<void> => {
    for (let tries = 0; !(await isSo()); tries += 1) {
      if (tries > 400) throw new Error("it does not come to that");
      await clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const read = async (requestId: string): Promise<RequestView> =>
    orThrow(await rights.requests.read({ actor, requestId }));
  /** Submits and confirms. */
  const asked = async (
    kind: "erasure" | "export",
    address: string,
    ...identifiers: readonly GivenIdentifier[]
  ): Promise<string> => {
    const submission = { actor, kind, category: "customer-data", email: address, identifiers } as const;
    const { request } = orThrow(await rights.requests.submit(submission));
    return confirmed(request.id);
  };
  const confirmed = async (id: string): Promise<string> => {
    const confirmation = () =>
      sent.flatMap((each) => (each.type === "confirmation" && each.requestId === id ? [each.token] : []));
    await settled(() => confirmation().length > 0);
    orThrow(await rights.requests.acknowledge({ token: confirmation()[0] ?? "" }));
    return id;
  };
  const closed = async (requestId: string): Promise<RequestView> => {
    await settled(async () => (await read(requestId)).phase === "closed");
    return read(requestId);
  };
  const waiting = async (requestId: string): Promise<RequestView["waitingFor"]> => {
    await settled(async () => (await read(requestId)).waitingFor.length > 0);
    return (await read(requestId)).waitingFor;
  };
  return { rights, clock, sent, asked, confirmed, closed, waiting, read, settled };
};

/** What is there, a table, by its ids. */
const left = async (...tables: readonly string[]): Promise<Record<string, number[]>> => {
  const found: [string, number[]][] = [];
  for (const each of tables) {
    const { rows } = await database.pool.query<{ id: number }>(`select id from ${each} order by id`);
    found.push([each, rows.map(({ id }) => id)]);
  }
  return Object.fromEntries(found);
};
const staying = ({ sources }: RequestView) =>
  sources.flatMap(({ outcomes }) =>
    outcomes.flatMap((each) =>
      each.outcome === "kept" ? [{ collection: each.collection, count: each.count }] : [],
    ),
  );

describe("an address that becomes somebody else's before the work is done", () => {
  // With a number it is known sooner: below, also before it is asked at all.
  const cases: Record<string, readonly Identifier[]> = {
    "by the address alone": [],
    ...(isThorough ? { "with a number": [userId(2)] } : {}),
  };
  for (const [name, identifiers] of Object.entries(cases)) {
    it(`asked ${name}: whoever has it now is not erased, and it is told that something stays`, async () => {
      const { rights, asked, closed, waiting } = await office(mapOf(users, orders));
      const hold = { actor, identifiers: [email(bob)], reason: "court file 4711" };
      const placed = orThrow(await rights.holds.place(hold));
      const requestId = await asked("erasure", bob, ...identifiers);
      expect(await waiting(requestId)).toMatchObject([{ for: "hold" }]);
      await database.pool.query(`update users set email = 'bob.new@example.org' where id = 2;
        update users set email = 'BOB@example.org' where id = 3`);
      orThrow(await rights.holds.lift({ actor, holdId: placed.hold.id, reason: "over" }));
      const view = await closed(requestId);
      expect(await left("users", "orders")).toEqual({ users: [3], orders: [3] });
      expect(view.outcome).toBe("completed-with-exceptions");
      expect(staying(view)).toEqual([{ collection: "users", count: 1 }]);
    });
  }

  it("and nobody had it when it was asked who that is: who came since is not erased", async () => {
    const { rights, asked, closed, waiting } = await office(mapOf(users, orders, newsletter));
    await database.pool.query("delete from orders where id = 2; delete from users where id = 2");
    const hold = { actor, identifiers: [email(bob)], reason: "court file 4711" };
    const placed = orThrow(await rights.holds.place(hold));
    const requestId = await asked("erasure", bob);
    await waiting(requestId);
    await database.pool.query(
      "insert into users values (4, 'bob@example.org'); insert into orders values (4, 4)",
    );
    orThrow(await rights.holds.lift({ actor, holdId: placed.hold.id, reason: "over" }));
    const view = await closed(requestId);
    expect(await left("users", "orders", "newsletter")).toEqual({
      users: [3, 4],
      orders: [3, 4],
      newsletter: [3],
    });
    expect(view.outcome).toBe("completed-with-exceptions");
  });

  it("for days: a subscription without a number does not say that the address is the person's", async () => {
    const { rights, clock, asked, closed, waiting, read, settled } = await office(
      mapOf(users, orders, newsletter),
    );
    const hold = { actor, identifiers: [userId(2)], reason: "court file 4711" };
    const placed = orThrow(await rights.holds.place(hold));
    const requestId = await asked("erasure", bob);
    expect(await waiting(requestId)).toMatchObject([{ for: "hold" }]);
    clock.set(new Date(clock.now().getTime() + 3 * 86_400_000));
    await database.pool.query(`update users set email = 'bob.new@example.org' where id = 2;
      update users set email = 'bob@example.org' where id = 3`);
    orThrow(await rights.holds.lift({ actor, holdId: placed.hold.id, reason: "over" }));
    await settled(async () => (await read(requestId)).waitingFor.some((each) => each.for === "decision"));
    expect(await left("users", "newsletter")).toEqual({ users: [2, 3], newsletter: [2, 3] });
    const answer = { answer: "somebody-else", reason: "a customer by now" } as const;
    orThrow(await rights.requests.decideIdentifier({ actor, requestId, decision: "decision-1", ...answer }));
    expect((await closed(requestId)).outcome).toBe("completed-with-exceptions");
    expect(await left("users", "newsletter")).toEqual({ users: [3], newsletter: [2, 3] });
  });

  it("and is let go with the number that it leads to, also where a subscription has it and no number", async () => {
    const { rights, asked, closed, waiting } = await office(mapOf(users, orders, newsletter));
    const requestId = await asked("erasure", bob, userId(3));
    expect(await waiting(requestId)).toMatchObject([{ for: "decision", identifierType: "user-id" }]);
    const answer = { answer: "somebody-else", reason: "another account" } as const;
    orThrow(await rights.requests.decideIdentifier({ actor, requestId, decision: "decision-1", ...answer }));
    expect((await closed(requestId)).outcome).toBe("completed-with-exceptions");
    expect(await left("users", "newsletter")).toEqual({ users: [2], newsletter: [2] });
  });

  it("before it is asked at all: somebody decides, and nobody is handed out or erased before", async () => {
    const { rights, asked, closed, waiting } = await office(mapOf(users, orders));
    await database.pool.query("update users set email = 'bob@example.org' where id = 3");
    for (const kind of ["export", "erasure"] as const) {
      const requestId = await asked(kind, bob, userId(2));
      const [decision] = await waiting(requestId);
      expect(decision).toMatchObject({ for: "decision", identifierType: "user-id" });
      expect(await left("users")).toEqual({ users: [2, 3] });
      const answer = { answer: "somebody-else", reason: "another account" } as const;
      const about = { actor, requestId, decision: decision?.for === "decision" ? decision.decision : "" };
      orThrow(await rights.requests.decideIdentifier({ ...about, ...answer }));
      const view = await closed(requestId);
      // An export says, as an erasure does, that there is a row which it leaves.
      expect(view.outcome).toBe("completed-with-exceptions");
      expect([kind, view.sources[0]?.done, staying(view)]).toEqual([
        kind,
        kind === "export" ? 2 : 3,
        [{ collection: "users", count: 1 }],
      ]);
    }
    expect(await left("users", "orders")).toEqual({ users: [3], orders: [3] });
  });

  it("in a sweep: only the number that it names goes", async () => {
    const { rights } = await office(mapOf(users, orders));
    await database.pool.query("update users set email = 'bob@example.org' where id = 3");
    const sweep = orThrow(
      await rights.sweeps.eraseMany({
        actor,
        reason: "retention",
        category: "customer-data",
        people: async function* () {
          const people = [
            { identifiers: [userId(2), email(bob)] },
            { identifiers: [userId(9), email("nobody@example.org")] },
          ];
          yield { people, cursor: "1" };
        },
      }),
    );
    expect(orThrow(await sweep.end())).toMatchObject({
      status: "completed",
      counts: { kept: 0, leftBehind: 0 },
      records: [
        { collection: "users", erased: 1, kept: 0 },
        { collection: "orders", erased: 1, kept: 0 },
      ],
    });
    expect(await left("users", "orders")).toEqual({ users: [3], orders: [3] });
  });
});

describe("a request that is opened again when a duty to keep something is over", () => {
  const invoices = table(
    "invoices",
    { references: "users" },
    { id: "exported", user_id: "exported", paid_on: "exported" },
    { retain: { reason: "§ 147 AO", until: { column: "paid_on", years: 10, endOfYear: true } } },
  );
  const anonymised: TableMap = {
    ...users,
    columns: { id: "exported", email: { anonymise: "null" }, name: { anonymise: "null" } },
    erasure: "anonymise",
  };

  // Nobody knows of a new row whose it is: one of the two is enough.
  const laterOnes: Record<string, string> = {
    "whoever has the address by then":
      "insert into users values (20, 'x@example.org', 'Eve'); update users set email = 'bob@example.org' where id = 20",
    ...(isThorough
      ? { "the person, a customer again": "insert into users values (20, 'bob@example.org', 'Bob again')" }
      : {}),
  };
  for (const [who, statement] of Object.entries(laterOnes)) {
    it(`erases what was kept, and nothing of ${who}`, async () => {
      await database.pool.query(`create table invoices (id int primary key, user_id int references users, paid_on date not null);
        insert into invoices values (1, 2, '2024-05-01')`);
      const { clock, asked, closed, read, settled } = await office(
        mapOf(anonymised, orders, newsletter, invoices),
      );
      const requestId = await asked("erasure", bob);
      expect(await closed(requestId)).toMatchObject({ reopensAt: "2035-01-01T00:00:00.000Z" });
      await database.pool.query(`${statement}; insert into orders values (20, 20);
        insert into invoices values (20, 20, '2024-06-01'); insert into newsletter values (20, 'bob@example.org')`);
      clock.set(new Date("2035-01-02T12:00:00.000Z"));
      await settled(async () => (await left("invoices"))["invoices"]?.includes(1) !== true);
      await settled(async () => (await read(requestId)).phase === "closed");
      expect(await left("users", "orders", "newsletter", "invoices")).toEqual({
        users: [2, 3, 20],
        orders: [3, 20],
        newsletter: [3, 20],
        invoices: [20],
      });
      const { rows } = await database.pool.query("select name from users where id = 20");
      expect(rows[0]?.name).not.toBeNull();
      // What came in since is told, and is no part of it.
      expect(await read(requestId)).toMatchObject({ outcome: "completed-with-exceptions", reopensAt: null });
    });
  }
});

describe("a row that says who it is, and points at somebody who is known by something else", () => {
  const further = (...more: Belonging[]): TableMap =>
    table("user_emails", [{ references: "users" }, { ...byAddress, identifies: true }, ...more], {
      id: "exported",
      user_id: "exported",
      email: "exported",
    });
  const private_ = "bob.private@example.org";
  // One way, and over rows in between below; the other ways are more of the same.
  const maps: Record<string, DataMap> = {
    "by the number that it points with": mapOf(users, further(), orders),
    ...(isThorough
      ? {
          "by that number, which is matched too": mapOf(
            users,
            further({ column: "user_id", identifier: "user-id" }),
            orders,
          ),
          "by an address over there": mapOf({ ...users, belongs: byAddress }, further(), orders),
        }
      : {}),
  };
  for (const [name, dataMap] of Object.entries(maps)) {
    it(`leads there: ${name}`, async () => {
      await database.pool.query(`create table user_emails (id int primary key, user_id int references users, email text);
        insert into user_emails values (1, 2, '${private_}'), (2, 3, 'cleo.private@example.org')`);
      const { asked, closed, rights } = await office(dataMap);
      const exported = await closed(await asked("export", private_));
      expect(exported).toMatchObject({ outcome: "completed", sources: [{ records: 3 }] });
      const view = await closed(await asked("erasure", private_));
      expect(view.outcome).toBe("completed");
      expect(await left("users", "user_emails", "orders")).toEqual({
        users: [3],
        user_emails: [2],
        orders: [3],
      });
      const sweep = orThrow(
        await rights.sweeps.eraseMany({
          actor,
          reason: "retention",
          category: "customer-data",
          people: async function* () {
            yield { people: [{ identifiers: [email("cleo.private@example.org")] }], cursor: "1" };
          },
        }),
      );
      orThrow(await sweep.end());
      expect(await left("users", "user_emails", "orders")).toEqual({
        users: [],
        user_emails: [],
        orders: [],
      });
    });
  }

  it("over rows in between", async () => {
    await database.pool.query(`create table profiles (id int primary key, user_id int references users);
      create table profile_emails (id int primary key, profile_id int references profiles, email text);
      insert into profiles values (7, 2); insert into profile_emails values (1, 7, '${private_}')`);
    const { asked, closed } = await office(
      mapOf(
        users,
        table("profiles", { references: "users" }, { id: "exported", user_id: "exported" }),
        table("profile_emails", [{ references: "profiles" }, { ...byAddress, identifies: true }], {
          id: "exported",
          profile_id: "exported",
          email: "exported",
        }),
        orders,
      ),
    );
    expect((await closed(await asked("erasure", private_))).outcome).toBe("completed");
    expect(await left("users", "profiles", "profile_emails")).toEqual({
      users: [3],
      profiles: [],
      profile_emails: [],
    });
  });
});

describe("a telephone that another source calls shared", () => {
  const decisions = ["somebody-else", "same-person"] as const;
  it.each(decisions)("leads where somebody has said: %s", async (answer) => {
    await database.pool.query(`
      create table contacts (id int primary key, email text, phone text);
      create table calls (id int primary key, phone text);
      insert into contacts values (2, 'bob@example.org', '030 1');
      insert into calls values (1, '030 1'), (2, '030 2');`);
    const byPhone: Belonging = { column: "phone", identifier: "telephone" };
    const contacts = table("contacts", [byAddress, byPhone], { id: "exported" });
    const calls = table("calls", byPhone, { id: "exported" });
    const household = defineDataSource({
      id: "household",
      title: "Who lives where",
      owner: "ops@halmstrand.example",
      holds: ["user-data"],
      kind: "origin",
      identify: async (subject) =>
        subject.values("email").includes(bob) ? [{ type: "telephone", value: "030 1", shared: true }] : [],
    });
    const { rights, asked, waiting, closed } = await office(mapOf(contacts, calls), {}, household);
    const requestId = await asked("erasure", bob);
    expect(await waiting(requestId)).toMatchObject([{ for: "decision", identifierType: "telephone" }]);
    const decision = { actor, requestId, decision: "decision-1", reason: "as he says" };
    orThrow(await rights.requests.decideIdentifier({ ...decision, answer }));
    await closed(requestId);
    expect(await left("contacts", "calls")).toEqual({
      contacts: [],
      calls: answer === "same-person" ? [2] : [1, 2],
    });
  });
});

describe("an identifier that others may share", () => {
  const telephone: Identifier = { type: "telephone", value: "+49 2" };
  const household = table(
    "users",
    [byAddress, byNumber, { column: "phone", identifier: "telephone", shared: true }],
    { id: "exported", email: "exported", name: "exported", phone: "exported" },
  );
  beforeEach(() =>
    database.pool.query(`alter table users add phone text; update users set phone = '+49 2';
      insert into users values (4, null, 'Dan', '+49 4')`),
  );

  it("leads to nobody where a request names it, before somebody has decided whose it is", async () => {
    const { rights, asked, closed, waiting } = await office(mapOf(household, orders));
    for (const kind of ["export", "erasure"] as const) {
      const requestId = await asked(kind, bob, telephone);
      const [decision] = await waiting(requestId);
      expect(decision).toMatchObject({ for: "decision", identifierType: "telephone" });
      expect(await left("users")).toEqual({ users: [2, 3, 4] });
      const about = { actor, requestId, decision: decision?.for === "decision" ? decision.decision : "" };
      const answer = { answer: "somebody-else", reason: "a household" } as const;
      orThrow(await rights.requests.decideIdentifier({ ...about, ...answer }));
      expect(await closed(requestId)).toMatchObject({
        outcome: "completed-with-exceptions",
        sources: [{ done: 2 }],
      });
    }
    expect(await left("users")).toEqual({ users: [3, 4] });
  });

  it("is the person's once somebody says so, and still no number is taken in that was not named", async () => {
    const { rights, asked, closed, waiting } = await office(mapOf(household, orders));
    const requestId = await asked("erasure", "phone.only@example.org", { type: "telephone", value: "+49 4" });
    const [decision] = await waiting(requestId);
    const about = { actor, requestId, decision: decision?.for === "decision" ? decision.decision : "" };
    const answer = { answer: "same-person", reason: "they called from it" } as const;
    orThrow(await rights.requests.decideIdentifier({ ...about, ...answer }));
    expect((await closed(requestId)).outcome).toBe("completed");
    expect(await left("users")).toEqual({ users: [2, 3] });
  });

  it("finds who has nothing else, where whoever asks answers for it", async () => {
    const { asked, closed } = await office(mapOf(household, orders));
    const requestId = await asked("erasure", "phone.only@example.org", {
      type: "telephone",
      value: "+49 4",
      verified: true,
    });
    expect((await closed(requestId)).outcome).toBe("completed");
    expect(await left("users")).toEqual({ users: [2, 3] });
  });

  it("leads to nobody in a sweep, and keeps who is held by it", async () => {
    const { rights } = await office(mapOf(household, orders));
    const sweep = async () =>
      orThrow(
        await orThrow(
          await rights.sweeps.eraseMany({
            actor,
            reason: "retention",
            category: "customer-data",
            people: async function* () {
              yield { people: [{ identifiers: [userId(2), email(bob), telephone] }], cursor: "1" };
            },
          }),
        ).end(),
      );
    const placed = orThrow(
      await rights.holds.place({ actor, identifiers: [telephone], reason: "court file 4711" }),
    );
    expect((await sweep()).counts).toMatchObject({ leftBehind: 1 });
    expect(await left("users")).toEqual({ users: [2, 3, 4] });
    orThrow(await rights.holds.lift({ actor, holdId: placed.hold.id, reason: "over" }));
    expect(await sweep()).toMatchObject({ status: "completed", counts: { erased: 1 } });
    expect(await left("users")).toEqual({ users: [3, 4] });
  });
});

it("removing a user takes no other one along who has the same address", async () => {
  await database.pool.query("update users set email = 'Root@example.org'");
  const listed = async () => (await database.pool.query("select * from users order by id")).rows;
  const directory = defineUserDirectory({
    list: async () => ({
      users: (await listed()).map((row) => ({
        id: String(row.id),
        email: row.email,
        roles: [],
        administrator: row.id === 3,
      })),
    }),
  });
  const ofUsers: TableMap = { ...users, category: "user-data" };
  const { rights, confirmed, closed, waiting } = await office(
    mapOf(ofUsers, { ...orders, category: "user-data" }),
    { users: directory },
  );
  const [removal] = orThrow(await rights.users.remove({ actor: { ...actor, id: "3" }, userIds: ["2"] }));
  const requestId = await confirmed(removal?.request.id ?? "");
  const [decision] = await waiting(requestId);
  expect(decision).toMatchObject({ for: "decision", identifierType: "email" });
  const about = { actor, requestId, decision: decision?.for === "decision" ? decision.decision : "" };
  orThrow(
    await rights.requests.decideIdentifier({ ...about, answer: "somebody-else", reason: "the office's" }),
  );
  expect((await closed(requestId)).outcome).toBe("completed-with-exceptions");
  expect(await left("users")).toEqual({ users: [3] });
});

describe("a row that is found by an address, and leads to a number that is somebody else's", () => {
  const kept = { reason: "the other's too", anonymise: { body: "null" } } as const;
  const bySender: Belonging = { column: "email", identifier: "email", identifies: false };
  const letters = (name: string, through: string, pointer: string): TableMap => ({
    ...table(name, [{ references: through }, bySender], {
      id: "exported",
      [pointer]: "exported",
      body: "exported",
    }),
    kept,
  });
  const tickets = letters("tickets", "users", "user_id");
  // Two steps from whose it is.
  const claims = letters("claims", "orders", "order_id");
  const map: DataMap = {
    ...mapOf(users, orders, tickets, claims),
    unlink: [
      { table: "tickets", columns: ["user_id"], reason: "the other's ticket stays" },
      { table: "claims", columns: ["order_id"], reason: "the other's claim stays" },
    ],
  };
  const bodies = async (name: string) =>
    (await database.pool.query<{ body: string | null }>(`select body from ${name} order by id`)).rows.map(
      ({ body }) => body,
    );
  beforeEach(async () => {
    await database.pool.query(`
      create table tickets (id int primary key, email text, body text, user_id int references users on delete set null);
      create table claims (id int primary key, email text, body text, order_id int references orders on delete set null);
      update users set email = 'bob@example.org' where id = 3;
      insert into tickets values (2, 'bob@example.org', 'of 2', 2), (3, 'BOB@example.org', 'of 3', 3),
        (4, 'bob@example.org', 'of nobody', null), (5, null, 'of 2 too', 2);
      insert into claims values (2, 'bob@example.org', 'of 2', 2), (3, 'bob@example.org', 'of 3', 3);`);
  });

  it("is not handed out, and an erasure leaves it as it is, once that was decided", async () => {
    const { rights, asked, closed, waiting } = await office(map);
    for (const kind of ["export", "erasure"] as const) {
      const requestId = await asked(kind, bob, userId(2));
      const [decision] = await waiting(requestId);
      // A user, an order, a ticket and a claim.
      expect(decision).toMatchObject({ for: "decision", identifierType: "user-id", others: 4 });
      const about = { actor, requestId, decision: decision?.for === "decision" ? decision.decision : "" };
      const answer = { answer: "somebody-else", reason: "another account" } as const;
      orThrow(await rights.requests.decideIdentifier({ ...about, ...answer }));
      const view = await closed(requestId);
      // A user, an order, three tickets and a claim.
      expect([kind, view.sources[0]?.done]).toEqual(kind === "export" ? [kind, 6] : [kind, 9]);
      if (kind === "erasure")
        expect(staying(view)).toEqual(
          ["users", "tickets", "claims"].map((collection) => ({ collection, count: 1 })),
        );
    }
    expect(await left("users", "orders")).toEqual({ users: [3], orders: [3] });
    expect([await bodies("tickets"), await bodies("claims")]).toEqual([["of 3"], ["of 3"]]);
  });

  it("is the person's where somebody says so", async () => {
    const { rights, asked, closed, waiting } = await office(map);
    const requestId = await asked("export", bob, userId(2));
    const [decision] = await waiting(requestId);
    const about = { actor, requestId, decision: decision?.for === "decision" ? decision.decision : "" };
    const answer = { answer: "same-person", reason: "both accounts are his" } as const;
    orThrow(await rights.requests.decideIdentifier({ ...about, ...answer }));
    expect((await closed(requestId)).sources[0]?.done).toBe(10);
  });

  it("is left by a sweep, where nobody decides", async () => {
    const { rights } = await office(map);
    const sweep = orThrow(
      await rights.sweeps.eraseMany({
        actor,
        reason: "retention",
        category: "customer-data",
        people: async function* () {
          const people = [
            { identifiers: [userId(2), email(bob)] },
            { identifiers: [userId(9), email("nobody@example.org")] },
          ];
          yield { people, cursor: "1" };
        },
      }),
    );
    // What has nothing but the address may be of either; what is of both goes on as the other's, without what it says.
    expect(orThrow(await sweep.end())).toMatchObject({ counts: { leftBehind: 1 } });
    const left = orThrow(await rights.sweeps.leftBehind({ actor, sweepId: sweep.id }));
    expect(left).toMatchObject([{ problem: "still-present" }]);
    expect([await bodies("tickets"), await bodies("claims")]).toEqual([
      [null, "of 3", "of nobody"],
      [null, "of 3"],
    ]);
  });
});
