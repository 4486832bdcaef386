import { memoryStorage, memoryTables } from "@subject-rights/memory";
import { seededRandomness } from "@subject-rights/testing";
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
  tokenHashes: [],
  wakeAt: null,
  state: { phase: "received" },
  sealed: null,
} as const;

it("starts empty each time", async () => {
  await memoryStorage().requestStore.insert({ request, entries: [] });
  expect((await memoryStorage().requestStore.read(request))._unsafeUnwrap()).toBeUndefined();
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
  const key = (await before.keyRing.use("request-1"))._unsafeUnwrap();

  const after = memoryStorage({ tables });
  expect((await after.requestStore.read(request))._unsafeUnwrap()).toEqual(request);
  expect((await after.artifactStore.read(chunk))._unsafeUnwrap()).toEqual(Uint8Array.of(1, 2, 3));
  expect((await after.sourceStatusStore.list({ tenant: "tenant-one" }))._unsafeUnwrap()).toEqual([status]);
  expect((await after.keyRing.use("request-1"))._unsafeUnwrap()).toEqual(key);
});

it("makes keys from the randomness it is given", async () => {
  const { keyRing } = memoryStorage({ randomness: seededRandomness(1) });
  await keyRing.create("request-1");
  expect((await keyRing.use("request-1"))._unsafeUnwrap()).toEqual(seededRandomness(1).bytes(32));
});
