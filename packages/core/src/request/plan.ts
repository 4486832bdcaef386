import { type CollectionCount, goneCounts, type RecordFate } from "./outcomes.ts";
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

/**
 * Whether a source holds more now than was counted for the plan, less what is gone by this request since, or other records
 * than those, or would make something else of them. An export may well hand over more of the same.
 */
export const isMoreThanCounted = (step: SourceStep, now: readonly CollectionCount[]): boolean => {
  const { located, goneBefore = [], outcomes, task } = step;
  const before = located ?? [];
  const fateNow = (each: CollectionCount) => `${fateOf(step, each.becomes)} ${each.collection}`;
  if (task === "export") {
    const names = before.map(fateNow);
    return now.some((each) => each.count > 0 && !names.includes(fateNow(each)));
  }
  const gone = totalsOf(goneCounts(outcomes), ({ collection }) => collection);
  const goneThen = totalsOf(goneBefore, ({ collection }) => collection);
  const isMore = <Key extends (each: CollectionCount) => string>(
    key: Key,
    less: (name: string) => number,
  ) => {
    const counted = totalsOf(before, key);
    return [...totalsOf(now, key)].some(([name, count]) => count > (counted.get(name) ?? 0) - less(name));
  };
  return (
    isMore(fateNow, () => 0) ||
    isMore(
      ({ collection }) => collection,
      (name) => Math.max(0, (gone.get(name) ?? 0) - (goneThen.get(name) ?? 0)),
    )
  );
};

const totalsOf = (
  counts: readonly CollectionCount[],
  key: (each: CollectionCount) => string,
): Map<string, number> => {
  const totals = new Map<string, number>();
  for (const each of counts) totals.set(key(each), (totals.get(key(each)) ?? 0) + each.count);
  return totals;
};
