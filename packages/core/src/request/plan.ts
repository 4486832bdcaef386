import type { RecordFate } from "./outcomes.ts";
import type { Request } from "./request.ts";
import type { SourceStep, StepTask } from "./steps.ts";

/** What a request is going to do: what an approval is given for. Nothing in it is personal. */
export type Plan = {
  readonly format: "subject-rights-plan";
  readonly version: 1;
  readonly request: string;
  readonly tenant: string;
  readonly kind: string;
  readonly category: string;
  /** The pseudonyms that the person is known by. */
  readonly people: readonly string[];
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

/** The plan of a request whose sources were counted. */
export const planOf = (request: Request): Plan => ({
  format: "subject-rights-plan",
  version: 1,
  request: request.id,
  tenant: request.tenant,
  kind: request.kind,
  category: request.category,
  people: [...request.pseudonyms].sort(),
  sources: request.steps.filter(isPlanned).map((step) => ({
    source: step.source,
    kind: step.kind,
    task: step.task,
    after: step.after,
    configuration: step.configuration,
    settled: step.settlement !== null,
    collections:
      step.located?.map(({ collection, count, becomes }) => ({
        collection,
        count,
        becomes: fateOf(step, becomes),
      })) ?? null,
  })),
});

const isPlanned = ({ task }: SourceStep): boolean => task !== "identify" && task !== "leave";

const fateOf = ({ task }: SourceStep, becomes: RecordFate = "erased"): PlannedFate => {
  switch (task) {
    case "export":
      return "exported";
    case "refresh":
      return "refreshed";
    case "manual":
      return "erased-by-owner";
    default:
      return becomes;
  }
};

/** Which counts make up a plan, to tell whether one that was made meanwhile is out of date. */
export const planPartsOf = (request: Request): string =>
  request.steps
    .map(
      ({ source, generation, settlement }) =>
        `${source}/${generation}${settlement === null ? "" : "/settled"}`,
    )
    .join(" ");

/** Every source that is to be counted was. */
export const isCounted = (request: Request): boolean =>
  request.steps.every(
    (step) => step.stage !== "locate" || step.settlement !== null || step.status === "warning",
  );
