import assert from "node:assert/strict";
import type { SourceStatusStore, StoredSourceStatus } from "@subject-rights/core";
import { answerOf, errorOf } from "../answers.ts";
import { type ConformanceCase, casesOver, casesWhereMade } from "../conformance-case.ts";
import type { SourceStatusStoreFixture, StorageHarness } from "./harness.ts";

const tenant = "tenant-one";
const otherTenant = "tenant-two";

const statusSample = (source: string, part: Partial<StoredSourceStatus> = {}): StoredSourceStatus => ({
  tenant,
  source,
  status: "succeeded",
  problem: null,
  at: "2026-03-02T09:00:00.000Z",
  refreshedAt: "2026-03-02T09:00:00.000Z",
  ...part,
});

const listed = async (
  store: SourceStatusStore,
  of: string = tenant,
): Promise<readonly StoredSourceStatus[]> =>
  (await answerOf(store.list({ tenant: of }))).toSorted((one, other) => (one.source < other.source ? -1 : 1));

/** What a `SourceStatusStore` promises, rule by rule. */
export const sourceStatusStoreCases = (
  harness: StorageHarness<SourceStatusStoreFixture>,
): readonly ConformanceCase[] => {
  const test = casesOver(() => harness.make());
  return [
    test("put: what is stored is listed as it was", async ({ store }) => {
      const statuses = [
        statusSample("a", { status: "warning", problem: "timed-out", refreshedAt: null }),
        statusSample("b"),
        statusSample("c", { status: "running", at: "2026-03-02T09:00:00.001Z" }),
      ];
      for (const status of statuses) await answerOf(store.put(status));
      assert.deepEqual(await listed(store), statuses);
    }),

    test("put: replaces what was known of the source, and of no other", async ({ store }) => {
      await answerOf(store.put(statusSample("a")));
      await answerOf(store.put(statusSample("b")));
      const newer = statusSample("a", {
        status: "warning",
        problem: "unavailable",
        at: "2026-03-03T09:00:00.000Z",
      });
      await answerOf(store.put(newer));
      assert.deepEqual(await listed(store), [newer, statusSample("b")]);
    }),

    test("put: of many at the same moment none is lost", async ({ store }) => {
      const statuses = ["a", "b", "c", "d", "e", "f"].map((source) => statusSample(source));
      await Promise.all(statuses.map((status) => answerOf(store.put(status))));
      assert.deepEqual(await listed(store), statuses);
    }),

    test("put and list: tenants are apart", async ({ store }) => {
      const there = statusSample("a", { tenant: otherTenant, status: "pending", refreshedAt: null });
      await answerOf(store.put(statusSample("a")));
      await answerOf(store.put(there));
      assert.deepEqual(await listed(store), [statusSample("a")]);
      assert.deepEqual(await listed(store, otherTenant), [there]);
    }),

    test("list: a tenant of which nothing is known has an empty list", async ({ store }) => {
      assert.deepEqual(await listed(store), []);
    }),

    ...casesWhereMade(harness.makeBreakable?.bind(harness), (breakable) => [
      breakable('put: "could not ask" is an error, and never an answer', async ({ store, breakIt }) => {
        await breakIt();
        await errorOf(
          store.put(statusSample("a")),
          "put must answer an error while the store cannot be asked",
        );
      }),
      breakable('list: "could not ask" is an error, and never an answer', async ({ store, breakIt }) => {
        await answerOf(store.put(statusSample("a")));
        await breakIt();
        await errorOf(store.list({ tenant }), "list must answer an error while the store cannot be asked");
      }),
    ]),
  ];
};
