import type {
  Actor,
  Category,
  CollectionOutcome,
  Identifier,
  RequestKind,
  Row,
  StandingKind,
} from "@subject-rights/core";
import { seededRandomness, unwrap, unwrapError } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { ada, byNumber, createWorld, peopleSource, type World } from "./world.ts";

const both: Actor = { id: "admin-1", tenant: "northwind", roles: ["admin", "tenant-admin"] };
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const atWork = "ada@work.example.org";

/** A company in which one request about Ada is open, and stays so until somebody settles it. */
const withOneOpen = async (seed = 1) => {
  const people = new Map<string, Row[]>([[ada, [{ name: "Ada" }]]]);
  const world = await createWorld({
    sources: [
      peopleSource("crm", people),
      peopleSource("logs", new Map([[ada, [{}]]]), { holds: ["user-telemetry"], export: undefined as never }),
    ],
    randomness: seededRandomness(seed),
  });
  const first = await ask(world, "export", "user-telemetry");
  await world.pass(minute);
  return { world, people, first };
};

const submitted = async (
  world: World,
  kind: RequestKind,
  category: Category = "customer-data",
  email = ada,
  identifiers: readonly Identifier[] = [],
) => {
  const asked = { actor: both, kind, category, email, identifiers };
  const { request } = unwrap(await world.rights.requests.submit(asked));
  await world.settle();
  return { id: request.id, token: world.token() };
};

const ask = async (...asked: Parameters<typeof submitted>): Promise<string> => {
  const [world] = asked;
  const { id, token } = await submitted(...asked);
  unwrap(await world.rights.requests.acknowledge({ token }));
  await world.settle();
  return id;
};

const settle = async ({ rights }: World, requestId: string) =>
  unwrap(await rights.requests.settleSource({ actor: both, requestId, source: "logs", reason: "by hand" }));

const suspend = async ({ rights }: World, requestId: string) =>
  unwrap(await rights.requests.suspend({ actor: both, requestId, reason: "another address" }));

const behind = (requestId: string, ...waitsFor: StandingKind[]) => [
  { for: "other-request", requestId, ...(waitsFor.length > 0 && { waitsFor }) },
];

const waiting = async (world: World, requestId: string) => (await world.read(requestId, both)).waitingFor;

const rowsGiven = async (world: World, requestId: string) =>
  (await world.read(requestId, both)).sources.reduce((sum, { done }) => sum + done, 0);

const outcome = async (world: World, requestId: string) => (await world.read(requestId, both)).outcome;

