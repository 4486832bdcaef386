import assert from "node:assert/strict";
import { answerOf } from "../answers.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { RequestStoreFixture } from "./harness.ts";
import { committed, nextVersion, otherTenant, requestSample, stored, tenant } from "./samples.ts";

const nine = "2026-03-02T09:00:00.000Z";
const ten = "2026-03-02T10:00:00.000Z";
const eleven = "2026-03-02T11:00:00.000Z";
const justBeforeTen = "2026-03-02T09:59:59.999Z";

export const wakingCases = (test: CaseMaker<RequestStoreFixture>): readonly ConformanceCase[] => [
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
