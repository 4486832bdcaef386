import type { RecordFate } from "./outcomes.ts";
import type { Plan, PlannedFate, PlannedSource } from "./planned.ts";
import type { Request } from "./request.ts";
import type { SourceStep } from "./steps.ts";

/**
 * The plan of a request whose sources were counted.
 *
 * @param hash SHA-256, in hex
 */
export const planOf = (request: Request, hash: (text: string) => string): Plan => ({
  format: "subject-rights-plan",
  version: 1,
  request: request.id,
  tenant: request.tenant,
  kind: request.kind,
  category: request.category,
  person: {
    identifiers: request.pseudonyms.length,
    // With the request, so that two plans do not show that they are about the same person.
    digest: hash(JSON.stringify([request.id, ...[...request.pseudonyms].sort()])),
  },
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
