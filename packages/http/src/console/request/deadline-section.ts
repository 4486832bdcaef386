import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { when } from "../answer.ts";
import { timeLeft, timeline, urgencyOf } from "../parts/timeline.ts";
import { who } from "../parts/who.ts";
import type { RequestPart } from "./part.ts";

/** By when, and why that day. */
export const deadlineSection = ({ context, request, me }: RequestPart): Html => {
  const { deadline, outcome } = request;
  const { day, at } = context.times;
  const { extension, suspensions } = deadline;
  return html`<section class="sheet" aria-labelledby="deadline"><h2 id="deadline">Deadline</h2>
${
  outcome === null
    ? html`<div class="wide"><span>${day(deadline.receivedOn)}</span>${timeline(request, context.times)}<span>${day(deadline.dueOn)}</span></div>
<p><b class="left ${urgencyOf(request, context.times)}">${timeLeft(request, context.times)}.</b></p>`
    : html`<p>It was due ${day(deadline.dueOn)}.</p>`
}
<p>${deadline.explanation}</p>
${suspensions.map(({ from, reason }) => html`<p>In doubt who asks, ${at(from)}: “${reason}”.</p>`)}
${when(extension !== null, () => html`<p>Extended by ${who(me, extension?.by ?? null)}: “${extension?.reason ?? ""}”. ${extension?.toldAt == null ? "It counts once the person is told." : html`The person was told ${at(extension.toldAt)}.`}</p>`)}</section>`;
};
