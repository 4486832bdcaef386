import type { SourceProgress } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { plural } from "../answer.ts";

/** How far a source is. Without a count there is no bar, but words. */
export const progressBar = ({ title, records, done, status, task }: SourceProgress): Html => {
  if (task === "identify" || task === "leave") return html`<span class="quiet none">–</span>`;
  const finished = status === "succeeded";
  if (records === null || records === 0) {
    const words = done > 0 ? plural(done, "record") : records === 0 ? "holds nothing" : "not counted";
    return html`<span class="quiet">${words}</span>`;
  }
  // A copy is refreshed as a whole: it says nothing of how far it is.
  const reached = finished ? records : Math.min(done, records);
  const words = finished ? plural(records, "record") : `${reached} of ${plural(records, "record")}`;
  return html`<progress value="${reached}" max="${records}" aria-label="${title}: ${words}"></progress><span class="count">${words}</span>`;
};
