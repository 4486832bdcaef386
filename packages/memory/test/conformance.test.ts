import {
  artifactStoreCases,
  checkpointStoreCases,
  holdStoreCases,
  intakeStoreCases,
  keyRingCases,
  notifierCases,
  requestStoreCases,
  sourceStatusStoreCases,
  suppressionStoreCases,
  sweepStoreCases,
} from "@subject-rights/testing";
import { describe, it } from "vitest";
import {
  artifactStore,
  checkpointStore,
  holdStore,
  intakeStore,
  keyRing,
  notifier,
  requestStore,
  sourceStatusStore,
  suppressionStore,
  sweepStore,
} from "./harnesses.ts";

const suites = {
  "request store": requestStoreCases(requestStore),
  "artifact store": artifactStoreCases(artifactStore),
  "key ring": keyRingCases(keyRing),
  "source status store": sourceStatusStoreCases(sourceStatusStore),
  "sweep store": sweepStoreCases(sweepStore),
  "hold store": holdStoreCases(holdStore),
  "intake store": intakeStoreCases(intakeStore),
  "suppression store": suppressionStoreCases(suppressionStore),
  "checkpoint store": checkpointStoreCases(checkpointStore),
  notifier: notifierCases(notifier),
};

for (const [port, cases] of Object.entries(suites)) {
  describe(port, () => {
    for (const each of cases) it(each.name, each.run);
  });
}
