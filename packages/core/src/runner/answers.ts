import { type Instant, instant } from "../instant.ts";
import type { Clock } from "../ports/clock.ts";
import { stepOf } from "../request/change.ts";
import type { RequestEvent } from "../request/events.ts";
import type { Request } from "../request/request.ts";
import { callOf, type SourceStep } from "../request/steps.ts";
import type { Action } from "../workflows/actions.ts";

/** When each source last answered, for whichever request, as far as this process knows. */
export interface Answers {
  /** Takes note of what came of work at a source. Null: it was stored together with the work. */
  note(tenant: string, action: Action, event: RequestEvent | null): void;
  /** Whether the source has answered the call that this step makes, since then. */
  since(tenant: string, step: SourceStep, at: Instant): boolean;
}

/** Beyond it those that answered longest ago are forgotten. */
const most = 10_000;

export const answersOf = (clock: Clock): Answers => {
  const last = new Map<string, Instant>();
  const nameOf = (tenant: string, step: SourceStep) => JSON.stringify([tenant, step.source, callOf(step)]);
  return {
    note: (tenant, action, event) => {
      if (!("step" in action) || !isAnswer(action, event)) return;
      const name = nameOf(tenant, action.step);
      last.delete(name);
      last.set(name, instant(clock.now()));
      const [oldest] = last.keys();
      if (last.size > most && oldest !== undefined) last.delete(oldest);
    },
    since: (tenant, step, at) => (last.get(nameOf(tenant, step)) ?? at) > at,
  };
};

/** Only what surely came from the source: who cannot find the person, or cannot check, is not called at all. */
const isAnswer = (action: Action, event: RequestEvent | null): boolean => {
  switch (event?.type) {
    case "source-identified":
      return event.found.length > 0;
    case "source-finished":
      return true;
    case "source-verified":
      return event.checked;
    default:
      return event === null && action.do === "perform";
  }
};

/** A source that answers others meanwhile is not down: that it fails is a matter between it and this request. */
export const foundAlone = (
  { answers }: { readonly answers: Answers },
  request: Request,
  event: RequestEvent,
): RequestEvent => {
  if (event.type !== "source-failed") return event;
  const step = stepOf(request, event.source);
  const isAlone =
    step?.outage?.role === "looks-after" && answers.since(request.tenant, step, step.outage.since);
  return isAlone ? { ...event, isAlone } : event;
};
