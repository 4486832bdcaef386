import { createHash } from "node:crypto";
import * as core from "@subject-rights/core";
import { afterEach, describe, expect, it } from "vitest";
import { statusOf } from "../src/api/error-codes.ts";
import { addressSource, createWebWorld, type WebWorld } from "./support/world.ts";

const ada = "ada@example.org";
const erasure = { kind: "erasure", category: "customer-data", email: ada };

let world: WebWorld;
afterEach(() => world.close());

const problemOf = async (response: Response) => {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = (await response.json()) as { status: number; code: string };
  expect(problem.status).toBe(response.status);
  return problem;
};

describe("the API, from asking to the package", () => {
  it("submits, acknowledges, follows, and downloads", async () => {
    world = await createWebWorld();
    const asked = await world.post("/requests", { ...erasure, kind: "export" });
    expect(asked.status).toBe(201);
    const { request } = (await asked.json()) as { request: { id: string } };
    const acknowledged = await world.post("/acknowledgements", { token: await world.token() });
    expect(acknowledged.status).toBe(200);

    const followed = await world.api(`/requests/${request.id}/progress`);
    expect(followed.headers.get("content-type")).toBe("text/event-stream");
    const events = await followed.text();
    expect(events).toMatch(/event: closed\nid: last\ndata: \{"type":"closed","outcome":"completed"\}\n\n$/);
    const over = await world.api(`/requests/${request.id}/progress`, {
      headers: { "Last-Event-ID": "last" },
    });
    expect(over.status).toBe(204);

    const fetched = await world.post(`/requests/${request.id}/package`);
    expect(fetched.headers.get("content-type")).toBe("application/zip");
    const zip = Buffer.from(await fetched.arrayBuffer());
    expect(zip.length).toBe(Number(fetched.headers.get("content-length")));
    const digest = createHash("sha256").update(zip).digest("base64");
    expect(fetched.headers.get("repr-digest")).toBe(`sha-256=:${digest}:`);

    const delivery = world.notifier.sent.find(({ notice }) => notice.type === "delivery")?.notice;
    const url = delivery?.type === "delivery" ? delivery.url : null;
    const download = await world.post("/downloads", { token: new URL(url ?? "").hash.slice(1) });
    expect(Buffer.from(await download.arrayBuffer()).equals(zip)).toBe(true);
    const { entries } = (await (await world.api(`/requests/${request.id}/audit`)).json()) as {
      entries: { action: string; actor: string }[];
    };
    const me = (await (await world.api("/me")).json()) as { tenant: string; recordedAs: string };
    expect(me).toMatchObject({ tenant: "northwind", recordedAs: expect.stringMatching(/^actor-/) });
    expect(entries.filter(({ action }) => action === "downloaded").map(({ actor }) => actor)).toEqual([
      me.recordedAs,
      "address-on-record",
    ]);
    const evidence = await (await world.api(`/requests/${request.id}/evidence`)).text();
    expect(core.evidenceFileSchema.safeParse(JSON.parse(evidence)).success).toBe(true);
    expect(evidence).toBe(core.canonicalJson(JSON.parse(evidence) as core.CanonicalValue));
  });

  it("takes an identifier that whoever submits it answers for, and says no to anything else of that name", async () => {
    world = await createWebWorld();
    const telephone = { type: "telephone", value: "030 1" };
    const of = (verified: unknown) => ({ ...erasure, identifiers: [{ ...telephone, verified }] });
    expect((await world.post("/requests", of(true))).status).toBe(201);
    expect((await world.post("/requests", of("yes"))).status).toBe(400);
    const document = (await (await world.api("/openapi.json")).json()) as {
      components: { schemas: Record<string, { properties?: object }> };
    };
    expect(Object.keys(document.components.schemas["GivenIdentifier"]?.properties ?? {})).toContain(
      "verified",
    );
  });

  it("pages by cursor", async () => {
    world = await createWebWorld();
    for (let number = 0; number < 7; number += 1) {
      expect((await world.post("/requests", { ...erasure, email: `p${number}@example.org` })).status).toBe(
        201,
      );
    }
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const after: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page = (await (await world.api(`/requests?limit=3&open=true${after}`)).json()) as {
        requests: { id: string }[];
        cursor: string | null;
      };
      expect(page.requests.length).toBeLessThanOrEqual(3);
      ids.push(...page.requests.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(new Set(ids).size).toBe(7);
  });
});

describe("who asks", () => {
  it("has to be signed in, and allowed; a failure to say who is no absence", async () => {
    world = await createWebWorld(
      {},
      {
        authenticate: (request) => {
          const who = request.headers.get("Authorization");
          if (who === "Bearer broken") throw new Error("the session store is down: ada@example.org");
          return who === "Bearer reader" ? { id: "reader-1", tenant: "northwind", roles: [] } : null;
        },
      },
    );
    const as = (who: string) => world.api("/requests", { headers: { Authorization: who } });
    const nobody = await as("");
    expect(nobody.headers.get("www-authenticate")).not.toBeNull();
    expect(await problemOf(nobody)).toMatchObject({ status: 401, code: "not-signed-in" });
    expect(await problemOf(await as("Bearer reader"))).toMatchObject({
      status: 403,
      code: "not-allowed",
      action: "read-requests",
    });
    const broken = await as("Bearer broken");
    const text = await broken.text();
    expect([broken.status, JSON.parse(text)]).toMatchObject([500, { code: "failed" }]);
    expect(text).not.toContain("ada");
    expect(world.errors).toHaveLength(1);
  });

  it("sees no other tenant", async () => {
    world = await createWebWorld();
    const { request } = (await (await world.post("/requests", erasure)).json()) as {
      request: { id: string };
    };
    const elsewhere = { headers: { Authorization: "Bearer elsewhere" } };
    expect((await world.api(`/requests/${request.id}`)).status).toBe(200);
    const refused = await world.api(`/requests/${request.id}`, elsewhere);
    expect(await problemOf(refused)).toMatchObject({ status: 404, code: "request-not-found" });
  });
});

describe("what is not understood", () => {
  it.each([
    ["a member that nobody knows", { ...erasure, urgent: true }, 400, "unknown-member"],
    [
      "one in the middle",
      { ...erasure, identifiers: [{ type: "email", value: "a@b.example", x: 1 }] },
      400,
      "unknown-member",
    ],
    ["a value of another shape", { ...erasure, kind: "delete" }, 400, "invalid-input"],
    ["no email address", { ...erasure, email: "ada" }, 400, "invalid-input"],
    ["a list", [], 400, "invalid-input"],
    ["null", null, 400, "invalid-input"],
  ])("%s", async (_what, body, status, code) => {
    world = await createWebWorld();
    expect(await problemOf(await world.post("/requests", body))).toMatchObject({ status, code });
  });

  it("says which members nobody knows", async () => {
    world = await createWebWorld();
    const refused = await world.post("/requests", {
      ...erasure,
      urgent: true,
      identifiers: [{ type: "email", value: "a@b.example", extra: 1 }],
    });
    expect(await refused.json()).toMatchObject({ members: ["urgent", "identifiers[0].extra"].toSorted() });
  });

  it.each([
    ["another type", "text/plain", JSON.stringify(erasure), 415, "unsupported-content-type"],
    ["a form", "application/x-www-form-urlencoded", "kind=erasure", 415, "unsupported-content-type"],
    ["no JSON", "application/json", `{"email":"${ada}"`, 400, "malformed-body"],
    ["too much", "application/json", " ".repeat(70_000), 413, "body-too-long"],
  ])("%s", async (_what, type, body, status, code) => {
    world = await createWebWorld();
    const refused = await world.api("/requests", {
      method: "POST",
      body,
      headers: { "Content-Type": type },
    });
    const problem = await problemOf(refused);
    expect(problem).toMatchObject({ status, code });
    expect(JSON.stringify(problem)).not.toContain(ada);
  });

  it("bounds a body whose length nobody says", async () => {
    world = await createWebWorld();
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(16_384)),
    });
    const refused = await world.api("/requests", {
      method: "POST",
      body: endless,
      duplex: "half",
      headers: { "Content-Type": "application/json" },
    } as RequestInit);
    expect(refused.status).toBe(413);
  });

  it("other methods, paths, queries", async () => {
    world = await createWebWorld();
    const method = await world.api("/requests", { method: "DELETE" });
    expect([method.status, method.headers.get("allow")?.split(", ").toSorted()]).toEqual([
      405,
      ["GET", "HEAD", "POST"],
    ]);
    expect(await problemOf(await world.api("/nowhere"))).toMatchObject({ status: 404, code: "not-found" });
    for (const query of ["?open=yes", "?limit=0", "?limit=101", "?limit=1&limit=2", "?cursor="]) {
      expect(await problemOf(await world.api(`/requests${query}`))).toMatchObject({ code: "invalid-input" });
    }
    expect(await problemOf(await world.api("/requests?x=1"))).toMatchObject({ members: ["x"] });
    expect(await problemOf(await world.api("/requests/%00"))).toMatchObject({ code: "invalid-input" });
  });

  it("pages of other sites", async () => {
    world = await createWebWorld();
    for (const header of [{ "Sec-Fetch-Site": "cross-site" }, { Origin: "https://other.example" }]) {
      expect(await problemOf(await world.post("/requests", erasure, header))).toMatchObject({
        status: 403,
        code: "other-origin",
      });
    }
    expect((await world.post("/requests", erasure, { Origin: world.origin })).status).toBe(201);
  });
});

