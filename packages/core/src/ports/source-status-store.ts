import type { Instant } from "../instant.ts";
import type { ProblemCode } from "../request/problems.ts";
import type { SourceStatus } from "../request/steps.ts";

/**
 * Keeps what the Data Sources page shows of the last refresh of each source; and under the tenant of no name (an empty text)
 * which sources some process has registered, for processes of older code.
 */
export interface SourceStatusStoreDefinition {
  /** Replaces what is known of one source in one tenant. */
  put(status: StoredSourceStatus): Promise<void>;
  /** All of a tenant, in any order. */
  list(query: { readonly tenant: string }): Promise<StoredSourceStatus[]>;
}

export interface StoredSourceStatus {
  readonly tenant: string;
  readonly source: string;
  readonly status: SourceStatus;
  readonly problem: ProblemCode | null;
  /** When the last refresh began or ended. */
  readonly at: Instant;
  /** When a refresh last succeeded. */
  readonly refreshedAt: Instant | null;
}
