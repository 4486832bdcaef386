import type { RequestView, StandingKind, Waiting } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { when } from "../answer.ts";
import { actionForm, foldedForm, reasonField } from "../parts/forms.ts";
import { who } from "../parts/who.ts";
import { problemWords } from "../words/problems.ts";
import { answerWords, noticeWords } from "../words/requests.ts";
import { foundBy, standingWords } from "../words/waiting.ts";
import type { RequestPart } from "./part.ts";

/** What does not come by itself, each with what can be done about it. */
export const waitingSection = (part: RequestPart): Html | "" => {
  const { waitingFor } = part.request;
  if (waitingFor.length === 0) return "";
  return html`<section class="sheet alert" aria-labelledby="waits"><h2 id="waits">What it waits for</h2>
<ul class="waiting">${waitingFor.map((waiting) => html`<li data-key="${keyOf(waiting)}">${itemOf(part, waiting)}</li>`)}</ul></section>`;
};

const keyOf = (waiting: Waiting): string =>
  [waiting.for, "source" in waiting ? waiting.source : "", "message" in waiting ? waiting.message : ""].join(
    "-",
  );

const titleOf = ({ sources }: RequestView, id: string): string =>
  sources.find((source) => source.id === id)?.title ?? id;

const itemOf = (part: RequestPart, waiting: Waiting): Html => {
  const { call, context, request, to, holds, me } = part;
  const { may } = call.get("visitor");
  const { times, path, support } = context;
  switch (waiting.for) {
    case "acknowledgement":
      return html`<p><b>To be confirmed</b> from the address on record, until ${times.at(waiting.until)}. Nothing is read or erased before.</p>
${when(may("resend-message"), () => actionForm({ to: to("resend-confirmation"), button: "Send a new confirmation" }))}`;
    case "other-request":
      return html`<p><b>Another request about the same person</b> goes first: <a href="${path(`/console/requests/${waiting.requestId}`)}"><code>${waiting.requestId.slice(0, 8)}</code></a>${otherWaits(waiting.waitsFor)}. This one begins when that is closed.</p>
${when(may("put-request-first") && request.putFirst === null, () => putFirstForm(to("put-first")))}${when(request.putFirst !== null, () => html`<p class="quiet">Put first by ${who(me, request.putFirst?.by ?? null)}: “${request.putFirst?.reason ?? ""}”. It begins as soon as nobody is at work for that one.</p>`)}`;
    case "decision":
      return html`<p><b>Somebody has to decide who is meant.</b> ${titleOf(request, waiting.source)} knows a further identifier (<code>${waiting.identifierType}</code>) that others may have too. ${foundBy(waiting.others, request.kind)} Look at it, and say whether all of that is the person's.</p>
${when(may("reveal-subject"), () => actionForm({ to: to("reveal"), button: "Show it, and decide" }))}`;
    case "hold": {
      const hold = holds.get(waiting.hold);
      const [what, whose] =
        waiting.source === undefined
          ? ["A hold stops it.", "Nothing of the person is erased until it is lifted."]
          : [
              `A hold keeps ${titleOf(request, waiting.source)} as it is.`,
              "It stands on somebody else, who would be lost if it were refreshed. It is once the hold is lifted.",
            ];
      return html`<p><b>${what}</b> ${hold === undefined ? html`Hold <code>${waiting.hold.slice(0, 8)}</code>.` : html`“${hold.reason}”, placed by ${who(me, hold.placedBy)} ${times.at(hold.placedAt)}${hold.until === null ? "" : `, until ${times.day(hold.until)}`}.`} ${whose}</p>`;
    }
    case "identity":
      return html`<p><b>It is in doubt who asks,</b> since ${times.at(waiting.since)}: “${request.deadline.suspensions.at(-1)?.reason}”. The clock stands still (Art. 12(6) GDPR).</p>
${when(may("keep-deadline"), () => actionForm({ to: to("resume"), button: "It is known again who asks" }))}`;
    case "approval":
      return html`<p><b>A second person has to approve the plan,</b> until ${times.at(waiting.until)}. ${me.includes(request.submittedBy) ? "You asked for it, so somebody else has to." : html`<a href="#plan">Look at the plan</a>`}</p>`;
    case "task":
      return html`<p><b>To be done by hand: ${titleOf(request, waiting.source)}.</b> Its owner was sent what the person is known by, and answers, or you do for them.</p>
${when(may("answer-task"), () => answerForm(to("answer"), waiting.source))}${when(may("settle-source"), () => settleForm(to, waiting.source))}`;
    case "source": {
      const { what, help } = problemWords[waiting.problem];
      return html`<p><b>Not working: ${titleOf(request, waiting.source)}.</b> ${what} ${help}${when(support !== null, () => html` Please contact <a href="mailto:${support ?? ""}">${support}</a>.`)} <span class="quiet">Code: <code>${waiting.problem}</code></span></p>
<div class="buttons">${when(may("retry-source"), () => actionForm({ to: to("retry"), button: "Try again now", hidden: { source: waiting.source }, label: `Try again now: ${titleOf(request, waiting.source)}` }))}
${when(may("settle-source"), () => settleForm(to, waiting.source, forAll))}</div>`;
    }
    case "work": {
      const { what, help } = problemWords[waiting.problem];
      return html`<p><b>Its own work does not get on,</b> since ${times.at(waiting.since)}. ${what} ${help} <span class="quiet">Code: <code>${waiting.problem}</code>, work: <code>${waiting.work}</code></span></p>`;
    }
    case "message": {
      const kind = request.messages.find(({ id }) => id === waiting.message)?.kind;
      const { what, help } = problemWords[waiting.problem];
      return html`<p><b>A message could not be delivered${kind === undefined ? "" : html` (${noticeWords[kind].toLowerCase()})`}.</b> ${what} ${help} <span class="quiet">Code: <code>${waiting.problem}</code></span></p>
${when(may("resend-message"), () => actionForm({ to: to("resend-message"), button: "Send it again", hidden: { message: waiting.message } }))}`;
    }
  }
};

const otherWaits = (kinds: readonly StandingKind[] = []): string =>
  kinds.length === 0 ? "" : `, which waits itself: ${kinds.map((kind) => standingWords[kind]).join(", ")}`;

const putFirstForm = (to: string): Html =>
  foldedForm(
    "Put this one first",
    actionForm({
      to,
      button: "Put it first",
      fields: html`<p>The others run in the order in which they were confirmed. One that waits for people is put off for this one, and begins anew behind it; one that is at work, or has made its package, is waited for.</p>${reasonField()}`,
    }),
  );

const forAll = html`<label class="choice"><input type="checkbox" name="all" value="yes"> For every request that cannot go on because of it</label>`;

const settleForm = (to: RequestPart["to"], source: string, more: Html | "" = ""): Html =>
  foldedForm(
    "Close its part by hand",
    actionForm({
      to: to("settle"),
      button: "Close its part",
      hidden: { source },
      style: "danger",
      fields: html`<p>The request goes on without it, and can at best end with exceptions.</p>${more}${reasonField()}`,
    }),
  );

const answerForm = (to: string, source: string): Html =>
  actionForm({
    to,
    button: "Answer",
    hidden: { source },
    style: "primary",
    fields: html`<fieldset><legend>What came of it</legend>
${Object.entries(answerWords).map(([value, words]) => html`<label class="choice"><input type="radio" name="answer" value="${value}" required> ${words}</label>`)}</fieldset>
${reasonField("Note", "note")}`,
  });
