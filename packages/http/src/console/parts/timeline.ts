import type { RequestView } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { plural } from "../answer.ts";
import { daysFrom, type Times } from "../times.ts";

/** How much time is left, as far as it matters: none of a request that is closed. */
export type Urgency = "over" | "soon" | "calm" | "still";

/** Days from which on it is soon: the first reminder of the library comes then. */
const soon = 7;

export const urgencyOf = ({ deadline }: Pick<RequestView, "deadline">, times: Times): Urgency => {
  if (deadline.suspendedSince !== null) return "still";
  const left = daysFrom(times.today(), deadline.dueOn);
  return left < 0 ? "over" : left <= soon ? "soon" : "calm";
};

export const timeLeft = ({ deadline }: Pick<RequestView, "deadline">, times: Times): string => {
  if (deadline.suspendedSince !== null) return "The clock stands still";
  const left = daysFrom(times.today(), deadline.dueOn);
  if (left < 0) return `${plural(-left, "day")} overdue`;
  return left === 0 ? "Due today" : left === 1 ? "Due tomorrow" : `${left} days left`;
};

/** From receipt to the last day, and where between them today is. The words beside it say the same. */
export const timeline = (request: Pick<RequestView, "deadline">, times: Times): Html => {
  const { receivedOn, dueOn } = request.deadline;
  const whole = Math.max(1, daysFrom(receivedOn, dueOn));
  const gone = Math.min(Math.max(daysFrom(receivedOn, times.today()) / whole, 0.02), 1);
  const width = Math.round(gone * 200);
  return html`<svg class="timeline ${urgencyOf(request, times)}" viewBox="0 0 204 10" preserveAspectRatio="none" aria-hidden="true"><rect class="whole" x="0" y="3" width="204" height="4" rx="2"/><rect class="gone" x="0" y="3" width="${width + 2}" height="4" rx="2"/><rect class="now" x="${width}" y="0" width="3" height="10" rx="1.5"/></svg>`;
};
