import { generateKeyPairSync } from "node:crypto";
import {
  type Actor,
  createSubjectRights,
  type DataSourceDefinition,
  defineDataSource,
  defineUserDirectory,
  ed25519Signer,
  orThrow,
  type SubjectRights,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import { memoryNotifier, memoryStorage } from "@subject-rights/memory";
import { createHandler, type HandlerOptions } from "../../src/index.ts";
import { serveOnLoopback, type TestServer } from "./server.ts";

export const officer: Actor = { id: "officer-1", tenant: "northwind", roles: ["admin", "tenant-admin"] };
const second: Actor = { ...officer, id: "officer-2" };
const reader: Actor = { id: "reader-1", tenant: "northwind", roles: [] };
const actors = new Map([
  ["Bearer officer", officer],
  ["Bearer second", second],
  ["Bearer reader", reader],
  ["Bearer elsewhere", { ...officer, tenant: "elsewhere" }],
]);

/** A source over a set of addresses. */
export const addressSource = (id: string, held: Set<string>, changes: Partial<DataSourceDefinition> = {}) => {
  const found = (emails: readonly string[]) => emails.filter((email) => held.has(email));
  return defineDataSource({
    id,
    title: `The ${id}`,
    holds: ["customer-data"],
    kind: "origin",
    locate: async (person) => [{ collection: "people", count: found(person.values("email")).length }],
    async *export(person) {
      yield { collection: "people", rows: found(person.values("email")).map((email) => ({ email })) };
    },
    async erase(person) {
      const count = found(person.values("email")).length;
      for (const email of person.values("email")) held.delete(email);
      return [
        count > 0
          ? { collection: "people", outcome: "erased", count }
          : { collection: "people", outcome: "absent" },
      ];
    },
    ...changes,
  });
};

export interface WebWorld extends TestServer {
  readonly rights: SubjectRights;
  readonly notifier: ReturnType<typeof memoryNotifier>;
  readonly errors: unknown[];
  /** Asks the API as the officer, unless the headers say otherwise. */
  api(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Sends a form as a browser does, and follows no redirect. */
  form(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
  /** The token in the newest letter that asks for a confirmation. */
  token(): Promise<string>;
}

const users = ["u-1", "u-2", "u-3"].map((id) => ({
  id,
  email: `${id}@example.org`,
  roles: ["editor"],
  administrator: id === "u-3",
}));

const { privateKey } = generateKeyPairSync("ed25519");

export const createWebWorld = async (
  options: Partial<SubjectRightsOptions> = {},
  handler: Partial<HandlerOptions> = {},
  isStarted = true,
): Promise<WebWorld> => {
  const notifier = memoryNotifier({ attachmentLimit: 0 });
  const errors: unknown[] = [];
  const rights = createSubjectRights({
    ...memoryStorage(),
    controller: "Northwind Lamps",
    sources: [addressSource("crm", new Set(["ada@example.org"]))],
    notifier,
    users: defineUserDirectory({ list: async () => ({ users }) }),
    addresses: { tenantAdmin: () => "admin@northwind.example", support: () => "support@northwind.example" },
    links: {
      acknowledge: (token) => `https://app.northwind.example/privacy/acknowledge#${token}`,
      download: (token) => `https://app.northwind.example/privacy/download#${token}`,
    },
    evidenceSigner: ed25519Signer(privateKey.export({ type: "pkcs8", format: "pem" }).toString()),
    onError: (error) => void errors.push(error),
    ...options,
  });
  if (isStarted) orThrow(await rights.start());
  const server = await serveOnLoopback(
    createHandler({
      rights,
      authenticate: (request) => actors.get(request.headers.get("Authorization") ?? "") ?? null,
      onError: (error) => void errors.push(error),
      ...handler,
    }),
  );
  const base = `${server.origin}${(handler.basePath ?? "").replace(/\/$/, "")}/api`;
  const api: WebWorld["api"] = (path, init = {}) =>
    fetch(`${base}${path}`, {
      ...init,
      headers: { Authorization: "Bearer officer", ...(init.headers as Record<string, string>) },
    });
  return {
    ...server,
    rights,
    notifier,
    errors,
    api,
    post: (path, body, headers = {}) =>
      api(path, {
        method: "POST",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      }),
    form: (path, fields, headers = { Origin: server.origin, "Sec-Fetch-Site": "same-origin" }) =>
      fetch(`${server.origin}${path}`, {
        method: "POST",
        body: new URLSearchParams(fields),
        redirect: "manual",
        headers,
      }),
    token: async () => {
      for (let look = 0; look < 5_000; look += 1) {
        const notice = notifier.sent.findLast((message) => message.notice.type === "confirmation")?.notice;
        if (notice?.type === "confirmation") return notice.token;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      throw new Error("no confirmation was sent");
    },
    close: async () => {
      await server.close();
      await rights.stop();
    },
  };
};
