import type { PlannedSource } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { when } from "../answer.ts";
import { actionForm } from "../parts/forms.ts";
import { who } from "../parts/who.ts";
import { fateWords, taskWords } from "../words/requests.ts";
import type { RequestPart } from "./part.ts";

/** What is going to be done, with its hash; and the approval of exactly that, where one is needed. */
export const planSection = (part: RequestPart): Html | "" => {
  const { request, preview } = part;
  const { sources } = preview.plan;
  if (sources.length === 0) return "";
  const isWaiting = request.approval?.state === "waiting";
  const table = html`<table class="plain plan"><caption class="hidden">What becomes of which records</caption>
<thead><tr><th scope="col">Data source</th><th scope="col">Collection</th><th scope="col" class="number">Records</th><th scope="col">What becomes of them</th></tr></thead>
<tbody>${sources.map((source) => rows(part, source))}</tbody></table>
<p class="quiet">This plan is named by its hash: <code>${preview.hash}</code></p>`;
  return html`<section class="sheet${isWaiting ? " alert" : ""}" id="plan" aria-labelledby="plan-title"><h2 id="plan-title">Plan</h2>
${isWaiting ? table : html`<details class="fold"><summary>What is done in which data source</summary>${table}</details>`}
${approval(part)}</section>`;
};

const rows = ({ request }: RequestPart, { source, task, settled, collections }: PlannedSource): Html[] => {
  const title = request.sources.find(({ id }) => id === source)?.title ?? source;
  if (settled || collections === null || collections.length === 0) {
    const words = settled
      ? "closed by hand: nothing is done here"
      : collections === null
        ? "not counted"
        : "holds nothing";
    return [
      html`<tr data-key="${source}"><th scope="row">${title}</th><td data-label="Collection"><span class="quiet none">–</span></td><td class="number" data-label="Records"><span class="quiet none">–</span></td><td data-label="What becomes of them">${taskWords[task]}: ${words}</td></tr>`,
    ];
  }
  return collections.map(
    ({ collection, count, becomes }) =>
      html`<tr data-key="${source}-${collection}"><th scope="row">${title}</th><td data-label="Collection"><code>${collection}</code></td><td class="number" data-label="Records">${count}</td><td data-label="What becomes of them">${fateWords[becomes]}</td></tr>`,
  );
};

const approval = ({ call, context, request, preview, me, to }: RequestPart): Html | "" => {
  const { approval: state } = request;
  if (state === null) return "";
  const { may } = call.get("visitor");
  switch (state.state) {
    case "planning":
      return html`<p>The plan is being made, and is put up for approval then.</p>`;
    case "confirming":
      return html`<p>Approved by ${who(me, state.approvedBy)}. Everything is counted once more.</p>`;
    case "approved":
      return html`<p>Approved by ${who(me, state.approvedBy)}${when(state.approvedAt !== null, () => html` ${context.times.at(state.approvedAt ?? "")}`)}.</p>`;
    case "waiting":
      if (me.includes(request.submittedBy))
        return html`<p>You asked for it. Somebody else has to approve it.</p>`;
      // What was looked at is what is approved: where another plan is put up meanwhile, its hash does not fit.
      return when(may("approve-plan") && state.plan === preview.hash, () =>
        actionForm({
          to: to("approve"),
          button: "Approve this plan",
          hidden: { plan: preview.hash },
          style: "primary",
        }),
      );
  }
};
