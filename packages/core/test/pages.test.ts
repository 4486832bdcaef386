import {
  type Actor,
  type ApplicationUser,
  defineUserDirectory,
  type PolicyAction,
  type Row,
  rolePolicy,
} from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, copyOfPeople, createWorld, hanging, peopleSource } from "./world.ts";

const user = (id: string, administrator = false): ApplicationUser => ({
  id,
  email: `${id}@northwind.example`,
  roles: administrator ? ["admin"] : [],
  administrator,
});

const withUsers = async (users: ApplicationUser[], pageSize = 2) => {
  const accounts = new Map<string, Row[]>(users.map(({ id, email }) => [email, [{ id }]]));
  const directory = defineUserDirectory({
    list: async ({ cursor = "0" }) => {
      const end = Number(cursor) + pageSize;
      const page = users.filter(({ email }) => accounts.has(email)).slice(Number(cursor), end);
      return { users: page, cursor: end < users.length ? String(end) : undefined };
    },
  });
  const world = await createWorld({
    sources: [peopleSource("accounts", accounts, { holds: ["user-data"], needs: ["user-id", "email"] })],
    users: directory,
  });
  return { world, accounts };
};

describe("the Permissions page", () => {
  it("has everybody, where the row of one does not fit, and says of that one why they cannot be removed", async () => {
    const good = { id: "u1", email: ada, roles: [], administrator: true };
    const rows = [
      good,
      { ...good, id: "guest", email: "n/a" },
      { id: "robot", email: "robot@example.org", name: "The robot" },
      null,
      { ...good, id: "u2", email: "b@example.org" },
    ];
    const users = defineUserDirectory({ list: async () => ({ users: rows as never }) });
    const world = await createWorld({
      sources: [peopleSource("accounts", new Map(), { holds: ["user-data"] })],
      users,
    });
    const page = unwrap(await world.rights.users.list({ actor: admin }));
    expect(page.users.map(({ id }) => id)).toEqual(["u1", "u2"]);
    expect(page.unfit).toMatchObject([
      { id: "guest", email: "n/a", name: null, why: "email: this is not an email address" },
      { id: "robot", email: "robot@example.org", name: "The robot" },
      { id: null, email: null, name: null },
    ]);
    expect(unwrap(await world.rights.users.remove({ actor: admin, userIds: ["u2"] }))).toHaveLength(1);
    const refused = unwrapError(await world.rights.users.remove({ actor: admin, userIds: ["guest"] }));
    expect(refused).toMatchObject({ code: "invalid-input" });
    expect(refused.message).toContain("guest cannot be removed: email: this is not an email address");
  });

  it("lists users, and removes several: an erasure of user data for each", async () => {
    const { world, accounts } = await withUsers([user("admin-1", true), user("bo"), user("cy"), user("di")]);
    const page = unwrap(await world.rights.users.list({ actor: admin }));
    expect(page.users.map(({ id }) => id)).toEqual(["admin-1", "bo"]);

    const removed = unwrap(await world.rights.users.remove({ actor: admin, userIds: ["bo", "di"] }));
    expect(removed.map(({ request }) => [request.kind, request.category])).toEqual([
      ["erasure", "user-data"],
      ["erasure", "user-data"],
    ]);
    await world.settle();
    for (const { notice } of [...world.notifier.sent]) {
      if (notice.type === "confirmation") await world.rights.requests.acknowledge({ token: notice.token });
    }
    await world.settle();
    expect([...accounts.keys()]).toEqual(["admin-1@northwind.example", "cy@northwind.example"]);
  });

  it("lets nobody remove themselves by accident", async () => {
    const { world } = await withUsers([user("admin-1", true), user("admin-2", true), user("bo")]);
    const removal = { actor: admin, userIds: ["bo", "admin-1"] };
    expect(unwrapError(await world.rights.users.remove(removal)).code).toBe("removing-yourself");
    expect(unwrap(await world.rights.requests.list({ actor: admin })).requests).toEqual([]);
    expect((await world.rights.users.remove({ ...removal, includingMyself: true })).isOk()).toBe(true);
  });

  it("does not let the last administrator go, nor the last of those who stay", async () => {
    const { world } = await withUsers([user("admin-1", true), user("admin-2", true), user("bo")]);
    const both = { actor: admin, userIds: ["admin-1", "admin-2"], includingMyself: true };
    expect(unwrapError(await world.rights.users.remove(both)).code).toBe("last-administrator");
    expect((await world.rights.users.remove({ actor: admin, userIds: ["admin-2"] })).isOk()).toBe(true);
    const self = { actor: admin, userIds: ["admin-1"], includingMyself: true };
    expect(unwrapError(await world.rights.users.remove(self)).code).toBe("last-administrator");
  });

  it("does not let two administrators remove each other at the same moment", async () => {
    const { world } = await withUsers([user("admin-1", true), user("admin-2", true)]);
    const second: Actor = { id: "admin-2", tenant: "northwind", roles: ["admin"] };
    await Promise.all([
      world.rights.users.remove({ actor: admin, userIds: ["admin-2"] }),
      world.rights.users.remove({ actor: second, userIds: ["admin-1"] }),
    ]);
    const { requests } = unwrap(await world.rights.requests.list({ actor: admin, open: true }));
    expect(requests.length).toBeLessThan(2);
  });

  it("removes nobody where one of them is unknown", async () => {
    const { world } = await withUsers([user("admin-1", true), user("bo")]);
    const removed = await world.rights.users.remove({ actor: admin, userIds: ["bo", "nobody"] });
    expect(unwrapError(removed).code).toBe("user-not-found");
    for (const userIds of [[], [""], undefined as never]) {
      const nobody = await world.rights.users.remove({ actor: admin, userIds });
      expect(unwrapError(nobody).code).toBe("invalid-input");
    }
    expect(unwrap(await world.rights.requests.list({ actor: admin })).requests).toEqual([]);
  });
});