describe("requests of one person run in the order in which they were acknowledged", () => {
  it("so that a copy is never empty because of an erasure that was asked for after it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(10_000), async (seed) => {
        const { world, people, first } = await withOneOpen(seed);
        const copy = await ask(world, "export");
        await world.pass(minute);
        const erasure = await ask(world, "erasure");
        await world.pass(minute);
        expect(await waiting(world, copy)).toEqual(behind(first, "source"));
        expect(await waiting(world, erasure)).toEqual(behind(first, "source"));
        await settle(world, first);
        await world.pass(minute);
        expect(await rowsGiven(world, copy)).toBe(1);
        expect(await outcome(world, erasure)).toBe("completed");
        expect(people.size).toBe(0);
        await world.rights.stop();
      }),
      { numRuns: inject("isThorough") ? 8 : 2 },
    );
  });

  it("also those of one millisecond, and where nobody worked on them until both were there", async () => {
    for (const seed of inject("isThorough") ? [1, 2, 3, 4] : [1, 2]) {
      const { world, people, first } = await withOneOpen(seed);
      await settle(world, first);
      await world.pass(minute);
      const [erasure, copy] = [await submitted(world, "erasure"), await submitted(world, "export")];
      await world.rights.stop();
      const idle = await createWorld(world.options, world.tables, world.clock);
      await idle.rights.stop();
      for (const { token } of [copy, erasure]) unwrap(await idle.rights.requests.acknowledge({ token }));
      const next = await createWorld(world.options, world.tables, world.clock);
      await next.pass(minute);
      expect(await rowsGiven(next, copy.id)).toBe(1);
      expect(people.size).toBe(0);
      await next.rights.stop();
    }
  });

  it("also where the clock was set back between them", async () => {
    const { world, people, first } = await withOneOpen();
    const copy = await ask(world, "export");
    world.clock.set(new Date(world.clock.now().getTime() - hour));
    const erasure = await ask(world, "erasure");
    await settle(world, first);
    await world.pass(2 * hour);
    expect(await rowsGiven(world, copy)).toBe(1);
    expect(await outcome(world, erasure)).toBe("completed");
    expect(people.size).toBe(0);
  });

  it("also where the second is acknowledged after the one before has ended, and before the next has looked", async () => {
    const { world, people, first } = await withOneOpen();
    const copy = await ask(world, "export");
    const erasure = await submitted(world, "erasure");
    // Nobody is woken by this: the process that ends it dies before it could.
    const lost = await createWorld(world.options, world.tables, world.clock);
    await Promise.all([world.rights.stop(), lost.rights.stop()]);
    const stored = world.tables.requests.get(JSON.stringify([both.tenant, copy]));
    await settle(lost, first);
    if (stored !== undefined) world.tables.requests.set(JSON.stringify([both.tenant, copy]), stored);
    const next = await createWorld(world.options, world.tables, world.clock);
    unwrap(await next.rights.requests.acknowledge({ token: erasure.token }));
    await next.settle();
    expect(await waiting(next, erasure.id)).toEqual(behind(copy, "other-request"));
    await next.pass(minute);
    expect(await rowsGiven(world, copy)).toBe(1);
    expect(people.size).toBe(0);
  });

  it("and whoever is next goes on at once, also where everybody is first asked then who the person is", async () => {
    let isDown = true;
    const crm = new Map<string, Row[]>([[ada, [{}]]]);
    const world = await createWorld({
      sources: [
        peopleSource("crm", crm, { identify: async () => [{ type: "customer-number", value: "7" }] }),
        peopleSource("shop", new Map(), {
          erase: async () => {
            if (isDown) throw new Error("down");
            return [absent];
          },
        }),
      ],
    });
    const first = await ask(world, "erasure");
    const card = [{ type: "card", value: "K-77" }];
    const asked = { actor: both, kind: "erasure", category: "customer-data", email: ada } as const;
    const { request } = unwrap(await world.rights.requests.submit({ ...asked, identifiers: card }));
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.settle();
    expect(await waiting(world, request.id)).toEqual(behind(first));
    isDown = false;
    unwrap(await world.rights.requests.retrySource({ actor: both, requestId: first, source: "shop" }));
    // No time passes: nobody looks by chance.
    await world.settle();
    expect(await outcome(world, first)).toBe("completed");
    expect(await outcome(world, request.id)).toBe("completed");
  });

  it("and one that is called off lets those behind it go on, in their order", async () => {
    const { world, people, first } = await withOneOpen();
    const called = await ask(world, "export");
    const erasure = await ask(world, "erasure");
    unwrap(await world.rights.requests.cancel({ actor: both, requestId: called, reason: "by mistake" }));
    const late = await ask(world, "export");
    await world.pass(minute);
    expect(await waiting(world, late)).toEqual(behind(first, "source"));
    await settle(world, first);
    await world.pass(minute);
    expect(await outcome(world, erasure)).toBe("completed");
    expect(people.size).toBe(0);
    expect(await rowsGiven(world, late)).toBe(0);
    expect(await outcome(world, late)).toBe("completed");
  });

  it("and one that waits behind one in doubt says so, and goes on behind it", async () => {
    const { world, first } = await withOneOpen();
    const copy = await ask(world, "export");
    const erasure = await ask(world, "erasure");
    await suspend(world, copy);
    await settle(world, first);
    await world.pass(minute);
    expect(await waiting(world, erasure)).toEqual(behind(copy, "identity"));
    unwrap(await world.rights.requests.resume({ actor: both, requestId: copy }));
    await world.pass(minute);
    expect(await rowsGiven(world, copy)).toBe(1);
    expect(await outcome(world, erasure)).toBe("completed");
  });

  it("under every name that is known by then: a second address that is found while asking who it is counts too", async () => {
    const people = new Map<string, Row[]>([[atWork, [{ name: "Ada" }]]]);
    const world = await createWorld({
      sources: [
        peopleSource("crm", people, {
          identify: async (subject) =>
            subject.values("email").includes(ada) ? [{ type: "email", value: atWork }] : [],
        }),
      ],
    });
    const { id: copy, token } = await submitted(world, "export", "customer-data", atWork);
    unwrap(await world.rights.requests.acknowledge({ token }));
    await suspend(world, copy);
    await world.pass(minute);
    const erasure = await ask(world, "erasure");
    await world.pass(minute);
    expect(await waiting(world, erasure)).toEqual(behind(copy, "identity"));
    unwrap(await world.rights.requests.resume({ actor: both, requestId: copy }));
    await world.pass(minute);
    expect(await rowsGiven(world, copy)).toBe(1);
    expect(people.size).toBe(0);
  });

  it("one that is opened again because a duty has ended goes behind those that wait by then", async () => {
    const kept: CollectionOutcome = {
      collection: "people",
      outcome: "retained",
      count: 1,
      reason: "tax law",
      until: "2026-03-31",
    };
    const people = new Map<string, Row[]>([[ada, [{ name: "Ada" }]]]);
    const world = await createWorld({
      sources: [
        peopleSource("books", people, {
          needs: byNumber.needs,
          locate: async () => [{ collection: "people", count: people.size }],
          erase: async () => {
            if (world.clock.now() < new Date("2026-04-01T00:00:00Z")) return [kept];
            const isThere = people.delete(ada);
            return [isThere ? { collection: "people", outcome: "erased", count: 1 } : absent];
          },
        }),
        peopleSource("logs", new Map([[ada, [{}]]]), {
          holds: ["user-telemetry"],
          export: undefined as never,
        }),
      ],
      lookEvery: day,
    });
    const known = [{ type: "customer-number", value: "1" }];
    const erasure = await ask(world, "erasure", "customer-data", ada, known);
    const opensAt = Date.parse((await world.read(erasure)).reopensAt ?? "");
    await world.pass(opensAt - world.clock.now().getTime() - hour);
    const stuck = await ask(world, "export", "user-telemetry");
    const copy = await ask(world, "export");
    await world.pass(day);
    expect(await waiting(world, erasure)).toEqual(behind(stuck, "source"));
    await settle(world, stuck);
    await world.pass(day);
    expect(await rowsGiven(world, copy)).toBe(1);
    expect(people.size).toBe(0);
  });

  it("a sweep leaves whoever is in line to their request, and goes on with the rest", async () => {
    const { world, people, first } = await withOneOpen();
    people.set("bob@example.org", [{ name: "Bob" }]);
    const copy = await ask(world, "export");
    await suspend(world, copy);
    await settle(world, first);
    await world.pass(minute);
    const emails = [ada, "bob@example.org"];
    const running = unwrap(
      await world.rights.sweeps.eraseMany({
        actor: both,
        reason: "retention",
        category: "customer-data",
        people: async function* () {
          const found = emails.map((value) => ({ identifiers: [{ type: "email", value }] }));
          yield { people: found, cursor: "1" };
        },
      }),
    );
    expect(unwrap(await running.end()).counts).toMatchObject({ erased: 1, leftBehind: 1 });
    unwrap(await world.rights.requests.resume({ actor: both, requestId: copy }));
    await world.pass(minute);
    expect(await rowsGiven(world, copy)).toBe(1);
    const retried = unwrap(await world.rights.sweeps.retry({ actor: both, sweepId: running.id }));
    expect(unwrap(await retried.end())).toMatchObject({ status: "completed" });
    expect(people.size).toBe(0);
  });

  it("and support is told before the last day which request waits behind which, and what that one waits for", async () => {
    const { world, first } = await withOneOpen();
    await settle(world, first);
    const stuck = await ask(world, "export", "user-telemetry");
    // The clock of the one in doubt stands still; that of the one behind it does not.
    await suspend(world, stuck);
    const receivedAt = new Date(world.clock.now().getTime() - 22 * day).toISOString();
    const asked = {
      actor: both,
      kind: "erasure",
      category: "customer-data",
      email: ada,
      receivedAt,
    } as const;
    const { request } = unwrap(await world.rights.requests.submit(asked));
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    const erasure = request.id;
    await world.pass(3 * day);
    const told = world.notifier.sent.filter(({ notice }) => notice.type === "deadline");
    expect(told.map(({ notice }) => notice)).toMatchObject([
      { requestId: erasure, overdue: false, waitsBehind: { requestId: stuck, waitsFor: ["identity"] } },
    ]);
    expect(told.map(({ to }) => to)).toEqual(["support@northwind.example"]);
  });
});

