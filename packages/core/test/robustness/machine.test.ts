import { simulatedClock } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { viewOf } from "../../src/facade/view.ts";
import type { RequestEvent } from "../../src/request/events.ts";
import { registeredSources } from "../../src/runner/served.ts";
import { wakeAt } from "../../src/workflows/actions.ts";
import { datesOf, descriptors, type Luck, Machine, rules, type UnderWay } from "./machine.ts";

const clock = simulatedClock();

const lucks: fc.Arbitrary<Luck> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Luck>("well") },
  { weight: 3, arbitrary: fc.constantFrom<Luck>("fails", "lies", "finds") },
  { weight: 1, arbitrary: fc.constantFrom<Luck>("never", "keeps", "finds-shared") },
);

const deeds = [
  "retry",
  "settle",
  "answer",
  "cannot",
  "decide",
  "cancel",
  "resend",
  "reissue",
  "download",
  "approve",
  "extend",
  "suspend",
  "resume",
  "hold",
] as const;

/** What happens next; `which` chooses among what there is. */
const moves = fc.oneof(
  { weight: 8, arbitrary: fc.record({ move: fc.constant("begin" as const), which: fc.nat() }) },
  // An answer may come a second time: another process asked the same.
  {
    weight: 8,
    arbitrary: fc.record({
      move: fc.constant("end" as const),
      which: fc.nat(),
      luck: lucks,
      again: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ move: fc.constant("wait" as const), which: fc.nat({ max: 8 * 3_600_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ move: fc.constant("jump" as const), which: fc.nat({ max: 3_600_000 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      move: fc.constant("act" as const),
      which: fc.nat(),
      deed: fc.constantFrom(...deeds),
    }),
  },
);

const eventOf = (machine: Machine, deed: (typeof deeds)[number], which: number): RequestEvent => {
  const { steps, decisions, notices } = machine.request;
  const source = steps[which % Math.max(1, steps.length)]?.source ?? "";
  const decision = decisions[which % Math.max(1, decisions.length)]?.id ?? "";
  switch (deed) {
    case "retry":
      return { type: "source-retried", source };
    case "settle":
      return { type: "source-settled", source, reason: "beyond reach" };
    case "answer":
      return { type: "task-answered", source, answer: "done", note: "as asked" };
    case "cannot":
      return { type: "task-answered", source, answer: "cannot", note: "as asked" };
    case "decide": {
      const answer = which % 2 === 0 ? "same-person" : "somebody-else";
      return {
        type: "identifier-decided",
        decision,
        answer,
        pseudonym: `decided-${decision}`,
        reason: "known",
      };
    }
    case "cancel":
      return which % 8 === 0
        ? { type: "cancelled", reason: "by mistake" }
        : { type: "package-downloaded", byLink: true };
    case "resend":
      return { type: "notice-retried", notice: notices[which % Math.max(1, notices.length)]?.id ?? "" };
    case "reissue":
      return {
        type: "confirmation-reissued",
        token: `secret-${which}`,
        tokenHash: "hash",
        replyTokenHash: "reply-hash",
      };
    case "download":
      return { type: "package-downloaded", byLink: which % 2 === 0 };
    case "extend":
      return { type: "extended", reason: "many records" };
    case "suspend":
      return which % 3 === 0
        ? { type: "identity-questioned", reason: "another address" }
        : { type: "reminder-due" };
    case "hold":
      return which % 2 === 0 ? { type: "held", by: "hold-1" } : { type: "hold-lifted" };
    case "resume":
      return { type: "identity-confirmed", dates: datesOf("2026-02-10", "2026-04-10") };
    case "approve": {
      const plan = machine.request.approval?.plan ?? "none";
      return {
        type: "plan-approved",
        plan: which % 4 === 0 ? `${plan} and more` : plan,
        plainId: "somebody",
      };
    }
  }
};

/** What has to be true of a request at any time. */
const look = (machine: Machine): void => {
  const { request, mistakes, holds } = machine;
  expect(mistakes).toEqual([]);
  const { confidential, ...open } = request;
  expect(JSON.stringify(open)).not.toContain("secret");
  if (request.package !== null) {
    const { downloads, downloadsByLink = 0 } = request.package;
    expect(downloadsByLink).toBeLessThanOrEqual(Math.min(downloads, rules.downloads));
  }
  const view = viewOf(request, { sources: registeredSources([]), rules, clock });
  if (request.phase !== "closed") {
    expect(request.outcome).toBeNull();
    if (wakeAt(request, rules) === null) expect(view.waitingFor).not.toEqual([]);
    return;
  }
  expect(request.claims).toEqual([]);
  const behindTheEnd = ["send", "lift-suppressions", "finalise", "reopen"];
  expect(machine.due().filter((action) => !behindTheEnd.includes(action.do))).toEqual([]);
  if (request.key === "destroyed") expect([confidential, machine.due()]).toEqual([null, []]);
  if (request.outcome !== "completed") return;
  for (const step of request.steps) {
    expect(step.settlement).toBeNull();
    if (step.task === "identify" || step.task === "leave") continue;
    expect(step.stage).toBe("done");
    expect(step.identifiersUsed).toBe(request.pseudonyms.length);
    if (request.kind === "erasure")
      expect([step.source, holds.get(step.source)]).toEqual([step.source, false]);
  }
  expect(request.decisions.filter(({ answer }) => answer === null)).toEqual([]);
  expect(request.package?.missing ?? []).toEqual([]);
};

/** All goes well from here on, and people do what they are asked for. */
const toItsEnd = (machine: Machine): void => {
  for (let round = 0; round < 200; round += 1) {
    const { request } = machine;
    // People fetch what is there, more often than they may.
    if (request.package !== null) machine.happen({ type: "package-downloaded", byLink: true });
    look(machine);
    if (request.phase === "closed" && wakeAt(request, rules) === null) return;
    for (const action of machine.due()) {
      machine.end(machine.begin(action), "well");
      look(machine);
    }
    for (const waiting of viewOf(machine.request, { sources: registeredSources([]), rules, clock })
      .waitingFor) {
      if (waiting.for === "acknowledgement") machine.acknowledge();
      if (waiting.for === "decision") machine.happen(eventOf(machine, "decide", 1));
      if (waiting.for === "task")
        machine.happen({ ...eventOf(machine, "answer", 0), source: waiting.source } as RequestEvent);
      if (waiting.for === "hold") machine.happen({ type: "hold-lifted" });
      if (waiting.for === "identity") machine.happen(eventOf(machine, "resume", 0));
      if (waiting.for === "approval")
        machine.happen({ type: "plan-approved", plan: waiting.plan, plainId: "second" }, "actor-2");
      if (waiting.for === "message") machine.happen({ type: "notice-retried", notice: waiting.message });
      if (waiting.for === "source") {
        const how =
          round < 100
            ? ({ type: "source-retried" } as const)
            : ({ type: "source-settled", reason: "beyond reach" } as const);
        machine.happen({ ...how, source: waiting.source });
      }
      look(machine);
    }
    machine.now = Math.max(machine.now + 1_000, Date.parse(wakeAt(machine.request, rules) ?? machine.at()));
  }
  expect(viewOf(machine.request, { sources: registeredSources([]), rules, clock })).toBe("closed");
};

describe("the state machine, in whatever order things happen", () => {
  it("never says done too early, never gets stuck, and always comes to an end", { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(
        fc.constantFrom("erasure", "export"),
        descriptors,
        fc.boolean(),
        fc.array(moves, { maxLength: 80 }),
        (kind, sources, needsApproval, script) => {
          fc.pre(sources.some(({ holds }) => holds.includes("customer-data")));
          const machine = new Machine(kind, sources, needsApproval);
          machine.acknowledge();
          const underWay: UnderWay[] = [];
          for (const each of script) {
            const due = machine.due();
            const [action, answer] = [
              due[each.which % Math.max(1, due.length)],
              underWay[each.which % Math.max(1, underWay.length)],
            ];
            if (each.move === "begin" && action !== undefined) underWay.push(machine.begin(action));
            if (each.move === "end" && answer !== undefined) {
              machine.end(answer, each.luck);
              if (!each.again) underWay.splice(underWay.indexOf(answer), 1);
            }
            if (each.move === "wait") machine.now += each.which;
            if (each.move === "jump") machine.now -= each.which;
            if (each.move === "act") {
              const actor = each.which % 3 === 0 ? "actor-1" : "actor-2";
              machine.happen(eventOf(machine, each.deed, each.which), actor);
            }
            look(machine);
          }
          toItsEnd(machine);
        },
      ),
      { numRuns: inject("isThorough") ? 1_500 : 60, seed: 20261123 },
    );
  });
});
