import type { RequestView } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { when } from "../answer.ts";
import { actionForm } from "../parts/forms.ts";
import type { RequestPart } from "./part.ts";

/** The export package, for who may fetch it. Each fetching leaves a line in the audit, so it is a button and no link. */
export const packageSection = ({ call, context, request, to }: RequestPart): Html | "" => {
  const { package: held } = request;
  if (held === null) return earlierPackages(request.earlierPackages, context.times.at);
  const isOver = Date.parse(held.expiresAt) <= Date.now();
  return html`<section class="sheet" aria-labelledby="package"><h2 id="package">Package</h2>
<dl><dt>Size</dt><dd>${size(held.bytes)}</dd>
<dt>${isOver ? "Expired" : "To be fetched until"}</dt><dd>${context.times.at(held.expiresAt)}</dd>
<dt>Encrypted</dt><dd>${held.encrypted ? "yes: it opens with a secret that travels another way" : "no"}</dd>
<dt>SHA-256</dt><dd><code>${held.sha256}</code></dd></dl>
${when(held.onlyByLink, () => html`<p class="quiet">The person was erased since: only the link that they were sent fetches it, as long as it is there.</p>`)}
${when(!isOver && !held.onlyByLink && call.get("visitor").may("fetch-package"), () => html`${actionForm({ to: to("package"), button: "Download the package", style: "primary" })}<p class="quiet">Each download leaves a line in the audit.</p>`)}</section>`;
};

/** What an erasure has made of packages of the same data that were made before. */
const earlierPackages = (
  packages: RequestView["earlierPackages"],
  at: (instant: string) => Html,
): Html | "" =>
  packages.length === 0
    ? ""
    : html`<section class="sheet" aria-labelledby="packages"><h2 id="packages">Earlier packages</h2>
<ul>${packages.map(({ until, ended, downloads }) =>
        ended
          ? html`<li>deleted with the erasure</li>`
          : html`<li>only by the link that the person was sent, until ${at(until)}${when(downloads !== undefined, () => html` (${downloads ?? 0} more times)`)}</li>`,
      )}</ul></section>`;

const size = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1_000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
