import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { type ConsoleCall, when } from "../answer.ts";
import type { ConsoleContext } from "../console.ts";
import { consolePage } from "../console-page.ts";
import { nameOf } from "../words/requests.ts";
import { auditSection } from "./audit-section.ts";
import { changeSection } from "./change-section.ts";
import { deadlineSection } from "./deadline-section.ts";
import type { LoadedRequest } from "./load.ts";
import { messagesSection } from "./messages-section.ts";
import { packageSection } from "./package-section.ts";
import type { RequestPart } from "./part.ts";
import { planSection } from "./plan-section.ts";
import { proofSection } from "./proof-section.ts";
import { sourcesSection } from "./sources-section.ts";
import { summarySection } from "./summary-section.ts";
import { waitingSection } from "./waiting-section.ts";

/** Seconds after which the page is loaded again by itself where no script does it, while something is under way. */
const reloadAfter = 10;

/** Everything there is to know of one request, and to do about it. It names nobody. */
export const requestPage = (call: ConsoleCall, context: ConsoleContext, loaded: LoadedRequest): Html => {
  const { request } = loaded;
  const base = context.path(`/console/requests/${request.id}`);
  const part: RequestPart = { ...loaded, call, context, to: (action) => `${base}/${action}` };
  const isUnderWay = request.outcome === null && request.idle === null;
  return consolePage(call, context, {
    title: `${nameOf(request)} ${request.id.slice(0, 8)}`,
    ...(isUnderWay && {
      head: html`<noscript><meta http-equiv="refresh" content="${reloadAfter}; url=${base}"></noscript>`,
    }),
    body: html`<p class="crumb"><a href="${context.path("/console/requests")}">Requests</a></p>
<h1>${nameOf(request)} <code class="id">${request.id.slice(0, 8)}</code></h1>
<div data-live="request" data-progress="${base}/progress">
${summarySection(part)}
${waitingSection(part)}
${sourcesSection(part)}
${planSection(part)}
${packageSection(part)}
${deadlineSection(part)}
${proofSection(part)}
${messagesSection(part)}
${auditSection(part)}
${changeSection(part)}
</div>
${when(isUnderWay, () => html`<noscript><p>This page is loaded again every ${reloadAfter} seconds. <a href="${base}">Look again now</a></p></noscript>`)}`,
  });
};
