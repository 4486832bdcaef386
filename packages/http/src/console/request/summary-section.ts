import type { RequestView } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { plural, when } from "../answer.ts";
import { actionForm } from "../parts/forms.ts";
import { timeLeft, urgencyOf } from "../parts/timeline.ts";
import { who } from "../parts/who.ts";
import { outcomeWords, phaseWords } from "../words/requests.ts";
import type { RequestPart } from "./part.ts";

/** Where it stands, in four facts. What changes is read out. */
export const summarySection = ({ call, context, request, me, to }: RequestPart): Html => {
  const { may } = call.get("visitor");
  const { outcome, phase, deadline } = request;
  return html`<section class="sheet facts" aria-labelledby="stands"><h2 id="stands" class="hidden">Where it stands</h2>
<dl class="strip">
<div><dt>State</dt><dd><b>${outcome === null ? phaseWords[phase] : outcomeWords[outcome]}</b></dd></div>
<div><dt>${outcome === null ? "Due" : "Closed"}</dt><dd>${
    outcome === null
      ? html`<b class="left ${urgencyOf(request, context.times)}">${timeLeft(request, context.times)}</b><span class="sub">${context.times.day(deadline.dueOn)}</span>`
      : request.closedAt === null
        ? ""
        : context.times.at(request.closedAt)
  }</dd></div>
<div><dt>Received</dt><dd>${context.times.day(deadline.receivedOn)}</dd></div>
<div><dt>Taken in by</dt><dd>${who(me, request.submittedBy)}</dd></div>
</dl>
<p role="status" class="under">${progressInWords(request)}</p>
${when(outcome === null && request.unknownTypes !== undefined, () => html`<p class="said alert">It came with identifiers by which no data source says that it finds anybody: ${listed(request.unknownTypes ?? [])}. If that is misspelt, it leads to nobody: call the request off, and make it anew.</p>`)}
${when(request.reason !== null, () => html`<p>Reason: ${request.reason}</p>`)}
${when(request.reopensAt !== null, () => html`<p>It opens again ${context.times.at(request.reopensAt ?? "")}, because a duty to keep something ends then.</p>`)}
${when(may("reveal-subject") && outcome === null, () => actionForm({ to: to("reveal"), button: "Show whom it is about" }))}
</section>`;
};

const listed = (types: readonly string[]): readonly Html[] =>
  types.map((type, index) => html`${index === 0 ? "" : ", "}<code>${type}</code>`);

const progressInWords = ({ outcome, phase, sources, waitingFor }: RequestView): string => {
  if (outcome !== null) return "";
  if (phase === "received") return "Nothing has been read or erased yet.";
  const working = sources.filter(({ task }) => task !== "identify" && task !== "leave");
  const done = working.filter(
    ({ status, settlement }) => status === "succeeded" || settlement !== null,
  ).length;
  const waits = waitingFor.length > 0 ? "; what it waits for is below" : "";
  return `${done} of ${plural(working.length, "data source")} done${waits}.`;
};
