import { NotPossibleNow } from "../../errors.ts";
import { type Change, changed, recorded } from "../../request/change.ts";
import { categoriesReached } from "../../request/kinds.ts";
import type { Request } from "../../request/request.ts";
import { canDo, isStillAsked, type SourceDescriptor } from "../../request/sources.ts";
import { isPerformed, type SourceStep } from "../../request/steps.ts";
import { err, ok, type Result } from "../../result.ts";
import { stageAfterIdentifying, stepsFor } from "../workflow.ts";
import { workflowOf } from "../workflows.ts";
import { plannedAgain } from "./approving.ts";
import type { EventOf } from "./events.ts";
import { begunAgain, stageAnew } from "./reopening.ts";

/**
 * What another kind of source would have to do for a request than its step says, and the source as it is registered here
 * cannot: null where that is not so. Another version may know it as what it was.
 */
export const otherTask = (
  { kind, category }: Pick<Request, "kind" | "category">,
  step: SourceStep,
  sources: readonly SourceDescriptor[],
): SourceStep | null => {
  const source = sources.find(({ id }) => id === step.source);
  if (source === undefined || canDo(source, step)) return null;
  const fresh = stepsFor(workflowOf(kind), categoriesReached(kind, category), sources);
  return fresh.find((each) => each.source === step.source && each.task !== step.task) ?? null;
};

/** So often nobody who knows it as what it was has been met: there is no such process any more. */
const triesOfOthers = 3;

const isLeftByOthers = ({ problem, attempts, settlement }: SourceStep): boolean =>
  problem?.code === "not-registered" && attempts >= triesOfOthers && settlement === null;

/**
 * The steps that a request lacks: of sources that were registered since it was acknowledged, of those that were
 * only asked who this is and hold data of its category by now, and of those that are of another kind by now. Whoever is
 * registered when it ends has been asked.
 */
export const missingSteps = (
  request: Request,
  sources: readonly SourceDescriptor[],
): readonly SourceStep[] => {
  const { kind, category, phase, steps } = request;
  if (phase === "received" || phase === "closed") return [];
  return stepsFor(workflowOf(kind), categoriesReached(kind, category), sources).filter(({ source, task }) => {
    const step = steps.find((each) => each.source === source);
    return (
      step === undefined ||
      (step.task === "identify" && task !== "identify") ||
      (isLeftByOthers(step) && otherTask(request, step, sources) !== null)
    );
  });
};

/** The steps that nobody could do, because nobody knew their sources, and that somebody can do now. */
export const stepsKnownAgain = (
  request: Request,
  sources: readonly SourceDescriptor[],
): readonly SourceStep[] => {
  const { kind, category, phase, steps } = request;
  return phase === "received" || phase === "closed"
    ? []
    : steps.filter(
        (step) =>
          step.problem?.code === "not-registered" &&
          step.settlement === null &&
          otherTask(request, step, sources) === null &&
          sources.some(
            (source) =>
              source.id === step.source && isStillAsked(source, step, categoriesReached(kind, category)),
          ),
      );
};

/** A source that is not registered any more, or is another tenant's, keeps its step: nobody has shown that it holds nothing. */
export const register = (
  change: Change,
  { sources }: EventOf<"sources-registered">,
): Result<Change, NotPossibleNow> => {
  const { request } = change;
  const missing = missingSteps(request, sources);
  if (missing.length === 0)
    return err(new NotPossibleNow("Every source that is registered is asked already."));
  const added = missing.map((step) => {
    const before = request.steps.find(({ source, task }) => source === step.source && task !== "identify");
    if (before !== undefined) return ofAnotherKind(before, step);
    return request.reopened > 0 ? onlyAsked(step) : step;
  });
  const fresh = stepsFor(
    workflowOf(request.kind),
    categoriesReached(request.kind, request.category),
    sources,
  );
  const names = added.map(({ source }) => source);
  const kept = request.steps
    .filter(({ source }) => !names.includes(source))
    .map((step) => behindThese(step, fresh, names));
  const registered = added.reduce(
    (telling, { source, task }) => recorded(telling, "registered", { task }, source),
    changed(change, { steps: [...kept, ...added] }),
  );
  return ok(plannedAgain(registered) ?? registered);
};

/** What it was, and has come to, stays on record; what is to be done begins anew as what it is now. */
const ofAnotherKind = (
  before: SourceStep,
  { title, kind, task, after, canIdentify }: SourceStep,
): SourceStep => {
  const now = { ...before, title, kind, task, after, canIdentify, attempts: 0, outage: null };
  return { ...now, ...begunAgain(before, stageAfterIdentifying(now)) };
};

/** What is opened again for a part of it works on that part; of everybody else it only asks what they hold. */
const onlyAsked = (step: SourceStep): SourceStep =>
  step.task === "identify" || step.task === "leave"
    ? step
    : { ...step, onlyAsked: true, registeredSince: true, stage: "verify", status: "pending" };

/** A copy that is filled from an origin that is new here is refreshed behind it, once more where that was done. */
const behindThese = (
  step: SourceStep,
  fresh: readonly SourceStep[],
  added: readonly string[],
): SourceStep => {
  const after = fresh.find(({ source }) => source === step.source)?.after ?? [];
  const origins = after.filter((origin) => added.includes(origin) && !step.after.includes(origin));
  if (origins.length === 0 || step.settlement !== null || step.onlyAsked === true) return step;
  const behind = { ...step, after: [...step.after, ...origins] };
  return isPerformed(step) && step.task !== "identify" && step.task !== "leave"
    ? { ...behind, ...begunAgain(step, stageAnew(step)) }
    : behind;
};
