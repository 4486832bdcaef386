import { readdirSync, readFileSync } from "node:fs";
import type { PGlite } from "@electric-sql/pglite";
import {
  type AuditEntry,
  createSubjectRights,
  defineDataSource,
  defineNotifier,
  orThrow,
  type RequestView,
  type StoredHold,
  type StoredRequest,
  type StoredSuppression,
  type StoredSweep,
  type SweepView,
  systemClock,
  systemRandomness,
} from "@subject-rights/core";
import { postgresStorage } from "@subject-rights/postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createPglite, freePglite } from "../support/pglite.ts";
import { masterKey, newSchema } from "./fixtures.ts";

let pglite: PGlite;
beforeAll(async () => {
  pglite = await createPglite();
});
afterAll(() => freePglite(pglite));

/** What earlier code has stored, which is never edited. */
const folder = new URL("../../../core/test/forms/", import.meta.url);
const forms = readdirSync(folder).filter((name) => /^\d+$/.test(name));

const readIn = (form: string, name: string): unknown =>
  JSON.parse(readFileSync(new URL(`${form}/${name}.json`, folder), "utf8"), (_name, value: unknown) => {
    const { map, bytes } = (value ?? {}) as { map?: unknown; bytes?: unknown };
    if (Array.isArray(map)) return new Map(map as [string, unknown][]);
    return typeof bytes === "string" ? new Uint8Array(Buffer.from(bytes, "base64")) : value;
  });
const rowsOf = <Row>(form: string, name: string) => readIn(form, name) as Map<string, Row>;

interface Told {
  readonly at: string;
  readonly stories: Readonly<Record<string, string>>;
  readonly tokens: Readonly<Record<string, string>>;
  readonly sweeps: Readonly<Record<string, string>>;
  readonly views: Readonly<Record<string, RequestView>>;
  readonly sweepViews: Readonly<Record<string, SweepView>>;
}

/** Puts into PostgreSQL what was stored then, the keys wrapped as it wraps them. */
const storageWith = async (form: string) => {
  let key: Uint8Array | undefined;
  const { migrate, ...storage } = postgresStorage({
    client: pglite,
    schema: newSchema(),
    masterKey,
    randomness: { bytes: (length) => (length === 32 ? key : undefined) ?? systemRandomness.bytes(length) },
  });
  orThrow(await migrate());
  for (const [name, keys] of rowsOf<readonly Uint8Array[]>(form, "keys"))
    for (const [index, each] of keys.entries()) {
      key = each;
      orThrow(await (index === 0 ? storage.keyRing.create(name) : storage.keyRing.rotate(name)));
    }
  key = undefined;
  const audit = rowsOf<readonly AuditEntry[]>(form, "audit");
  for (const [place, request] of rowsOf<StoredRequest>(form, "requests"))
    orThrow(await storage.requestStore.insert({ request, entries: audit.get(place) ?? [] }));
  const { sweeps } = readIn(form, "sweeps") as { readonly sweeps: Map<string, StoredSweep> };
  for (const [place, sweep] of sweeps)
    orThrow(await storage.sweepStore.insert({ sweep, entries: audit.get(place) ?? [] }));
  for (const hold of rowsOf<StoredHold>(form, "holds").values())
    for (let version = 1; version <= hold.version; version += 1)
      orThrow(await storage.holdStore.put({ ...hold, version }));
  const suppressions = [...rowsOf<readonly StoredSuppression[]>(form, "suppressions").values()].flat();
  orThrow(await storage.suppressionStore.add(suppressions));
  return storage;
};

it.each(forms)("what was stored in form %s is read from PostgreSQL, and goes on", async (form) => {
  const told = readIn(form, "told") as Told;
  const rights = createSubjectRights({
    controller: "Northwind Lamps",
    sources: ["crm", "books", "shop", "search"].map((id) =>
      defineDataSource({
        id,
        title: `The ${id}`,
        holds: ["customer-data"],
        kind: "origin",
        locate: async () => [{ collection: "people", count: 0 }],
        erase: async () => [{ collection: "people", outcome: "absent" }],
      }),
    ),
    notifier: defineNotifier({ id: "nowhere", send: async () => undefined }),
    addresses: {
      tenantAdmin: () => "tenant-admin@northwind.example",
      support: () => "support@northwind.example",
    },
    clock: { ...systemClock, now: () => new Date(told.at) },
    ...(await storageWith(form)),
  });
  const actor = { id: "admin-1", tenant: "northwind", roles: ["admin", "tenant-admin"] };
  const { requests, sweeps, holds, audit } = rights;
  const listed = orThrow(await requests.list({ actor }));
  expect([listed.requests.length, listed.damaged]).toEqual([Object.keys(told.stories).length, []]);
  for (const [story, requestId] of Object.entries(told.stories)) {
    const { phase, outcome, waitingFor, messages } = told.views[story] ?? {};
    expect(orThrow(await requests.read({ actor, requestId }))).toMatchObject({
      ...{ phase, outcome, waitingFor, messages },
    });
  }
  for (const [story, sweepId] of Object.entries(told.sweeps))
    expect(orThrow(await sweeps.read({ actor, sweepId }))).toMatchObject(told.sweepViews[story] ?? {});
  expect(orThrow(await holds.list({ actor })).damaged).toEqual([]);
  expect(orThrow(await audit.verifyAll({ actor })).findings).toEqual([]);
  orThrow(await rights.start());
  try {
    orThrow(await requests.acknowledge({ token: told.tokens["received"] ?? "" }));
    const requestId = told.stories["received"] ?? "";
    let outcome: string | null = null;
    for await (const event of orThrow(await requests.progress({ actor, requestId })))
      if (event.type === "closed") outcome = event.outcome;
    expect(outcome).toBe("completed");
  } finally {
    await rights.stop();
  }
});
