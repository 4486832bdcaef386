import assert from "node:assert/strict";
import { err, ok } from "@subject-rights/core";
import { answerOf, errorOf } from "../answers.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import { requestSample } from "../request-store/samples.ts";
import { transactionOf } from "../request-store/transacting.ts";
import type { DispatcherFixture, JoinedStore } from "./harness.ts";
import { enqueue, idsOf, until, work } from "./waking.ts";

export const joiningCases = (
  test: CaseMaker<DispatcherFixture & JoinedStore>,
): readonly ConformanceCase[] => [
  test("tx: is joined where it is the store's, and no other", async ({ dispatcher, store }) => {
    const { joins } = dispatcher;
    assert.ok(joins !== undefined, "the harness says that it joins transactions, and it does not");
    const asked = async (handle: unknown) => joins.call(dispatcher, handle);
    assert.equal(await answerOf(transactionOf(store)(async ({ handle }) => ok(await asked(handle)))), true);
    for (const other of [undefined, null, {}, "transaction", () => undefined]) {
      assert.equal(await asked(other), false, "what is no transaction of the store is not joined");
    }
  }),

  test("tx: what is enqueued in it is handed over once it is stored, and not before", async ({
    dispatcher,
    store,
    time,
  }) => {
    const done = await work(dispatcher);
    await answerOf(
      transactionOf(store)(async ({ handle, insert }) => {
        const request = requestSample("together");
        const answer = await insert({ request, entries: [] });
        await enqueue(dispatcher, time, request, 0, handle);
        await time.pass(time.promptness);
        assert.deepEqual(done.calls, [], "it is not handed over while the transaction is open");
        return answer;
      }),
    );
    await until(time, time.promptness, () => done.calls.length > 0, "it is handed over afterwards");
    assert.deepEqual(idsOf(done), ["together"]);
  }),

  test("tx: what is enqueued in one that is undone is never handed over", async ({
    dispatcher,
    store,
    time,
  }) => {
    const done = await work(dispatcher);
    const problem = new Error("the work failed");
    const undone = transactionOf(store)(async ({ handle }) => {
      await enqueue(dispatcher, time, requestSample("undone"), 0, handle);
      return err(problem);
    });
    assert.equal(await errorOf(undone, "what failed must not look stored"), problem);
    await time.pass(2 * time.promptness);
    assert.deepEqual(done.calls, []);
  }),
];
