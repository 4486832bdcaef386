import { type Actor, defineDataSource, type Row } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, hanging, peopleSource, tenantAdmin } from "./world.ts";

const stranger: Actor = { id: "somebody", tenant: "northwind", roles: [] };
const elsewhere: Actor = { id: "admin-2", tenant: "contoso", roles: ["admin", "tenant-admin"] };
const people = () => new Map<string, Row[]>([[ada, [{}]]]);

const byHand = (left: Map<string, Row[]>, changes = {}) =>
  peopleSource("paper", left, { owner: "archive@northwind.example", ...changes });

/** A source that its owner erases in; `ask` is whether we can look at it. */
const archive = (left: Map<string, Row[]>, ask: boolean) =>
  defineDataSource({
    id: "archive",
    title: "The archive in the cellar",
    holds: ["customer-data"],
    kind: "origin",
    owner: "archive@northwind.example",
    ...(ask ? { locate: async () => [{ collection: "folders", count: left.size }] } : {}),
  });

describe("an actor", () => {
  it("without the right is refused, on every call", async () => {
    const world = await createWorld({ sources: [byHand(people())] });
    const requestId = await world.acknowledged("erasure");
    const on = { actor: stranger, requestId };
    const { requests, sources, users, packages } = world.rights;
    const submission = { kind: "erasure", category: "customer-data", email: ada } as const;
    const refused = await Promise.all([
      requests.submit({ ...submission, actor: stranger }),
      requests.submit({ ...submission, actor: tenantAdmin }),
      requests.submit({ ...submission, kind: "export", actor: admin }),
      requests.read(on),
      requests.list({ actor: stranger }),
      requests.progress(on),
      requests.audit(on),
      requests.reveal(on),
      requests.resendConfirmation(on),
      requests.resendMessage({ ...on, message: "completion-1" }),
      requests.decline({ ...on, reason: "no" }),
      requests.cancel({ ...on, reason: "no" }),
      requests.retrySource({ ...on, source: "paper" }),
      requests.settleSource({ ...on, source: "paper", reason: "no" }),
      requests.answerTask({ ...on, source: "paper", answer: "done", note: "no" }),
      requests.decideIdentifier({ ...on, decision: "decision-1", answer: "same-person", reason: "no" }),
      packages.fetch(on),
      sources.list({ actor: stranger }),
      sources.refresh({ actor: stranger, source: "paper" }),
      sources.retryAll({ actor: stranger, source: "paper" }),
      sources.settleAll({ actor: stranger, source: "paper", reason: "no" }),
      users.list({ actor: stranger }),
      users.remove({ actor: stranger, userIds: ["u"] }),
    ]);
    expect(refused.map((answer) => answer.isErr() && answer.error.code)).toEqual(
      refused.map(() => "not-allowed"),
    );
  });

  it("of another tenant sees nothing", async () => {
    const world = await createWorld({ sources: [byHand(people())] });
    const requestId = await world.acknowledged("erasure");
    const on = { actor: elsewhere, requestId };
    expect(unwrapError(await world.rights.requests.read(on)).code).toBe("request-not-found");
    expect(unwrapError(await world.rights.requests.cancel({ ...on, reason: "no" })).code).toBe(
      "request-not-found",
    );
    expect(unwrap(await world.rights.requests.list({ actor: elsewhere })).requests).toEqual([]);
    const same = { actor: elsewhere, kind: "erasure", category: "customer-data", email: ada } as const;
    expect(unwrap(await world.rights.requests.submit(same)).alreadyOpen).toBe(false);
  });

  it("whose id is blank, or longer than any address, is refused", async () => {
    const world = await createWorld({ sources: [byHand(people())] });
    for (const id of ["", " ", "x".repeat(255)]) {
      const submitted = await world.rights.requests.submit({
        actor: { ...admin, id },
        kind: "erasure",
        category: "customer-data",
        email: ada,
      });
      expect(unwrapError(submitted)).toMatchObject({ code: "invalid-input", issues: [{ path: "actor.id" }] });
    }
  });

  it("is let do nothing by a policy that throws, or answers anything but true", async () => {
    for (const answer of [
      () => {
        throw new Error("no directory");
      },
      async () => Promise.reject(new Error("no directory")),
      () => "yes" as never,
      () => undefined as never,
    ]) {
      const world = await createWorld({ sources: [byHand(people())], policy: answer });
      expect(unwrapError(await world.rights.requests.list({ actor: admin })).code).toBe("not-allowed");
    }
  });
});

