import {
  createSubjectRights,
  type RequestView,
  type SubjectRights,
  type SubjectRightsError,
} from "@subject-rights/core";
import { memoryNotifier, memoryStorage, memoryTables } from "@subject-rights/memory";
import { seededRandomness, simulatedClock, unwrap } from "@subject-rights/testing";
import fc from "fast-check";
import { expect } from "vitest";
import { admin, tenantAdmin } from "../world.ts";
import { type Address, first, type Mood, moods, newChaos, personOf, second, stranger } from "./chaos.ts";

const [minute, hour] = [60_000, 3_600_000];

const commands = [
  "submit",
  "retry",
  "settle",
  "cancel",
  "decline",
  "decide",
  "answer",
  "cannot",
  "reissue",
  "resend",
] as const;

/** Something that somebody does, and the time before it. */
interface Turn {
  readonly wait: number;
  /** The wall clock is put forwards or backwards. */
  readonly jump: number;
  readonly command: (typeof commands)[number] | "nothing";
  /** Which request, and which source, of those there are. */
  readonly which: number;
}

export interface Script {
  readonly moods: readonly Mood[];
  readonly asks: readonly { readonly kind: "erasure" | "export"; readonly email: Address }[];
  readonly turns: readonly Turn[];
  readonly processes: number;
}

const ask = fc.record({
  kind: fc.constantFrom("erasure", "export"),
  email: fc.constantFrom<Address>(first, second, second, stranger),
});

export const scripts: fc.Arbitrary<Script> = fc.record({
  moods: moods(40),
  asks: fc.array(ask, { minLength: 1, maxLength: 3 }),
  turns: fc.array(
    fc.record({
      wait: fc.constantFrom(0, 0, 10, 700, 3_000, 30_000, 11 * minute),
      jump: fc.oneof(
        { weight: 12, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.constantFrom(-hour, 3 * hour) },
      ),
      command: fc.oneof(
        { weight: 3, arbitrary: fc.constant<Turn["command"]>("nothing") },
        { weight: 3, arbitrary: fc.constantFrom<Turn["command"]>("retry", "answer", "decide") },
        { weight: 1, arbitrary: fc.constantFrom<Turn["command"]>(...commands) },
      ),
      which: fc.nat({ max: 11 }),
    }),
    { maxLength: 12 },
  ),
  processes: fc.constantFrom(1, 1, 2),
});

/** Sources fail, and two processes are in each other's way. Nothing else is ever told of. */
const codes = ["changed-meanwhile", "call-failed"];

