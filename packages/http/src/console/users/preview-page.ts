import { type ApplicationUser, isActor, type SourceRow } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { type ConsoleCall, plural, when } from "../answer.ts";
import type { ConsoleContext } from "../console.ts";
import { consolePage } from "../console-page.ts";
import { categoryWords } from "../words/requests.ts";

/** An erasure of user data takes the user's telemetry and the system logs with it. */
const reached = ["user-data", "user-telemetry"] as const;

export interface RemovalPreview {
  readonly users: readonly ApplicationUser[];
  readonly sources: readonly SourceRow[];
  /** What was typed, where it was not what had to be typed. */
  readonly wrong: "typed" | "myself" | null;
}

/** What is going to be erased, before it is: whom, and where. Confirmed by typing how many. */
export const previewPage = (
  call: ConsoleCall,
  context: ConsoleContext,
  { users, sources, wrong }: RemovalPreview,
): Html => {
  const myself = users.some((user) => isActor(call.get("visitor").actor, user));
  const holding = sources.filter(({ holds }) =>
    holds.some((category) => reached.some((each) => each === category)),
  );
  const warned = holding.filter(({ status }) => status === "warning").length;
  return consolePage(call, context, {
    title: wrong === null ? "Remove users" : "Nobody was removed: remove users",
    body: html`<h1>Remove ${plural(users.length, "user")}?</h1>
${when(wrong === "typed", () => html`<p class="said alert" role="alert" id="wrong">Nobody was removed: the number does not fit. Type ${users.length}.</p>`)}
${when(wrong === "myself", () => html`<p class="said alert" role="alert" id="wrong">Nobody was removed: you are among them. Check the box below if that is meant.</p>`)}
<section class="sheet"><h2>Who is erased</h2>
<ul class="people">${users.map(({ name, email, id }) => html`<li><b>${name ?? email}</b> <span class="quiet">${name === undefined ? "" : email} <code>${id}</code></span></li>`)}</ul></section>
<section class="sheet"><h2>Where they are erased</h2>
${
  holding.length === 0
    ? html`<p>No data source holds data of users: the library refuses such a request.</p>`
    : html`<table class="plain"><caption class="hidden">Data sources that hold data of users</caption>
<thead><tr><th scope="col">Data source</th><th scope="col">Holds</th><th scope="col">What happens</th></tr></thead>
<tbody>${holding.map(({ title, holds, kind }) => html`<tr><th scope="row">${title}</th><td data-label="Holds">${holds.filter((category) => reached.some((each) => each === category)).map((category) => html`<span class="tag">${categoryWords[category]}</span> `)}</td><td data-label="What happens">${kind === "origin" ? "erased there" : "refreshed once its origins are done"}</td></tr>`)}</tbody></table>`
}
${when(warned > 0, () => html`<p>${warned === 1 ? "One of them shows" : `${warned} of them show`} a warning at the moment; the requests wait for it.</p>`)}
<p class="quiet">${users.length === 1 ? "A request is made, and has" : "A request is made for each, and has"} to be confirmed from the address on record. How many records that is, is counted after that, and shown with the request. The audit log stays.</p></section>
<section class="sheet danger"><h2>Confirm</h2>
<form method="post" action="${context.path("/console/users/remove")}">
${users.map(({ id }) => html`<input type="hidden" name="user" value="${id}">`)}
${when(myself, () => html`<label class="choice"><input type="checkbox" name="myself" value="yes"${wrong === "myself" ? html` aria-describedby="wrong" aria-invalid="true"` : ""}> I am among them, and mean to remove myself too</label>`)}
<div class="field"><label class="above" for="count">Type ${users.length} to confirm that ${plural(users.length, "user is", "users are")} erased</label>
<input id="count" name="count" inputmode="numeric" autocomplete="off" required${wrong === "typed" ? html` aria-describedby="wrong" aria-invalid="true"` : ""}></div>
<div class="buttons"><button class="danger">Remove ${plural(users.length, "user")}</button> <a class="button secondary" href="${context.path("/console/users")}">Back, remove nobody</a></div>
</form></section>`,
  });
};