describe("the Data Sources page", () => {
  const setUp = async (refresh?: () => Promise<void>) => {
    const origin = new Map<string, Row[]>([[ada, [{}]]]);
    const copy = new Map(origin);
    return createWorld({
      sources: [
        peopleSource("crm", origin),
        copyOfPeople("insights", copy, origin, refresh === undefined ? {} : { refresh }),
      ],
    });
  };

  it("lists each source with what it holds, its status and its last refresh", async () => {
    const world = await setUp();
    const before = unwrap(await world.rights.sources.list({ actor: admin })).sources;
    expect(before).toMatchObject([
      {
        id: "crm",
        title: "The crm",
        holds: ["customer-data"],
        status: "pending",
        canRefresh: false,
        refreshedAt: null,
      },
      { id: "insights", status: "pending", canRefresh: true, refreshedAt: null },
    ]);
    unwrap(await world.rights.sources.refresh({ actor: admin, source: "insights" }));
    const after = unwrap(await world.rights.sources.list({ actor: admin })).sources;
    expect(after[1]).toMatchObject({
      status: "succeeded",
      refreshedAt: "2026-01-05T09:00:00.000Z",
      problem: null,
    });
  });

  it("shows a warning when a refresh fails, and a check mark when it works again", async () => {
    let isDown = true;
    const world = await setUp(async () => {
      if (isDown) throw new Error("down");
    });
    const refresh = () => world.rights.sources.refresh({ actor: admin, source: "insights" });
    const row = async () => unwrap(await world.rights.sources.list({ actor: admin })).sources[1];
    expect(unwrapError(await refresh())).toMatchObject({
      code: "call-failed",
      problem: "unavailable",
    });
    expect(await row()).toMatchObject({ status: "warning", problem: "unavailable" });
    isDown = false;
    expect((await refresh()).isOk()).toBe(true);
    expect(await row()).toMatchObject({ status: "succeeded" });
  });

  it("refuses to refresh what is not there, or cannot be", async () => {
    const world = await setUp();
    const refresh = (source: string) => world.rights.sources.refresh({ actor: admin, source });
    expect(unwrapError(await refresh("nothing")).code).toBe("source-not-found");
    expect(unwrapError(await refresh("crm"))).toMatchObject({
      code: "call-failed",
      problem: "not-supported",
    });
  });

  it("shows a warning for a source in which somebody is not erased, whatever its last refresh was", async () => {
    const world = await createWorld({
      sources: [
        peopleSource("crm", new Map([[ada, [{}]]]), {
          erase: async () => {
            throw new Error("down");
          },
        }),
      ],
    });
    const requestId = await world.acknowledged("erasure");
    await world.clock.advance(60_000);
    const list = async () => unwrap(await world.rights.sources.list({ actor: admin })).sources[0];
    expect(await list()).toMatchObject({ status: "warning", problem: "unavailable", requests: [requestId] });
    await world.rights.requests.settleSource({
      actor: admin,
      requestId,
      source: "crm",
      reason: "being replaced",
    });
    expect(await list()).toMatchObject({ requests: [] });
  });

  it("shows a refresh that hangs as running, and then as a warning", async () => {
    const world = await setUp(() => hanging(undefined, { signal: new AbortController().signal } as never));
    const refreshed = world.rights.sources.refresh({ actor: admin, source: "insights" });
    await world.settle();
    const row = async () => unwrap(await world.rights.sources.list({ actor: admin })).sources[1];
    expect(await row()).toMatchObject({ status: "running" });
    await world.clock.advance(60_000);
    expect(unwrapError(await refreshed)).toMatchObject({ problem: "timed-out" });
    expect(await row()).toMatchObject({ status: "warning", problem: "timed-out" });
  });
});

describe("a policy of one's own", () => {
  it("changes who may do what", async () => {
    const world = await createWorld({
      sources: [peopleSource("crm", new Map())],
      policy: rolePolicy({ "submit-erasure": ["privacy-officer"] }),
    });
    const submission = { kind: "erasure", category: "customer-data", email: ada } as const;
    const officer: Actor = { id: "officer-1", tenant: "northwind", roles: ["privacy-officer"] };
    expect((await world.rights.requests.submit({ ...submission, actor: officer })).isOk()).toBe(true);
    expect((await world.rights.requests.submit({ ...submission, actor: admin })).isErr()).toBe(true);
  });

  it("can be asked beforehand, for pages that offer only what will not be refused", async () => {
    const world = await createWorld({
      sources: [peopleSource("crm", new Map())],
      timeZone: "Europe/Berlin",
      policy: (actor, action) => {
        if (action === "list-users") throw new Error("the policy is down");
        return rolePolicy()(actor, action);
      },
    });
    const ask = async (actor: Actor, action: PolicyAction) => world.rights.allows({ actor, action });
    expect(unwrap(await ask(admin, "submit-erasure"))).toBe(true);
    expect(unwrap(await ask(admin, "submit-export"))).toBe(false);
    // One that throws allows nothing.
    expect(unwrap(await ask(admin, "list-users"))).toBe(false);
    const nobody = { ...admin, id: "" };
    expect(unwrapError(await ask(nobody, "submit-erasure")).code).toBe("invalid-input");
    expect(world.rights.timeZone).toBe("Europe/Berlin");
  });
});
