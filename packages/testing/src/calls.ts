import type { Call } from "@subject-rights/core";
import { simulatedClock } from "./simulated-clock.ts";

/**
 * A call as the library makes it. Its clock stands still: a case never fails for being slow, and what hangs is
 * for the test runner to end.
 */
export const callOf = (part: Partial<Call> = {}): Call => ({
  tenant: "tenant-one",
  requestId: "request-of-the-cases",
  categories: ["customer-data"],
  idempotencyKey: "effect-1",
  signal: new AbortController().signal,
  clock: simulatedClock(),
  deadline: 60_000,
  ...part,
});