describe("errors", () => {
  it("of every class have one status", () => {
    const codes = Object.entries(core)
      // One that is a special case of another has its code.
      .filter(
        ([, value]) =>
          typeof value === "function" && Object.getPrototypeOf(value) === core.SubjectRightsError,
      )
      .map(([name]) => name.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase());
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.toSorted()).toEqual(Object.keys(statusOf).toSorted());
  });

  it("of a store are no absence, and say nothing of the cause", async () => {
    const broken = core.defineUserDirectory({
      list: async () => {
        throw new Error("connection to ada@example.org lost");
      },
    });
    world = await createWebWorld({ users: broken });
    const refused = await world.api("/users");
    expect(refused.headers.get("retry-after")).not.toBeNull();
    const problem = await problemOf(refused);
    expect(problem).toMatchObject({ status: 503, code: "storage-failed", retryable: true });
    expect(JSON.stringify(problem)).not.toContain("ada");
    expect(world.errors).toHaveLength(1);
  });

  it("name what is not set up", async () => {
    const { sweepStore: _, ...storage } = (await import("@subject-rights/memory")).memoryStorage();
    world = await createWebWorld({ ...storage, sweepStore: undefined as never });
    expect(await problemOf(await world.api("/sweeps"))).toMatchObject({
      status: 501,
      code: "configuration-mistake",
    });
  });
});