const absent: CollectionOutcome = { collection: "people", outcome: "absent" };

describe("a request that somebody puts first", () => {
  const putFirst = ({ rights }: World, requestId: string, reason = "she insists on it") =>
    rights.requests.putFirst({ actor: both, requestId, reason });

  it("passes one in doubt, which goes on behind it once that is resolved", async () => {
    const { world, people, first } = await withOneOpen();
    await settle(world, first);
    const doubted = await ask(world, "export", "user-telemetry");
    await suspend(world, doubted);
    const erasure = await ask(world, "erasure");
    await world.pass(minute);
    expect(await waiting(world, erasure)).toEqual(behind(doubted, "identity"));
    const view = unwrap(await putFirst(world, erasure));
    const by = unwrap(await world.rights.recordedAs({ actor: both }));
    expect(view.putFirst).toMatchObject({ by, reason: "she insists on it" });
    await world.pass(minute);
    expect(await outcome(world, erasure)).toBe("completed");
    expect(people.size).toBe(0);
    unwrap(await world.rights.requests.resume({ actor: both, requestId: doubted }));
    await world.pass(minute);
    expect(await waiting(world, doubted)).toMatchObject([{ for: "source" }]);
  });

  it("passes one that waits for a source to be settled, and everybody who waits behind that", async () => {
    const { world, people, first } = await withOneOpen();
    const copy = await ask(world, "export");
    const erasure = await ask(world, "erasure");
    unwrap(await putFirst(world, erasure));
    await world.settle();
    expect(people.size).toBe(0);
    await world.pass(minute);
    expect(await outcome(world, erasure)).toBe("completed");
    // The others go on in their order.
    expect(await waiting(world, copy)).toEqual(behind(first, "source"));
    await settle(world, first);
    await world.pass(minute);
    expect(await outcome(world, copy)).toBe("completed");
  });

  it("waits for one that is at work, and is next", async () => {
    const people = new Map<string, Row[]>([[ada, [{ name: "Ada" }]]]);
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const world = await createWorld({
      sources: [
        peopleSource("crm", people, {
          async *export() {
            order.push("export begins");
            await gate.promise;
            yield { collection: "people", rows: people.get(ada) ?? [] };
          },
          erase: async () => {
            order.push("erase");
            return [people.delete(ada) ? { collection: "people", outcome: "erased", count: 1 } : absent];
          },
        }),
        peopleSource("logs", new Map([[ada, [{}]]]), { holds: ["user-telemetry"] }),
      ],
    });
    const copy = await ask(world, "export");
    await suspend(world, copy);
    const middle = await ask(world, "export", "user-telemetry");
    const erasure = await ask(world, "erasure");
    unwrap(await putFirst(world, erasure));
    await world.settle();
    expect(order).toEqual(["export begins"]);
    expect(await waiting(world, erasure)).toEqual(behind(copy, "identity"));
    // A call that was begun before the doubt may take so long.
    await world.pass(50_000);
    expect(order).toEqual(["export begins"]);
    gate.resolve();
    await world.pass(2 * minute);
    expect(order).toEqual(["export begins", "erase"]);
    expect(await outcome(world, erasure)).toBe("completed");
    unwrap(await world.rights.requests.resume({ actor: both, requestId: copy }));
    await world.pass(minute);
    expect(await rowsGiven(world, copy)).toBe(0);
    expect(await outcome(world, middle)).toBe("completed");
  });

  it("does not pass an export whose package is made: made anew it would be of what is left", async () => {
    const people = new Map<string, Row[]>([[ada, [{ name: "Ada" }]]]);
    const world = await createWorld({
      sources: [
        peopleSource("crm", people),
        peopleSource("logs", new Map([[ada, [{}]]]), { export: undefined as never }),
      ],
    });
    const copy = await ask(world, "export");
    const erasure = await ask(world, "erasure");
    unwrap(await putFirst(world, erasure));
    await world.pass(minute);
    expect(await waiting(world, erasure)).toEqual(behind(copy, "source"));
    await settle(world, copy);
    await world.pass(minute);
    expect(await outcome(world, erasure)).toBe("completed");
  });

  it("is written down without anything personal, and refused where it cannot be", async () => {
    const { world, first } = await withOneOpen();
    const unconfirmed = await submitted(world, "erasure");
    expect(unwrapError(await putFirst(world, unconfirmed.id)).code).toBe("not-possible-now");
    expect(unwrapError(await putFirst(world, first)).code).toBe("not-possible-now");
    unwrap(await world.rights.requests.acknowledge({ token: unconfirmed.token }));
    await world.settle();
    expect(unwrapError(await putFirst(world, unconfirmed.id, `${ada} insists`)).code).toBe("invalid-input");
    const nobody = { ...both, roles: [] };
    const call = { actor: nobody, requestId: unconfirmed.id, reason: "no" };
    expect(unwrapError(await world.rights.requests.putFirst(call)).code).toBe("not-allowed");
    unwrap(await putFirst(world, unconfirmed.id));
    await world.pass(minute);
    const auditOf = async (requestId: string) =>
      unwrap(await world.rights.requests.audit({ actor: both, requestId }));
    const put = (await auditOf(unconfirmed.id)).filter(({ action }) => action === "put-first");
    const actor = unwrap(await world.rights.recordedAs({ actor: both }));
    expect(put).toMatchObject([{ actor, detail: {}, source: null }]);
    const gave = (await auditOf(first)).filter(({ action }) => action === "gave-way");
    expect(gave).toMatchObject([{ detail: {}, source: null }]);
  });
});
