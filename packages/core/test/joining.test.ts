import type { CallContext, Category, CollectionOutcome } from "@subject-rights/core";
import { MemoryTransaction } from "@subject-rights/memory";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, hanging, peopleSource } from "./world.ts";

const joins = (handle: unknown) => handle instanceof MemoryTransaction;

const erased: CollectionOutcome[] = [{ collection: "people", outcome: "erased", count: 1 }];

/** A source over memory whose erasing is stored with the record of it. */
const joining = (onErase: (context: CallContext) => Promise<void> = async () => undefined) => {
  const people = new Map([[ada, [{ name: "Ada" }]]]);
  const drafts = new WeakSet<MemoryTransaction>();
  const seen: unknown[] = [];
  const source = peopleSource("crm", people, {
    joins,
    locate: async (_, { transaction }) => {
      const isGone = transaction instanceof MemoryTransaction && drafts.has(transaction);
      return [{ collection: "people", count: isGone ? 0 : people.size }];
    },
    erase: async (_, context) => {
      const { transaction } = context;
      seen.push(transaction);
      if (!(transaction instanceof MemoryTransaction)) throw new Error("called apart");
      drafts.add(transaction);
      transaction.whenStored(() => void people.delete(ada));
      await onErase(context);
      return erased;
    },
  });
  return { source, people, seen };
};

