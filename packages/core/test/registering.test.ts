import type { CollectionOutcome, DataSource, DataSourceDefinition, Row, Subject } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, copyOfPeople, createWorld, peopleSource, tenantAdmin, type World } from "./world.ts";

const hour = 3_600_000;
const boss = { ...admin, id: "boss" };

const down = async (): Promise<never> => {
  throw new Error("down");
};

const holding = (): Map<string, Row[]> => new Map([[ada, [{}]]]);

/** The next deployment, over the same store, with these sources. */
const deployed = async (world: World, sources: readonly DataSource[]): Promise<World> => {
  await world.rights.stop();
  return createWorld({ ...world.options, sources }, world.tables, world.clock);
};

const sourcesOf = async (world: World, requestId: string, actor = admin) =>
  (await world.read(requestId, actor)).sources.map(({ id, task, status }) => [id, task, status]);

describe("a source that is registered while a request runs", () => {
  it("is erased in before the request is completed", async () => {
    const [people, readers] = [holding(), holding()];
    const world = await createWorld({ sources: [peopleSource("crm", people, { erase: down })] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    const next = await deployed(world, [peopleSource("crm", people), peopleSource("newsletter", readers)]);
    await next.pass(7 * hour);
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed" });
    expect(await sourcesOf(next, requestId)).toEqual([
      ["crm", "erase", "succeeded"],
      ["newsletter", "erase", "succeeded"],
    ]);
    expect([people.size, readers.size]).toEqual([0, 0]);
    const audit = unwrap(await next.rights.requests.audit({ actor: admin, requestId }));
    expect(audit.filter(({ action }) => action === "registered")).toMatchObject([{ source: "newsletter" }]);
  });

  it("is asked who this is, and what it knows leads on", async () => {
    const crm = new Map<string, Row[]>([["c-1", [{}]]]);
    const byNumber = (erase?: typeof down) =>
      peopleSource("crm", crm, {
        needs: ["email", "customer-number"],
        locate: async (subject) => {
          const count = subject.values("customer-number").filter((number) => crm.has(number)).length;
          return [{ collection: "people", count }];
        },
        erase:
          erase ??
          (async (subject) => {
            const count = subject.values("customer-number").filter((number) => crm.delete(number)).length;
            return [{ collection: "people", outcome: "erased", count }];
          }),
      });
    const world = await createWorld({ sources: [byNumber(down)] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    const shop = peopleSource("shop", new Map(), {
      holds: ["user-data"],
      identify: async () => [{ type: "customer-number", value: "c-1" }],
    });
    const next = await deployed(world, [byNumber(), shop]);
    await next.pass(7 * hour);
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed" });
    expect(crm.size).toBe(0);
  });

  it("has the copies that are filled from it refreshed once more, behind it", async () => {
    const [people, readers, index] = [holding(), holding(), new Map<string, Row[]>()];
    const search = copyOfPeople("search", index, readers);
    const archive = (erase?: typeof down) => {
      const changes = { kind: "copy", ...(erase && { erase }) } as const;
      return peopleSource("archive", holding(), changes);
    };
    const world = await createWorld({ sources: [peopleSource("crm", people), search, archive(down)] });
    const requestId = await world.acknowledged("erasure");
    // Another job has filled it meanwhile.
    index.set(ada, [{}]);
    const newsletter = peopleSource("newsletter", readers);
    const next = await deployed(world, [peopleSource("crm", people), search, archive(), newsletter]);
    await next.pass(7 * hour);
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed" });
    expect([readers.size, index.size]).toEqual([0, 0]);
  });

  it("has everybody looked at once more who was looked at before it was erased in", async () => {
    const [people, readers] = [holding(), holding()];
    const crm = peopleSource("crm", people);
    const shop = peopleSource("shop", holding(), {
      verify: async (_subject, { idempotencyKey }) => {
        if (idempotencyKey.includes("/verify/") && isDown) throw new Error("down");
        return [{ collection: "people", count: 0 }];
      },
    });
    // The crm is done with; the shop could not be looked at once more.
    let isDown = true;
    const world = await createWorld({ sources: [crm, shop] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    const newsletter = peopleSource("newsletter", readers, {
      erase: async () => {
        const outcome = readers.delete(ada)
          ? ({ collection: "people", outcome: "erased", count: 1 } as const)
          : ({ collection: "people", outcome: "absent" } as const);
        if (outcome.outcome === "erased") people.set(ada, [{}]);
        return [outcome];
      },
    });
    isDown = false;
    const next = await deployed(world, [crm, shop, newsletter]);
    await next.pass(7 * hour);
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed" });
    expect([people.size, readers.size]).toEqual([0, 0]);
  });

  it("that held other data until now, and holds this too, is erased in", async () => {
    const [people, users] = [holding(), holding()];
    const shop = (...holds: ("user-data" | "customer-data")[]) =>
      peopleSource("shop", users, { holds, identify: async () => [] });
    const world = await createWorld({
      sources: [peopleSource("crm", people, { erase: down }), shop("user-data")],
    });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    const next = await deployed(world, [peopleSource("crm", people), shop("user-data", "customer-data")]);
    await next.pass(7 * hour);
    expect(await sourcesOf(next, requestId)).toEqual([
      ["crm", "erase", "succeeded"],
      ["shop", "erase", "succeeded"],
    ]);
    expect(users.size).toBe(0);
  });

  it("is in the package of an export that was not delivered yet", async () => {
    const [people, readers] = [holding(), holding()];
    const crm = peopleSource("crm", people);
    const world = await createWorld({
      sources: [crm, peopleSource("till", people, { export: undefined as never })],
    });
    const requestId = await world.acknowledged("export");
    const next = await deployed(world, [
      crm,
      peopleSource("till", people),
      peopleSource("newsletter", readers),
    ]);
    unwrap(await next.rights.requests.retrySource({ actor: admin, requestId, source: "till" }));
    await next.pass(hour);
    expect(await next.read(requestId, tenantAdmin)).toMatchObject({ outcome: "completed" });
    expect(await sourcesOf(next, requestId, tenantAdmin)).toEqual([
      ["crm", "export", "succeeded"],
      ["till", "export", "succeeded"],
      ["newsletter", "export", "succeeded"],
    ]);
  });

  it("makes a plan that was put up, or approved, one that counts no more", async () => {
    const [people, readers] = [holding(), holding()];
    const crm = peopleSource("crm", people);
    const world = await createWorld({ sources: [crm], needsApproval: () => true });
    const requestId = await world.acknowledged("erasure");
    const before = unwrap(await world.rights.requests.preview({ actor: boss, requestId }));
    const next = await deployed(world, [crm, peopleSource("newsletter", readers)]);
    const approving = { actor: boss, requestId, plan: before.hash };
    expect(unwrapError(await next.rights.requests.approve(approving)).code).toBe("not-possible-now");
    await next.pass(60_000);
    const after = unwrap(await next.rights.requests.preview({ actor: boss, requestId }));
    expect(after.plan.sources.map(({ source }) => source)).toEqual(["crm", "newsletter"]);
    unwrap(await next.rights.requests.approve({ ...approving, plan: after.hash }));
    await next.pass(60_000);
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed" });
    expect(readers.size).toBe(0);
  });

  it("has to be approved where the work is under way", async () => {
    const [people, readers] = [holding(), holding()];
    const world = await createWorld({
      sources: [peopleSource("crm", people, { erase: down })],
      needsApproval: () => true,
    });
    const requestId = await world.acknowledged("erasure");
    const { hash } = unwrap(await world.rights.requests.preview({ actor: boss, requestId }));
    unwrap(await world.rights.requests.approve({ actor: boss, requestId, plan: hash }));
    await world.pass(hour);
    const next = await deployed(world, [peopleSource("crm", people), peopleSource("newsletter", readers)]);
    await next.pass(7 * hour);
    expect((await next.read(requestId)).waitingFor).toMatchObject([{ for: "approval" }]);
    expect([people.size, readers.size]).toEqual([1, 1]);
  });

  it("and taken out again keeps the request from being completed", async () => {
    const people = holding();
    const crm = peopleSource("crm", people, { erase: down });
    const world = await createWorld({ sources: [crm] });
    const requestId = await world.acknowledged("erasure");
    await world.pass(hour);
    const next = await deployed(world, [crm, peopleSource("newsletter", holding(), { erase: down })]);
    await next.pass(7 * hour);
    const last = await deployed(next, [peopleSource("crm", people)]);
    await last.pass(24 * hour);
    expect((await last.read(requestId)).waitingFor).toEqual([
      { for: "source", source: "newsletter", problem: "not-registered" },
    ]);
  });
});

describe("a rolling update that registers a source", () => {
  const both = async (changes: Partial<DataSourceDefinition> = {}) => {
    const [people, readers] = [holding(), holding()];
    const state = { isDown: true };
    const erase = async (subject: Subject): Promise<CollectionOutcome[]> => {
      if (state.isDown) throw new Error("down");
      const count = subject.values("email").filter((each) => people.delete(each)).length;
      return [{ collection: "people", outcome: "erased", count }];
    };
    const crm = peopleSource("crm", people, { erase });
    const old = await createWorld({ sources: [crm] });
    const requestId = await old.acknowledged("erasure");
    await old.pass(60_000);
    const newsletter = peopleSource("newsletter", readers, changes);
    const next = await createWorld({ ...old.options, sources: [crm, newsletter] }, old.tables, old.clock);
    const until = async (milliseconds: number) => {
      await old.clock.advance(milliseconds);
      await next.settle();
    };
    return { old, next, state, readers, requestId, until };
  };

  it("completes nothing without it, whichever process does the rest", async () => {
    const { old, next, state, readers, requestId, until } = await both();
    await until(1_000);
    expect(await sourcesOf(next, requestId)).toEqual([
      ["crm", "erase", "warning"],
      ["newsletter", "erase", "succeeded"],
    ]);
    state.isDown = false;
    await until(5 * hour);
    await old.rights.stop();
    await until(2 * hour);
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed", waitingFor: [] });
    expect(readers.size).toBe(0);
    const told = [...old.notifier.sent, ...next.notifier.sent].filter(
      ({ notice }) => notice.type === "support" && notice.problem === "not-registered",
    );
    expect(told).toEqual([]);
  });

  it("goes on by itself once a process knows the source again, and is told of when none does", async () => {
    const { old, next, state, requestId, until } = await both({ erase: down });
    await until(1_000);
    await next.rights.stop();
    state.isDown = false;
    await old.pass(24 * hour);
    expect((await old.read(requestId)).waitingFor).toEqual([
      { for: "source", source: "newsletter", problem: "not-registered" },
    ]);
    const entries = unwrap(await old.rights.requests.audit({ actor: admin, requestId }));
    await old.rights.stop();
    const failed = entries.filter(
      ({ action, source, detail }) =>
        action === "failed" && source === "newsletter" && detail["code"] === "not-registered",
    );
    expect(failed).toHaveLength(1);
    const readers = holding();
    const last = await createWorld(
      { ...next.options, sources: [...old.options.sources, peopleSource("newsletter", readers)] },
      old.tables,
      old.clock,
    );
    await last.pass(60_000);
    expect(await last.read(requestId)).toMatchObject({ outcome: "completed" });
    expect(readers.size).toBe(0);
  });
});
