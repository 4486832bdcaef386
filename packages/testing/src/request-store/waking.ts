import assert from "node:assert/strict";
import { okAsync, type RequestStore } from "@subject-rights/core";
import { answerOf } from "../answers.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { RequestStoreFixture } from "./harness.ts";
import { committed, nextVersion, otherTenant, requestSample, stored, tenant } from "./samples.ts";

const nine = "2026-03-02T09:00:00.000Z";
const ten = "2026-03-02T10:00:00.000Z";
const eleven = "2026-03-02T11:00:00.000Z";
const justBeforeTen = "2026-03-02T09:59:59.999Z";

const countOf = async (store: RequestStore) =>
  (await answerOf(store.standing?.() ?? okAsync([])))
    .filter((each) => "for" in each)
    .toSorted((one, other) => (one.for < other.for ? -1 : 1));

/** For stores that have `standing`. */
const standingCases = (test: CaseMaker<RequestStoreFixture>): readonly ConformanceCase[] => [
  test("standing: how many stand at each, of every tenant, closed ones too, and the oldest", async ({
    store,
  }) => {
    if (store.standing === null) return;
    assert.deepEqual(await countOf(store), [], "where there is nothing, nothing stands");
    await stored(
      store,
      requestSample("a", { standings: [{ for: "task", since: ten }] }),
      requestSample("b", {
        tenant: otherTenant,
        standings: [
          { for: "task", since: nine },
          { for: "message", since: eleven },
        ],
      }),
      requestSample("c", { open: false, standings: [{ for: "message", since: ten }] }),
      requestSample("d"),
    );
    assert.deepEqual(await countOf(store), [
      { for: "message", count: 2, oldest: ten },
      { for: "task", count: 2, oldest: nine },
    ]);
  }),

  test("standing: only the newest version of a request counts", async ({ store }) => {
    if (store.standing === null) return;
    const request = requestSample("a", { standings: [{ for: "task", since: nine }] });
    await stored(store, request);
    await committed(store, nextVersion(request, { standings: [{ for: "hold", since: ten }] }));
    assert.deepEqual(await countOf(store), [{ for: "hold", count: 1, oldest: ten }]);
    assert.deepEqual((await answerOf(store.read(request)))?.standings, [{ for: "hold", since: ten }]);
  }),
];

export const wakingCases = (test: CaseMaker<RequestStoreFixture>): readonly ConformanceCase[] => [
  ...standingCases(test),
  test("due: everything up to and including the moment, the earliest first", async ({ store }) => {
    await stored(
      store,
      requestSample("b-at-ten", { wakeAt: ten }),
      requestSample("c-at-eleven", { wakeAt: eleven }),
      requestSample("d-at-nine", { wakeAt: nine }),
    );
    const due = async (until: string) => await answerOf(store.due({ until, limit: 10 }));
    assert.deepEqual(await due(ten), [
      { tenant, id: "d-at-nine", wakeAt: nine },
      { tenant, id: "b-at-ten", wakeAt: ten },
    ]);
    assert.deepEqual(await due(justBeforeTen), [{ tenant, id: "d-at-nine", wakeAt: nine }]);
  }),

  test("due: no more than the limit, and then the earliest", async ({ store }) => {
    await stored(
      store,
      requestSample("a", { wakeAt: eleven }),
      requestSample("b", { wakeAt: nine }),
      requestSample("c", { wakeAt: ten }),
    );
    const due = await answerOf(store.due({ until: eleven, limit: 2 }));
    assert.deepEqual(
      due.map(({ id }) => id),
      ["b", "c"],
    );
  }),

  test("due: nothing up to and including `after`, where that is given", async ({ store }) => {
    await stored(
      store,
      requestSample("a", { wakeAt: nine }),
      requestSample("b", { wakeAt: ten }),
      requestSample("c", { wakeAt: eleven }),
    );
    const due = await answerOf(store.due({ until: eleven, after: nine, limit: 1 }));
    assert.deepEqual(due, [{ tenant, id: "b", wakeAt: ten }]);
  }),

  test("due: of every tenant, and closed ones too", async ({ store }) => {
    await stored(
      store,
      requestSample("here", { wakeAt: nine }),
      requestSample("there", { tenant: otherTenant, wakeAt: nine }),
      requestSample("closed", { open: false, wakeAt: nine }),
    );
    const due = await answerOf(store.due({ until: ten, limit: 10 }));
    assert.deepEqual(due.map(({ tenant, id }) => `${tenant} ${id}`).toSorted(), [
      `${tenant} closed`,
      `${tenant} here`,
      `${otherTenant} there`,
    ]);
  }),

  test("due: a request that waits for people is not due, however late it is", async ({ store }) => {
    await stored(store, requestSample("a", { wakeAt: null }));
    assert.deepEqual(await answerOf(store.due({ until: "2099-12-31T23:59:59.999Z", limit: 10 })), []);
  }),

  test("due: only the newest wake-up counts", async ({ store }) => {
    const [put, back] = [
      requestSample("put-off", { wakeAt: nine }),
      requestSample("brought-on", { wakeAt: eleven }),
    ];
    await stored(store, put, back);
    await committed(store, nextVersion(put, { wakeAt: eleven }));
    await committed(store, nextVersion(back, { wakeAt: nine }));
    const due = await answerOf(store.due({ until: ten, limit: 10 }));
    assert.deepEqual(due, [{ tenant, id: "brought-on", wakeAt: nine }]);
  }),
];