describe("an idempotency key", () => {
  it("makes one request, whatever comes back, and is refused for another", async () => {
    world = await createWebWorld();
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => world.post("/requests", erasure, { "Idempotency-Key": '"key-1"' })),
    );
    const ids = new Set<string>();
    for (const answer of answers) {
      expect([200, 201]).toContain(answer.status);
      ids.add(((await answer.json()) as { request: { id: string } }).request.id);
    }
    expect(ids.size).toBe(1);
    const bare = await world.post("/requests", erasure, { "Idempotency-Key": "key-1" });
    expect(bare.status).toBe(201);
    const other = { ...erasure, email: "bob@example.org" };
    expect(
      await problemOf(await world.post("/requests", other, { "Idempotency-Key": "key-1" })),
    ).toMatchObject({
      status: 422,
      code: "idempotency-key-reused",
    });
  });

  it("is refused where it means nothing", async () => {
    world = await createWebWorld();
    const refused = await world.post("/suppressions/rotate", undefined, { "Idempotency-Key": "key-1" });
    expect(await problemOf(refused)).toMatchObject({ status: 400, code: "idempotency-key-not-taken" });
    const blank = await world.post("/requests", erasure, { "Idempotency-Key": "two words" });
    expect(await problemOf(blank)).toMatchObject({ status: 400, code: "invalid-input" });
  });
});

describe("a second person", () => {
  it("approves a plan that is looked at over HTTP", async () => {
    world = await createWebWorld({
      needsApproval: () => true,
      sources: [addressSource("crm", new Set([ada]))],
    });
    const { request } = (await (await world.post("/requests", erasure)).json()) as {
      request: { id: string };
    };
    await world.post("/acknowledgements", { token: await world.token() });
    const waits = async (): Promise<string> => {
      for (;;) {
        const { waitingFor } = (await (await world.api(`/requests/${request.id}`)).json()) as {
          waitingFor: { for: string; plan?: string }[];
        };
        const plan = waitingFor.find((each) => each.for === "approval")?.plan;
        if (plan !== undefined) return plan;
      }
    };
    const plan = await waits();
    const { hash } = (await (await world.api(`/requests/${request.id}/preview`)).json()) as { hash: string };
    expect(hash).toBe(plan);
    const path = `/requests/${request.id}/approve`;
    expect(await problemOf(await world.post(path, { plan }))).toMatchObject({ reason: "by-requester" });
    expect((await world.post(path, { plan }, { Authorization: "Bearer second" })).status).toBe(200);
    const events = await (await world.api(`/requests/${request.id}/progress`)).text();
    expect(events).toContain('"outcome":"completed"');
  });
});
