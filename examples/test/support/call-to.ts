import { type Call, systemClock } from "@subject-rights/core";

/** A call as the library makes it. */
export const callTo = (): Call => ({
  tenant: "halmstrand",
  requestId: "request-1",
  categories: ["customer-data"],
  idempotencyKey: "effect-1",
  signal: new AbortController().signal,
  clock: systemClock,
  deadline: 60_000,
});
