import { createHash } from "node:crypto";
import { type Actor, orThrow } from "@subject-rights/core";
import { createHandler } from "@subject-rights/http";
import { memoryStorage, memoryTables } from "@subject-rights/memory";
import fc from "fast-check";
import { afterEach, describe, expect, inject, it } from "vitest";
import { addressSource, createWebWorld, officer, type WebWorld } from "./support/world.ts";

const ada = "ada@example.org";
const publicActor: Actor = { id: "public-form", tenant: "northwind", roles: ["admin", "tenant-admin"] };
const publicRequests = { actor: () => publicActor };
const asks = { kind: "erasure", category: "customer-data", email: ada };

let world: WebWorld;
afterEach(() => world.close());

const listed = async () => orThrow(await world.rights.requests.list({ actor: officer })).requests;

/** Everything of an answer that a stranger sees, but for the clock. */
const seen = async (response: Response) => ({
  status: response.status,
  headers: [...response.headers].filter(([name]) => name !== "date"),
  body: await response.text(),
});

describe("asking", () => {
  it("is answered the same for somebody who is known and for a stranger", async () => {
    world = await createWebWorld({}, { publicRequests });
    const answers = [];
    for (const email of [ada, "stranger@example.org", ada, "ADA@example.org"]) {
      const answer = await world.form("/", { ...asks, email });
      const next = await fetch(new URL(answer.headers.get("location") ?? "", world.origin));
      answers.push([await seen(answer), await seen(next)]);
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.[0]).toMatchObject({ status: 303 });
    expect(answers[0]?.[1]).toMatchObject({ status: 200 });
    expect(JSON.stringify(answers)).not.toMatch(/ada|stranger@/i);
  });

  it("takes the same way for both, and asks no source", async () => {
    const asked: string[] = [];
    const held = new Set<string>();
    const told = async () => {
      asked.push("a source");
      return [];
    };
    const calls: string[] = [];
    const watched = <Port extends object>(name: string, port: Port): Port =>
      new Proxy(port, {
        get: (target, property, receiver) => {
          const value = Reflect.get(target, property, receiver) as unknown;
          if (typeof value !== "function") return value;
          return (...given: unknown[]) => {
            calls.push(`${name}.${String(property)}`);
            return Reflect.apply(value, target, given) as unknown;
          };
        },
      });
    const storage = Object.fromEntries(
      Object.entries(memoryStorage()).map(([name, port]) => [name, watched(name, port as object)]),
    ) as unknown as ReturnType<typeof memoryStorage>;
    world = await createWebWorld(
      { ...storage, sources: [addressSource("crm", held, { locate: told, identify: told })] },
      { publicRequests },
      false,
    );
    const wayOf = async (email: string, kind: string): Promise<string[]> => {
      calls.length = 0;
      expect((await world.form("/", { ...asks, email, kind })).status).toBe(303);
      return [...calls];
    };
    let number = 0;
    // The keys of the tenant are made for the first one.
    await wayOf("first@example.org", "erasure");
    const usual = await wayOf("second@example.org", "erasure");
    expect(usual.length).toBeGreaterThan(2);
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.constantFrom("erasure", "export"),
        fc.stringMatching(/^[a-z]{1,12}$/),
        async (isKnown, kind, name) => {
          number += 1;
          const email = `${name}${number}@example.org`;
          if (isKnown) held.add(email);
          expect(await wayOf(email, kind)).toEqual(usual);
        },
      ),
      { numRuns: inject("isThorough") ? 120 : 12 },
    );
    expect(asked).toEqual([]);
  });

  it("asks no source before it is confirmed, once everything that is due has happened", async () => {
    const asked: string[] = [];
    const told = async () => {
      asked.push("a source");
      return [];
    };
    world = await createWebWorld(
      { sources: [addressSource("crm", new Set([ada]), { locate: told, identify: told })] },
      { publicRequests },
    );
    for (const email of [ada, "stranger@example.org"]) await world.form("/", { ...asks, email });
    await expect.poll(() => world.notifier.sent.length).toBe(2);
    expect(asked).toEqual([]);
    await world.form("/acknowledge", { token: await world.token() });
    await expect.poll(() => asked.length).toBeGreaterThan(0);
  });

  it("a hundred times for one address sends one letter", async () => {
    world = await createWebWorld(
      {},
      { publicRequests: { ...publicRequests, acknowledgedBy: "data-subject" } },
    );
    for (let round = 0; round < (inject("isThorough") ? 10 : 1); round += 1) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => world.form("/", asks)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]));
    }
    await world.token();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await listed()).toHaveLength(1);
    expect(world.notifier.sent.map(({ to }) => to)).toEqual([ada]);
  });

  it("shows the form again where something is missing, and nothing is taken in", async () => {
    world = await createWebWorld({}, { publicRequests });
    const mistyped = await world.form("/", { ...asks, email: `"><script>alert(1)</script>` });
    expect(mistyped.status).toBe(400);
    const text = await mistyped.text();
    expect(text).toContain('aria-invalid="true"');
    expect(text).not.toContain("<script>alert");
    for (const fields of [
      { ...asks, kind: "delete" },
      { ...asks, category: "" },
      { kind: "erasure", email: ada },
      { ...asks, urgent: "yes" },
    ]) {
      const refused = await world.form("/", fields as Record<string, string>);
      expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('role="alert"')]);
    }
    expect(await listed()).toEqual([]);
  });

  it("offers only what it is told to, and is not there unless it is", async () => {
    const categories = [{ category: "user-data", title: "My <account>" }] as const;
    const both = (["customer-data", "user-data"] as const).map((category) =>
      addressSource(category, new Set(), { holds: [category] }),
    );
    world = await createWebWorld({ sources: both }, { publicRequests: { ...publicRequests, categories } });
    const form = await (await fetch(world.origin)).text();
    expect(form).toContain("My &lt;account&gt;");
    expect(form).not.toContain("customer-data");
    expect((await world.form("/", asks)).status).toBe(400);
    const { rights } = world;
    const lost = [{ category: "user-telemetry", title: "What was recorded" }] as const;
    expect(() =>
      createHandler({
        rights,
        authenticate: () => null,
        publicRequests: { ...publicRequests, categories: lost },
      }),
    ).toThrow("no data source holds `user-telemetry`");
    await world.close();
    world = await createWebWorld();
    expect((await world.form("/", asks)).status).toBe(405);
    expect((await fetch(`${world.origin}/asked`)).status).toBe(404);
  });

  it("offers what a source holds, where it is told nothing", async () => {
    world = await createWebWorld({}, { publicRequests });
    const form = await (await fetch(world.origin)).text();
    expect(form).toContain('value="customer-data"');
    expect(form).not.toMatch(/user-data|user-telemetry/);
    expect((await world.form("/", { ...asks, category: "user-data" })).status).toBe(400);
    expect(world.errors).toEqual([]);
  });

  it("says to whoever operates it where to mount it, where a body was read before", async () => {
    world = await createWebWorld();
    const told: unknown[] = [];
    const handler = createHandler({
      rights: world.rights,
      authenticate: () => null,
      publicRequests,
      onError: (error) => told.push(error),
    });
    const { origin } = world;
    for (const take of [
      (request: Request) => request.text(),
      async (request: Request) => request.body?.getReader(),
    ]) {
      const body = new URLSearchParams(asks);
      const request = new Request(origin, {
        method: "POST",
        headers: { origin: new URL(origin).origin },
        body,
      });
      await take(request);
      expect((await handler(request)).status).toBe(500);
      expect(String(told.pop())).toContain("mount it in front of body parsers");
    }
  });

  it("is a failure, not an answer, where the application has not let it", async () => {
    world = await createWebWorld({}, { publicRequests: { actor: () => ({ ...publicActor, roles: [] }) } });
    const refused = await world.form("/", asks);
    expect(refused.status).toBe(500);
    expect(world.errors).toMatchObject([{ code: "not-allowed" }]);
  });
});

