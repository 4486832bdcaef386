import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { type Actor, createSubjectRights, defineDataSource } from "@subject-rights/core";
import { createHandler, linksTo } from "@subject-rights/http";
import { memoryNotifier, memoryStorage } from "@subject-rights/memory";
import { unwrap } from "@subject-rights/testing";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { describe, expect, it, onTestFinished } from "vitest";
import { listenOnLoopback } from "../src/web/listen.ts";

type Handler = (request: Request) => Promise<Response>;
type Listener = ReturnType<typeof getRequestListener>;

const officer: Actor = { id: "officer-1", tenant: "northwind", roles: ["admin", "tenant-admin"] };

/** How each framework gets the handler, as docs/http.md has it; and a page of the application's own beside it. */
const mounts: Readonly<Record<string, (handler: Handler, listener: Listener) => Server | Promise<Server>>> = {
  "node:http": (_handler, listener) =>
    createServer((incoming, outgoing) => {
      if (/^\/privacy(?:[/?]|$)/.test(incoming.url ?? "")) void listener(incoming, outgoing);
      else outgoing.end("the application");
    }),

  Hono: (handler) => {
    const application = new Hono();
    application.all("/privacy/*", (call) => handler(call.req.raw));
    application.get("/", (call) => call.text("the application"));
    const listener = getRequestListener(application.fetch);
    return createServer((incoming, outgoing) => void listener(incoming, outgoing));
  },

  Express: (_handler, listener) => {
    const application = express();
    application.all("/privacy{/*rest}", listener);
    application.use(express.json());
    application.get("/", (_request, response) => void response.send("the application"));
    return createServer(application);
  },

  Fastify: async (_handler, listener) => {
    const application = fastify();
    application.get("/", async () => "the application");
    void application.register(async (scope) => {
      // Bodies are left for the handler to read, and to bound.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
      for (const path of ["/privacy", "/privacy/*"]) {
        scope.all(path, (request, reply) => {
          void reply.hijack();
          void listener(request.raw, reply.raw);
        });
      }
    });
    await application.ready();
    onTestFinished(() => application.close());
    return application.server;
  },
};

describe("mounted in", () => {
  it.each(Object.keys(mounts))("%s: pages, API, bounds, events and a download", async (name) => {
    const clients = new WeakMap<Request, string>();
    const seen: (string | undefined)[] = [];
    const notifier = memoryNotifier({ attachmentLimit: 0 });
    const crm = defineDataSource({
      id: "crm",
      title: "Customers",
      owner: "owner@northwind.example",
      holds: ["customer-data"],
      kind: "origin",
      async *export() {
        yield { collection: "customers", rows: [{ name: "Ada" }] };
      },
    });
    const rights = createSubjectRights({
      ...memoryStorage(),
      controller: "Northwind Lamps",
      sources: [crm],
      notifier,
      addresses: { tenantAdmin: () => "admin@northwind.example", support: () => "support@northwind.example" },
      links: linksTo("https://app.northwind.example/privacy"),
    });
    unwrap(await rights.start());
    onTestFinished(() => rights.stop());
    const handler = createHandler({
      rights,
      authenticate: ({ headers }) => (headers.get("Authorization") === "Bearer officer" ? officer : null),
      basePath: "/privacy",
      publicRequests: { actor: () => officer },
      allow: (request) => {
        seen.push(clients.get(request));
        return true;
      },
    });
    const listener = getRequestListener((request, { incoming }) => {
      clients.set(request, incoming.socket.remoteAddress ?? "");
      return handler(request);
    });
    const server = await listenOnLoopback((await mounts[name]?.(handler, listener)) as Server);
    onTestFinished(() => server.stop());
    const headers = { Authorization: "Bearer officer", Origin: server.origin };
    const at = (path: string, init: RequestInit = {}) =>
      fetch(`${server.origin}${path}`, { ...init, headers: { ...headers, ...(init.headers as object) } });
    const form = (path: string, fields: Record<string, string>) =>
      at(path, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });

    expect(await (await at("/")).text()).toBe("the application");
    for (const path of ["/privacy", "/privacy/", "/privacy/acknowledge"]) {
      expect([path, (await at(path)).status]).toEqual([path, 200]);
    }
    const asked = await form("/privacy/", {
      kind: "export",
      category: "customer-data",
      email: "ada@example.org",
    });
    expect([asked.status, asked.headers.get("location")]).toEqual([303, "/privacy/asked"]);
    if (name !== "Hono") expect(seen).toEqual(["127.0.0.1"]);
    const { requests } = (await (await at("/privacy/api/requests")).json()) as { requests: { id: string }[] };
    const again = await at("/privacy/api/requests", {
      method: "POST",
      body: JSON.stringify({ kind: "export", category: "customer-data", email: "ada@example.org" }),
      headers: { "Content-Type": "application/json" },
    });
    expect(await again.json()).toMatchObject({ alreadyOpen: true, request: { id: requests[0]?.id } });
    const long = await at("/privacy/api/requests", {
      method: "POST",
      body: "x".repeat(70_000),
      headers: { "Content-Type": "application/json" },
    });
    expect(long.status).toBe(413);

    const linked = async (type: "confirmation" | "delivery"): Promise<string> => {
      const found = () => notifier.sent.find(({ notice }) => notice.type === type)?.notice;
      await expect.poll(found).toBeDefined();
      const notice = found();
      if (notice?.type === "confirmation") return notice.token;
      return notice?.type === "delivery" ? (notice.url ?? "") : "";
    };
    expect((await form("/privacy/acknowledge", { token: await linked("confirmation") })).status).toBe(200);
    const events = await (await at(`/privacy/api/requests/${requests[0]?.id}/progress`)).text();
    expect(events).toContain("event: closed");
    const download = await form("/privacy/download", { token: await linked("delivery") });
    const zip = Buffer.from(await download.arrayBuffer());
    expect([zip.length, zip.subarray(0, 2).toString()]).toEqual([
      Number(download.headers.get("content-length")),
      "PK",
    ]);
  });
});