describe("input", () => {
  it("that is malformed is refused with what to do about it", async () => {
    const world = await createWorld({ sources: [byHand(people())] });
    const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    for (const email of [
      "",
      "ada",
      "ada@",
      "a@b@c.de",
      "ada@example.org, eve@example.org",
      `${"a".repeat(250)}@b.de`,
      7 as never,
    ]) {
      const refused = await world.rights.requests.submit({ ...submission, email });
      expect(unwrapError(refused)).toMatchObject({
        code: "invalid-input",
        issues: [{ path: "email" }],
      });
    }
    const identifiers = [{ type: "telephone", value: "030 123", verifed: true }] as never;
    expect(unwrapError(await world.rights.requests.submit({ ...submission, identifiers })).message).toBe(
      "identifiers[0].verifed: there is no `verifed`: write `verified`",
    );
    const unheld = await world.rights.requests.submit({ ...submission, category: "user-data" });
    expect(unwrapError(unheld)).toMatchObject({
      code: "invalid-input",
      issues: [{ path: "category" }],
    });
    expect((await world.rights.requests.submit({ ...submission, kind: "rectify" as never })).isErr()).toBe(
      true,
    );
    expect((await world.rights.requests.submit({ ...submission, category: "all" as never })).isErr()).toBe(
      true,
    );
  });

  it("that is kept for good must not name anybody", async () => {
    const world = await createWorld({ sources: [byHand(people(), { erase: undefined })] });
    const requestId = await world.acknowledged("erasure");
    for (const reason of ["", "   ", `because ${ada} said so`, "ask BOB@example.org", "x".repeat(501)]) {
      const settled = await world.rights.requests.settleSource({
        actor: admin,
        requestId,
        source: "paper",
        reason,
      });
      expect(unwrapError(settled).code).toBe("invalid-input");
    }
  });

  it("that is kept for good can be read, in the view and in the audit of what it was given for", async () => {
    const number = { type: "telephone", value: "030 123456", shared: true, others: 1 };
    const crm = peopleSource("crm", people(), { identify: async () => [number] });
    const world = await createWorld({ sources: [crm, archive(people(), false)] });
    const on = { actor: admin, requestId: await world.acknowledged("erasure") };
    const { requests } = world.rights;
    unwrap(await requests.suspend({ ...on, reason: "another name than on record" }));
    unwrap(await requests.resume(on));
    unwrap(await requests.extend({ ...on, reason: "a large archive" }));
    const decided = { ...on, decision: "decision-1", answer: "somebody-else" } as const;
    const named = await requests.decideIdentifier({ ...decided, reason: "030 123456 is her mother's" });
    expect(unwrapError(named)).toMatchObject({ code: "invalid-input", issues: [{ path: "reason" }] });
    unwrap(await requests.decideIdentifier({ ...decided, reason: "a telephone of two people" }));
    await world.settle();
    unwrap(await requests.answerTask({ ...on, source: "archive", answer: "done", note: "shredded" }));
    await world.settle();

    const view = await world.read(on.requestId);
    expect(view).toMatchObject({
      decisions: [{ type: "telephone", answer: "somebody-else", reason: "a telephone of two people" }],
      deadline: {
        suspensions: [{ reason: "another name than on record", until: expect.any(String) }],
        extension: { reason: "a large archive" },
      },
    });
    expect(view.sources.find(({ id }) => id === "archive")).toMatchObject({
      manual: { answer: "done", note: "shredded" },
    });
    const audit = unwrap(await requests.audit(on));
    const said = Object.fromEntries(audit.map(({ action, detail }) => [action, detail]));
    expect(said).toMatchObject({
      "identity-questioned": { reason: "another name than on record" },
      extended: { reason: "a large archive" },
      decided: { decision: "decision-1", answer: "somebody-else", reason: "a telephone of two people" },
      "task-answered": { answer: "done", note: "shredded" },
    });
  });
});

