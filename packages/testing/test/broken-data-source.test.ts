import { dataSourceCases } from "@subject-rights/testing";
import { erasingFaults } from "./broken/data-source/erasing.ts";
import { exportingFaults } from "./broken/data-source/exporting.ts";
import { comparingFaults, describingFaults, findingFaults } from "./broken/data-source/finding.ts";
import { type Fault, harness } from "./broken/data-source/good-data-source.ts";
import { listingFaults } from "./broken/data-source/listing.ts";
import { refreshingFaults, verifyingFaults } from "./broken/data-source/remaining.ts";
import { swallowingFaults } from "./broken/data-source/swallowing.ts";
import { describeSuite } from "./broken/describe-suite.ts";

describeSuite<Fault>("data source", (fault) => dataSourceCases(harness(fault)), [
  ...describingFaults,
  ...comparingFaults,
  ...findingFaults,
  ...exportingFaults,
  ...erasingFaults,
  ...verifyingFaults,
  ...listingFaults,
  ...refreshingFaults,
  ...swallowingFaults,
]);
