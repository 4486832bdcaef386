import type { RecordFate } from "./outcomes.ts";
import type { Plan, PlannedFate, PlannedSource } from "./planned.ts";
import type { Request } from "./request.ts";
import type { SourceStep } from "./steps.ts";

/** The plan of a request whose sources were counted. */
export const planOf = (request: Request): Plan => ({
  format: "subject-rights-plan",
  version: 1,
  request: request.id,
  tenant: request.tenant,
  kind: request.kind,
  category: request.category,
  identifiers: request.pseudonyms.length,
  sources: plannedSources(request),
});

export const plannedSources = (request: Request): PlannedSource[] =>
  request.steps.filter(isPlanned).map((step) => ({
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
  }));

const isPlanned = ({ task, onlyAsked = false }: SourceStep): boolean =>
  task !== "identify" && task !== "leave" && !onlyAsked;

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
