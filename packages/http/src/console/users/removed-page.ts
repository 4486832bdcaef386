import type { RequestView } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { type ConsoleCall, plural } from "../answer.ts";
import type { ConsoleContext } from "../console.ts";
import { consolePage } from "../console-page.ts";
import { phaseWords } from "../words/requests.ts";

/** The requests that a removal made. It names nobody. */
export const removedPage = (
  call: ConsoleCall,
  context: ConsoleContext,
  requests: readonly RequestView[],
): Html =>
  consolePage(call, context, {
    title: "Users are being removed",
    body: html`<h1>${plural(requests.length, "user is", "users are")} being removed</h1>
<section class="sheet"><p>A request was made for each. It waits until the address on record has confirmed it; then the user is erased in each data source, telemetry and system logs included.</p>
<ul class="links">${requests.map(({ id, phase }) => html`<li><a href="${context.path(`/console/requests/${id}`)}">Request <code>${id.slice(0, 8)}</code></a> <span class="quiet">${phaseWords[phase]}</span></li>`)}</ul></section>
<p><a class="button secondary" href="${context.path("/console/users")}">To the users</a> <a class="button secondary" href="${context.path("/console/requests")}">To the requests</a></p>`,
  });
