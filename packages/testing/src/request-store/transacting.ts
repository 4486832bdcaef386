import assert from "node:assert/strict";
import { err, ok, type RequestStore, type Transact } from "@subject-rights/core";
import { answerOf, errorOf } from "../answers.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { RequestStoreFixture } from "./harness.ts";
import { committed, entrySample, isStored, nextVersion, requestSample, stored } from "./samples.ts";

export const transactionOf = ({ transaction }: RequestStore): Transact => {
  assert.ok(transaction !== null, "the harness says that the store has transactions, and it has none");
  return transaction;
};

const before = requestSample("a");
const after = nextVersion(before, { state: { marker: "changed-inside" } });
const change = {
  request: after,
  expectedVersion: 1,
  entries: [entrySample(before, 2, { action: "inside-action" })],
};

/** What the store has after a transaction that was undone. */
const isUntouched = async ({ store, dump }: RequestStoreFixture): Promise<void> => {
  await isStored(store, before);
  const text = await dump();
  assert.ok(!text.includes("changed-inside"), "the state is not stored");
  assert.ok(!text.includes("inside-action"), "the audit entry is not stored");
};

export const transactingCases = (test: CaseMaker<RequestStoreFixture>): readonly ConformanceCase[] => [
  test("transaction: what is committed in it is stored once it ends, and read in it before", async ({
    store,
  }) => {
    await stored(store, before);
    const answer = await answerOf(
      transactionOf(store)(async ({ read, commit }) => {
        assert.deepEqual(await answerOf(read(before)), before);
        assert.deepEqual(await answerOf(commit(change)), { outcome: "committed" });
        assert.deepEqual(await answerOf(read(before)), after);
        return ok("what the work answered");
      }),
    );
    assert.equal(answer, "what the work answered");
    await isStored(store, after);
    const actions = (await answerOf(store.audit(before))).map(({ action }) => action);
    assert.deepEqual(actions, [entrySample(before, 1).action, "inside-action"]);
  }),

  test("transaction: what throws in it undoes everything, and is an error", async (fixture) => {
    const { store } = fixture;
    await stored(store, before);
    const transaction = transactionOf(store);
    const problem = new Error("the work failed");
    const undone = transaction(async ({ read, commit }) => {
      await answerOf(read(before));
      assert.deepEqual(await answerOf(commit(change)), { outcome: "committed" });
      return err(problem);
    });
    assert.equal(await errorOf(undone, "what failed must not look stored"), problem);
    await isUntouched(fixture);
    await answerOf(transaction(async ({ commit }) => commit(change)));
    await isStored(store, after);
  }),

  test("transaction: a change made on another version is refused, and the transaction goes on", async ({
    store,
    dump,
  }) => {
    await stored(store, before);
    const refused = { ...change, request: { ...after, state: { marker: "refused" } } };
    await answerOf(
      transactionOf(store)(async ({ commit }) => {
        for (const expectedVersion of [2, 7]) {
          assert.deepEqual(await answerOf(commit({ ...refused, expectedVersion })), { outcome: "changed" });
        }
        return commit(change);
      }),
    );
    await isStored(store, after);
    assert.ok(!(await dump()).includes("refused"), "the refused state is not stored");
    assert.equal((await answerOf(store.audit(before))).length, 2, "nor its audit entry");
  }),

  test("transaction: a claim that another open request holds is refused, and the transaction goes on", async ({
    store,
  }) => {
    const holder = requestSample("holder");
    await stored(store, before, holder);
    await committed(store, nextVersion(holder, { claims: ["person"] }));
    await answerOf(
      transactionOf(store)(async ({ commit }) => {
        const claiming = { ...change, request: { ...after, claims: ["person"] } };
        assert.deepEqual(await answerOf(commit(claiming)), { outcome: "claimed", by: "holder" });
        return commit(change);
      }),
    );
    await isStored(store, after);
    assert.equal((await answerOf(store.audit(before))).length, 2, "the refused audit entry is not stored");
  }),

  test("transaction: what is inserted in it is stored once it ends, with its audit", async ({
    store,
    dump,
  }) => {
    await answerOf(
      transactionOf(store)(async ({ read, insert }) => {
        assert.deepEqual(await answerOf(insert({ request: before, entries: [entrySample(before, 1)] })), {
          outcome: "stored",
        });
        assert.deepEqual(await answerOf(read(before)), before);
        return ok(null);
      }),
    );
    await isStored(store, before);
    assert.equal((await answerOf(store.audit(before))).length, 1);
    const undone = transactionOf(store)(async ({ insert }) => {
      await answerOf(insert({ request: requestSample("undone-request"), entries: [] }));
      return err(new Error("the work failed"));
    });
    await errorOf(undone, "what failed must not look stored");
    assert.ok(!(await dump()).includes("undone-request"), "what was inserted before it failed is not stored");
  }),

  test("transaction: what asks the same as an open request is not inserted, and the transaction goes on", async ({
    store,
    dump,
  }) => {
    await stored(store, before);
    const same = requestSample("asks-the-same", { duplicateKey: before.duplicateKey });
    await answerOf(
      transactionOf(store)(async ({ insert, commit }) => {
        const answer = await answerOf(insert({ request: same, entries: [] }));
        assert.deepEqual(answer, { outcome: "duplicate", requestId: before.id });
        return commit(change);
      }),
    );
    await isStored(store, after);
    assert.ok(!(await dump()).includes("asks-the-same"), "the duplicate is not stored");
  }),

  test("transaction: of it and a commit from elsewhere over one request, one wins", async ({ store }) => {
    await stored(store, before);
    const elsewhere = nextVersion(before, { state: { marker: "from-elsewhere" } });
    const outside: Promise<string>[] = [];
    const inside = await transactionOf(store)(async ({ read, commit }) => {
      const found = await answerOf(read(before));
      assert.equal(found?.version, 1);
      // Not waited for in here: it may have to wait for this transaction to end.
      const attempt = store.commit({ request: elsewhere, expectedVersion: 1, entries: [] });
      outside.push(
        attempt.match(
          ({ outcome }) => outcome,
          () => "failed",
        ),
      );
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return commit(change);
    });
    const other = await outside[0];
    const isInside = inside.isOk() && inside.value.outcome === "committed";
    assert.ok(isInside, "whoever has read the request in a transaction can commit it");
    assert.notEqual(other, "committed", "and nobody else meanwhile");
    await isStored(store, after);
  }),
];
