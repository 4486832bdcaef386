import type { DamagedRecord, RequestView } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { type ConsoleCall, plural, when } from "../answer.ts";
import type { ConsoleContext } from "../console.ts";
import { consolePage } from "../console-page.ts";
import { damagedRequests } from "../parts/damaged.ts";
import { timeLeft, timeline, urgencyOf } from "../parts/timeline.ts";
import { nameOf, outcomeWords, phaseWords } from "../words/requests.ts";
import { waitingBriefly } from "../words/waiting.ts";

export interface RequestList {
  readonly shown: "open" | "closed";
  readonly requests: readonly RequestView[];
  /** Those whose record cannot be read. */
  readonly damaged: readonly DamagedRecord[];
  /** Null where it is not counted. */
  readonly all: number | null;
  readonly overdue: number;
  readonly cursor: string | null;
  readonly isFirst: boolean;
}

/** What is due when: overdue first, then by deadline. */
export const listPage = (call: ConsoleCall, context: ConsoleContext, list: RequestList): Html => {
  const { may } = call.get("visitor");
  const { shown, requests, all } = list;
  return consolePage(call, context, {
    title: "Requests",
    body: html`<div class="heading"><h1>Requests</h1>
${when(may("submit-erasure") || may("submit-export"), () => html`<a class="button" href="${context.path("/console/requests/new")}">Make a request</a>`)}</div>
<nav class="tabs" aria-label="Which requests">${tab(context, "open", "Open", shown)} ${tab(context, "closed", "Closed", shown)}</nav>
<p role="status" class="lead" data-live="requests-summary">${summary(list)}</p>
${damagedRequests(list.damaged)}
${
  requests.length === 0
    ? html`<section class="sheet"><p>${shown === "open" ? "Nothing is open: nobody waits for an answer." : "No request is closed yet."}</p></section>`
    : html`<div class="table" data-live="requests"${shown === "open" ? html` data-poll="15000"` : ""}><table class="requests">
<caption class="hidden">${shown === "open" ? "Open requests, what is due first at the top" : "Closed requests, the newest first"}</caption>
<thead><tr><th scope="col">Request</th><th scope="col">${shown === "open" ? "Due" : "Closed"}</th><th scope="col">${shown === "open" ? "Where it is" : "How it ended"}</th></tr></thead>
<tbody>${requests.map((request) => (shown === "open" ? openRow(context, request) : closedRow(context, request)))}</tbody>
</table></div>`
}
${pager(context, list, all)}`,
  });
};

const tab = (
  context: ConsoleContext,
  show: "open" | "closed",
  title: string,
  shown: "open" | "closed",
): Html =>
  html`<a href="${context.path(`/console/requests${show === "closed" ? "?show=closed" : ""}`)}"${show === shown ? html` aria-current="page"` : ""}>${title}</a>`;

const summary = ({ shown, requests, all, overdue, isFirst }: RequestList): string => {
  if (shown === "closed") return isFirst ? "The newest first." : "Older ones.";
  const open = plural(all ?? requests.length, "open request");
  return overdue > 0 ? `${open} · ${overdue} overdue` : open;
};

const title = (context: ConsoleContext, request: RequestView): Html =>
  html`<th scope="row"><a href="${context.path(`/console/requests/${request.id}`)}">${nameOf(request)}</a><span class="sub"><code>${request.id.slice(0, 8)}</code> · received ${context.times.day(request.deadline.receivedOn)}</span></th>`;

const openRow = (context: ConsoleContext, request: RequestView): Html => {
  const urgency = urgencyOf(request, context.times);
  const waits = request.waitingFor.map((each) => waitingBriefly(each, request));
  return html`<tr class="${urgency}" data-key="${request.id}">${title(context, request)}
<td data-label="Due" class="due"><span class="left ${urgency}">${timeLeft(request, context.times)}</span>${timeline(request, context.times)}<span class="sub">${context.times.day(request.deadline.dueOn)}${request.deadline.extended ? ", extended" : ""}</span></td>
<td data-label="Where it is">${phaseWords[request.phase]}${when(waits.length > 0, () => html`<span class="sub waits">${[...new Set(waits)].join(" · ")}</span>`)}</td></tr>`;
};

const closedRow = (context: ConsoleContext, request: RequestView): Html =>
  html`<tr data-key="${request.id}">${title(context, request)}
<td data-label="Closed">${request.closedAt === null ? "" : context.times.at(request.closedAt)}</td>
<td data-label="How it ended">${request.outcome === null ? "" : outcomeWords[request.outcome]}${when(request.reopensAt, () => html`<span class="sub">opens again ${context.times.at(request.reopensAt ?? "")}, when a duty to keep ends</span>`)}</td></tr>`;

const pager = (
  context: ConsoleContext,
  { shown, cursor, isFirst }: RequestList,
  all: number | null,
): Html | "" => {
  if (isFirst && cursor === null) return "";
  const query = shown === "closed" ? "?show=closed" : "?show=open";
  return html`<nav class="pager" aria-label="Pages of requests">
${isFirst ? "" : html`<a class="button secondary" href="${context.path(`/console/requests${query}`)}">From the beginning</a>`}
${cursor === null ? "" : html`<a class="button secondary" rel="next" href="${context.path(`/console/requests${query}&cursor=${encodeURIComponent(cursor)}`)}">Next page</a>`}
${all === null ? "" : html`<span class="quiet">${all} in all</span>`}
</nav>`;
};
