import type { RequestView, RevealedSubject } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { type ConsoleCall, when } from "../answer.ts";
import type { ConsoleContext } from "../console.ts";
import { consolePage } from "../console-page.ts";
import { actionForm, reasonField } from "../parts/forms.ts";
import { nameOf } from "../words/requests.ts";
import { foundBy } from "../words/waiting.ts";

/**
 * Whom a request is about, and what is to be decided about them. It is the answer to a POST, is kept by no browser,
 * and nothing of it is in an address.
 */
export const revealPage = (
  call: ConsoleCall,
  context: ConsoleContext,
  request: RequestView,
  { identifiers, undecided }: RevealedSubject,
): Html => {
  const { may } = call.get("visitor");
  const base = context.path(`/console/requests/${request.id}`);
  const sourceOf = (decision: string) =>
    request.waitingFor.find((each) => each.for === "decision" && each.decision === decision);
  return consolePage(call, context, {
    title: "Whom it is about",
    body: html`<p class="crumb"><a href="${base}">${nameOf(request)} <code>${request.id.slice(0, 8)}</code></a></p>
<h1>Whom it is about</h1>
<section class="sheet"><p class="quiet">This is personal, and shown once. It is gone from here when you leave the page.</p>
<table class="plain"><caption class="hidden">What the person is known by</caption><thead><tr><th scope="col">Kind</th><th scope="col">Value</th></tr></thead>
<tbody>${identifiers.map(({ type, value }) => html`<tr><th scope="row"><code>${type}</code></th><td data-label="Value">${value}</td></tr>`)}</tbody></table></section>
${undecided.map(({ decision, identifier, others }) => {
  const waiting = sourceOf(decision);
  const source =
    waiting?.for === "decision" ? request.sources.find(({ id }) => id === waiting.source) : undefined;
  return html`<section class="sheet alert"><h2>Is all that is found by this the person's?</h2>
<p>${source?.title ?? "A data source"} also knows the person by <b>${identifier.value}</b> (<code>${identifier.type}</code>), which others may have too: a household's telephone, a team's mailbox. ${foundBy(others, request.kind)}</p>
${when(may("decide-identifier"), () =>
  actionForm({
    to: `${base}/decide`,
    button: "Decide",
    hidden: { decision },
    style: "primary",
    fields: html`<fieldset><legend>Your answer</legend>
<label class="choice"><input type="radio" name="answer" value="same-person" required> All of it is this person's</label>
<label class="choice"><input type="radio" name="answer" value="somebody-else" required> Others have it as well, or only others: what is found by it alone is left, and the request says so</label></fieldset>
${reasonField()}`,
  }),
)}</section>`;
})}
<p><a class="button secondary" href="${base}">Back to the request</a></p>`,
  });
};
