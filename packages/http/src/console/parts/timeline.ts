import type { RequestView } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { plural } from "../answer.ts";
import { daysFrom, type Times } from "../times.ts";

/** How much time is left. `still`: nothing is due, because the clock stands still or the answer was given before. */
export type Urgency = "over" | "soon" | "calm" | "still";

type Timed = Pick<RequestView, "deadline" | "messages" | "outcome">;

/**
 * Opened again, because a duty to keep something has ended: it was answered before, and is not overdue whatever its
 * date. Its first end is told by the letter that said what was done.
 */
const isOpenedAgain = ({ outcome, messages }: Timed): boolean =>
  outcome === null && messages.some(({ kind }) => kind === "completion");

/** Days from which on it is soon: the first reminder of the library comes then. */
const soon = 7;

export const urgencyOf = (request: Timed, times: Times): Urgency => {
  const { deadline } = request;
  if (deadline.suspendedSince !== null || isOpenedAgain(request)) return "still";
  const left = daysFrom(times.today(), deadline.dueOn);
  return left < 0 ? "over" : left <= soon ? "soon" : "calm";
};

export const timeLeft = (request: Timed, times: Times): string => {
  const { deadline } = request;
  if (deadline.suspendedSince !== null) return "The clock stands still";
  if (isOpenedAgain(request)) return "Answered; opened again";
  const left = daysFrom(times.today(), deadline.dueOn);
  if (left < 0) return `${plural(-left, "day")} overdue`;
  return left === 0 ? "Due today" : left === 1 ? "Due tomorrow" : `${left} days left`;
};

/** From receipt to the last day, and where between them today is. The words beside it say the same. */
export const timeline = (request: Timed, times: Times): Html => {
  const { receivedOn, dueOn } = request.deadline;
  const whole = Math.max(1, daysFrom(receivedOn, dueOn));
  const gone = Math.min(Math.max(daysFrom(receivedOn, times.today()) / whole, 0.02), 1);
  const width = Math.round(gone * 200);
  return html`<svg class="timeline ${urgencyOf(request, times)}" viewBox="0 0 204 10" preserveAspectRatio="none" aria-hidden="true"><rect class="whole" x="0" y="3" width="204" height="4" rx="2"/><rect class="gone" x="0" y="3" width="${width + 2}" height="4" rx="2"/><rect class="now" x="${width}" y="0" width="3" height="10" rx="1.5"/></svg>`;
};
