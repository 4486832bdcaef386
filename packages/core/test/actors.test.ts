import {
  type Actor,
  type ApplicationUser,
  canonicalJson,
  defineUserDirectory,
  evidenceFileSchema,
  type Row,
} from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource, type World } from "./world.ts";

const roles = ["admin", "tenant-admin"];
const actor = (id: string, tenant = "northwind"): Actor => ({ id, tenant, roles });
const people = () => new Map<string, Row[]>([[ada, [{ name: "Ada" }]]]);
const everything = () => true;
const pseudonym = /^actor-[0-9a-f]{32}$/;

const nameOf = async ({ rights }: Pick<World, "rights">, who: Actor) =>
  unwrap(await rights.recordedAs({ actor: who }));

const submitted = async (world: World, by: Actor, email = ada) => {
  const asked = { actor: by, kind: "erasure", category: "customer-data", email } as const;
  const { request } = unwrap(await world.rights.requests.submit(asked));
  await world.settle();
  unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
  await world.settle();
  return request.id;
};

const planOf = async ({ rights }: World, requestId: string) =>
  unwrap(await rights.requests.preview({ actor: admin, requestId })).hash;

describe("the name that an actor has in records", () => {
  it("is a pseudonym: one for each tenant, and the same however an address is spelt", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())] });
    const name = await nameOf(world, actor(ada));
    expect(name).toMatch(pseudonym);
    for (const spelt of ["Ada@Example.ORG", ` ${ada} `]) expect(await nameOf(world, actor(spelt))).toBe(name);
    expect(await nameOf(world, actor(ada, "contoso"))).not.toBe(name);
    // Any other id is a key of the application's own, of which every letter counts.
    expect(await nameOf(world, actor("User-1"))).not.toBe(await nameOf(world, actor("user-1")));
    expect(unwrapError(await world.rights.recordedAs({ actor: { ...admin, id: "" } })).code).toBe(
      "invalid-input",
    );
  });

  it("is not what the same address is called where it is the person's", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())], needsApproval: everything });
    await submitted(world, actor(ada));
    const digits = (await nameOf(world, actor(ada))).slice("actor-".length);
    const states = [...world.tables.requests.values()].map(({ state }) => state);
    // The record has it as whoever asked, and not among what the person is known by.
    expect(states).toMatchObject([{ request: { submittedBy: `actor-${digits}` } }]);
    expect(JSON.stringify(states).split(digits)).toHaveLength(2);
  });

  it("stands in the record, the audit and the evidence, and leads back to whoever is known", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())], needsApproval: everything });
    const [asks, approves] = [actor("user-1"), actor("officer@northwind.example")];
    const requestId = await submitted(world, asks);
    const plan = await planOf(world, requestId);
    unwrap(await world.rights.requests.approve({ actor: approves, requestId, plan }));
    await world.settle();
    const [first, second] = [await nameOf(world, asks), await nameOf(world, approves)];
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed",
      submittedBy: first,
      approval: { approvedBy: second },
    });
    const { file, canonical } = unwrap(await world.rights.audit.evidence({ actor: admin, requestId }));
    expect(file).toMatchObject({ request: { submittedBy: first }, approval: { approvedBy: second } });
    // What nobody did in particular, and what the address on record did, is said in words.
    const actors = new Set(file.audit.entries.map((entry) => entry.actor));
    expect(actors).toEqual(new Set([first, second, "system", "address-on-record"]));
    expect(canonical).not.toContain(asks.id);
    expect(canonical).not.toContain("officer@");
    const team = [actor("user-7"), approves, asks];
    const names = await Promise.all(team.map((each) => nameOf(world, each)));
    expect(team[names.indexOf(file.approval?.approvedBy as typeof first)]).toBe(approves);
  });

  it("cannot be that of the library, or of the address on record", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())], needsApproval: everything });
    for (const id of ["system", "address-on-record"]) {
      expect(await nameOf(world, actor(id))).toMatch(pseudonym);
    }
    const requestId = await submitted(world, actor("system"));
    const [first] = unwrap(await world.rights.requests.audit({ actor: admin, requestId }));
    expect(first?.actor).toMatch(pseudonym);
  });
});

