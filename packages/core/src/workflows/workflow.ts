import type { Change } from "../request/change.ts";
import { type Category, endsUsers, isAboutUsers } from "../request/kinds.ts";
import type { Request } from "../request/request.ts";
import type { SourceDescriptor } from "../request/sources.ts";
import type { SourceStep, StepTask } from "../request/steps.ts";

/** What the two kinds of request do differently. Everything else about a request is the same for both. */
export interface Workflow {
  /** What the request wants of a source that holds data of its category; `reached` are all that do. */
  taskFor(source: SourceDescriptor, reached: readonly SourceDescriptor[]): StepTask;
  /** Whether the step's own work (erase, refresh, export) may begin now. */
  mayPerform(request: Request, step: SourceStep): boolean;
  /** Whether the last check of the step may be done now. */
  mayVerify(request: Request, step: SourceStep): boolean;
  /** The stage behind the step's own work. */
  readonly stageAfterPerforming: "verify" | "done";
  /** Whether a source that turned to `warning` is tried again from time to time. */
  readonly keepsTrying: boolean;
  /** Goes on by one phase from `planned` on where that is possible; null where it is not. */
  advance(change: Change): Change | null;
}

/** The steps of a request, in the order in which the sources are registered. */
export const stepsFor = (
  workflow: Workflow,
  categories: readonly Category[],
  sources: readonly SourceDescriptor[],
): SourceStep[] => {
  const reached = sources.filter(({ holds }) => holds.some((category) => categories.includes(category)));
  const origins = reached.filter(({ kind }) => kind === "origin").map(({ id }) => id);
  // Nothing is erased in the list of users: it is asked whether it has forgotten them.
  const isToForget = workflow.stageAfterPerforming === "verify" && endsUsers(categories);
  return sources
    .filter((source) =>
      source.directory === true
        ? isAboutUsers(categories)
        : reached.includes(source) || source.abilities.identify,
    )
    .map((source) => {
      const { kind, copyOf, thirdParty, recipients } = source;
      const task = reached.includes(source) ? workflow.taskFor(source, reached) : "identify";
      const step = newStep(source, task, kind === "copy" ? (copyOf ?? origins) : []);
      return {
        ...step,
        ...(thirdParty === true && { thirdParty }),
        ...(source.directory === true && isToForget && { onlyAsked: true }),
        ...(recipients !== undefined && { recipients }),
      };
    });
};

/** Where a step goes on when nobody is left to be asked for identifiers. */
export const stageAfterIdentifying = ({
  task,
  onlyAsked = false,
}: Pick<SourceStep, "task" | "onlyAsked">): "locate" | "verify" | "done" => {
  if (onlyAsked) return "verify";
  return task === "identify" || task === "leave" ? "done" : "locate";
};

const newStep = (
  { id, title, kind, abilities }: SourceDescriptor,
  task: StepTask,
  after: readonly string[],
): SourceStep => {
  const canIdentify = abilities.identify;
  const stage = canIdentify ? "identify" : stageAfterIdentifying({ task });
  return {
    source: id,
    title,
    kind,
    task,
    after,
    canIdentify,
    status: stage === "done" ? "succeeded" : "pending",
    stage,
    attempts: 0,
    nextAttemptAt: null,
    generation: 1,
    identifiersAsked: 0,
    identifiersUsed: 0,
    located: null,
    configuration: null,
    outcomes: [],
    checked: null,
    collected: [],
    problem: null,
    alerts: 0,
    alertedOf: null,
    manual: null,
    settlement: null,
  };
};
