import type { SourceList, SourceRow, SourceStatus } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { type ConsoleCall, plural, when } from "../answer.ts";
import type { ConsoleContext } from "../console.ts";
import { consolePage } from "../console-page.ts";
import { damagedRequests } from "../parts/damaged.ts";
import { statusSign } from "../parts/status.ts";
import { problemWords } from "../words/problems.ts";
import { categoryWords } from "../words/requests.ts";

const statusWords: Readonly<Record<SourceStatus, string>> = {
  pending: "Pending",
  running: "Running",
  succeeded: "Succeeded",
  warning: "Warning",
};

export const sourcesPage = (
  call: ConsoleCall,
  context: ConsoleContext,
  { sources, damaged }: SourceList,
): Html => {
  const running = sources.filter(({ status }) => status === "running").length;
  const warnings = sources.filter(({ status }) => status === "warning").length;
  return consolePage(call, context, {
    title: "Data sources",
    body: html`<h1>Data sources</h1>
<p role="status" class="lead" data-live="sources-summary">${summary(sources.length, running, warnings)}</p>
${damagedRequests(damaged)}
<div class="table" data-live="sources" data-poll="${running > 0 ? "1500" : "15000"}">
<table class="sources">
<caption class="hidden">The data sources, what they hold, and their status</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Holds</th><th scope="col">Status</th><th scope="col">Last refresh</th><th scope="col">Action</th></tr></thead>
<tbody>${sources.map((source) => row(call, context, source))}</tbody>
</table>
</div>
${when(running > 0, () => html`<noscript><p class="lookagain"><a href="${context.path("/console/sources")}">Look again</a></p></noscript>`)}`,
  });
};

const summary = (all: number, running: number, warnings: number): string =>
  [
    plural(all, "data source"),
    running > 0 ? `${running} running` : "",
    warnings > 0 ? plural(warnings, "warning") : "no warning",
  ]
    .filter((part) => part !== "")
    .join(" · ");

const row = (call: ConsoleCall, context: ConsoleContext, source: SourceRow): Html => {
  const { id, title, holds, kind, status, refreshedAt } = source;
  return html`<tr id="source-${id}">
<th scope="row">${title}<span class="sub">${kind === "origin" ? "origin" : "copy"} · <code>${id}</code></span></th>
<td data-label="Holds">${holds.map((category) => html`<span class="tag">${categoryWords[category]}</span> `)}</td>
<td data-label="Status">${status === "warning" ? warning(context, source) : statusSign(status, statusWords[status])}</td>
<td data-label="Last refresh">${refreshedAt === null ? html`${source.canRefresh ? html`<span class="quiet">never</span>` : none("An origin: it is not refreshed")}` : context.times.at(refreshedAt)}</td>
<td data-label="Action">${action(call, context, source)}</td>
</tr>`;
};

/** Opens to what went wrong, whom to contact, and what waits for it. */
const warning = (context: ConsoleContext, { problem, requests }: SourceRow): Html => {
  const { what, help } = problemWords[problem ?? "unavailable"];
  return html`<details class="warned"><summary>${statusSign("warning", statusWords.warning)}<span class="hidden">, what went wrong</span></summary>
<div class="inside"><p>${what} ${help}</p>
${when(
  requests.length > 0,
  () =>
    html`<p>${requests.length === 1 ? "A request waits" : `${requests.length} requests wait`} for it: ${requests.map(
      (id) => html`<a href="${context.path(`/console/requests/${id}`)}"><code>${id.slice(0, 8)}</code></a> `,
    )}</p>`,
)}
<p>${context.support === null ? "Please contact whoever looks after this data source." : html`Please contact <a href="mailto:${context.support}">${context.support}</a>.`}</p>
<p class="quiet">Code: <code>${problem ?? "unknown"}</code></p></div></details>`;
};

/** A dash for the eye, words for the ear. */
const none = (words: string): Html =>
  html`<span class="quiet none" aria-hidden="true">–</span><span class="hidden">${words}</span>`;

const action = (call: ConsoleCall, context: ConsoleContext, source: SourceRow): Html => {
  const { id, title, status, requests } = source;
  const visitor = call.get("visitor");
  const canRefresh = source.canRefresh && visitor.may("refresh-source");
  const canRetry = requests.length > 0 && visitor.may("retry-source");
  if (!canRefresh && !canRetry) return none("None");
  const item = (name: string, words: string, disabled = false): Html =>
    html`<form method="post" action="${context.path(`/console/sources/${name}`)}"><input type="hidden" name="source" value="${id}"><button${disabled ? html` disabled` : ""}>${words}</button></form>`;
  return html`<details class="menu"><summary aria-label="Actions for ${title}" title="Actions">…</summary>
<div class="items">${when(canRefresh, () => item("refresh", "Refresh", status === "running"))}${when(canRetry, () => item("retry", "Try again for all"))}</div></details>`;
};
