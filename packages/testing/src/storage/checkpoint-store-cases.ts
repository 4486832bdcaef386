import assert from "node:assert/strict";
import type {
  CheckpointInput,
  CheckpointLeaf,
  CheckpointStore,
  SeenChain,
  StoredCheckpoint,
} from "@subject-rights/core";
import { answerOf, errorOf } from "../answers.ts";
import {
  type Breakable,
  type CaseMaker,
  type ConformanceCase,
  casesOver,
  casesWhereMade,
} from "../conformance-case.ts";
import { committed, nextVersion, requestSample, stored } from "../request-store/samples.ts";
import { commitSample, inserted, committed as sweepCommitted, sweepSample } from "../sweep-store/samples.ts";
import type { CheckpointStoreFixture, StorageHarness } from "./harness.ts";

const tenant = "tenant-one";
const otherTenant = "tenant-two";
const hashOf = (digit: string): string => digit.repeat(64);

const checkpointSample = (number: number, leaves: number, of = tenant): StoredCheckpoint => ({
  checkpoint: {
    format: "subject-rights-checkpoint",
    version: 1,
    tenant: of,
    number,
    leaves,
    root: hashOf(String(number % 10)),
    at: "2026-03-02T09:00:00.000Z",
  },
  signature: { algorithm: "Ed25519", keyId: hashOf("a"), publicKey: "cHVibGlj", value: "c2lnbmVk" },
  peaks: [hashOf("b"), hashOf("c")],
});

const leafSample = (chain: string, entries = 1): CheckpointLeaf => ({ chain, entries, hash: hashOf("d") });

const input = (
  number: number,
  before: number,
  leaves: readonly CheckpointLeaf[],
  seen: readonly SeenChain[] = [],
  of = tenant,
): CheckpointInput => ({ checkpoint: checkpointSample(number, before + leaves.length, of), leaves, seen });

const added = async (store: CheckpointStore, ...inputs: readonly CheckpointInput[]): Promise<void> => {
  for (const each of inputs) assert.deepEqual(await answerOf(store.add(each)), { outcome: "stored" });
};

const waitingOf = async (store: CheckpointStore, of = tenant, limit = 100) =>
  (await answerOf(store.waiting({ tenant: of, limit })))
    .map(({ of: kind, chain }) => `${kind} ${chain}`)
    .sort();

const seen = (of: SeenChain["of"], chain: string, version: number): SeenChain => ({ of, chain, version });

/** What a `CheckpointStore` promises, rule by rule. */
export const checkpointStoreCases = (
  harness: StorageHarness<CheckpointStoreFixture>,
): readonly ConformanceCase[] => {
  const test = casesOver(() => harness.make());
  return [
    ...waitingCases(test),
    ...keepingCases(test),
    ...casesWhereMade(harness.makeBreakable?.bind(harness), breakingCases),
  ];
};

type Test = CaseMaker<CheckpointStoreFixture>;

