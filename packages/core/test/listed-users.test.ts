import {
  type ApplicationUser,
  CallFailed,
  type Category,
  defineDataSource,
  defineUserDirectory,
  type Identifier,
  type Subject,
} from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { admin, createWorld } from "./world.ts";

const hour = 3_600_000;
const dan = "dan@example.org";
const byId: Identifier = { type: "user-id", value: "4" };
const byEmail: Identifier = { type: "email", value: dan };

/** The list of users is the application's own, and nothing that is erased here changes it. */
const office = async (rows: unknown[], how: { readonly find?: boolean; readonly holds?: Category } = {}) => {
  const logs = new Set(["4", "1"]);
  const found = (ids: readonly string[]) => ids.filter((id) => logs.has(id));
  const source = defineDataSource({
    id: "logs",
    title: "Logs",
    holds: [how.holds ?? "user-data"],
    kind: "origin",
    needs: ["user-id"],
    locate: async (subject) => [{ collection: "logs", count: found(subject.values("user-id")).length }],
    erase: async (subject) => {
      const gone = found(subject.values("user-id"));
      for (const id of gone) logs.delete(id);
      return [
        gone.length === 0
          ? { collection: "logs", outcome: "absent" }
          : { collection: "logs", outcome: "erased", count: gone.length },
      ];
    },
    async *identifiers() {
      for (const value of logs) yield { people: [[{ type: "user-id", value }]] };
    },
  });
  const users = rows as ApplicationUser[];
  const world = await createWorld({
    sources: [source],
    users: defineUserDirectory({
      list: async () => ({ users }),
      ...(how.find === true && { find: async () => users }),
    }),
  });
  return { world, users, logs };
};

const boss = { id: "1", email: "boss@example.org", roles: ["owner"], administrator: true };
const listed = (part: object = {}) => ({
  id: "4",
  email: dan,
  roles: ["member"],
  administrator: false,
  ...part,
});

type World = Awaited<ReturnType<typeof createWorld>>;

const sweep = async (
  { rights }: World,
  identifiers: readonly Identifier[],
  category: Category = "user-data",
) => {
  const running = unwrap(
    await rights.sweeps.eraseMany({
      actor: admin,
      reason: "retention",
      category,
      people: async function* () {
        yield { people: [{ identifiers }], cursor: "1" };
      },
    }),
  );
  const ended = unwrap(await running.end());
  const people = unwrap(await rights.sweeps.leftBehind({ actor: admin, sweepId: ended.id }));
  return { ...ended, people };
};

const remove = (users: unknown[]) => void users.splice(0, 1);

describe("a sweep of users", () => {
  it("leaves those behind whom the list still has, and is completed once it has forgotten them", async () => {
    const { world, users, logs } = await office([listed(), boss]);
    const { status, counts, people, id } = await sweep(world, [byId]);
    expect({ status, counts }).toMatchObject({
      status: "completed-with-exceptions",
      counts: { erased: 0, waiting: 0, leftBehind: 1 },
    });
    expect(people).toMatchObject([{ problem: "still-present", source: "user-directory" }]);
    expect([...logs]).toEqual(["1"]);

    remove(users);
    const again = unwrap(await world.rights.sweeps.retry({ actor: admin, sweepId: id }));
    expect(unwrap(await again.end())).toMatchObject({ status: "completed", counts: { erased: 1 } });
  });

  it("finds by the list what an address alone does not tell", async () => {
    const { world, logs } = await office([listed(), boss]);
    const { people } = await sweep(world, [byEmail]);
    expect(people).toMatchObject([{ problem: "still-present", source: "user-directory" }]);
    expect([...logs]).toEqual(["1"]);
  });

  it("of which the list knows nobody is completed", async () => {
    const { world } = await office([boss]);
    expect(await sweep(world, [byId])).toMatchObject({ status: "completed", counts: { erased: 1 } });
  });

  it("in what was recorded of them leaves them users", async () => {
    const { world } = await office([listed(), boss], { holds: "user-telemetry" });
    expect(await sweep(world, [byEmail], "user-telemetry")).toMatchObject({ status: "completed" });
  });
});

it("an erasure of what was recorded of a user leaves them a user, and is completed", async () => {
  const { world } = await office([listed(), boss], { holds: "user-telemetry" });
  const asked = { actor: admin, kind: "erasure", category: "user-telemetry", email: dan } as const;
  const { request } = unwrap(await world.rights.requests.submit(asked));
  await world.settle();
  unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
  await world.pass(hour);
  expect(await world.read(request.id)).toMatchObject({ outcome: "completed" });
});

describe("a replay", () => {
  it("finds who was erased and is a user again, where nothing but the list has them", async () => {
    const { world, users, logs } = await office([boss]);
    const asked = { actor: admin, kind: "erasure", category: "user-data", email: dan } as const;
    unwrap(await world.rights.requests.submit({ ...asked, identifiers: [byId] }));
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.pass(hour);
    expect([...logs]).toEqual(["1"]);

    users.push(listed());
    const since = new Date(world.clock.now().getTime() - 24 * hour);
    const replay = { actor: admin, category: "user-data", since } as const;
    expect(unwrap(await world.rights.suppressions.replay(replay))).toMatchObject({
      complete: false,
      sources: [
        { id: "logs", found: 0 },
        { id: "user-directory", listed: 2, found: 1 },
      ],
    });
    const done = unwrap(await world.rights.suppressions.replay({ ...replay, dryRun: false }));
    expect(done).toMatchObject({ complete: false, sweep: { counts: { leftBehind: 1 } } });
  });
});

