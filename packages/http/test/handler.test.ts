import { createSubjectRights, defineNotifier, type SubjectRights } from "@subject-rights/core";
import { memoryStorage } from "@subject-rights/memory";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHandler, linksTo } from "../src/index.ts";
import { serveOnLoopback, type TestServer } from "./support/server.ts";

it.each(["app.example/privacy", "//app.example", "https://", "mailto:a@b.example", "", undefined as never])(
  "letters do not lead to %j: no mail program would make a link of it",
  (address) => {
    expect(() => linksTo(address)).toThrow("such as https://app.example/privacy");
  },
);

it.each(["https://app.example/privacy?x=1", "https://app.example/privacy#top", "https://app.example/?"])(
  "letters do not lead to %j: no page can be below it",
  (address) => {
    expect(() => linksTo(address)).toThrow("leave out what begins with ? or #");
  },
);

it("a promise of the library is not the library", () => {
  const rights = Promise.resolve() as never;
  expect(() => createHandler({ rights, authenticate: () => null })).toThrow("await that first");
});

describe("what belongs to no route", () => {
  let rights: SubjectRights;
  let server: TestServer;

  beforeAll(async () => {
    rights = createSubjectRights({
      ...memoryStorage(),
      controller: "Northwind <Lamps>",
      sources: [],
      notifier: defineNotifier({ id: "none", send: async () => undefined }),
      addresses: { tenantAdmin: () => "admin@example.org", support: () => "support@example.org" },
    });
    server = await serveOnLoopback(createHandler({ rights, authenticate: () => null, basePath: "/privacy" }));
  });
  afterAll(async () => {
    await server.close();
    await rights.stop();
  });

  it("is a page for people and a problem for programs", async () => {
    const page = await fetch(`${server.origin}/privacy/nowhere`);
    expect(page.status).toBe(404);
    expect(page.headers.get("content-type")).toMatch(/^text\/html/);
    expect(await page.text()).toContain("Northwind &lt;Lamps&gt;");
    const problem = await fetch(`${server.origin}/privacy/api/nowhere`);
    expect(problem.status).toBe(404);
    expect(problem.headers.get("content-type")).toBe("application/problem+json");
    expect(await problem.json()).toMatchObject({ code: "not-found", status: 404 });
  });

  it("carries the headers of all pages", async () => {
    const { headers } = await fetch(`${server.origin}/privacy/nowhere`);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("carries them on whatever is refused, and on failures", async () => {
    const told: string[] = [];
    // One that fails ends no process.
    const onError = ((error: unknown) => {
      told.push(String(error));
      return Promise.reject(new Error("the log server is down"));
    }) as (error: unknown) => void;
    const broken = await serveOnLoopback(
      createHandler({
        rights,
        authenticate: (request) => {
          if (request.headers.has("x-session")) return { id: 7 } as never;
          throw new Error("the session store is down");
        },
        onError,
      }),
    );
    try {
      const post = (path: string, headers: Record<string, string>, body = "{}") =>
        fetch(`${broken.origin}${path}`, { method: "POST", headers, body });
      const answers = [
        await fetch(`${broken.origin}/api/requests`),
        // Who calls can do nothing about it either.
        await fetch(`${broken.origin}/api/requests`, { headers: { "X-Session": "1" } }),
        await post("/acknowledge", { Origin: "https://other.example" }),
        await post("/api/openapi.json", {}),
        await post("/api/requests", {}, "x".repeat(70_000)),
      ];
      expect(answers.map(({ status }) => status)).toEqual([500, 500, 403, 405, 413]);
      expect(told.at(-1)).toContain("What `authenticate` gives is no actor");
      for (const { headers } of answers) {
        expect(headers.get("content-security-policy")).toContain("default-src 'none'");
        expect(headers.get("x-content-type-options")).toBe("nosniff");
        expect(headers.get("cache-control")).toBe("no-store");
      }
    } finally {
      await broken.close();
    }
  });

  it("serves the stylesheet for good, under a name with its hash", async () => {
    const page = await (await fetch(`${server.origin}/privacy/nowhere`)).text();
    const path = /href="(\/privacy\/assets\/style\.[0-9a-f]{16}\.css)"/.exec(page)?.[1];
    const sheet = await fetch(`${server.origin}${path}`);
    expect(sheet.status).toBe(200);
    expect(sheet.headers.get("cache-control")).toContain("immutable");
    const refused = await fetch(`${server.origin}${path}`, {
      method: "POST",
      headers: { Origin: server.origin },
    });
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});