describe("a manual task", () => {
  it("goes to the owner, and its answer is checked where we can look", async () => {
    const left = people();
    const world = await createWorld({ sources: [archive(left, true)] });
    const requestId = await world.acknowledged("erasure");
    expect(world.notifier.sent.at(-1)).toMatchObject({
      to: "archive@northwind.example",
      notice: { type: "manual-task", subject: ada, source: { id: "archive" } },
    });
    const answer = { actor: admin, requestId, source: "archive", answer: "done", note: "shredded" } as const;
    unwrap(await world.rights.requests.answerTask(answer));
    await world.settle();
    expect((await world.read(requestId)).outcome).toBeNull();
    expect((await world.read(requestId)).sources[0]?.problem?.code).toBe("still-present");

    left.clear();
    await world.clock.advance(10_000);
    expect(world.notifier.sent.filter(({ notice }) => notice.type === "manual-task")).toHaveLength(2);
    unwrap(await world.rights.requests.answerTask(answer));
    await world.clock.advance(10_000);
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  it("answered for a source we cannot look into does not make the request complete", async () => {
    const world = await createWorld({ sources: [archive(people(), false)] });
    const requestId = await world.acknowledged("erasure");
    const view = await world.read(requestId);
    expect(view.waitingFor).toEqual([{ for: "task", source: "archive" }]);
    await world.rights.requests.answerTask({
      actor: admin,
      requestId,
      source: "archive",
      answer: "done",
      note: "shredded",
    });
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed-with-exceptions");
    const again = await world.rights.requests.answerTask({
      actor: admin,
      requestId,
      source: "archive",
      answer: "done",
      note: "again",
    });
    expect(unwrapError(again).code).toBe("not-possible-now");
  });

  it("that the owner cannot do is a warning until somebody decides", async () => {
    const world = await createWorld({ sources: [archive(people(), false)] });
    const requestId = await world.acknowledged("erasure");
    const on = { actor: admin, requestId, source: "archive" };
    await world.rights.requests.answerTask({ ...on, answer: "cannot", note: "the key is lost" });
    expect((await world.read(requestId)).waitingFor).toEqual([
      { for: "source", source: "archive", problem: "owner-cannot" },
    ]);
    await world.rights.requests.retrySource(on);
    await world.settle();
    expect(world.notifier.sent.filter(({ notice }) => notice.type === "manual-task")).toHaveLength(2);
    await world.rights.requests.settleSource({ ...on, reason: "beyond reach" });
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed-with-exceptions");
  });
});

describe("an owner who was asked to erase by hand", () => {
  const scanShop = { title: "Scan shop", address: "privacy@scans.example" };
  const asked = async () => {
    const left = people();
    const paper = peopleSource("archive", left, {
      erase: undefined as never,
      owner: "archive@northwind.example",
      recipients: [scanShop],
    });
    const world = await createWorld({ sources: [paper] });
    const requestId = await world.acknowledged("erasure");
    const letters = () =>
      world.notifier.sent.flatMap(({ to, notice }) =>
        to === "archive@northwind.example"
          ? [notice.type === "task-stopped" ? (notice.forGood ? "not any more" : "not now") : notice.type]
          : [],
      );
    const answer = (said: "done" | "not-there") =>
      world.rights.requests.answerTask({
        actor: admin,
        requestId,
        source: "archive",
        answer: said,
        note: "shredded",
      });
    return { world, requestId, on: { actor: admin, requestId }, left, letters, answer };
  };
  const minute = 60_000;

  it("is told not to, while a hold stands or it is in doubt who asks, and asked anew when it goes on", async () => {
    const { world, on, letters, answer, left } = await asked();
    const identifiers = [{ type: "email", value: ada }];
    const placed = unwrap(await world.rights.holds.place({ actor: admin, identifiers, reason: "a claim" }));
    expect(placed.underWay).toEqual([on.requestId]);
    await world.pass(minute);
    expect(letters()).toEqual(["manual-task", "not now"]);
    expect((await world.read(on.requestId)).waitingFor).toMatchObject([{ for: "hold" }, { for: "task" }]);
    unwrap(await world.rights.holds.lift({ actor: admin, holdId: placed.hold.id, reason: "over" }));
    await world.pass(minute);
    expect(letters()).toEqual(["manual-task", "not now", "manual-task"]);
    unwrap(await world.rights.requests.suspend({ ...on, reason: "who asks?" }));
    await world.pass(minute);
    unwrap(await world.rights.requests.resume(on));
    await world.pass(minute);
    expect(letters().slice(3)).toEqual(["not now", "manual-task"]);
    left.clear();
    unwrap(await answer("done"));
    await world.pass(minute);
    expect(await world.read(on.requestId)).toMatchObject({ outcome: "completed" });
    expect(letters()).toHaveLength(5);
  });

  it("is told that it is over when somebody ends it, and what they did is written down, and told", async () => {
    for (const end of ["cancel", "decline"] as const) {
      const { world, requestId, on, letters, answer } = await asked();
      unwrap(await world.rights.requests[end]({ ...on, reason: "the contract still runs" }));
      await world.pass(minute);
      expect(letters()).toEqual(["manual-task", "not any more"]);
      const before = world.notifier.sent.length;
      unwrap(await answer("done"));
      await world.pass(minute);
      expect(await world.read(requestId)).toMatchObject({
        sources: [{ status: "succeeded", outcomes: [{ outcome: "erased", count: 1 }], checked: false }],
        grades: [{ grade: "accepted" }],
      });
      const told = world.notifier.sent.slice(before).map(({ notice }) => notice);
      const [letter] = told.filter(({ type }) => type !== "recipient");
      expect(told.map(({ type }) => type).sort()).toEqual([letter?.type, "recipient"].sort());
      expect(letter).toMatchObject({ sources: [{ outcomes: [{ outcome: "erased", count: 1 }] }] });
      expect(letter).not.toHaveProperty("sources.0.cutShort");
      // Nothing more is due to anybody.
      expect([...world.tables.keys.keys()].filter((name) => name.includes(requestId))).toEqual([]);
      expect(unwrapError(await answer("done")).code).toBe("not-possible-now");
    }
  });

  it("is told that it is over when somebody closes their part, and not when they have answered", async () => {
    const closed = await asked();
    unwrap(
      await closed.world.rights.requests.settleSource({
        ...closed.on,
        source: "archive",
        reason: "not ours",
      }),
    );
    await closed.world.pass(minute);
    expect(closed.letters()).toEqual(["manual-task", "not any more"]);
    expect((await closed.world.read(closed.requestId)).grades).toMatchObject([{ grade: "failed" }]);
    unwrap(await closed.answer("done"));
    // What was not done when somebody closed it is done by now, by its owner's word.
    expect((await closed.world.read(closed.requestId)).grades).toMatchObject([{ grade: "accepted" }]);
    const answered = await asked();
    answered.left.clear();
    unwrap(await answered.answer("not-there"));
    await answered.world.pass(minute);
    expect(answered.letters()).toEqual(["manual-task"]);
  });
});

it.each([
  ["done", 1],
  ["not-there", 0],
] as const)(
  "tells the word of an owner into whose source nobody can look: %s, and recipients of what they erased",
  async (said, recipientsTold) => {
    const paper = defineDataSource({
      id: "paper",
      title: "Paper files",
      holds: ["customer-data"],
      kind: "origin",
      owner: "archive@northwind.example",
      recipients: [{ title: "Scan shop", address: "privacy@scans.example" }],
    });
    const world = await createWorld({ sources: [paper] });
    const requestId = await world.acknowledged("erasure");
    const answer = { actor: admin, requestId, source: "paper", answer: said, note: "looked" } as const;
    unwrap(await world.rights.requests.answerTask(answer));
    await world.pass(60_000);
    const letters = world.notifier.sent.map(({ notice }) => notice);
    expect(letters.find(({ type }) => type === "completion")).toMatchObject({
      complete: false,
      sources: [{ checked: false, byOwner: said }],
    });
    expect(letters.filter(({ type }) => type === "recipient")).toHaveLength(recipientsTold);
  },
);

describe("a source that nobody has heard of", () => {
  it("can be neither retried nor settled", async () => {
    const world = await createWorld({ sources: [archive(people(), false)] });
    const on = { actor: admin, requestId: await world.acknowledged("erasure"), source: "nothing" };
    const { requests } = world.rights;
    expect(unwrapError(await requests.retrySource(on)).code).toBe("source-not-found");
    const settled = await requests.settleSource({ ...on, reason: "not needed" });
    expect(unwrapError(settled).code).toBe("source-not-found");
  });
});

describe("an owner", () => {
  it("is not troubled for somebody whom they cannot find", async () => {
    const source = peopleSource("paper", people(), {
      owner: "archive@northwind.example",
      needs: ["folder"],
      erase: undefined as never,
    });
    const world = await createWorld({ sources: [source, peopleSource("crm", people())] });
    const requestId = await world.acknowledged("erasure");
    const view = await world.read(requestId);
    expect(view.waitingFor).toEqual([{ for: "source", source: "paper", problem: "identifier-missing" }]);
    expect(view.sources[1]?.status).toBe("succeeded");
    expect(world.notifier.sent.map(({ notice }) => notice.type)).not.toContain("manual-task");
  });
});

describe("a request whose key is lost", () => {
  it("goes nowhere, but can be ended, and asked for again", async () => {
    const world = await createWorld({ sources: [archive(people(), false)] });
    const on = { actor: admin, requestId: await world.acknowledged("erasure") };
    for (const name of world.tables.keys.keys())
      if (name.includes(on.requestId)) world.tables.keys.delete(name);
    const { requests } = world.rights;
    expect(unwrapError(await requests.retrySource({ ...on, source: "archive" })).code).toBe("key-destroyed");
    const naming = { ...on, reason: `nobody can read ${ada}` };
    for (const named of [
      await requests.cancel(naming),
      await requests.settleSource({ ...naming, source: "archive" }),
    ])
      expect(unwrapError(named).code).toBe("invalid-input");
    const cancelled = await requests.cancel({ ...on, reason: "its key was lost" });
    expect(unwrap(cancelled)).toMatchObject({ outcome: "cancelled" });
    const again = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    expect(unwrap(await requests.submit(again)).alreadyOpen).toBe(false);
  });
});

describe("cancelling", () => {
  it("tells sources that are at work to stop, and takes no later answer", async () => {
    let signal: AbortSignal | undefined;
    const world = await createWorld({
      sources: [
        peopleSource("slow", people(), {
          erase: (subject, context) => {
            signal = context.signal;
            return hanging(subject, context);
          },
        }),
      ],
    });
    const requestId = await world.acknowledged("erasure");
    const on = { actor: admin, requestId };
    unwrap(await world.rights.requests.cancel({ ...on, reason: "submitted by mistake" }));
    expect(signal?.aborted).toBe(true);
    await world.clock.advance(3_600_000);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "cancelled",
      sources: [{ status: "warning", problem: { code: "interrupted" } }],
    });
    for (const answer of [
      await world.rights.requests.cancel({ ...on, reason: "again" }),
      await world.rights.requests.retrySource({ ...on, source: "slow" }),
      await world.rights.requests.settleSource({ ...on, source: "slow", reason: "again" }),
    ]) {
      expect(unwrapError(answer).code).toBe("not-possible-now");
    }
    expect(world.errors).toEqual([]);
  });
});