describe.each([
  ["a number for an id", listed({ id: 4 })],
  ["no id", listed({ id: undefined })],
  ["an empty id, and an address of its own", listed({ id: "" })],
  ["neither id nor address", listed({ id: null, email: null })],
  ["nothing", null],
])("a row of the list that has %s", (_, row) => {
  it.each([false, true])(
    "is never passed over: no user is gone while it is there (find: %s)",
    async (find) => {
      const { world, users } = await office([row, boss], { find });
      const asked = { actor: admin, kind: "erasure", category: "user-data", email: dan } as const;
      const { request } = unwrap(await world.rights.requests.submit({ ...asked, identifiers: [byId] }));
      await world.settle();
      unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
      await world.pass(24 * hour);
      const { outcome, waitingFor } = await world.read(request.id);
      expect({ outcome, waitingFor }).toMatchObject({
        outcome: null,
        waitingFor: [{ for: "source", source: "user-directory", problem: "invalid-answer" }],
      });
      const told = world.errors.filter((error) => error instanceof CallFailed);
      expect(told.map(({ adapter, problem }) => [adapter, problem])).toEqual([
        ["user-directory", "invalid-answer"],
      ]);
      expect(String(told[0]?.cause)).toMatch(/String\(id\)/);
      expect(String(told[0]?.cause)).not.toContain(dan);

      const { people } = await sweep(world, [byId, byEmail]);
      expect(people).toMatchObject([{ problem: "invalid-answer", source: "user-directory" }]);

      remove(users);
      const on = { actor: admin, requestId: request.id, source: "user-directory" };
      unwrap(await world.rights.requests.retrySource(on));
      await world.pass(hour);
      expect(await world.read(request.id)).toMatchObject({ outcome: "completed" });
    },
  );
});

it("a number for an id of somebody else stops nobody", async () => {
  const { world } = await office([listed({ id: 5, email: "eve@example.org" }), boss]);
  expect(await sweep(world, [byId])).toMatchObject({ status: "completed" });
});

describe("an address of a user that another user has by the time of the work", () => {
  const [before, now] = ["u1@example.org", "u1.new@example.org"];
  /** The application's own rows, found by either, and a source that says nothing of who somebody is. */
  const moved = async (kind: "erasure" | "export") => {
    const users: ApplicationUser[] = [
      { id: "1", email: before, roles: [], administrator: false },
      { id: "9", email: "boss@example.org", roles: [], administrator: true },
    ];
    const asked: (readonly Identifier[])[] = [];
    const theirs = (subject: Subject) =>
      users.filter(
        ({ id, email }) =>
          subject.values("user-id").includes(id) || subject.values("email").includes(String(email)),
      );
    const handed: string[] = [];
    const source = defineDataSource({
      id: "app",
      title: "The application",
      holds: ["user-data"],
      kind: "origin",
      needs: ["user-id", "email"],
      locate: async (subject) => {
        asked.push(subject.identifiers);
        return [{ collection: "users", count: theirs(subject).length }];
      },
      erase: async (subject) => {
        const found = theirs(subject);
        for (const each of found) users.splice(users.indexOf(each), 1);
        return [
          found.length === 0
            ? { collection: "users", outcome: "absent" }
            : { collection: "users", outcome: "erased", count: found.length },
        ];
      },
      async *export(subject) {
        handed.push(...theirs(subject).map(({ id }) => id));
        yield { collection: "users", rows: theirs(subject).map(({ id }) => ({ id })) };
      },
    });
    const world = await createWorld({
      sources: [source],
      users: defineUserDirectory({ list: async () => ({ users: [...users] }) }),
    });
    const { request } = unwrap(
      await world.rights.requests.submit({ actor: both, kind, category: "user-data", email: before }),
    );
    await world.settle();
    users[0] = { id: "1", email: now, roles: [], administrator: false };
    users.push({ id: "2", email: before, roles: [], administrator: false });
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.pass(hour);
    const read = async () => unwrap(await world.rights.requests.read({ actor: both, requestId: request.id }));
    return { world, users, handed, asked, requestId: request.id, read };
  };
  const requests = async ({ rights }: World) =>
    unwrap(await rights.requests.list({ actor: both, open: true })).requests[0]?.id;
  const both = { ...admin, roles: ["admin", "tenant-admin"] };

  it("leads a sweep to nobody", async () => {
    const { world, users, asked } = await moved("export");
    asked.length = 0;
    const named = [
      { type: "user-id", value: "1" },
      { type: "email", value: before },
    ];
    await world.rights.requests.cancel({
      actor: both,
      requestId: (await requests(world)) ?? "",
      reason: "left",
    });
    await sweep(world, named);
    expect(users.map(({ id }) => id)).toEqual(["9", "2"]);
    expect(asked.flat()).not.toContainEqual({ type: "email", value: before });
  });

  it.each(["erasure", "export"] as const)("is put before somebody, and leads to nobody: %s", async (kind) => {
    const { world, users, handed, asked, requestId, read } = await moved(kind);
    const { waitingFor } = await read();
    const decision = waitingFor.find((each) => each.for === "decision");
    expect(decision).toMatchObject({ source: "user-directory", identifierType: "email" });
    // Nothing is done before somebody has said whose it is.
    expect(asked).toEqual([]);
    unwrap(
      await world.rights.requests.decideIdentifier({
        actor: both,
        requestId,
        decision: decision?.decision ?? "",
        answer: "somebody-else",
        reason: "it was given to a colleague",
      }),
    );
    await world.pass(hour);
    expect(await read()).toMatchObject({ outcome: "completed-with-exceptions" });
    expect(asked.flat()).not.toContainEqual({ type: "email", value: before });
    expect(asked.flat()).toContainEqual({ type: "email", value: now });
    expect(users.map(({ id }) => id)).toEqual(kind === "erasure" ? ["9", "2"] : ["1", "9", "2"]);
    expect(handed).toEqual(kind === "erasure" ? [] : ["1"]);
  });
});
