import assert from "node:assert/strict";
import {
  type Breakable,
  type CaseMaker,
  type ConformanceCase,
  casesOver,
  casesWhereMade,
} from "../conformance-case.ts";
import { enqueueingCases } from "./enqueueing.ts";
import type { DispatcherFixture, DispatcherHarness } from "./harness.ts";
import { joiningCases } from "./joining.ts";
import { enqueue, named } from "./waking.ts";
import { sharingCases, workingCases } from "./working.ts";

const breakingCases = (test: CaseMaker<DispatcherFixture & Breakable>): readonly ConformanceCase[] => [
  test('enqueue: "could not keep it" is an error', async ({ dispatcher, time, breakIt }) => {
    await enqueue(dispatcher, time, named("before"));
    await breakIt();
    await assert.rejects(enqueue(dispatcher, time, named("after")), "it must not look enqueued");
  }),
];

/** What a `Dispatcher` promises, rule by rule. Time passes in them: seconds, where it is not a simulated one. */
export const dispatcherCases = (harness: DispatcherHarness): readonly ConformanceCase[] => {
  const test = casesOver(() => harness.make());
  return [
    ...enqueueingCases(test),
    ...workingCases(test),
    ...casesWhereMade(harness.makeShared?.bind(harness), sharingCases),
    ...casesWhereMade(harness.makeJoining?.bind(harness), joiningCases),
    ...casesWhereMade(harness.makeBreakable?.bind(harness), breakingCases),
  ];
};
