import {
  createSubjectRights,
  errAsync,
  orThrow,
  type ResultAsync,
  StorageFailed,
} from "@subject-rights/core";
import { type MemoryStorage, memoryStorage, memoryTables } from "@subject-rights/memory";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mailIntake, smtpNotifier } from "../../src/index.ts";
import { type MailServer, startMailServer } from "../mail-server.ts";
import { postOffice } from "./post-office.ts";
import { ada, exportRequest, intakeActor, officer, privacy, registered, replies, sources } from "./world.ts";

let server: MailServer;
beforeAll(async () => {
  server = await startMailServer();
});
afterAll(() => server.close());

const post = postOffice(["halmstrand.example"]);
const from = { name: "Halmstrand Privacy", address: privacy };

/** Storage whose process is killed at one of its operations: before it took place, or before that is known. */
const dying = (storage: MemoryStorage, at: number, when: "before" | "after") => {
  const calls = { made: 0 };
  const gated = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name, receiver) {
        const operation: unknown = Reflect.get(target, name, receiver);
        if (typeof operation !== "function") return operation;
        return (...input: unknown[]) => {
          calls.made += 1;
          // Whoever is dead does nothing more.
          const isOver = calls.made > at || (calls.made === at && when === "before");
          const killed = () => errAsync(new StorageFailed("test", String(name)));
          if (isOver) return killed();
          const answer = operation.apply(target, input) as ResultAsync<unknown, StorageFailed>;
          return calls.made === at ? answer.andThen(killed) : answer;
        };
      },
    });
  return {
    calls,
    storage: {
      ...storage,
      requestStore: gated(storage.requestStore),
      keyRing: gated(storage.keyRing),
      intakeStore: gated(storage.intakeStore),
    },
  };
};

const over = (storage: MemoryStorage) => {
  const rights = createSubjectRights({
    ...storage,
    controller: "Halmstrand Lamps",
    sources,
    notifier: smtpNotifier({ server: server.access, from, replies }),
    addresses: { tenantAdmin: () => registered, support: () => "support@halmstrand.example" },
  });
  const intake = mailIntake({
    ...storage,
    rights,
    actor: intakeActor,
    controller: "Halmstrand Lamps",
    server: server.access,
    from,
    replies,
    resolver: post.resolver,
  });
  return { rights, intake };
};

/** Takes a message in a process that dies at each of its steps in turn, and then in one that does not. */
const atEveryStep = async (
  raw: Buffer,
  check: (world: ReturnType<typeof over>, outcome: string) => Promise<void>,
): Promise<number> => {
  for (let at = 1; ; at += 1) {
    for (const when of ["before", "after"] as const) {
      const storage = memoryStorage({ tables: memoryTables() });
      const { calls, storage: mortal } = dying(storage, at, when);
      const first = await over(mortal).intake.take(raw);
      if (calls.made < at) return at;
      if (first.isErr()) expect(first.error.retryable).toBe(true);
      const world = over(storage);
      const taken = orThrow(await world.intake.take(raw));
      await check(world, taken.outcome);
    }
  }
};

describe("a process that is killed at any step of taking a message", () => {
  it("makes one request of it all the same", async () => {
    const raw = await post.write(exportRequest);
    const steps = await atEveryStep(raw, async ({ rights }, outcome) => {
      expect(["submitted", "duplicate"]).toContain(outcome);
      const { requests } = orThrow(await rights.requests.list({ actor: officer }));
      expect(requests).toHaveLength(1);
      expect(requests[0]).toMatchObject({ kind: "export", category: "customer-data", phase: "received" });
    });
    expect(steps).toBeGreaterThan(8);
  });

  it("has it wait once, and answers at most once", async () => {
    const raw = await post.write({ from: registered, to: privacy, text: `What about ${ada}?` });
    let before = 0;
    const steps = await atEveryStep(raw, async ({ intake }, outcome) => {
      expect(["waiting", "duplicate"]).toContain(outcome);
      const { mails } = orThrow(await intake.waiting({ actor: officer }));
      expect(mails.map(({ content }) => content?.text.trim())).toEqual([`What about ${ada}?`]);
      expect(server.arrived.length - before).toBeLessThanOrEqual(1);
      before = server.arrived.length;
    });
    expect(steps).toBeGreaterThan(8);
    expect(before).toBeGreaterThan(0);
  });
});
