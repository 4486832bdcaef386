import {
  createSubjectRights,
  defineDataSource,
  defineNotifier,
  errAsync,
  orThrow,
  StorageFailed,
} from "@subject-rights/core";
import { memoryNotifier, memoryStorage } from "@subject-rights/memory";
import { expect, it, vi } from "vitest";
import { createHandler, type HandlerOptions } from "../src/index.ts";

const source = defineDataSource({
  id: "crm",
  title: "CRM",
  holds: ["customer-data"],
  kind: "origin",
  erase: async () => [],
});

const asking = (options: Partial<HandlerOptions> = {}, isDown = false) => {
  const storage = memoryStorage();
  const { requestStore } = storage;
  const away = () => errAsync(new StorageFailed("request-store", "due"));
  const rights = createSubjectRights({
    controller: "Northwind Lamps",
    sources: [source],
    notifier: memoryNotifier(),
    addresses: { tenantAdmin: () => "a@northwind.example", support: () => undefined },
    ...storage,
    requestStore: isDown ? { ...requestStore, due: away } : requestStore,
  });
  const handler = createHandler({ rights, authenticate: () => null, basePath: "/privacy", ...options });
  const get = async (path: string) => {
    const response = await handler(new Request(`https://app.example/privacy${path}`));
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  return { rights, get };
};

it("/health and /ready say whether anything is wrong, to everybody, and nothing else", async () => {
  const { rights, get } = asking();
  const actor = { id: "u1", tenant: "northwind", roles: ["admin"] };
  const asked = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
  orThrow(await rights.requests.submit(asked));
  const health = await get("/health");
  expect(health.status).toBe(200);
  expect(Object.keys(health.json).toSorted()).toEqual(["at", "status"]);
  expect(await get("/ready")).toEqual({ status: 200, json: { ready: true } });
  expect((await get("/api/health")).json["status"]).toBe("ok");
});

it("/health shows what fails and what waits to whom the application says so", async () => {
  const { get } = asking({ healthDetails: async () => true });
  expect((await get("/health")).json).toMatchObject({
    status: "ok",
    failing: [],
    waiting: [],
    lateSince: null,
    unreadable: [],
  });
});

it("both are 503 while the store cannot be asked", async () => {
  const { get } = asking({}, true);
  expect(await get("/ready")).toEqual({ status: 503, json: { ready: false } });
  expect(await get("/health")).toMatchObject({ status: 503, json: { status: "down" } });
});

it("the console says of a letter that is not accepted how often it was tried, and not that it is on its way", async () => {
  const actor = { id: "u1", tenant: "northwind", roles: ["admin"] };
  const rights = createSubjectRights({
    controller: "Northwind Lamps",
    sources: [source],
    notifier: defineNotifier({
      id: "smtp",
      send: async () => {
        throw new Error("connection refused");
      },
    }),
    addresses: { tenantAdmin: () => "a@northwind.example", support: () => undefined },
    ...memoryStorage(),
  });
  orThrow(await rights.start());
  const asked = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
  const { request } = orThrow(await rights.requests.submit(asked));
  const handler = createHandler({ rights, authenticate: () => actor });
  const page = async () =>
    (await handler(new Request(`https://app.example/console/requests/${request.id}`))).text();
  await vi.waitFor(async () => expect(await page()).toMatch(/Not delivered, \d+ (try|tries)/), 10_000);
  expect(await page()).not.toContain("On its way");
  await rights.stop();
});
