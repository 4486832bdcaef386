import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { when } from "../answer.ts";
import { proofWords } from "../words/requests.ts";
import type { RequestPart } from "./part.ts";

/** How well it is proven what an erasure did, and the way to the evidence. */
export const proofSection = ({ request, to }: RequestPart): Html =>
  html`<section class="sheet" aria-labelledby="proof"><h2 id="proof">Proof</h2>
${when(
  request.grades.length > 0,
  () => html`<table class="plain"><caption class="hidden">How well it is proven what was done</caption>
<thead><tr><th scope="col">Data source</th><th scope="col">Collection</th><th scope="col">How it is known</th></tr></thead>
<tbody>${request.grades.map(
    ({ source, collection, grade, retained, kept }) =>
      html`<tr data-key="${source}-${collection ?? ""}"><th scope="row">${request.sources.find(({ id }) => id === source)?.title ?? source}</th><td data-label="Collection">${collection === null ? html`<span class="quiet none">–</span>` : html`<code>${collection}</code>`}</td><td data-label="How it is known">${proofWords({ grade, retained, kept })}</td></tr>`,
  )}</tbody></table>`,
)}
<p><a class="button secondary" href="${to("evidence")}">Evidence: read, check, download</a></p></section>`;
