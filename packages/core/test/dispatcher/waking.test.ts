import {
  createSubjectRights,
  type DataSourceDefinition,
  errAsync,
  orThrow,
  type RequestStore,
  ResultAsync,
  StorageFailed,
} from "@subject-rights/core";
import { memoryStorage, memoryTables } from "@subject-rights/memory";
import { unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource } from "../world.ts";
import { type Queue, queue } from "./queue.ts";

const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;

/** A library over memory with a queue beside it, and a count of the transactions that its store opened. */
const worldWith = async (dispatcher?: Queue, changes: Partial<DataSourceDefinition> = {}) => {
  const tables = memoryTables();
  const storage = memoryStorage({ tables });
  const { transaction, ...store } = storage.requestStore;
  let transactions = 0;
  const requestStore: RequestStore = {
    ...store,
    transaction:
      transaction &&
      ((work) => {
        transactions += 1;
        return transaction(work);
      }),
  };
  const world = await createWorld(
    {
      sources: [peopleSource("crm", new Map([[ada, [{ name: "Ada" }]]]), changes)],
      ...storage,
      requestStore,
      lookEvery: 60_000,
      ...(dispatcher && { dispatcher }),
    },
    tables,
  );
  return { ...world, transactions: () => transactions };
};

const toTheEnd = async (world: Awaited<ReturnType<typeof worldWith>>, dispatcher: Queue) => {
  const { request } = orThrow(await world.rights.requests.submit(submission));
  await dispatcher.handOver(world.clock.now());
  orThrow(await world.rights.requests.acknowledge({ token: world.token() }));
  await dispatcher.handOver(world.clock.now());
  return world.read(request.id);
};

describe("a wake-up", () => {
  it("is stored in one transaction with the request, where store and dispatcher can", async () => {
    const dispatcher = queue(true);
    const world = await worldWith(dispatcher);
    expect((await toTheEnd(world, dispatcher)).outcome).toBe("completed");
    expect(dispatcher.enqueued.apart).toBe(0);
    expect(dispatcher.enqueued.within).toBeGreaterThan(1);
    expect(dispatcher.enqueued.within).toBe(world.transactions());
  });

  it("that cannot be kept undoes what it belongs to", async () => {
    const dispatcher = queue(true);
    const world = await worldWith(dispatcher);
    orThrow(await world.rights.requests.submit(submission));
    dispatcher.breakIt();
    const failed = await world.rights.requests.submit({ ...submission, email: "bo@example.org" });
    expect(unwrapError(failed)).toBeInstanceOf(StorageFailed);
    expect(world.tables.requests.size).toBe(1);
  });

  it("opens no transaction for a dispatcher within the process", async () => {
    const world = await worldWith();
    await world.acknowledged("erasure");
    expect(world.transactions()).toBe(0);
  });

  it("opens no transaction for one that never joins any, and one for one that says no", async () => {
    for (const [joins, opened] of [
      [undefined, 0],
      [false, 1],
    ] as const) {
      const dispatcher = queue(joins);
      const world = await worldWith(dispatcher);
      expect((await toTheEnd(world, dispatcher)).outcome).toBe("completed");
      expect(dispatcher.enqueued.within).toBe(0);
      // The library has two views of its store: for everybody, and for whoever works on a request.
      expect(world.transactions()).toBeLessThanOrEqual(2 * opened);
    }
  });

  it("is not asked for what whoever works on the request does at once anyway", async () => {
    const dispatcher = queue();
    const world = await worldWith(dispatcher);
    await toTheEnd(world, dispatcher);
    // Submitted, waiting for an acknowledgement, and acknowledged; all else is done by who was woken for that.
    expect(dispatcher.enqueued.apart).toBeLessThan(6);
  });

  it("that was lost is found by a look into the store", async () => {
    const dispatcher = queue();
    const world = await worldWith(dispatcher);
    const { request } = orThrow(await world.rights.requests.submit(submission));
    dispatcher.jobs.splice(0);
    await world.pass(59_999);
    expect(dispatcher.jobs).toEqual([]);
    await world.pass(1);
    expect(dispatcher.jobs).toMatchObject([{ tenant: admin.tenant, id: request.id }]);
    await dispatcher.handOver(world.clock.now());
    expect(world.token()).not.toBe("");
  });

  it("that nobody remembers is found at the start", async () => {
    const before = await worldWith(queue());
    orThrow(await before.rights.requests.submit(submission));
    const dispatcher = queue();
    const after = await createWorld({ ...before.options, dispatcher }, before.tables, before.clock);
    expect(dispatcher.jobs.length).toBe(1);
    await after.rights.stop();
  });

  it("is for somebody else where this process stops in the middle", async () => {
    const dispatcher = queue();
    const stopping = Promise.withResolvers<void>();
    const world = await worldWith(dispatcher, {
      erase: async () => {
        stopping.resolve();
        return new Promise(() => undefined);
      },
    });
    const { request } = orThrow(await world.rights.requests.submit(submission));
    await dispatcher.handOver(world.clock.now());
    orThrow(await world.rights.requests.acknowledge({ token: world.token() }));
    const handingOver = dispatcher.handOver(world.clock.now());
    await stopping.promise;
    await Promise.all([world.rights.stop(), handingOver]);
    expect((await world.read(request.id)).outcome).toBeNull();
    const left = dispatcher.jobs.filter(({ runAt }) => runAt <= world.clock.now().toISOString());
    expect(left).toMatchObject([{ tenant: admin.tenant, id: request.id }]);
  });

  it("cannot be relied on where the store cannot be asked, so then nobody starts", async () => {
    const world = await worldWith(queue());
    const due = () => errAsync(new StorageFailed("request-store", "due"));
    const options = { ...world.options, requestStore: { ...world.options.requestStore, due } };
    const started = await createSubjectRights({ ...options, dispatcher: queue() }).start();
    expect(unwrapError(started)).toBeInstanceOf(StorageFailed);
  });
});

describe("a library that is stopped while it starts", () => {
  /** One that is stopped when the start has come as far as to this, and what its dispatcher was told. */
  const stoppedAt = async (where: "store" | "work") => {
    const [reached, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const wait = async (here: typeof where) => {
      if (here !== where) return;
      reached.resolve();
      await goOn.promise;
    };
    const calls: string[] = [];
    let isPolling = false;
    const world = await worldWith();
    const { requestStore } = world.options;
    const rights = createSubjectRights({
      ...world.options,
      requestStore: {
        ...requestStore,
        due: (query) => new ResultAsync(wait("store").then(() => requestStore.due(query))),
      },
      dispatcher: {
        enqueue: async () => undefined,
        work: async () => {
          calls.push("work");
          await wait("work");
          isPolling = true;
        },
        stop: async () => {
          calls.push("stop");
          isPolling = false;
        },
      },
    });
    const start = rights.start();
    await reached.promise;
    await rights.stop();
    goOn.resolve();
    const started = await start;
    await world.rights.stop();
    return { calls, isPolling, isOk: started.isOk() };
  };

  it("has its dispatcher begin nothing", async () => {
    expect(await stoppedAt("store")).toEqual({ calls: ["stop"], isPolling: false, isOk: true });
  });

  it("tells a dispatcher once more that was about to begin", async () => {
    expect(await stoppedAt("work")).toEqual({
      calls: ["work", "stop", "stop"],
      isPolling: false,
      isOk: true,
    });
  });
});
