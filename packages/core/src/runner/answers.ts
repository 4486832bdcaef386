import { type Instant, instant, liesAhead } from "../instant.ts";
import type { Clock } from "../ports/clock.ts";
import { stepOf } from "../request/change.ts";
import type { RequestEvent } from "../request/events.ts";
import type { Request } from "../request/request.ts";
import { callOf } from "../request/steps.ts";
import type { Action } from "../workflows/actions.ts";

/** When each source last answered, for whichever request, as far as this process knows. */
export interface Answers {
  /** Takes note of what came of work at a source. Null: it was stored together with the work. */
  note(tenant: string, action: Action, event: RequestEvent | null): void;
  /** Whether the source has answered this call since then. */
  since(tenant: string, source: string, call: string, at: Instant): boolean;
}

/** What a source is called for before a letter goes out. */
export const callForLetters = "find";

/** Beyond it those that answered longest ago are forgotten. */
const most = 10_000;

export const answersOf = (clock: Clock): Answers => {
  const last = new Map<string, Instant>();
  const nameOf = (tenant: string, source: string, call: string) => JSON.stringify([tenant, source, call]);
  return {
    note: (tenant, action, event) => {
      for (const [source, call] of answeredIn(action, event)) {
        const name = nameOf(tenant, source, call);
        last.delete(name);
        last.set(name, instant(clock.now()));
        const [oldest] = last.keys();
        if (last.size > most && oldest !== undefined) last.delete(oldest);
      }
    },
    since: (tenant, source, call, at) => {
      const answeredAt = last.get(nameOf(tenant, source, call));
      return answeredAt !== undefined && answeredAt > at && !liesAhead(answeredAt, instant(clock.now()));
    },
  };
};

/** Which sources have answered which call. */
const answeredIn = (
  action: Action,
  event: RequestEvent | null,
): readonly (readonly [source: string, call: string])[] => {
  if (event?.type === "notice-sent" || event?.type === "notice-failed")
    return (event.heard ?? []).map((source) => [source, callForLetters]);
  return "step" in action && isAnswer(action, event) ? [[action.step.source, callOf(action.step)]] : [];
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
  if (event.type !== "source-failed" && event.type !== "notice-failed") return event;
  const { source } = event;
  if (source === undefined) return event;
  const { outage, call } =
    event.type === "source-failed" ? atStep(request, source) : atLetter(request, event);
  const isAlone = outage?.role === "looks-after" && answers.since(request.tenant, source, call, outage.since);
  return isAlone ? { ...event, isAlone } : event;
};

const atStep = (request: Request, source: string) => {
  const step = stepOf(request, source);
  return { outage: step?.outage, call: step === undefined ? "" : callOf(step) };
};

const atLetter = ({ notices }: Request, { notice }: { readonly notice: string }) => ({
  outage: notices.find(({ id }) => id === notice)?.asked?.outage,
  call: callForLetters,
});
