import { memoryStorage, memoryTables } from "@subject-rights/memory";
import { seededRandomness, unwrap } from "@subject-rights/testing";
import { expect, it } from "vitest";

const request = {
  tenant: "tenant-one",
  id: "request-1",
  version: 1,
  kind: "erasure",
  category: "customer-data",
  receivedAt: "2026-03-02T09:00:00.000Z",
  open: true,
  duplicateKey: "erasure/customer-data/pseudonym",
  claims: [],
  about: [],
  tokenHashes: [],
  wakeAt: null,
  state: { phase: "received" },
  sealed: null,
} as const;

it("starts empty each time", async () => {
  await memoryStorage().requestStore.insert({ request, entries: [] });
  expect(unwrap(await memoryStorage().requestStore.read(request))).toBeUndefined();
});

it("goes on over the same tables, as after a restart", async () => {
  const tables = memoryTables();
  const status = {
    tenant: "tenant-one",
    source: "crm",
    status: "succeeded",
    problem: null,
    at: "2026-03-02T09:00:00.000Z",
    refreshedAt: null,
  } as const;
  const chunk = { tenant: "tenant-one", requestId: "request-1", name: "package", index: 0 };

  const before = memoryStorage({ tables });
  await before.requestStore.insert({ request, entries: [] });
  await before.artifactStore.write({
    ...chunk,
    bytes: Uint8Array.of(1, 2, 3),
    expiresAt: "2026-03-09T09:00:00.000Z",
  });
  await before.sourceStatusStore.put(status);
  await before.keyRing.create("request-1");
  const key = unwrap(await before.keyRing.use("request-1"));

  const after = memoryStorage({ tables });
  expect(unwrap(await after.requestStore.read(request))).toEqual(request);
  expect(unwrap(await after.artifactStore.read(chunk))).toEqual(Uint8Array.of(1, 2, 3));
  expect(unwrap(await after.sourceStatusStore.list({ tenant: "tenant-one" }))).toEqual([status]);
  expect(unwrap(await after.keyRing.use("request-1"))).toEqual(key);
});

it("makes keys from the randomness it is given", async () => {
  const { keyRing } = memoryStorage({ randomness: seededRandomness(1) });
  await keyRing.create("request-1");
  expect(unwrap(await keyRing.use("request-1"))).toEqual(seededRandomness(1).bytes(32));
});
