import { Validator } from "@seriousme/openapi-schema-validator";
import { orThrow, PermanentFailure } from "@subject-rights/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { answersAsDescribed, type Described } from "./support/described.ts";
import { addressSource, createWebWorld, officer, type WebWorld } from "./support/world.ts";

const ada = "ada@example.org";

describe("the OpenAPI document", () => {
  let world: WebWorld;
  let document: Described;
  let described: ReturnType<typeof answersAsDescribed>;

  beforeAll(async () => {
    const held = new Set([ada, "held@example.org"]);
    let isDown = true;
    world = await createWebWorld({
      sources: [
        addressSource("crm", held, { holds: ["customer-data", "user-data"] }),
        addressSource("copy", held, { kind: "copy", copyOf: ["crm"], refresh: async () => undefined }),
        addressSource("moody", new Set([ada]), {
          erase: async () => {
            if (isDown) throw new Error("down");
            return [{ collection: "people", outcome: "absent" }];
          },
        }),
      ],
      rules: { retry: { attempts: 1, firstDelay: 1 } },
    });
    isDown = true;
    document = (await (await world.api("/openapi.json")).json()) as Described;
    described = answersAsDescribed(document);
    orThrow(
      await world.rights.holds.place({
        actor: officer,
        identifiers: [{ type: "email", value: "held@example.org" }],
        reason: "a claim in court",
      }),
    );
    const running = orThrow(
      await world.rights.sweeps.eraseMany({
        actor: officer,
        reason: "retention",
        category: "user-data",
        async *people() {
          yield { people: [{ identifiers: [{ type: "email", value: "held@example.org" }] }], cursor: "1" };
        },
      }),
    );
    orThrow(await running.end());
  });
  afterAll(() => world.close());

  it("is valid, by a validator that is not ours", async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
    expect(errors ?? "").toEqual("");
    expect(valid).toBe(true);
  });

  it("describes every call once, and nothing personal stands in a path or a query", () => {
    expect(described.operations.size).toBeGreaterThan(35);
    const names = [...described.operations.values()].flatMap(({ operation }) =>
      (operation as unknown as { parameters: { name: string }[] }).parameters.map(({ name }) => name),
    );
    expect(new Set(names)).toEqual(
      new Set([
        "requestId",
        "source",
        "decision",
        "message",
        "holdId",
        "sweepId",
        "number",
        "open",
        "cursor",
        "limit",
        "within",
        "Idempotency-Key",
        "Last-Event-ID",
      ]),
    );
  });

  /** Ids of things that are there, as they turn up in answers, and of some that are not. */
  const known: Record<string, string[]> = {
    requestId: ["unknown"],
    source: ["crm", "copy", "moody", "unknown"],
    decision: ["decision-1"],
    message: ["confirmation-1", "unknown"],
    holdId: ["unknown"],
    sweepId: ["unknown"],
    number: ["1", "2", "x"],
  };
  const tokens: string[] = ["unknown"];
  const answered = new Map<string, Set<number>>();

  const bodies: Record<string, (which: number) => unknown> = {
    submitRequest: (which) => ({
      kind: which % 2 === 0 ? "erasure" : "export",
      category: which % 5 === 0 ? "user-telemetry" : "customer-data",
      email: [ada, "bob@example.org", "held@example.org", "none"][which % 4],
    }),
    acknowledge: (which) => ({ token: tokens[which % tokens.length] }),
    downloadPackage: (which) => ({ token: tokens[which % tokens.length] }),
    approvePlan: () => ({ plan: "0".repeat(64) }),
    answerTask: () => ({ answer: "done", note: "as asked" }),
    decideIdentifier: () => ({ answer: "same-person", reason: "known" }),
    removeUsers: (which) => ({ userIds: [["u-1", "u-3", "u-9"][which % 3]] }),
    placeHold: () => ({ identifiers: [{ type: "email", value: "held@example.org" }], reason: "a claim" }),
    lookUpSuppression: () => ({ identifiers: [{ type: "email", value: ada }] }),
    liftSuppression: () => ({ identifiers: [{ type: "email", value: ada }], reason: "wants to be there" }),
  };

  const call = async (id: string, which: number, isWrong = false): Promise<void> => {
    const { path, method } = described.operations.get(id) ?? expect.fail(id);
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const ids = known[name] ?? [];
      return ids[which % ids.length] ?? "";
    });
    const query = id === "listDueRequests" ? "?within=7" : isWrong && method === "get" ? "?wrong=1" : "";
    const body =
      bodies[id]?.(which) ??
      (/\/(decline|cancel|extend|suspend|put-first|settle|lift)$/.test(path)
        ? { reason: "as told" }
        : undefined);

    const stop = new AbortController();
    const response =
      method === "get"
        ? await world.api(filled + query, { signal: stop.signal })
        : await world.post(filled, isWrong ? { wrong: 1 } : body);
    answered.set(id, (answered.get(id) ?? new Set()).add(response.status));
    if (response.headers.get("content-type") === "text/event-stream") {
      // An open request may not come to its end here: one event is enough.
      const reader = response.body?.getReader();
      let text = "";
      while (!text.includes("data: ")) text += Buffer.from((await reader?.read())?.value ?? []).toString();
      await described.check(id, new Response(text, { headers: { "Content-Type": "text/event-stream" } }));
      stop.abort();
      return;
    }
    const value = await described.check(id, response);
    learn(value);
  };

  const learn = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { request, hold, sweeps } = value as {
      request?: { id: string };
      hold?: { id: string };
      sweeps?: { id: string }[];
    };
    if (request !== undefined) known["requestId"]?.unshift(request.id);
    if (hold !== undefined) known["holdId"]?.unshift(hold.id);
    for (const { id } of sweeps ?? []) if (!known["sweepId"]?.includes(id)) known["sweepId"]?.unshift(id);
    for (const { notice } of world.notifier.sent) {
      const token =
        notice.type === "confirmation"
          ? notice.token
          : notice.type === "delivery"
            ? new URL(notice.url ?? "").hash.slice(1)
            : null;
      if (token !== null && !tokens.includes(token)) tokens.unshift(token);
    }
  };

  it("is what every call answers, in whatever order they come", async () => {
    const ids = [...described.operations.keys()];
    // A tour first, so that each was there at least once while something is there to answer.
    for (const which of [0, 1]) await call("submitRequest", which);
    await world.token();
    await call("listSweeps", 0);
    await call("placeHold", 0);
    const last = ["declineRequest", "cancelRequest", "settleSweep", "retrySweep", "stopSweep"];
    for (const id of [...ids.filter((each) => !last.includes(each)), ...last]) await call(id, 0);
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            id: fc.constantFrom(...ids),
            which: fc.nat(40),
            isWrong: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
          }),
          { minLength: 5, maxLength: 15 },
        ),
        async (calls) => {
          for (const { id, which, isWrong } of calls) await call(id, which, isWrong);
        },
      ),
      { numRuns: inject("isThorough") ? 30 : 4, endOnFailure: true },
    );
    expect([...answered.keys()].toSorted()).toEqual(ids.toSorted());
  });

  it("is what those calls answer that need something to have happened before", async () => {
    const done = async (id: string, response: Response): Promise<unknown> => {
      expect([id, response.status < 300]).toEqual([id, true]);
      return described.check(id, response);
    };
    const held = new Set([ada]);
    let isDown = true;
    const staged = await createWebWorld({
      sources: [
        addressSource("crm", held, {
          identify: async () => [{ type: "phone", value: "123", shared: true }],
        }),
        addressSource("copy", held, { kind: "copy", copyOf: ["crm"], refresh: async () => undefined }),
        addressSource("moody", held, {
          erase: async () => {
            if (isDown) throw new PermanentFailure("down");
            return [{ collection: "people", outcome: "absent" }];
          },
        }),
        addressSource("cabinet", new Set([ada]), {
          erase: undefined as never,
          owner: "owner@example.org",
        } as never),
      ],
      needsApproval: () => true,
    });
    try {
      const request = (await done(
        "submitRequest",
        await staged.post("/requests", { kind: "erasure", category: "customer-data", email: ada }),
      )) as { request: { id: string } };
      const path = `/requests/${request.request.id}`;
      await done("acknowledge", await staged.post("/acknowledgements", { token: await staged.token() }));
      const waitsFor = async (what: string): Promise<Record<string, string>> => {
        for (;;) {
          const view = (await done("readRequest", await staged.api(path))) as {
            waitingFor: Record<string, string>[];
          };
          const found = view.waitingFor.find((each) => each["for"] === what);
          if (found !== undefined) return found;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      };
      const { decision } = await waitsFor("decision");
      const answer = { answer: "somebody-else", reason: "a household" };
      await done("decideIdentifier", await staged.post(`${path}/decisions/${decision}`, answer));
      const { plan } = await waitsFor("approval");
      const second = { Authorization: "Bearer second" };
      await done("approvePlan", await staged.post(`${path}/approve`, { plan }, second));
      await waitsFor("task");
      const note = { answer: "done", note: "shredded" };
      await waitsFor("source");
      await done("retrySource", await staged.post(`${path}/sources/moody/retry`));
      await waitsFor("source");
      await done("retrySourceForAll", await staged.post("/sources/moody/retry"));
      await waitsFor("source");
      await done("answerTask", await staged.post(`${path}/sources/cabinet/answer`, note));
      isDown = false;
      await done("settleSource", await staged.post(`${path}/sources/moody/settle`, { reason: "by hand" }));
      await done("settleSourceForAll", await staged.post("/sources/moody/settle", { reason: "by hand" }));
      await done("refreshSource", await staged.post("/sources/copy/refresh"));
      const other = { kind: "export", category: "customer-data", email: "bob@example.org" };
      const declined = (await (await staged.post("/requests", other)).json()) as { request: { id: string } };
      const reason = { reason: "asked too often" };
      await done("declineRequest", await staged.post(`/requests/${declined.request.id}/decline`, reason));
    } finally {
      await staged.close();
    }
  });
});
