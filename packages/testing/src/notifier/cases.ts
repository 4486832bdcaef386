import { type ConformanceCase, casesOver } from "../conformance-case.ts";
import { attachingCases } from "./attaching.ts";
import type { NotifierHarness } from "./harness.ts";
import { recognisingCases } from "./recognising.ts";
import { refusingCases } from "./refusing.ts";
import { tellingCases } from "./telling.ts";

/** What a `Notifier` promises, rule by rule. */
export const notifierCases = (harness: NotifierHarness): readonly ConformanceCase[] => {
  const test = casesOver(() => harness.make());
  return [
    ...tellingCases(test),
    ...recognisingCases(test, () => harness.make()),
    ...attachingCases(test),
    ...refusingCases(test, harness),
  ];
};
