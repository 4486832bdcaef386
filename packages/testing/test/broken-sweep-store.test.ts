import { sweepStoreCases } from "@subject-rights/testing";
import { describeSuite } from "./broken/describe-suite.ts";
import { claimingFaults } from "./broken/sweep-store/claiming.ts";
import { committingFaults } from "./broken/sweep-store/committing.ts";
import { keepingFaults } from "./broken/sweep-store/keeping.ts";
import { swallowingFaults } from "./broken/sweep-store/swallowing.ts";
import { transactingFaults } from "./broken/sweep-store/transacting.ts";
import { type Fault, harness } from "./broken/sweep-store/world.ts";

describeSuite<Fault>("sweep store", (fault) => sweepStoreCases(harness(fault)), [
  ...keepingFaults,
  ...committingFaults,
  ...claimingFaults,
  ...transactingFaults,
  ...swallowingFaults,
]);
