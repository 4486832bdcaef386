import type { Instant } from "../instant.ts";

/**
 * What a request stands at, for whoever looks after all of them: what it waits for, and what fails again and again although
 * it goes on by itself.
 * - `delivery`: a message is tried again and again, and is not accepted
 * - `retry`: a source is tried again and again, and does not answer
 * - `deadline`: the last day is over
 */
export const standings = [
  "acknowledgement",
  "other-request",
  "decision",
  "hold",
  "identity",
  "approval",
  "task",
  "source",
  "message",
  "work",
  "delivery",
  "retry",
  "deadline",
] as const;
export type StandingKind = (typeof standings)[number];

/** Since when a request stands at what it stands at. */
export type Standings = Readonly<Record<string, { readonly for: StandingKind; readonly since: Instant }>>;
