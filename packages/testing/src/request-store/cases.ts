import { type ConformanceCase, casesOver, casesWhereMade } from "../conformance-case.ts";
import { auditingCases } from "./auditing.ts";
import { breakingCases } from "./breaking.ts";
import { claimingCases } from "./claiming.ts";
import { committingCases } from "./committing.ts";
import { findingCases } from "./finding.ts";
import type { RequestStoreHarness } from "./harness.ts";
import { insertingCases } from "./inserting.ts";
import { transactingCases } from "./transacting.ts";
import { wakingCases } from "./waking.ts";

/** What a `RequestStore` promises, rule by rule. */
export const requestStoreCases = (harness: RequestStoreHarness): readonly ConformanceCase[] => {
  const test = casesOver(() => harness.make());
  return [
    ...insertingCases(test),
    ...committingCases(test),
    ...claimingCases(test),
    ...findingCases(test),
    ...wakingCases(test),
    ...auditingCases(test),
    ...(harness.transactions === true ? transactingCases(test) : []),
    ...casesWhereMade(harness.makeBreakable?.bind(harness), breakingCases),
  ];
};
