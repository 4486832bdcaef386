import type { SourceStatus } from "@subject-rights/core";

/** The marks of the Data Sources page: a check mark for success, a warning triangle for trouble. */
export const marks = {
  pending: { sign: "·", format: "dim" },
  running: { sign: "…", format: "cyan" },
  succeeded: { sign: "✓", format: "green" },
  warning: { sign: "⚠", format: "yellow" },
} as const satisfies Record<SourceStatus, unknown>;
