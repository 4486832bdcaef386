import type { RecordFate } from "./outcomes.ts";
import type { StepTask } from "./steps.ts";

/** What a request is going to do: what an approval is given for. Nothing in it is personal. */
export type Plan = {
  readonly format: "subject-rights-plan";
  readonly version: 1;
  readonly request: string;
  readonly tenant: string;
  readonly kind: string;
  readonly category: string;
  /** By how many identifiers the person is known. The request says who that is, and only ever learns of more. */
  readonly identifiers: number;
  readonly sources: readonly PlannedSource[];
};

export type PlannedSource = {
  readonly source: string;
  readonly kind: "origin" | "copy";
  readonly task: StepTask;
  /** The origins that have to be done first. */
  readonly after: readonly string[];
  /** A hash of what the source is and can do, at the moment when it was counted; null where it is not registered. */
  readonly configuration: string | null;
  /** Closed by hand: nothing is done here. */
  readonly settled: boolean;
  /** Null where the source cannot count, or could not be asked. */
  readonly collections: readonly PlannedCollection[] | null;
};

export type PlannedCollection = {
  readonly collection: string;
  readonly count: number;
  readonly becomes: PlannedFate;
};

/** What becomes of the records of one collection. */
export type PlannedFate = RecordFate | "refreshed" | "erased-by-owner" | "exported";
