import type { Call } from "../bridge/call.ts";
import type { DataSource } from "../bridge/define-data-source.ts";
import type { SweepStore } from "../bridge/define-sweep-store.ts";
import type { Services } from "../runner/services.ts";
import type { CountedPeople } from "./come-again.ts";
import type { AtSource } from "./erase-at.ts";
import type { Guard } from "./guard.ts";
import type { Journal } from "./journal.ts";
import type { SweepSources } from "./sources.ts";

/** Everything that one run of a sweep works with. */
export interface SweepRun {
  readonly services: Services;
  readonly store: SweepStore;
  readonly journal: Journal;
  readonly sources: SweepSources;
  /** Origins that work in the transaction in which the sweep is stored. */
  readonly joined: readonly DataSource[];
  readonly apart: readonly DataSource[];
  readonly tenant: string;
  readonly id: string;
  /** Whom this run has counted. */
  readonly counted: CountedPeople;
  /** What every act passes last. */
  readonly guard: Guard;
  /** What calls to sources carry, but for the key of each effect. */
  readonly call: Omit<Call, "idempotencyKey">;
}

/** How many people one source is asked about at the same moment, where it cannot do several at once. */
const callsAtOnce = 4;

export const atSource = (run: SweepRun, source: DataSource, transaction?: unknown): AtSource =>
  transaction === undefined
    ? { source, call: run.call, atOnce: callsAtOnce, guard: run.guard }
    : { source, call: { ...run.call, transaction }, atOnce: 1, guard: run.guard };
