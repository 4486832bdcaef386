import assert from "node:assert/strict";
import { answerOf } from "../answers.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { RequestStoreFixture } from "./harness.ts";
import {
  committed,
  entrySample,
  isStored,
  nextVersion,
  otherTenant,
  requestSample,
  stored,
} from "./samples.ts";

export const committingCases = (test: CaseMaker<RequestStoreFixture>): readonly ConformanceCase[] => [
  test("commit: replaces the whole request", async ({ store }) => {
    const before = requestSample("a", { wakeAt: "2026-03-02T09:00:00.000Z" });
    await stored(store, before);
    const after = nextVersion(before, {
      open: false,
      duplicateKey: "another",
      claims: ["claim"],
      tokenHashes: ["another-hash"],
      wakeAt: null,
      state: { phase: "closed" },
      sealed: null,
    });
    await committed(store, after);
    await isStored(store, after);
  }),

  test("commit: leaves nothing behind of what it replaced", async ({ store, dump }) => {
    const before = requestSample("a", { sealed: "sealed-before", tokenHashes: ["hash-before"] });
    await stored(store, before);
    await committed(store, nextVersion(before, { sealed: null, tokenHashes: [] }));
    const text = await dump();
    assert.ok(!text.includes("sealed-before"), "what was sealed before is gone");
    assert.ok(!text.includes("hash-before"), "the token hash from before is gone");
  }),

  test("commit: a change made on another version is refused, and nothing is stored", async ({
    store,
    dump,
  }) => {
    const first = requestSample("a");
    const second = nextVersion(first, { state: { marker: "second" } });
    await stored(store, first);
    await committed(store, second);
    const late = nextVersion(first, { state: { marker: "too-late" } });
    for (const expectedVersion of [1, 3]) {
      const entries = [entrySample(late, 2, { action: "refused-action" })];
      const answer = await answerOf(store.commit({ request: late, expectedVersion, entries }));
      assert.deepEqual(answer, { outcome: "changed" });
    }
    await isStored(store, second);
    const text = await dump();
    assert.ok(!text.includes("too-late"), "the refused state is not stored");
    assert.ok(!text.includes("refused-action"), "the refused audit entry is not stored");
  }),

  test("commit: a request that is not there is not made", async ({ store, dump }) => {
    const unknown = requestSample("unknown-request", { version: 2 });
    const entries = [entrySample(unknown, 2)];
    const answer = await answerOf(store.commit({ request: unknown, expectedVersion: 1, entries }));
    assert.deepEqual(answer, { outcome: "changed" });
    assert.ok(!(await dump()).includes("unknown-request"), "nothing is stored");
  }),

  test("commit: of many over one version at the same moment, one wins", async ({ store }) => {
    const before = requestSample("a");
    await stored(store, before);
    const attempts = Array.from({ length: 8 }, (_, index) =>
      nextVersion(before, { state: { attempt: index } }),
    );
    const answers = await Promise.all(
      attempts.map((request, index) =>
        answerOf(
          store.commit({
            request,
            expectedVersion: 1,
            entries: [entrySample(before, 2, { action: `attempt-${index}` })],
          }),
        ),
      ),
    );
    const winner = answers.findIndex(({ outcome }) => outcome === "committed");
    assert.deepEqual(
      answers.map(({ outcome }) => outcome),
      attempts.map((_, index) => (index === winner ? "committed" : "changed")),
    );
    const winning = attempts[winner];
    assert.ok(winning !== undefined);
    await isStored(store, winning);
    const actions = (await answerOf(store.audit(before))).map(({ action }) => action);
    assert.deepEqual(actions, [entrySample(before, 1).action, `attempt-${winner}`]);
  }),

  test("commit: a request of the same id in another tenant stays as it is", async ({ store }) => {
    const here = requestSample("same-id");
    const there = { ...here, tenant: otherTenant, duplicateKey: "there", tokenHashes: [] };
    await stored(store, here, there);
    await committed(store, nextVersion(here, { state: { marker: "changed" } }));
    await isStored(store, there);
  }),
];
