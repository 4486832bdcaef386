import {
  type Actor,
  type Category,
  createSubjectRights,
  defineDataSource,
  type RequestKind,
  type Subject,
  type SubjectRights,
} from "@subject-rights/core";
import { memoryNotifier, memoryStorage, memoryTables } from "@subject-rights/memory";
import { type Gate, gatedNotifier, gatedStorage, open } from "@subject-rights/simulation";
import { seededRandomness, simulatedClock, unwrap } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { killable } from "./killable.ts";

const categories: readonly Category[] = ["customer-data", "user-data", "user-telemetry"];
const actor: Actor = { id: "admin-1", tenant: "northwind", roles: ["admin", "tenant-admin"] };
const emails = ["ada@example.org", "bob@example.org"] as const;

/** Everything that one person can ask at once. */
const asks = (["export", "erasure"] as const).flatMap((kind) =>
  categories.map((category) => ({ kind, category })),
);

/**
 * What each person asks for, and who acknowledges the next of it where and when. The process ends after so many of its steps
 * more; where there is no such number, it lives. Some are in doubt from then on, until the end.
 */
const scripts = fc.record({
  orders: fc.tuple(...emails.map(() => fc.shuffledSubarray(asks, { minLength: 3, maxLength: 4 }))),
  turns: fc.array(
    fc.record({
      person: fc.nat(emails.length - 1),
      process: fc.nat(2),
      doubt: fc.boolean(),
      dies: fc.option(fc.integer({ min: 1, max: 60 }), { freq: 2 }),
      wait: fc.constantFrom(0, 0, 1_000, 6_000, 30_000),
    }),
    { minLength: 6, maxLength: 14 },
  ),
  seed: fc.nat(10_000),
  takes: fc.constantFrom(100, 7_000, 40_000),
});

/** Which request each call of a source was for, in turn, a person. */
type Worked = Map<string, string[]>;

const newCompany = (seed: number, takes: number) => {
  const [clock, tables, mail] = [simulatedClock(), memoryTables(), memoryNotifier()];
  const worked: Worked = new Map(emails.map((email) => [email, []]));
  const sourceBehind = (gate: Gate) => {
    // It takes its time, so that others pile up behind it.
    const work = (subject: Subject, requestId: string | null) =>
      gate("crm", async () => {
        worked.get(subject.values("email")[0] ?? "")?.push(requestId ?? "");
        await clock.wait(takes);
      });
    return defineDataSource({
      id: "crm",
      title: "The CRM",
      holds: [...categories],
      kind: "origin",
      locate: async () => [],
      async *export(subject, { requestId }) {
        await work(subject, requestId);
        yield { collection: "people", rows: [] };
      },
      erase: async (subject, { requestId }) => {
        await work(subject, requestId);
        return [{ collection: "people", outcome: "absent" }];
      },
    });
  };
  let launched = 0;
  const launch = (gate: Gate, wait: typeof clock.wait): SubjectRights => {
    launched += 1;
    const randomness = seededRandomness(seed * 100 + launched);
    return createSubjectRights({
      controller: "Northwind Lamps",
      sources: [sourceBehind(gate)],
      notifier: gatedNotifier(mail, clock, gate),
      addresses: { tenantAdmin: () => "admin@northwind.example", support: () => "help@northwind.example" },
      ...gatedStorage(memoryStorage({ tables, randomness }), gate),
      randomness,
      clock: { now: clock.now, wait },
      lookEvery: 10_000,
      callDeadline: 60_000,
      onError: () => undefined,
    });
  };
  return { clock, tables, mail, worked, launch };
};

describe("requests of one person, acknowledged one after the other in several processes that die", () => {
  it("are worked on in that order, and none is lost", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async ({ orders, turns, seed, takes }) => {
        const { clock, tables, mail, worked, launch } = newCompany(seed, takes);
        const first = await killable(clock, launch);
        const ids: string[][] = [];
        for (const [index, order] of orders.entries()) {
          const email = emails[index] ?? "";
          ids.push([]);
          for (const { kind, category } of order as { kind: RequestKind; category: "customer-data" }[]) {
            const submission = { actor, kind, category, email };
            ids[index]?.push(unwrap(await first.rights.requests.submit(submission)).request.id);
          }
        }
        await clock.advance(0);
        const tokenOf = (id: string): string => {
          const notice = mail.sent.find(
            ({ notice: { type, requestId } }) => type === "confirmation" && requestId === id,
          )?.notice;
          return notice?.type === "confirmation" ? notice.token : "";
        };
        // Somebody at a desk: takes part in no work.
        const desk = launch(open, clock.wait);
        const processes = [first, await killable(clock, launch), await killable(clock, launch)];
        const left = ids.map((each) => [...each]);

        /** Until it is known that it was taken in, also where the process died over it. */
        const acknowledgeNext = async (person: number, at: number): Promise<string | null> => {
          const [next] = left[person] ?? [];
          if (next === undefined) return null;
          for (let turn = at; ; turn += 1) {
            const index = turn % processes.length;
            const known = processes[index];
            const process = known === undefined || known.isDead() ? await killable(clock, launch) : known;
            processes[index] = process;
            const acknowledging = process.rights.requests.acknowledge({ token: tokenOf(next) });
            await process.alive(acknowledging.then((taken) => taken));
            const stored = tables.requests.get(JSON.stringify([actor.tenant, next]));
            const { phase } = (stored?.state["request"] ?? {}) as { readonly phase?: string };
            if (phase !== undefined && phase !== "received") break;
          }
          left[person]?.shift();
          return next;
        };

        const doubted: string[] = [];
        const suspend = async (requestId: string): Promise<void> => {
          const doubting = await desk.requests.suspend({ actor, requestId, reason: "another address" });
          if (doubting.isOk()) doubted.push(requestId);
        };

        for (const { person, process: at, doubt, dies, wait } of turns) {
          if (dies !== null) processes[at]?.dieAfter(dies);
          const taken = await acknowledgeNext(person, at);
          if (doubt && taken !== null) await suspend(taken);
          await clock.advance(wait);
          for (const [index, each] of processes.entries()) {
            if (each.isDead()) processes[index] = await killable(clock, launch);
          }
        }
        for (const process of processes) process.dieAfter(Number.POSITIVE_INFINITY);
        for (const person of emails.keys()) {
          while ((left[person] ?? []).length > 0) await acknowledgeNext(person, 0);
        }
        for (const requestId of doubted) unwrap(await desk.requests.resume({ actor, requestId }));
        for (
          let round = 0;
          round < 400 && [...tables.requests.values()].some((request) => request.open);
          round += 1
        ) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          await clock.advance(5_000);
        }
        for (const [person, email] of emails.entries()) {
          const places = (worked.get(email) ?? []).map((id) => ids[person]?.indexOf(id));
          expect(places).toEqual(places.toSorted());
          expect(new Set(places).size).toBe(ids[person]?.length);
        }
        const { requests } = unwrap(await desk.requests.list({ actor }));
        expect(requests.filter(({ outcome }) => outcome !== "completed")).toEqual([]);
        for (const process of processes) await process.rights.stop();
      }),
      { numRuns: inject("isThorough") ? 15 : 2 },
    );
  });
});
