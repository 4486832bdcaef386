import { html } from "hono/html";
import type { Html } from "../../html/page.ts";

/** A form that does one thing: hidden fields, fields to fill in, and a button that says what it does. */
export const actionForm = ({
  to,
  button,
  hidden = {},
  fields = "",
  style = "secondary",
  label,
}: {
  readonly to: string;
  readonly button: string;
  readonly hidden?: Readonly<Record<string, string>>;
  readonly fields?: Html | "";
  readonly style?: "primary" | "secondary" | "danger";
  /** Says what the button does to what, where the words on it are the same in each row. */
  readonly label?: string;
}): Html => html`<form method="post" action="${to}" class="action">
${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${fields}
<button class="${style}"${label === undefined ? "" : html` aria-label="${label}"`}>${button}</button>
</form>`;

/** The same behind a heading that opens, for what is seldom done. */
export const foldedForm = (summary: string, form: Html): Html =>
  html`<details class="fold"><summary>${summary}</summary>${form}</details>`;

/** What people type here is kept for good, so it has to be said without naming the person. */
export const reasonField = (label = "Reason", name = "reason"): Html =>
  html`<label class="above">${label}<span class="hint">It is kept for good, and stands in the audit: name nobody, and no address.</span>
<textarea name="${name}" rows="2" required maxlength="500"></textarea></label>`;