const waitingCases = (test: Test): readonly ConformanceCase[] => [
  test("waiting: whatever was stored waits, until it was looked at", async ({ store, requests, sweeps }) => {
    await stored(requests, requestSample("a"), requestSample("b"));
    await inserted(sweeps, sweepSample("c"));
    assert.deepEqual(await waitingOf(store), ["request a", "request b", "sweep c"]);
    await added(store, input(1, 0, [leafSample("a")], [seen("request", "a", 1), seen("sweep", "c", 1)]));
    assert.deepEqual(await waitingOf(store), ["request b"]);
  }),

  test("waiting: what was committed since it was looked at waits again", async ({
    store,
    requests,
    sweeps,
  }) => {
    const [request, sweep] = [requestSample("a"), sweepSample("c")];
    await stored(requests, request);
    await inserted(sweeps, sweep);
    await committed(requests, nextVersion(request));
    // Looked at before the commit, and told of after it.
    await added(store, input(1, 0, [], [seen("request", "a", 1), seen("sweep", "c", 1)]));
    assert.deepEqual(await waitingOf(store), ["request a"]);
    await added(store, input(2, 0, [], [seen("request", "a", 2)]));
    assert.deepEqual(await waitingOf(store), []);
    await sweepCommitted(sweeps, commitSample(sweep));
    await committed(requests, nextVersion({ ...request, version: 2 }));
    assert.deepEqual(await waitingOf(store), ["request a", "sweep c"]);
  }),

  test("waiting: what was looked at later stays looked at", async ({ store, requests }) => {
    const request = requestSample("a");
    await stored(requests, request);
    await committed(requests, nextVersion(request));
    await added(
      store,
      input(1, 0, [], [seen("request", "a", 2)]),
      input(2, 0, [], [seen("request", "a", 1)]),
    );
    assert.deepEqual(await waitingOf(store), []);
  }),

  test("waiting: of one tenant, and no more than asked for", async ({ store, requests, sweeps }) => {
    await stored(requests, requestSample("a"), requestSample("b"), requestSample("c"));
    await inserted(sweeps, sweepSample("d"));
    await stored(requests, requestSample("a", { tenant: otherTenant, tokenHashes: [] }));
    assert.equal((await waitingOf(store, tenant, 2)).length, 2);
    await added(store, input(1, 0, [], [seen("request", "a", 1)], otherTenant));
    assert.deepEqual(await waitingOf(store, otherTenant), []);
    assert.deepEqual(await waitingOf(store), ["request a", "request b", "request c", "sweep d"]);
  }),

  test("tenants: those with something that waits, each once", async ({ store, requests, sweeps }) => {
    await stored(requests, requestSample("a"), requestSample("b"));
    await inserted(sweeps, sweepSample("c", { tenant: otherTenant }), sweepSample("d"));
    await stored(requests, requestSample("e", { tenant: "tenant-three" }));
    const tenants = async (limit: number) => (await answerOf(store.tenants({ limit }))).toSorted();
    assert.deepEqual(await tenants(10), [tenant, "tenant-three", otherTenant].toSorted());
    assert.equal((await tenants(2)).length, 2);
    await added(store, input(1, 0, [], [seen("sweep", "c", 1)], otherTenant));
    assert.deepEqual(await tenants(10), [tenant, "tenant-three"].toSorted());
  }),
];

