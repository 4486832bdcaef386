import {
  type Actor,
  createSubjectRights,
  defineDataSource,
  type Row,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { sha256 } from "../src/crypto.ts";
import { ada, admin, copyOfPeople, createWorld, peopleSource, tenantAdmin, type World } from "./world.ts";

/** Somebody else, who may do the same. */
const second: Actor = { id: "admin-2", tenant: "northwind", roles: ["admin", "tenant-admin"] };
const minute = 60_000;
const everything = () => true;
const people = (rows = 2) =>
  new Map<string, Row[]>([[ada, Array.from({ length: rows }, () => ({ name: "Ada" }))]]);

const shop = async (options: Partial<SubjectRightsOptions> = {}, held = people()) => {
  const copy = new Map(held);
  const world = await createWorld({
    sources: [peopleSource("crm", held), copyOfPeople("search", copy, held)],
    needsApproval: everything,
    ...options,
  });
  const requestId = await world.acknowledged("erasure");
  return { world, requestId, held, copy };
};

const preview = async ({ rights }: World, requestId: string) =>
  unwrap(await rights.requests.preview({ actor: second, requestId }));

const approve = ({ rights }: World, requestId: string, plan: string, actor = second) =>
  rights.requests.approve({ actor, requestId, plan });

const actionsOf = async ({ rights }: World, requestId: string) =>
  unwrap(await rights.requests.audit({ actor: admin, requestId })).map(({ action }) => action);

describe("a plan that needs approval", () => {
  it("is put up, announced, and waits: nothing is erased", async () => {
    const { world, requestId, held } = await shop();
    const { plan, canonical, hash, state } = await preview(world, requestId);
    expect(state).toBe("waiting");
    expect(hash).toBe(sha256(canonical));
    expect(plan.sources).toMatchObject([
      { source: "crm", task: "erase", collections: [{ collection: "people", count: 2, becomes: "erased" }] },
      {
        source: "search",
        task: "refresh",
        collections: [{ collection: "people", count: 2, becomes: "refreshed" }],
      },
    ]);
    expect(canonical).not.toContain(ada);
    const view = await world.read(requestId);
    expect(view).toMatchObject({
      phase: "planned",
      approval: { state: "waiting", plan: hash, approvedBy: null },
    });
    expect(view.waitingFor).toMatchObject([{ for: "approval", plan: hash }]);
    const [message] = world.notifier.sent.filter(({ notice }) => notice.type === "approval");
    expect(message).toMatchObject({ to: "support@northwind.example", notice: { plan: hash } });
    expect(JSON.stringify(message)).not.toContain(ada);
    expect(held.has(ada)).toBe(true);
  });

  it("is carried out once somebody else has approved it", async () => {
    const { world, requestId, held } = await shop();
    const { hash } = await preview(world, requestId);
    unwrap(await approve(world, requestId, hash));
    await world.settle();
    const view = await world.read(requestId);
    expect(view).toMatchObject({
      outcome: "completed",
      approval: {
        state: "approved",
        approvedBy: unwrap(await world.rights.recordedAs({ actor: second })),
      },
    });
    expect(held.has(ada)).toBe(false);
    expect(await actionsOf(world, requestId)).toEqual(
      expect.arrayContaining(["plan-put-up", "plan-approved", "plan-confirmed", "approved", "closed"]),
    );
  });

  it("holds for exports as well, where the policy says so", async () => {
    const world = await createWorld({
      sources: [peopleSource("crm", people())],
      needsApproval: ({ kind }) => kind === "export",
    });
    const requestId = await world.acknowledged("export");
    expect((await world.read(requestId)).phase).toBe("planned");
    const { hash, plan } = await preview(world, requestId);
    expect(plan.sources[0]?.collections).toEqual([{ collection: "people", count: 2, becomes: "exported" }]);
    expect(unwrapError(await approve(world, requestId, hash, tenantAdmin))).toMatchObject({
      code: "approval-rejected",
      reason: "by-requester",
    });
    unwrap(await approve(world, requestId, hash));
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  it("is needed where nobody can say whether it is, and that is told", async () => {
    for (const [answer, told] of [
      [
        () => {
          throw new Error("no database");
        },
        "no database",
      ],
      [async () => Promise.reject(new Error("no database")), "no database"],
      [() => undefined as never, "needsApproval answered nothing: write true or false"],
      [() => 0 as never, "needsApproval answered a number: write true or false"],
    ] as const) {
      const { world, requestId, held } = await shop({ needsApproval: answer });
      expect((await world.read(requestId)).approval).toMatchObject({ state: "waiting" });
      expect(held.has(ada)).toBe(true);
      expect(world.errors).toMatchObject([{ adapter: "needs-approval", cause: { message: told } }]);
      const { failing } = unwrap(await world.rights.health());
      expect(failing).toMatchObject([{ adapter: "needs-approval" }]);
    }
  });

  it("may be asked of somebody who has to look it up", async () => {
    const { world, requestId } = await shop({ needsApproval: async () => false });
    expect((await world.read(requestId)).approval).toBeNull();
    expect(world.errors).toEqual([]);
  });

  it("is not asked for where the policy does not want it", async () => {
    const { world, requestId } = await shop({ needsApproval: ({ kind }) => kind === "export" });
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed", approval: null });
  });

  it("goes to who approves, where the address book knows them", async () => {
    const { world } = await shop({
      addresses: {
        tenantAdmin: () => "tenant-admin@northwind.example",
        support: () => "support@northwind.example",
        approver: () => "officer@northwind.example",
      },
    });
    expect(world.notifier.sent.find(({ notice }) => notice.type === "approval")?.to).toBe(
      "officer@northwind.example",
    );
  });
});

describe("an approval", () => {
  it.each([
    ["for another plan", "another-plan", second, "0".repeat(64)],
    ["by whoever asked", "by-requester", admin, null],
  ] as const)("%s is refused", async (_, reason, actor, other) => {
    const { world, requestId, held } = await shop();
    const { hash } = await preview(world, requestId);
    const refused = await approve(world, requestId, other ?? hash, actor);
    expect(unwrapError(refused)).toMatchObject({ code: "approval-rejected", reason });
    await world.settle();
    expect(held.has(ada)).toBe(true);
  });

  it("that is no hash is bad input", async () => {
    const { world, requestId } = await shop();
    expect(unwrapError(await approve(world, requestId, "yes")).code).toBe("invalid-input");
  });

  it("is accepted once", async () => {
    const { world, requestId } = await shop();
    const { hash } = await preview(world, requestId);
    const answers = await Promise.all([approve(world, requestId, hash), approve(world, requestId, hash)]);
    expect(answers.filter((answer) => answer.isOk())).toHaveLength(1);
    expect(unwrapError(answers.find((answer) => answer.isErr()))).toMatchObject({
      reason: "already-approved",
    });
  });

  it("after its time is refused, also by a clock that was set back; the plan is made anew", async () => {
    const { world, requestId } = await shop({ rules: { approvalValidFor: 3_600_000 } });
    const first = await preview(world, requestId);
    await world.pass(3_600_001);
    const view = await world.read(requestId);
    expect(view.approval).toMatchObject({ state: "waiting", edition: 2, plan: first.hash });
    expect(world.notifier.sent.filter(({ notice }) => notice.type === "approval")).toHaveLength(2);
    // Made anew with another time, the same plan can be approved.
    unwrap(await approve(world, requestId, first.hash));
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  it("comes too late in a process that does no work", async () => {
    const { world, requestId } = await shop({ rules: { approvalValidFor: 3_600_000 } });
    const { hash } = await preview(world, requestId);
    await world.rights.stop();
    await world.clock.advance(3_600_001);
    const idle = createSubjectRights(world.options);
    const refused = await idle.requests.approve({ actor: second, requestId, plan: hash });
    expect(unwrapError(refused)).toMatchObject({ code: "approval-rejected", reason: "expired" });
  });

  it("by an actor of another tenant, or without the right, finds nothing", async () => {
    const { world, requestId } = await shop();
    const { hash } = await preview(world, requestId);
    const elsewhere = { ...second, tenant: "contoso" };
    expect(unwrapError(await approve(world, requestId, hash, elsewhere)).code).toBe("request-not-found");
    const nobody = { ...second, roles: [] };
    expect(unwrapError(await approve(world, requestId, hash, nobody)).code).toBe("not-allowed");
  });

  it("where none is needed is not possible", async () => {
    const { world, requestId } = await shop({
      needsApproval: () => false,
      sources: [peopleSource("crm", people(), { erase: () => new Promise(() => undefined) })],
    });
    expect(unwrapError(await approve(world, requestId, "0".repeat(64))).code).toBe("not-possible-now");
  });
});

describe("what changes after the plan was put up", () => {
  it("stops the run, and asks again: records that came in", async () => {
    const { world, requestId, held } = await shop();
    const before = await preview(world, requestId);
    held.set(ada, [{}, {}, {}]);
    unwrap(await approve(world, requestId, before.hash));
    await world.settle();
    expect(held.has(ada)).toBe(true);
    const after = await preview(world, requestId);
    expect(after.hash).not.toBe(before.hash);
    expect(after.plan.sources[0]?.collections?.[0]?.count).toBe(3);
    expect((await world.read(requestId)).approval).toMatchObject({
      state: "waiting",
      edition: 2,
      approvedBy: null,
    });
    expect(await actionsOf(world, requestId)).toContain("plan-changed");
    expect(unwrapError(await approve(world, requestId, before.hash))).toMatchObject({
      reason: "another-plan",
    });
    unwrap(await approve(world, requestId, after.hash));
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  it("stops the run, and asks again: another way of working", async () => {
    const { world, requestId, held, copy } = await shop();
    const { hash } = await preview(world, requestId);
    await world.rights.stop();
    const changed = await createWorld(
      {
        sources: [peopleSource("crm", held, { revision: "2" }), copyOfPeople("search", copy, held)],
        needsApproval: everything,
      },
      world.tables,
      world.clock,
    );
    unwrap(await approve(changed, requestId, hash));
    await changed.settle();
    expect(held.has(ada)).toBe(true);
    expect((await changed.read(requestId)).approval).toMatchObject({ state: "waiting", edition: 2 });
  });

  it("stops the run in the middle: somebody turns out to be known by more", async () => {
    const held = people();
    let isDown = true;
    const world = await createWorld({
      sources: [
        peopleSource("crm", held),
        peopleSource("billing", new Map(), {
          identify: async () => {
            if (isDown) throw new Error("down");
            return [{ type: "customer-number", value: "4711" }];
          },
          needs: ["email", "customer-number"],
        }),
      ],
      needsApproval: everything,
    });
    const requestId = await world.acknowledged("erasure");
    await world.pass(600_000);
    const before = await preview(world, requestId);
    expect(before.state).toBe("waiting");
    isDown = false;
    unwrap(await world.rights.requests.retrySource({ actor: admin, requestId, source: "billing" }));
    await world.settle();
    const after = await preview(world, requestId);
    expect(after).toMatchObject({ state: "waiting" });
    expect(after.plan.identifiers).toBe(2);
    expect(unwrapError(await approve(world, requestId, before.hash))).toMatchObject({
      reason: "another-plan",
    });
    unwrap(await approve(world, requestId, after.hash));
    await world.settle();
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
  });
});

describe("an approval binds what is erased at the moment when it is erased", () => {
  const hour = 3_600_000;
  const down = async (): Promise<never> => {
    throw new Error("down");
  };

  /** Approved while the source is down; then the next deployment, in which it answers. */
  const afterAnOutage = async (
    held: Map<string, Row[]>,
    change: () => void,
    now: Partial<Parameters<typeof peopleSource>[2]> = {},
  ) => {
    const world = await createWorld({
      sources: [peopleSource("crm", held, { revision: "1", erase: down })],
      needsApproval: everything,
    });
    const requestId = await world.acknowledged("erasure");
    unwrap(await approve(world, requestId, (await preview(world, requestId)).hash));
    await world.pass(hour);
    await world.rights.stop();
    change();
    const sources = [peopleSource("crm", held, { revision: "1", ...now })];
    const next = await createWorld({ ...world.options, sources }, world.tables, world.clock);
    await next.pass(24 * hour);
    return { next, requestId };
  };

  it("so that what came in during an outage has to be approved", async () => {
    const held = people(2);
    const { next, requestId } = await afterAnOutage(held, () => held.get(ada)?.push({}, {}));
    expect(held.get(ada)).toHaveLength(4);
    expect((await next.read(requestId)).waitingFor).toMatchObject([{ for: "approval" }]);
    expect(await actionsOf(next, requestId)).toContain("plan-outgrown");
    const { hash, plan } = await preview(next, requestId);
    expect(plan.sources[0]?.collections).toMatchObject([{ count: 4 }]);
    unwrap(await approve(next, requestId, hash));
    await next.settle();
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed", sources: [{ done: 4 }] });
  });

  it("so that a source that does something else now has to be approved", async () => {
    const held = people(2);
    const { next, requestId } = await afterAnOutage(held, () => undefined, { revision: "2" });
    expect((await next.read(requestId)).waitingFor).toMatchObject([{ for: "approval" }]);
    expect(held.get(ada)).toHaveLength(2);
  });

  it("and is none for making something else of the same records", async () => {
    const held = people(2);
    const { next, requestId } = await afterAnOutage(held, () => undefined, {
      locate: async () => [
        { collection: "people", count: held.get(ada)?.length ?? 0, becomes: "anonymised" },
      ],
    });
    expect((await next.read(requestId)).waitingFor).toMatchObject([{ for: "approval" }]);
  });

  it("and holds where there is less by then", async () => {
    const held = people(2);
    const { next, requestId } = await afterAnOutage(held, () => held.get(ada)?.pop());
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed" });
  });

  it.each(["hold", "doubt"] as const)("after a %s as after an outage", async (wait) => {
    const held = people(2);
    const world = await createWorld({
      sources: [peopleSource("crm", held, { erase: down })],
      needsApproval: everything,
    });
    const requestId = await world.acknowledged("erasure");
    const on = { actor: admin, requestId };
    unwrap(await approve(world, requestId, (await preview(world, requestId)).hash));
    await world.settle();
    const identifiers = [{ type: "email", value: ada }];
    const reason = "a case in court";
    const hold =
      wait === "hold" ? unwrap(await world.rights.holds.place({ actor: admin, identifiers, reason })) : null;
    if (hold === null) unwrap(await world.rights.requests.suspend({ ...on, reason: "another address" }));
    await world.rights.stop();
    held.get(ada)?.push({});
    const next = await createWorld(
      { ...world.options, sources: [peopleSource("crm", held)] },
      world.tables,
      world.clock,
    );
    await next.pass(10 * hour);
    expect(held.get(ada)).toHaveLength(3);
    if (hold === null) unwrap(await next.rights.requests.resume(on));
    else unwrap(await next.rights.holds.lift({ actor: admin, holdId: hold.hold.id, reason: "settled" }));
    await next.pass(10 * hour);
    expect(held.get(ada)).toHaveLength(3);
    expect((await next.read(requestId)).waitingFor).toMatchObject([{ for: "approval" }]);
  });

  it("for what an owner is asked to erase as well", async () => {
    const held = people(2);
    let more = true;
    const crm = peopleSource("crm", people(1), {
      erase: async () => {
        if (more) held.get(ada)?.push({});
        more = false;
        return [{ collection: "people", outcome: "absent" }];
      },
      locate: async () => [],
    });
    const paper = peopleSource("paper", held, {
      erase: undefined as never,
      owner: "archive@northwind.example",
      kind: "copy",
    });
    const world = await createWorld({ sources: [crm, paper], needsApproval: everything });
    const requestId = await world.acknowledged("erasure");
    unwrap(await approve(world, requestId, (await preview(world, requestId)).hash));
    await world.pass(60_000);
    expect(world.notifier.sent.filter(({ notice }) => notice.type === "manual-task")).toEqual([]);
    expect((await world.read(requestId)).waitingFor).toMatchObject([{ for: "approval" }]);
  });
});

describe("an owner who is erasing by hand while the plan is made anew", () => {
  const owner = "archive@northwind.example";
  const task = { actor: admin, source: "archive", answer: "done", note: "shredded" } as const;

  /** The plan is approved, the owner is asked, and then a source more is there than was approved. */
  const outgrown = async () => {
    const papers = people(1);
    const archive = defineDataSource({
      id: "archive",
      title: "The archive",
      holds: ["customer-data"],
      kind: "origin",
      owner,
      locate: async () => [{ collection: "papers", count: papers.size }],
    });
    const sources = [peopleSource("crm", people()), archive];
    const old = await createWorld({ sources, needsApproval: everything, lookEvery: minute });
    const requestId = await old.acknowledged("erasure");
    unwrap(await approve(old, requestId, (await preview(old, requestId)).hash));
    await old.pass(minute);
    await old.rights.stop();
    const options = { ...old.options, sources: [...sources, peopleSource("orders", people())] };
    const world = await createWorld(options, old.tables, old.clock);
    await world.pass(2 * minute);
    const sent = () => [...old.notifier.sent, ...world.notifier.sent];
    const letters = () =>
      sent()
        .filter(({ to }) => to === owner)
        .map(({ notice }) => notice.type);
    expect((await world.read(requestId)).phase).toBe("planned");
    expect(letters()).toEqual(["manual-task", "task-stopped"]);
    return { world, requestId, papers, sent, letters };
  };

  it("is told, asked anew once it is approved, and both answers count", async () => {
    const { world, requestId, letters, papers } = await outgrown();
    unwrap(await approve(world, requestId, (await preview(world, requestId)).hash));
    await world.pass(2 * minute);
    expect(letters()).toEqual(["manual-task", "task-stopped", "manual-task"]);
    papers.clear();
    unwrap(await world.rights.requests.answerTask({ ...task, requestId }));
    await world.pass(2 * minute);
    const { outcome, sources } = await world.read(requestId);
    expect(outcome).toBe("completed");
    expect(sources.find(({ id }) => id === "archive")?.outcomes).toEqual([
      { collection: "papers", outcome: "erased", count: 1 },
    ]);
  });

  it("may answer while it waits for its approval: they are not asked again", async () => {
    const { world, requestId, letters, papers } = await outgrown();
    papers.clear();
    unwrap(await world.rights.requests.answerTask({ ...task, requestId }));
    unwrap(await approve(world, requestId, (await preview(world, requestId)).hash));
    await world.pass(2 * minute);
    expect(letters()).toEqual(["manual-task", "task-stopped"]);
    const { outcome, sources } = await world.read(requestId);
    expect(outcome).toBe("completed");
    expect(sources.find(({ id }) => id === "archive")?.outcomes).toEqual([
      { collection: "papers", outcome: "erased", count: 1 },
    ]);
  });

  it("may answer also when it was declined meanwhile, and the person is told", async () => {
    const { world, requestId, sent } = await outgrown();
    unwrap(await world.rights.requests.decline({ actor: admin, requestId, reason: "not founded" }));
    await world.pass(minute);
    unwrap(await world.rights.requests.answerTask({ ...task, requestId }));
    await world.pass(minute);
    const refusal = sent().findLast(({ notice }) => notice.type === "refusal")?.notice;
    expect(refusal).toMatchObject({
      sources: expect.arrayContaining([
        expect.objectContaining({
          title: "The archive",
          byOwner: "done",
          outcomes: [{ collection: "papers", outcome: "erased", count: 1 }],
        }),
      ]),
    });
  });
});
