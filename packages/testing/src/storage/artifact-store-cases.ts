import assert from "node:assert/strict";
import type { ArtifactStore } from "@subject-rights/core";
import { answerOf, errorOf } from "../answers.ts";
import { bytesSample, hexOf } from "../bytes.ts";
import { type ConformanceCase, casesOver, casesWhereMade } from "../conformance-case.ts";
import type { ArtifactStoreFixture, StorageHarness } from "./harness.ts";

const largestChunk = 1024 * 1024;
const noon = "2026-03-02T12:00:00.000Z";
const afterNoon = "2026-03-02T12:00:00.001Z";
const key = { tenant: "tenant-one", requestId: "request-1", name: "package/1.zip", index: 0 };

const write = (store: ArtifactStore, part: Partial<typeof key>, bytes: Uint8Array, expiresAt = noon) =>
  answerOf(store.write({ ...key, ...part, bytes, expiresAt }));

const read = async (store: ArtifactStore, part: Partial<typeof key> = {}): Promise<string | undefined> => {
  const bytes = await answerOf(store.read({ ...key, ...part }));
  return bytes && hexOf(bytes);
};

/** The least that differs between two chunks. */
const neighbours: readonly Partial<typeof key>[] = [
  { index: 1 },
  { index: 10 },
  { name: "package/1.zip1" },
  { name: "package" },
  { requestId: "request-10" },
  { tenant: "tenant-two" },
];

/** What an `ArtifactStore` promises, rule by rule. */
export const artifactStoreCases = (
  harness: StorageHarness<ArtifactStoreFixture>,
): readonly ConformanceCase[] => {
  const test = casesOver(() => harness.make());
  return [
    test("write: a chunk is read back byte for byte, from the empty to the largest", async ({
      store,
      dump,
    }) => {
      for (const [index, length] of [0, 1, 256, largestChunk].entries()) {
        const bytes = bytesSample(length, index);
        await write(store, { index }, bytes);
        assert.equal(await read(store, { index }), hexOf(bytes), `${length} bytes`);
      }
      assert.ok(
        (await dump()).includes(hexOf(bytesSample(256, 2))),
        "the bytes are found by the second door",
      );
    }),

    test("write: the same index again replaces the chunk, and leaves nothing behind of it", async ({
      store,
      dump,
    }) => {
      await write(store, {}, bytesSample(100, 1), noon);
      await write(store, {}, bytesSample(50, 2), afterNoon);
      assert.equal(await read(store), hexOf(bytesSample(50, 2)));
      assert.ok(!(await dump()).includes(hexOf(bytesSample(100, 1))), "the replaced bytes are gone");
      assert.equal(await answerOf(store.sweep({ until: noon })), 0, "the new chunk has its own expiry");
    }),

    test("write and read: chunks, artifacts, requests and tenants are apart", async ({ store }) => {
      await write(store, {}, bytesSample(16, 99));
      for (const [start, neighbour] of neighbours.entries()) {
        assert.equal(await read(store, neighbour), undefined, "what was never written is not there");
        await write(store, neighbour, bytesSample(16, start));
      }
      for (const [start, neighbour] of neighbours.entries()) {
        assert.equal(await read(store, neighbour), hexOf(bytesSample(16, start)));
      }
      assert.equal(await read(store), hexOf(bytesSample(16, 99)));
    }),

    test("write and read: nobody shares bytes with the store", async ({ store }) => {
      const handedIn = bytesSample(16, 1);
      await write(store, {}, handedIn);
      handedIn.fill(0);
      assert.equal(await read(store), hexOf(bytesSample(16, 1)));
      (await answerOf(store.read(key)))?.fill(0);
      assert.equal(await read(store), hexOf(bytesSample(16, 1)));
    }),

    test("remove: every artifact of the request goes, and nobody else's", async ({ store, dump }) => {
      const own: readonly Partial<typeof key>[] = [{}, { index: 1 }, { name: "rows/crm/orders" }];
      const others: readonly Partial<typeof key>[] = [{ requestId: "request-10" }, { tenant: "tenant-two" }];
      for (const [start, part] of own.entries()) await write(store, part, bytesSample(32, start));
      for (const [start, part] of others.entries()) await write(store, part, bytesSample(32, 100 + start));
      await answerOf(store.remove(key));
      const text = await dump();
      for (const [start, part] of own.entries()) {
        assert.equal(await read(store, part), undefined);
        assert.ok(!text.includes(hexOf(bytesSample(32, start))), "the bytes are gone by the second door");
      }
      for (const [start, part] of others.entries()) {
        assert.equal(await read(store, part), hexOf(bytesSample(32, 100 + start)));
      }
    }),

    test("remove: a request without artifacts is fine, twice as well", async ({ store }) => {
      await answerOf(store.remove(key));
      await write(store, {}, bytesSample(1));
      await answerOf(store.remove(key));
      await answerOf(store.remove(key));
    }),

    test("sweep: deletes what expired at or before the moment, of every tenant, and counts it", async ({
      store,
      dump,
    }) => {
      await write(store, { index: 0 }, bytesSample(32, 1), "2026-03-01T00:00:00.000Z");
      await write(store, { index: 1 }, bytesSample(32, 2), noon);
      await write(store, { tenant: "tenant-two" }, bytesSample(32, 3), noon);
      await write(store, { index: 2 }, bytesSample(32, 4), afterNoon);
      assert.equal(await answerOf(store.sweep({ until: noon })), 3);
      const text = await dump();
      const left = [1, 2, 3, 4].filter((start) => text.includes(hexOf(bytesSample(32, start))));
      assert.deepEqual(left, [4], "only what has not expired is left");
      assert.equal(await read(store, { index: 2 }), hexOf(bytesSample(32, 4)));
      assert.equal(await answerOf(store.sweep({ until: noon })), 0);
    }),

    ...casesWhereMade(harness.makeBreakable?.bind(harness), (breakable) =>
      (
        [
          ["write", (store) => store.write({ ...key, bytes: bytesSample(1), expiresAt: noon })],
          ["read", (store) => store.read(key)],
          ["remove", (store) => store.remove(key)],
          ["sweep", (store) => store.sweep({ until: noon })],
        ] satisfies [string, (store: ArtifactStore) => ReturnType<ArtifactStore[keyof ArtifactStore]>][]
      ).map(([name, call]) =>
        breakable(`${name}: "could not ask" is an error, and never an answer`, async ({ store, breakIt }) => {
          await write(store, {}, bytesSample(1));
          await breakIt();
          await errorOf(call(store), `${name} must answer an error while the store cannot be asked`);
        }),
      ),
    ),
  ];
};