const keepingCases = (test: Test): readonly ConformanceCase[] => [
  test("add: a checkpoint and its leaves are read back as they were stored", async ({ store }) => {
    const leaves = [leafSample("a", 3), leafSample("b", 1)];
    await added(store, input(1, 0, leaves), input(2, 2, [leafSample("a", 5)]));
    assert.deepEqual(await answerOf(store.list({ tenant, after: 0, limit: 10 })), [
      checkpointSample(1, 2),
      checkpointSample(2, 3),
    ]);
    assert.deepEqual(await answerOf(store.leaves({ tenant, from: 0, limit: 10 })), [
      { ...leafSample("a", 3), index: 0, checkpoint: 1 },
      { ...leafSample("b", 1), index: 1, checkpoint: 1 },
      { ...leafSample("a", 5), index: 2, checkpoint: 2 },
    ]);
  }),

  test("add: where there is one of this number, nothing is stored", async ({ store, requests }) => {
    await stored(requests, requestSample("a"));
    await added(store, input(1, 0, [leafSample("a", 3)]));
    const late = input(1, 0, [leafSample("b")], [seen("request", "a", 1)]);
    assert.deepEqual(await answerOf(store.add(late)), { outcome: "taken" });
    assert.deepEqual(await answerOf(store.newest({ tenant })), checkpointSample(1, 1));
    assert.equal((await answerOf(store.leaves({ tenant, from: 0, limit: 10 }))).length, 1);
    assert.deepEqual(await waitingOf(store), ["request a"]);
  }),

  test("add: of several of one number at the same moment, one is stored", async ({ store }) => {
    await added(store, input(1, 0, [leafSample("a")]));
    const answers = await Promise.all(
      ["b", "c", "d", "e"].map((chain) => answerOf(store.add(input(2, 1, [leafSample(chain)])))),
    );
    assert.equal(answers.filter(({ outcome }) => outcome === "stored").length, 1);
    assert.equal((await answerOf(store.leaves({ tenant, from: 0, limit: 10 }))).length, 2);
  }),

  test("newest: the highest number, of this tenant", async ({ store }) => {
    assert.equal(await answerOf(store.newest({ tenant })), undefined);
    for (let number = 1; number <= 11; number += 1) await added(store, input(number, 0, []));
    await added(store, input(1, 0, [leafSample("a")], [], otherTenant));
    assert.deepEqual(await answerOf(store.newest({ tenant })), checkpointSample(11, 0));
    assert.deepEqual(
      await answerOf(store.newest({ tenant: otherTenant })),
      checkpointSample(1, 1, otherTenant),
    );
  }),

  test("list: in order of the numbers, of one tenant, from any number on", async ({ store }) => {
    for (let number = 1; number <= 11; number += 1) await added(store, input(number, 0, []));
    await added(store, input(1, 0, [], [], otherTenant));
    const numbers = async (after: number, limit: number) =>
      (await answerOf(store.list({ tenant, after, limit }))).map(({ checkpoint }) => checkpoint.number);
    assert.deepEqual(await numbers(0, 100), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    assert.deepEqual(await numbers(8, 2), [9, 10]);
    assert.deepEqual(await numbers(11, 2), []);
  }),

  test("leaves: in the order of the tree, of one tenant, from any place on", async ({ store }) => {
    const chains = Array.from({ length: 12 }, (_, index) => `chain-${11 - index}`);
    await added(
      store,
      input(
        1,
        0,
        chains.map((chain) => leafSample(chain)),
      ),
      input(1, 0, [leafSample("z")], [], otherTenant),
    );
    const found = async (from: number, limit: number) =>
      (await answerOf(store.leaves({ tenant, from, limit }))).map(({ index, chain }) => [index, chain]);
    const all = chains.map((chain, index) => [index, chain]);
    assert.deepEqual(await found(0, 100), all);
    assert.deepEqual(await found(9, 2), all.slice(9, 11));
    assert.deepEqual(await found(12, 2), []);
  }),

  test("leavesOf: all of one chain, in order, of one tenant", async ({ store }) => {
    await added(
      store,
      input(1, 0, [leafSample("a", 1), leafSample("b", 1)]),
      input(2, 2, [leafSample("b", 2), leafSample("a", 4)]),
      input(1, 0, [leafSample("a", 9)], [], otherTenant),
    );
    assert.deepEqual(await answerOf(store.leavesOf({ tenant, chain: "a" })), [
      { ...leafSample("a", 1), index: 0, checkpoint: 1 },
      { ...leafSample("a", 4), index: 3, checkpoint: 2 },
    ]);
    assert.deepEqual(await answerOf(store.leavesOf({ tenant, chain: "c" })), []);
  }),
];

const breakingCases = (test: CaseMaker<CheckpointStoreFixture & Breakable>): readonly ConformanceCase[] =>
  Object.entries({
    tenants: (store: CheckpointStore) => store.tenants({ limit: 10 }),
    waiting: (store: CheckpointStore) => store.waiting({ tenant: otherTenant, limit: 10 }),
    newest: (store: CheckpointStore) => store.newest({ tenant: otherTenant }),
    add: (store: CheckpointStore) => store.add(input(2, 1, [])),
    list: (store: CheckpointStore) => store.list({ tenant: otherTenant, after: 0, limit: 10 }),
    leaves: (store: CheckpointStore) => store.leaves({ tenant: otherTenant, from: 0, limit: 10 }),
    leavesOf: (store: CheckpointStore) => store.leavesOf({ tenant: otherTenant, chain: "a" }),
  }).map(([name, call]) =>
    test(`${name}: "could not ask" is an error, and never an answer`, async ({ store, breakIt }) => {
      await added(store, input(1, 0, [leafSample("a")]));
      await breakIt();
      await errorOf(call(store), `${name} must answer an error while the store cannot be asked`);
    }),
  );
