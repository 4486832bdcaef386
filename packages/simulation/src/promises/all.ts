import {
  copiesBehindOrigins,
  inOrder,
  nobodyElse,
  nobodyUnasked,
  noCallBeforeAcknowledgement,
  nothingWhileStopped,
  oneAtATime,
} from "./calls.ts";
import { noCommitsInVain, noSurprises, wholeChain } from "./commits.ts";
import {
  keysGoWithTheirRequests,
  neverAFalseDone,
  nothingPersonalIsStored,
  nothingSilent,
  trueFigures,
} from "./ends.ts";
import { nobodyWithoutAnAnswer, noneAfterTheEnd, oneIdAMessage } from "./letters.ts";
import { nobodyElseInPackages } from "./packages.ts";
import type { Promised } from "./promise.ts";

/** Everything that is checked on every run. */
export const promises: readonly Promised[] = [
  noSurprises,
  noCallBeforeAcknowledgement,
  neverAFalseDone,
  nothingWhileStopped,
  nobodyElse,
  nobodyElseInPackages,
  nobodyUnasked,
  oneAtATime,
  inOrder,
  copiesBehindOrigins,
  oneIdAMessage,
  noneAfterTheEnd,
  nobodyWithoutAnAnswer,
  trueFigures,
  nothingSilent,
  noCommitsInVain,
  nothingPersonalIsStored,
  keysGoWithTheirRequests,
  wholeChain,
];