describe("progress", () => {
  it("ends when the library stops, so that nothing keeps the process", async () => {
    const world = await createWorld({ sources: [byHand(people())] });
    const { requests } = world.rights;
    const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const { request } = unwrap(await requests.submit(submission));
    const events = unwrap(await requests.progress({ actor: admin, requestId: request.id }));
    const followed = (async () => {
      for await (const _ of events);
      return "ended";
    })();
    await world.settle();
    await world.rights.stop();
    expect(await followed).toBe("ended");
  });

  it("tells everything that happens, in order, and nothing personal, to its end", async () => {
    const world = await createWorld({
      sources: [peopleSource("crm", people()), peopleSource("shop", people())],
    });
    const submitted = await world.rights.requests.submit({
      actor: admin,
      kind: "erasure",
      category: "customer-data",
      email: ada,
    });
    const requestId = unwrap(submitted).request.id;
    const events: string[] = [];
    const all: unknown[] = [];
    const progress = unwrap(await world.rights.requests.progress({ actor: admin, requestId }));
    const followed = (async () => {
      for await (const event of progress) {
        all.push(event);
        if (event.type === "phase") events.push(event.phase);
        if (event.type === "source") events.push(`${event.source.id} ${event.source.status}`);
        if (event.type === "closed") events.push(event.outcome);
      }
    })();
    await world.settle();
    await world.rights.requests.acknowledge({ token: world.token() });
    await world.settle();
    await followed;
    expect(events[0]).toBe("received");
    expect(events.at(-1)).toBe("completed");
    expect(events).toContain("crm succeeded");
    expect(JSON.stringify(all)).not.toMatch(/@/);
  });

  it("stops when its listener does", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())] });
    const submitted = await world.rights.requests.submit({
      actor: admin,
      kind: "erasure",
      category: "customer-data",
      email: ada,
    });
    const requestId = unwrap(submitted).request.id;
    const stop = new AbortController();
    const input = { actor: admin, requestId, signal: stop.signal };
    const seen: string[] = [];
    const followed = (async () => {
      for await (const event of unwrap(await world.rights.requests.progress(input))) seen.push(event.type);
    })();
    await world.settle();
    stop.abort();
    await followed;
    expect(seen).toContain("waiting");
  });
});
