import { requestStoreCases } from "@subject-rights/testing";
import { describeSuite } from "./broken/describe-suite.ts";
import { auditingFaults } from "./broken/request-store/auditing.ts";
import { claimingFaults } from "./broken/request-store/claiming.ts";
import { committingFaults } from "./broken/request-store/committing.ts";
import { findingFaults } from "./broken/request-store/finding.ts";
import { insertingFaults } from "./broken/request-store/inserting.ts";
import { swallowingFaults } from "./broken/request-store/swallowing.ts";
import { transactingFaults } from "./broken/request-store/transacting.ts";
import { wakingFaults } from "./broken/request-store/waking.ts";
import { type Fault, harness } from "./broken/request-store/world.ts";

describeSuite<Fault>("request store", (fault) => requestStoreCases(harness(fault)), [
  ...insertingFaults,
  ...committingFaults,
  ...claimingFaults,
  ...findingFaults,
  ...wakingFaults,
  ...auditingFaults,
  ...transactingFaults,
  ...swallowingFaults,
]);
