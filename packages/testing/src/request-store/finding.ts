import assert from "node:assert/strict";
import type { RequestStore, StoredRequest } from "@subject-rights/core";
import { answerOf } from "../answers.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { RequestStoreFixture } from "./harness.ts";
import { committed, nextVersion, otherTenant, requestSample, stored, tenant } from "./samples.ts";

const receivedOn = (day: number): Pick<StoredRequest, "receivedAt"> => ({
  receivedAt: `2026-03-${String(day).padStart(2, "0")}T09:00:00.000Z`,
});

/** Every page of a list, with `between` done behind the first. */
const pagesOf = async (
  store: RequestStore,
  query: { readonly open?: boolean; readonly limit: number },
  between: () => Promise<void> = async () => undefined,
): Promise<readonly string[][]> => {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await answerOf(store.list({ tenant, ...query, cursor }));
    assert.ok(page.requests.length <= query.limit, "a page has no more than was asked for");
    pages.push(page.requests.map(({ id }) => id));
    assert.ok(pages.length <= 100, "the pages come to an end");
    if (pages.length === 1) await between();
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
};

export const findingCases = (test: CaseMaker<RequestStoreFixture>): readonly ConformanceCase[] => [
  test("read: a request that is not there is no answer, and no error", async ({ store }) => {
    await stored(store, requestSample("a"));
    assert.equal(await answerOf(store.read({ tenant, id: "b" })), undefined);
  }),

  test("read: another tenant's request is not there", async ({ store }) => {
    await stored(store, requestSample("a"));
    assert.equal(await answerOf(store.read({ tenant: otherTenant, id: "a" })), undefined);
  }),

  test("readByTokenHash: finds a request by each of its hashes, of whichever tenant, closed or not", async ({
    store,
  }) => {
    const here = requestSample("a", { tokenHashes: ["hash-1", "hash-2"] });
    const there = requestSample("b", { tenant: otherTenant, open: false, tokenHashes: ["hash-3"] });
    await stored(store, here, there);
    assert.deepEqual(await answerOf(store.readByTokenHash("hash-1")), here);
    assert.deepEqual(await answerOf(store.readByTokenHash("hash-2")), here);
    assert.deepEqual(await answerOf(store.readByTokenHash("hash-3")), there);
    assert.equal(await answerOf(store.readByTokenHash("hash")), undefined);
  }),

  test("readByTokenHash: a hash that was replaced finds nothing any more", async ({ store }) => {
    const before = requestSample("a", { tokenHashes: ["hash-1", "hash-2"] });
    await stored(store, before);
    const after = nextVersion(before, { tokenHashes: ["hash-2", "hash-3"] });
    await committed(store, after);
    assert.equal(await answerOf(store.readByTokenHash("hash-1")), undefined);
    assert.deepEqual(await answerOf(store.readByTokenHash("hash-2")), after);
    assert.deepEqual(await answerOf(store.readByTokenHash("hash-3")), after);
  }),

  test("findAbout: finds every request of the tenant that is about somebody, closed ones too", async ({
    store,
  }) => {
    const both = requestSample("a", { about: ["ada", "ada-at-work"] });
    const closed = requestSample("b", { open: false, about: ["ada-at-work"] });
    const eve = requestSample("c", { about: ["eve"] });
    await stored(store, both, closed, eve, requestSample("d"));
    await stored(store, requestSample("e", { tenant: otherTenant, about: ["ada"] }));
    const ids = async (...pseudonyms: readonly string[]) =>
      (await answerOf(store.findAbout({ tenant, pseudonyms }))).map(({ id }) => id).toSorted();
    assert.deepEqual(await ids("ada", "ada-at-work"), ["a", "b"]);
    assert.deepEqual(await ids("eve", "ada"), ["a", "c"]);
    assert.deepEqual(await ids("nobody", ""), []);
    assert.deepEqual(await ids(), []);
    assert.deepEqual(await answerOf(store.findAbout({ tenant, pseudonyms: ["eve"] })), [eve]);
  }),

  test("findAbout: whom a request comes to be about is found from that commit on", async ({ store }) => {
    const before = requestSample("a");
    await stored(store, before, requestSample("b", { about: ["ada"] }));
    const after = nextVersion(before, { about: ["ada"] });
    await committed(store, after);
    const found = await answerOf(store.findAbout({ tenant, pseudonyms: ["ada"] }));
    assert.deepEqual(found.map(({ id }) => id).toSorted(), ["a", "b"]);
    assert.deepEqual(
      found.find(({ id }) => id === "a"),
      after,
    );
  }),

  test("findAbout: who a request is not about any more is not found", async ({ store }) => {
    const before = requestSample("a", { about: ["ada", "ada-at-work"] });
    await stored(store, before);
    const after = nextVersion(before, { about: ["ada"] });
    await committed(store, after);
    assert.deepEqual(await answerOf(store.findAbout({ tenant, pseudonyms: ["ada-at-work"] })), []);
    assert.deepEqual(await answerOf(store.findAbout({ tenant, pseudonyms: ["ada"] })), [after]);
  }),

  test("list: all of a tenant and nobody else's, the newest first", async ({ store }) => {
    const [old, middle, recent] = [1, 2, 3].map((day) => requestSample(`day-${day}`, receivedOn(day)));
    assert.ok(old && middle && recent);
    await stored(store, middle, recent, old, requestSample("elsewhere", { tenant: otherTenant }));
    const { requests } = await answerOf(store.list({ tenant, limit: 10 }));
    assert.deepEqual(requests, [recent, middle, old]);
    assert.deepEqual((await answerOf(store.list({ tenant: "tenant-three", limit: 10 }))).requests, []);
  }),

  test("list: page by page nothing is lost and nothing comes twice", async ({ store }) => {
    // Several of the same moment lie across the edges of pages.
    const requests = Array.from({ length: 11 }, (_, index) =>
      requestSample(`r${index}`, receivedOn(1 + Math.floor(index / 5))),
    );
    await stored(store, ...requests);
    const ids = requests.map(({ id }) => id);
    const whole = (await pagesOf(store, { limit: 100 })).flat();
    assert.deepEqual(whole.toSorted(), ids.toSorted());
    for (const limit of [1, 2, 3, 10, 11]) {
      assert.deepEqual((await pagesOf(store, { limit })).flat(), whole, `in pages of ${limit}`);
    }
  }),

  test("list: a request that arrives between two pages moves none of the others", async ({ store }) => {
    const requests = [1, 2, 3, 4].map((day) => requestSample(`day-${day}`, receivedOn(day)));
    await stored(store, ...requests);
    const listed = await pagesOf(store, { limit: 2 }, () =>
      stored(store, requestSample("late", receivedOn(5))),
    );
    assert.deepEqual(listed.flat(), ["day-4", "day-3", "day-2", "day-1"]);
  }),

  test("list: open ones, closed ones, or all", async ({ store }) => {
    const requests = [1, 2, 3, 4].map((day) => requestSample(`day-${day}`, receivedOn(day)));
    await stored(store, ...requests);
    for (const request of requests.slice(1, 3)) await committed(store, nextVersion(request, { open: false }));
    assert.deepEqual((await pagesOf(store, { open: true, limit: 1 })).flat(), ["day-4", "day-1"]);
    assert.deepEqual((await pagesOf(store, { open: false, limit: 1 })).flat(), ["day-3", "day-2"]);
    assert.deepEqual((await pagesOf(store, { limit: 1 })).flat(), ["day-4", "day-3", "day-2", "day-1"]);
  }),
];
