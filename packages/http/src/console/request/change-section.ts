import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { when } from "../answer.ts";
import { actionForm, foldedForm, reasonField } from "../parts/forms.ts";
import type { RequestPart } from "./part.ts";

/** What is seldom done: moving the deadline, and ending the request without doing what it asks. */
export const changeSection = ({ call, request, to }: RequestPart): Html | "" => {
  const { may } = call.get("visitor");
  const { outcome, deadline } = request;
  if (outcome !== null) return "";
  const stands = deadline.suspendedSince !== null;
  const folds = [
    may("keep-deadline") && !deadline.extended
      ? foldedForm(
          "Extend the period",
          actionForm({
            to: to("extend"),
            button: "Extend it",
            fields: html`<p>To three months from receipt, once, and within the first month. The person is told, with these reasons (Art. 12(3) GDPR).</p>${reasonField("Reasons")}`,
          }),
        )
      : null,
    may("keep-deadline") && !stands
      ? foldedForm(
          "It is in doubt who asks",
          actionForm({
            to: to("suspend"),
            button: "Stop the clock",
            fields: html`<p>For when you have asked them to prove it (Art. 12(6) GDPR). Nothing is begun until it is known again.</p>${reasonField()}`,
          }),
        )
      : null,
    may("decline-request")
      ? foldedForm(
          "Decline the request",
          actionForm({
            to: to("decline"),
            button: "Decline it",
            style: "danger",
            fields: html`<p>For one that is manifestly unfounded or excessive (Art. 12(5) GDPR). The person is told why, and whom they can turn to.</p>${reasonField()}`,
          }),
        )
      : null,
    may("cancel-request")
      ? foldedForm(
          "Call it off",
          actionForm({
            to: to("cancel"),
            button: "Call it off",
            style: "danger",
            fields: html`<p>What was done until now stays done. Where something was erased, the person is told how far it came, with this reason.</p>${reasonField()}`,
          }),
        )
      : null,
  ].filter((fold) => fold !== null);
  return when(
    folds.length > 0,
    () =>
      html`<section class="sheet" aria-labelledby="change"><h2 id="change">Change or end it</h2>${folds}</section>`,
  );
};
