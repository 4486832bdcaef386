import type { SourceProgress } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { when } from "../answer.ts";
import { progressBar } from "../parts/bar.ts";
import { statusSign } from "../parts/status.ts";
import { type Me, who } from "../parts/who.ts";
import { answerWords, collectionWords, leftWords, progressWords, taskWords } from "../words/requests.ts";
import type { RequestPart } from "./part.ts";

/** How far each source is. */
export const sourcesSection = ({ context, request, me }: RequestPart): Html | "" => {
  const { sources, decisions } = request;
  const decided = decisions.filter(({ answer }) => answer !== null);
  const titleOf = (id: string) => sources.find((source) => source.id === id)?.title ?? id;
  if (sources.length === 0) return "";
  return html`<section class="sheet" aria-labelledby="progress"><h2 id="progress">Progress</h2>
<table class="plain progress"><caption class="hidden">How far each data source is</caption>
<thead><tr><th scope="col">Data source</th><th scope="col">Status</th><th scope="col">Records</th></tr></thead>
<tbody>${sources.map((source) => row(me, context.times, source))}</tbody></table>
${decided.map(({ source, type, answer, reason, decidedBy }) => html`<p>What others may go by too (<code>${type}</code>, ${titleOf(source)}) is ${answer === "same-person" ? "the person’s" : "somebody else’s"}: “${reason}”, ${who(me, decidedBy)}.</p>`)}</section>`;
};

const row = (me: Me, times: RequestPart["context"]["times"], source: SourceProgress): Html => {
  const { id, title, task, status, outcomes, left, manual, settlement, problem, nextAttemptAt } = source;
  const results = [
    ...outcomes
      .filter(({ outcome }) => outcome !== "absent")
      .map((each) => ({ collection: each.collection, words: collectionWords(each, times.day) })),
    ...left.map(({ collection, count }) => ({ collection, words: leftWords(count) })),
  ];
  return html`<tr data-key="${id}"><th scope="row">${title}<span class="sub">${taskWords[task]}</span></th>
<td data-label="Status">${statusSign(settlement === null ? status : "warning", progressWords(source))}${when(
    settlement === null && problem !== null && nextAttemptAt !== null,
    () => html`<span class="sub">next try ${times.at(nextAttemptAt ?? "")}</span>`,
  )}${when(manual?.answer != null, () => html`<span class="sub">${answerWords[manual?.answer ?? "cannot"]}: “${manual?.note}”, ${who(me, manual?.answeredBy ?? null)}</span>`)}${when(settlement !== null, () => html`<span class="sub">“${settlement?.reason}”, ${who(me, settlement?.by ?? null)}</span>`)}</td>
<td data-label="Records">${progressBar(source)}${when(results.length > 0, () => html`<ul class="outcomes">${results.map(({ collection, words }) => html`<li><code>${collection}</code>: ${words}</li>`)}</ul>`)}</td></tr>`;
};