describe("the second person", () => {
  const shop = async (by: Actor) => {
    const world = await createWorld({ sources: [peopleSource("crm", people())], needsApproval: everything });
    const requestId = await submitted(world, by);
    const approve = async (who: Actor) =>
      world.rights.requests.approve({ actor: who, requestId, plan: await planOf(world, requestId) });
    return { world, requestId, approve };
  };

  it("is nobody who spells their own address in another way", async () => {
    const { approve } = await shop(actor("ada.admin@northwind.example"));
    expect(unwrapError(await approve(actor("Ada.Admin@Northwind.Example")))).toMatchObject({
      code: "approval-rejected",
      reason: "by-requester",
    });
    expect((await approve(actor("bo.admin@northwind.example"))).isOk()).toBe(true);
  });

  it("is not whoever asked, also where a record of before pseudonyms has their id", async () => {
    const { world, requestId, approve } = await shop(actor("user-1"));
    for (const [key, stored] of world.tables.requests) {
      const state = structuredClone(stored.state) as { request: object };
      Object.assign(state.request, { submittedBy: "user-1" });
      world.tables.requests.set(key, { ...stored, state } as typeof stored);
    }
    expect((await world.read(requestId)).submittedBy).toBe("user-1");
    expect(unwrapError(await approve(actor("user-1")))).toMatchObject({ reason: "by-requester" });
    unwrap(await approve(actor("user-2")));
    await world.settle();
    const { file } = unwrap(await world.rights.audit.evidence({ actor: admin, requestId }));
    expect(file.request).toMatchObject({ submittedBy: "user-1", outcome: "completed" });
    expect(evidenceFileSchema.safeParse(JSON.parse(canonicalJson(file))).success).toBe(true);
  });
});

describe("somebody who works in the application", () => {
  const office = async (id: string) => {
    const users: ApplicationUser[] = [
      { id, email: ada, roles: [], administrator: true },
      { id: "u-2", email: "bo@northwind.example", roles: [], administrator: true },
    ];
    const accounts = new Map<string, Row[]>([[ada, [{}]]]);
    const world = await createWorld({
      sources: [peopleSource("accounts", accounts, { holds: ["user-data"] })],
      users: defineUserDirectory({
        list: async () => ({ users: users.filter(({ email }) => email !== ada || accounts.has(ada)) }),
      }),
    });
    return { world, accounts };
  };

  it.each([
    ["signs in with an address that is their id, spelt otherwise", "ada@Example.org", "ADA@example.org"],
    ["signs in with an address, and has another id", "u-1", "Ada@example.org"],
    ["signs in with their id", "u-1", "u-1"],
  ])("and %s removes themselves only where that is meant, and is gone then", async (_, userId, signedIn) => {
    const { world, accounts } = await office(userId);
    const removal = { actor: actor(signedIn), userIds: [userId] };
    expect(unwrapError(await world.rights.users.remove(removal)).code).toBe("removing-yourself");
    const [removed] = unwrap(await world.rights.users.remove({ ...removal, includingMyself: true }));
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.settle();
    const requestId = removed?.request.id ?? "";
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed",
      submittedBy: await nameOf(world, removal.actor),
    });
    expect(accounts.size).toBe(0);
    const { canonical } = unwrap(await world.rights.audit.evidence({ actor: admin, requestId }));
    const kept = JSON.stringify([canonical, [...world.tables.requests], [...world.tables.audit]]);
    expect(kept.toLowerCase()).not.toContain(`"${signedIn.toLowerCase()}"`);
    expect(kept.toLowerCase()).not.toContain(ada);
  });
});

describe("a reason", () => {
  const held = { identifiers: [{ type: "email", value: "eve@example.org" }] };

  it("does not name whoever types it: that would stay where their id does not", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())] });
    const { holds, requests, suppressions } = world.rights;
    const lovelace = actor("a.lovelace");
    const requestId = await submitted(world, actor("user-1"), "eve@example.org");
    for (const reason of ["a.lovelace decided so", "As agreed with A.Lovelace.", "(a.lovelace)"]) {
      const refused = await Promise.all([
        requests.cancel({ actor: lovelace, requestId, reason }),
        requests.extend({ actor: lovelace, requestId, reason }),
        holds.place({ actor: lovelace, ...held, reason }),
        holds.lift({ actor: lovelace, holdId: "any", reason }),
        suppressions.lift({ actor: lovelace, ...held, reason }),
      ]);
      for (const answer of refused) {
        expect(answer.isErr() && answer.error).toMatchObject({
          code: "invalid-input",
          issues: [{ path: "reason" }],
        });
      }
    }
  });

  it("may have their id within a word, and an id of three letters anywhere", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())] });
    for (const [id, reason] of [
      ["mark", "her remarks were answered"],
      ["jan", "since jan 2026"],
    ] as const) {
      expect((await world.rights.holds.place({ actor: actor(id), ...held, reason })).isOk()).toBe(true);
    }
  });
});