describe("forms from elsewhere", () => {
  it.each([
    ["another site", { Origin: "https://other.example", "Sec-Fetch-Site": "cross-site" }],
    [
      "a neighbour of the same domain",
      { Origin: "https://shop.northwind.example", "Sec-Fetch-Site": "same-site" },
    ],
    ["an old browser on another site", { Origin: "https://other.example" }],
    ["a frame without an origin", { Origin: "null" }],
    ["a program", {}],
  ])("%s: refused", async (_who, headers) => {
    world = await createWebWorld({}, { publicRequests });
    for (const path of ["/", "/acknowledge", "/download"]) {
      expect((await world.form(path, asks, headers as unknown as Record<string, string>)).status).toBe(403);
    }
    expect(await listed()).toEqual([]);
  });

  it("an old browser on our own, behind a proxy: taken", async () => {
    const origin = "https://app.northwind.example";
    world = await createWebWorld({}, { publicRequests, origin });
    expect((await world.form("/", asks, { Origin: origin })).status).toBe(303);
    expect((await world.form("/", asks, { Origin: world.origin })).status).toBe(403);
  });
});

describe("a bound for clients", () => {
  it("stops forms and tokens, and sees the request that arrived", async () => {
    const seenBy: string[] = [];
    world = await createWebWorld(
      {},
      {
        publicRequests,
        allow: (request) => {
          seenBy.push(request.headers.get("X-Client") ?? "");
          return false;
        },
      },
    );
    const headers = { Origin: world.origin, "X-Client": "192.0.2.7" };
    for (const path of ["/", "/acknowledge", "/download"]) {
      const refused = await world.form(path, { ...asks, token: "x" }, headers);
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
    }
    expect((await world.post("/acknowledgements", { token: "x" }, { "X-Client": "192.0.2.7" })).status).toBe(
      429,
    );
    expect(seenBy).toEqual(Array.from({ length: 4 }, () => "192.0.2.7"));
    expect((await fetch(world.origin)).status).toBe(200);
  });

  it("lets nobody pass when it fails, or says neither yes nor no", async () => {
    let answer = (): unknown => {
      throw new Error("no connection");
    };
    world = await createWebWorld({}, { publicRequests, allow: () => answer() as boolean });
    expect((await world.form("/", asks)).status).toBe(500);
    answer = () => undefined;
    expect((await world.form("/", asks)).status).toBe(500);
    expect(await listed()).toEqual([]);
    expect(world.errors.map(String)).toEqual([
      "Error: no connection",
      "TypeError: What `allow` gives is undefined: write true or false.",
    ]);
  });
});

