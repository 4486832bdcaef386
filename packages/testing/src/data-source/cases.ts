import { type CaseMaker, type ConformanceCase, casesOver, casesWhereMade } from "../conformance-case.ts";
import { breakingCases } from "./breaking.ts";
import { comparingCases } from "./comparing.ts";
import { describingCases } from "./describing.ts";
import { erasingCases, remainingCases } from "./erasing.ts";
import { erasingManyCases } from "./erasing-many.ts";
import { exportingCases } from "./exporting.ts";
import { identifyingCases, identifyingManyCases, locatingCases } from "./finding.ts";
import type { AbilityName, DataSourceFixture, DataSourceHarness } from "./harness.ts";
import { listingBreakingCases, listingCases } from "./listing.ts";
import { refreshingCases } from "./refreshing.ts";

type Part = (test: CaseMaker<DataSourceFixture>, harness: DataSourceHarness) => readonly ConformanceCase[];

/** What a `DataSource` promises, rule by rule, for the abilities that it has. */
export const dataSourceCases = (harness: DataSourceHarness): readonly ConformanceCase[] => {
  const test = casesOver(() => harness.make());
  const where = (needed: readonly AbilityName[], part: Part): readonly ConformanceCase[] =>
    needed.some((name) => harness.abilities.includes(name)) ? part(test, harness) : [];
  return [
    ...describingCases(test, harness),
    ...comparingCases(test, harness),
    ...where(["identify"], identifyingCases),
    ...(harness.identifiesMany === true ? identifyingManyCases(test, harness) : []),
    ...where(["locate"], locatingCases),
    ...where(["export"], exportingCases),
    ...where(["erase"], erasingCases),
    ...where(["locate", "verify"], remainingCases),
    ...(harness.erasesMany === true ? erasingManyCases(test, harness) : []),
    ...(harness.listsPeople === true ? listingCases(test, harness) : []),
    ...where(["refresh"], refreshingCases),
    ...casesWhereMade(harness.makeBreakable?.bind(harness), (breakable) => [
      ...breakingCases(breakable, harness),
      ...(harness.listsPeople === true ? listingBreakingCases(breakable, harness) : []),
    ]),
  ];
};
