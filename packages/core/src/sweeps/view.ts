import type { Instant } from "../instant.ts";
import type { Category } from "../request/kinds.ts";
import type { Sweep, SweepCounts, SweepProblem, SweepReason, SweepStatus, SweptRecords } from "./sweep.ts";

/** A sweep as an application reads it. Nothing in it is personal, apart from a reason that somebody typed. */
export interface SweepView {
  readonly id: string;
  readonly reason: SweepReason;
  readonly category: Category;
  /** `running` also where the process died that ran it: whoever goes on with it takes it over. */
  readonly status: SweepStatus;
  readonly startedBy: string;
  readonly startedAt: Instant;
  readonly updatedAt: Instant;
  readonly endedAt: Instant | null;
  /** How many people, as far as it is stored. */
  readonly counts: SweepCounts;
  readonly records: readonly SweptRecords[];
  /** Sources that cannot be asked whether anything is left. */
  readonly unchecked: readonly string[];
  /** Why it was stopped, where nobody stopped it. */
  readonly problem: SweepProblem | null;
  readonly settled: Sweep["settled"];
}

export const viewOfSweep = ({
  id,
  reason,
  category,
  status,
  startedBy,
  startedAt,
  updatedAt,
  endedAt,
  counts,
  records,
  unchecked,
  problem,
  settled,
}: Sweep): SweepView => ({
  id,
  reason,
  category,
  status,
  startedBy,
  startedAt,
  updatedAt,
  endedAt,
  counts,
  records,
  unchecked,
  problem,
  settled,
});