describe("a source that joins the transaction of the store", () => {
  it("erases in it, is asked in it, and the record is stored with it", async () => {
    const { source, people, seen } = joining();
    const world = await createWorld({ sources: [source] });
    const view = await world.read(await world.acknowledged("erasure"));
    expect(view).toMatchObject({ outcome: "completed", sources: [{ outcomes: erased, checked: true }] });
    expect([people.size, seen.length]).toEqual([0, 1]);
    expect(world.errors).toEqual([]);
  });

  it("has erased nothing where it fails, and the failure is recorded", async () => {
    let isDown = true;
    const { source, people } = joining(async () => {
      if (isDown) throw new Error("half of it was done");
    });
    const world = await createWorld({ sources: [source] });
    const id = await world.acknowledged("erasure");
    expect(people.size).toBe(1);
    expect((await world.read(id)).sources[0]).toMatchObject({
      problem: { code: "unavailable" },
      outcomes: [],
    });
    isDown = false;
    await world.pass(3_600_000);
    expect(people.size).toBe(0);
    expect(await world.read(id)).toMatchObject({ outcome: "completed", sources: [{ outcomes: erased }] });
  });

  it("has erased nothing where it does not answer in time", async () => {
    const { source, people } = joining((context) => hanging(null, context));
    const world = await createWorld({ sources: [source], callDeadline: 5_000 });
    const id = await world.acknowledged("erasure");
    await world.pass(5_000);
    expect((await world.read(id)).sources[0]).toMatchObject({ problem: { code: "timed-out" } });
    expect(people.size).toBe(1);
  });

  it("has erased nothing where the request is called off meanwhile", async () => {
    // Deaf to its signal, as those are that finish just then.
    let finish = (): void => undefined;
    const { source, people } = joining(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    const world = await createWorld({ sources: [source] });
    const id = await world.acknowledged("erasure");
    const cancelled = world.rights.requests.cancel({ actor: admin, requestId: id, reason: "withdrawn" });
    finish();
    await world.settle();
    const view = await world.read(id);
    // The store lets one of both be first. Whichever it was, what was done and what is said agree.
    expect((await cancelled).isOk() ? view.outcome : "completed").toBe(view.outcome);
    expect(people.size).toBe(view.sources[0]?.outcomes.length === 0 ? 1 : 0);
    expect(world.errors).toEqual([]);
  });

  it("works on its own where it does not know the handle, or throws over it", async () => {
    for (const answer of [
      () => false,
      () => {
        throw new Error("what is this?");
      },
    ]) {
      const people = new Map([[ada, [{ name: "Ada" }]]]);
      const contexts: CallContext[] = [];
      const source = peopleSource("crm", people, {
        joins: answer,
        erase: async (_, context) => {
          contexts.push(context);
          people.delete(ada);
          return erased;
        },
      });
      const world = await createWorld({ sources: [source] });
      expect(await world.read(await world.acknowledged("erasure"))).toMatchObject({ outcome: "completed" });
      expect(contexts.map((context) => "transaction" in context)).toEqual([false]);
    }
  });

  it("goes beside others of the same request", async () => {
    const one = joining();
    const others = ["a", "b", "c"].map((id) => peopleSource(id, new Map([[ada, [{ name: "Ada" }]]])));
    const world = await createWorld({ sources: [one.source, ...others] });
    expect(await world.read(await world.acknowledged("erasure"))).toMatchObject({ outcome: "completed" });
    expect([one.people.size, one.seen.length, world.errors]).toEqual([0, 1, []]);
  });
});

describe("the categories of a request", () => {
  it("are told to a source, as far as it holds them", async () => {
    const told: (readonly [string, readonly Category[]])[] = [];
    const note = (ability: string, { categories }: CallContext) => void told.push([ability, categories]);
    const source = peopleSource("application", new Map(), {
      holds: ["customer-data", "user-data"],
      identify: async (_, context) => {
        note("identify", context);
        return [];
      },
      locate: async (_, context) => {
        note("locate", context);
        return [];
      },
      erase: async (_, context) => {
        note("erase", context);
        return [{ collection: "people", outcome: "absent" }];
      },
    });
    const copy = peopleSource("copy", new Map(), {
      kind: "copy",
      refresh: async (context) => note("refresh", context),
    });
    const world = await createWorld({ sources: [source, copy] });
    for (const category of ["user-data", "customer-data"] as const) {
      told.length = 0;
      unwrap(await world.rights.requests.submit({ actor: admin, kind: "erasure", category, email: ada }));
      await world.settle();
      unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
      await world.settle();
      expect(new Set(told.map(([ability]) => ability))).toEqual(new Set(["identify", "locate", "erase"]));
      const toWork = told.filter(([ability]) => ability !== "identify");
      expect(new Set(toWork.map(([, each]) => each.join()))).toEqual(new Set([category]));
      // Somebody may be known by a name that is found where the request reaches nothing.
      const toSay = told.filter(([ability]) => ability === "identify").map(([, each]) => each.join());
      expect(new Set(toSay)).toEqual(new Set(["customer-data,user-data"]));
    }
    told.length = 0;
    unwrap(await world.rights.sources.refresh({ actor: admin, source: "copy" }));
    expect(told).toEqual([["refresh", ["customer-data"]]]);
  });

  it("are all that an erasure reaches: of users, what was recorded of them too", async () => {
    const told: string[] = [];
    const source = (id: string, holds: readonly [Category, ...Category[]]) =>
      peopleSource(id, new Map([[ada, [{}]]]), {
        holds,
        erase: async (_, { categories }) => {
          told.push(`${id}: ${categories.join()}`);
          return [{ collection: "people", outcome: "erased", count: 1 }];
        },
        verify: async () => [],
      });
    const world = await createWorld({
      sources: [
        source("accounts", ["customer-data", "user-data"]),
        source("logs", ["user-telemetry"]),
        source("application", ["user-telemetry", "customer-data", "user-data"]),
      ],
    });
    const asked = { actor: admin, kind: "erasure", category: "user-data", email: ada } as const;
    unwrap(await world.rights.requests.submit(asked));
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.settle();
    const reached = ["accounts: user-data", "logs: user-telemetry", "application: user-telemetry,user-data"];
    expect(told).toEqual(reached);

    told.length = 0;
    const sweep = unwrap(
      await world.rights.sweeps.eraseMany({
        actor: admin,
        reason: "retention",
        category: "user-data",
        people: async function* () {
          yield { people: [{ identifiers: [{ type: "email", value: ada }] }], cursor: "1" };
        },
      }),
    );
    unwrap(await sweep.end());
    expect(told).toEqual(reached);
  });
});