describe("confirming and downloading", () => {
  it("opening changes nothing; the button does, once", async () => {
    const tables = memoryTables();
    world = await createWebWorld({ ...memoryStorage({ tables }) }, { publicRequests });
    await world.form("/", { ...asks, kind: "export" });
    const token = await world.token();
    const [request] = await listed();
    await expect.poll(async () => (await listed())[0]?.messages[0]?.status).toBe("sent");
    const before = JSON.stringify([...tables.requests]);
    for (const path of ["/", "/asked", "/acknowledge", "/download", `/acknowledge?token=${token}`]) {
      for (const method of ["GET", "HEAD", "OPTIONS"]) {
        expect((await fetch(`${world.origin}${path}`, { method })).status).toBeLessThan(406);
      }
    }
    expect(JSON.stringify([...tables.requests])).toBe(before);

    expect((await world.form("/acknowledge", { token: `${token}x` })).status).toBe(403);
    expect((await world.form("/acknowledge", { token: "" })).status).toBe(403);
    // The whole link is good as well.
    const link = ` https://app.northwind.example/privacy/acknowledge#${token} `;
    const confirmed = await world.form("/acknowledge", { token: link });
    expect([confirmed.status, await confirmed.text()]).toEqual([200, expect.stringContaining("Confirmed")]);
    const again = await world.form("/acknowledge", { token });
    expect([again.status, await again.text()]).toEqual([403, expect.stringContaining("used already")]);
    await expect.poll(async () => (await listed())[0]?.outcome).toBe("completed");

    const delivery = world.notifier.sent.find(({ notice }) => notice.type === "delivery")?.notice;
    const url = delivery?.type === "delivery" ? (delivery.url ?? "") : "";
    const downloaded = await world.form("/download", { token: url });
    expect(downloaded.headers.get("content-disposition")).toMatch(/^attachment; filename="personal-data-/);
    expect(downloaded.headers.get("cache-control")).toBe("no-store");
    const zip = Buffer.from(await downloaded.arrayBuffer());
    expect(createHash("sha256").update(zip).digest("hex")).toBe(
      delivery?.type === "delivery" ? delivery.sha256 : "",
    );
    const audit = orThrow(
      await world.rights.requests.audit({ actor: officer, requestId: request?.id ?? "" }),
    );
    expect(audit.filter(({ action }) => action === "downloaded")).toHaveLength(1);
    // The token of a download confirms nothing.
    expect((await world.form("/acknowledge", { token: url })).status).toBe(403);
  });

  it("a package goes as often as the rule says", async () => {
    world = await createWebWorld({ rules: { downloads: 1 } }, { publicRequests });
    await world.form("/", { ...asks, kind: "export" });
    await world.form("/acknowledge", { token: await world.token() });
    await expect.poll(async () => (await listed())[0]?.outcome).toBe("completed");
    const delivery = world.notifier.sent.find(({ notice }) => notice.type === "delivery")?.notice;
    const token = new URL((delivery?.type === "delivery" && delivery.url) || "").hash.slice(1);
    const answers = await Promise.all([1, 2, 3].map(() => world.form("/download", { token })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403, 403]);
  });
});

describe("every page", () => {
  it("has no script, no style and nothing of others in it, and goes nowhere else", async () => {
    world = await createWebWorld({}, { publicRequests, basePath: "/privacy" });
    for (const path of ["", "/", "/asked", "/acknowledge", "/download", "/nowhere"]) {
      const answer = await fetch(`${world.origin}/privacy${path}`);
      expect([path, answer.status]).toEqual([path, path === "/nowhere" ? 404 : 200]);
      const text = await answer.text();
      expect(text, path).not.toMatch(
        /<style|style=|<script(?! type="module" src="\/privacy\/assets\/)|\son\w+=|javascript:|https?:/i,
      );
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy).not.toContain("unsafe");
      for (const part of [
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ]) {
        expect(policy.split("; ")).toContain(part);
      }
      for (const [, href = ""] of text.matchAll(/(?:href|src)="(\/[^"]*)"/g)) {
        expect((await fetch(`${world.origin}${href}`)).status, href).toBe(200);
      }
      for (const [, action = ""] of text.matchAll(/action="([^"]*)"/g)) {
        const headers = { Origin: world.origin };
        expect(action).toMatch(/^\/privacy\//);
        const sent = await fetch(`${world.origin}${action}`, { method: "POST", headers });
        expect([action, sent.status < 404]).toEqual([action, true]);
      }
    }
  });
});
