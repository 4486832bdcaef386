import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { timeLeft, timeline, urgencyOf } from "../parts/timeline.ts";
import type { RequestPart } from "./part.ts";

/** By when, and why that day. */
export const deadlineSection = ({ context, request }: RequestPart): Html => {
  const { deadline, outcome } = request;
  const { day } = context.times;
  return html`<section class="sheet" aria-labelledby="deadline"><h2 id="deadline">Deadline</h2>
${
  outcome === null
    ? html`<div class="wide"><span>${day(deadline.receivedOn)}</span>${timeline(request, context.times)}<span>${day(deadline.dueOn)}</span></div>
<p><b class="left ${urgencyOf(request, context.times)}">${timeLeft(request, context.times)}.</b></p>`
    : html`<p>It was due ${day(deadline.dueOn)}.</p>`
}
<p>${deadline.explanation}</p></section>`;
};