/** Plays a script, checks after every turn what has to be true always, and then lets everything come to its end. */
export const play = async (script: Script): Promise<readonly RequestView[]> => {
  const [clock, tables, mail, errors] = [simulatedClock(), memoryTables(), memoryNotifier(), [] as unknown[]];
  const people = new Map<string, string>();
  const chaos = newChaos(clock, script.moods);
  const storage = memoryStorage({ tables });
  const start = async (seed: number): Promise<SubjectRights> => {
    const rights = createSubjectRights({
      controller: "Northwind Lamps",
      sources: chaos.sources,
      notifier: mail,
      addresses: {
        tenantAdmin: () => "tenant-admin@northwind.example",
        support: () => "support@northwind.example",
      },
      ...storage,
      requestStore: {
        ...storage.requestStore,
        commit: (input) => {
          expect(input.request.version).toBe(input.expectedVersion + 1);
          if (!input.request.open) expect(input.request.claims).toEqual([]);
          return storage.requestStore.commit(input);
        },
      },
      rules: { retry: { attempts: 2, slowDelay: 10 * minute } },
      // Soon enough for two processes to get in each other's way.
      lookEvery: script.processes === 1 ? 5 * minute : 10_000,
      clock,
      randomness: seededRandomness(seed),
      onError: (error) => void errors.push(error),
    });
    unwrap(await rights.start());
    return rights;
  };
  const processes = await Promise.all(
    Array.from({ length: script.processes }, (_, index) => start(index + 1)),
  );
  let asked = 0;
  const rightsNow = (): SubjectRights => {
    asked += 1;
    const rights = processes[asked % processes.length];
    if (rights === undefined) throw new Error("no process");
    return rights;
  };

  const submit = async ({ kind, email }: Script["asks"][number]) => {
    const actor = kind === "erasure" ? admin : tenantAdmin;
    const { request } = unwrap(
      await rightsNow().requests.submit({ actor, kind, category: "customer-data", email }),
    );
    people.set(request.id, personOf(email));
  };
  const views = async () => unwrap(await rightsNow().requests.list({ actor: admin })).requests;

  const acknowledgeAll = async () => {
    for (const { notice } of mail.sent) {
      if (notice.type === "confirmation") await rightsNow().requests.acknowledge({ token: notice.token });
    }
  };

  const check = async () => {
    expect(chaos.collisions).toEqual([]);
    for (const stored of tables.requests.values()) {
      const audit = [...tables.audit.values()].flat().filter(({ requestId }) => requestId === stored.id);
      expect(audit.map(({ sequence }) => sequence)).toEqual(audit.map((_, index) => index + 1));
      expect(audit.map(({ at }) => at)).toEqual(audit.map(({ at }) => at).toSorted());
    }
    for (const view of await views()) {
      const stored = [...tables.requests.values()].find(({ id }) => id === view.id);
      if (view.outcome === null && stored?.wakeAt === null)
        expect(view.waitingFor, JSON.stringify(view)).not.toEqual([]);
      if (view.outcome === "completed" && view.kind === "erasure") {
        const left = Object.values(chaos.tables)
          .flat()
          .filter(({ customer }) => customer === people.get(view.id));
        expect(left, "completed, and still held").toEqual([]);
        for (const { settlement, checked } of view.sources)
          expect([settlement, checked]).toEqual([null, true]);
      }
    }
    for (const error of errors) expect(codes).toContain((error as SubjectRightsError).code);
  };

  const act = async ({ command, which }: Turn) => {
    const known = await views();
    const view = known[which % Math.max(1, known.length)];
    if (view === undefined) return;
    const { requests } = rightsNow();
    const on = { actor: admin, requestId: view.id };
    const source = view.sources[which % Math.max(1, view.sources.length)]?.id ?? "accounts";
    const [decision] = view.waitingFor.filter((waiting) => waiting.for === "decision");
    const anything = script.asks[which % script.asks.length];
    switch (command) {
      case "nothing":
        return;
      case "submit":
        return anything && submit(anything);
      case "retry":
        return void (await requests.retrySource({ ...on, source }));
      case "settle":
        return void (await requests.settleSource({ ...on, source, reason: "beyond reach" }));
      case "cancel":
        return void (await requests.cancel({ ...on, reason: "by mistake" }));
      case "decline":
        return void (await requests.decline({ ...on, reason: "unfounded" }));
      case "decide":
        return void (await requests.decideIdentifier({
          ...on,
          decision: decision?.decision ?? "decision-1",
          answer: "somebody-else",
          reason: "shared",
        }));
      case "answer":
      case "cannot":
        return void (await requests.answerTask({
          ...on,
          source: "papers",
          answer: command === "cannot" ? "cannot" : "done",
          note: "as asked",
        }));
      case "reissue":
        return void (await requests.resendConfirmation(on));
      case "resend":
        return void (await requests.resendMessage({ ...on, message: view.messages.at(-1)?.id ?? "" }));
    }
  };

  /** Real work, such as compressing, and as much simulated time as was asked for. */
  const pass = async (milliseconds: number) => {
    await clock.advance(milliseconds);
    for (let turn = 0; turn < 50; turn += 1) {
      const isPackaging = (await views()).some(
        ({ phase, idle }) => idle === null && (phase === "collecting" || phase === "packaged"),
      );
      if (!isPackaging) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
      await clock.advance(0);
    }
  };

  for (const each of script.asks) await submit(each);
  await pass(0);
  await acknowledgeAll();
  for (const turn of script.turns) {
    if (turn.jump !== 0) clock.set(new Date(clock.now().getTime() + turn.jump));
    await pass(turn.wait);
    await act(turn);
    await check();
  }

  // From here on all is well, and people do what they are asked for.
  const papersOf = (requestId: string) =>
    chaos.tables.papers.splice(
      0,
      chaos.tables.papers.length,
      ...chaos.tables.papers.filter(({ customer }) => customer !== people.get(requestId)),
    );
  for (let round = 0; round < 80 && (await views()).some(({ outcome }) => outcome === null); round += 1) {
    await pass(11 * minute);
    await acknowledgeAll();
    for (const view of await views()) {
      const on = { actor: admin, requestId: view.id };
      const { requests } = rightsNow();
      for (const waiting of view.waitingFor) {
        if (waiting.for === "task") {
          papersOf(view.id);
          await requests.answerTask({ ...on, source: waiting.source, answer: "done", note: "as asked" });
        }
        if (waiting.for === "source") {
          // A copy is filled again and again from an origin that somebody has given up.
          const isHopeless = view.sources.some(
            ({ kind, settlement }) => kind === "origin" && settlement !== null,
          );
          if (isHopeless)
            await requests.settleSource({ ...on, source: waiting.source, reason: "beyond reach" });
          else await requests.retrySource({ ...on, source: waiting.source });
        }
        if (waiting.for === "message") await requests.resendMessage({ ...on, message: waiting.message });
        if (waiting.for === "acknowledgement") await requests.resendConfirmation(on);
      }
    }
    await check();
  }
  const ended = await views();
  for (const rights of processes) await rights.stop();
  for (const view of ended) expect(view.outcome, JSON.stringify(view)).not.toBeNull();
  return ended;
};
