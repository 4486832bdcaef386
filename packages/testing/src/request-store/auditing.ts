import assert from "node:assert/strict";
import { answerOf } from "../answers.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { RequestStoreFixture } from "./harness.ts";
import {
  committed,
  entrySample,
  nextVersion,
  otherTenant,
  requestSample,
  stored,
  tenant,
} from "./samples.ts";

export const auditingCases = (test: CaseMaker<RequestStoreFixture>): readonly ConformanceCase[] => [
  test("audit: every entry as it was, in order", async ({ store, dump }) => {
    const request = requestSample("a");
    await stored(store, request);
    const more = [
      entrySample(request, 2, {
        source: "crm",
        detail: { text: "Ü", count: 3, zero: 0, done: false, none: null },
      }),
      ...Array.from({ length: 9 }, (_, index) => entrySample(request, 3 + index)),
    ];
    await committed(store, nextVersion(request), more.slice(0, 4));
    await committed(store, nextVersion(nextVersion(request)), more.slice(4));
    assert.deepEqual(await answerOf(store.audit(request)), [entrySample(request, 1), ...more]);
    assert.ok(
      (await dump()).includes(entrySample(request, 11).action),
      "the last is found by the second door",
    );
  }),

  test("audit: a commit without entries adds none", async ({ store }) => {
    const request = requestSample("a");
    await stored(store, request);
    await committed(store, nextVersion(request), []);
    assert.deepEqual(await answerOf(store.audit(request)), [entrySample(request, 1)]);
  }),

  test("audit: requests and tenants are apart", async ({ store }) => {
    const here = requestSample("same-id");
    const there = { ...here, tenant: otherTenant, duplicateKey: "there", tokenHashes: [] };
    const beside = requestSample("beside");
    await stored(store, here, there, beside);
    for (const request of [here, there, beside]) {
      assert.deepEqual(await answerOf(store.audit(request)), [entrySample(request, 1)]);
    }
  }),

  test("audit: a request that is not there has none, and that is no error", async ({ store }) => {
    assert.deepEqual(await answerOf(store.audit({ tenant, id: "unknown" })), []);
  }),
];
