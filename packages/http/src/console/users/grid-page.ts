import { type ApplicationUser, isActor, type UnfitUser, type UserPage } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { type ConsoleCall, when } from "../answer.ts";
import type { ConsoleContext } from "../console.ts";
import { consolePage } from "../console-page.ts";

/** The Permissions page: the application's users, check boxes, and Remove above them. */
export const gridPage = (
  call: ConsoleCall,
  context: ConsoleContext,
  { users, unfit, cursor }: UserPage,
  number: number,
  isNobodyChecked = false,
): Html => {
  const mayRemove = call.get("visitor").may("remove-users");
  const table = html`<div class="table">
<table class="users">
<caption class="hidden">The application's users${number > 1 ? `, page ${number}` : ""}</caption>
<thead><tr>${when(mayRemove, () => html`<th scope="col" class="check"><span class="hidden">Chosen</span><input type="checkbox" data-all="user" aria-label="Choose all on this page" hidden></th>`)}<th scope="col">Name</th><th scope="col">Email</th><th scope="col">Roles</th></tr></thead>
<tbody>${users.map((user) => row(call, user, mayRemove))}${unfit.map((user) => unfitRow(user, mayRemove))}</tbody>
</table>
</div>`;
  return consolePage(call, context, {
    title: isNobodyChecked ? "Nobody was chosen: permissions" : "Permissions",
    body: html`<h1>Permissions</h1>
${when(isNobodyChecked, () => html`<p class="said alert" role="alert">Nobody was chosen. Check the users to remove first.</p>`)}
${
  mayRemove
    ? html`<form method="post" action="${context.path("/console/users/preview")}" class="grid">
<div class="bar"><button class="secondary" data-counts="user">Remove</button><span class="quiet">Nothing is removed before you have seen what that means.</span></div>
${table}</form>`
    : html`<p class="quiet">You may look at the users, and remove none.</p>${table}`
}
${when(users.length + unfit.length === 0, () => html`<p>The application has no users, or has not said which.</p>`)}
${pager(context, number, cursor !== undefined)}`,
  });
};

const row = (call: ConsoleCall, user: ApplicationUser, mayRemove: boolean): Html => {
  const { id, name, email, roles, administrator } = user;
  const isSelf = isActor(call.get("visitor").actor, user);
  const title = name ?? email;
  return html`<tr>
${when(mayRemove, () => html`<td class="check"><input type="checkbox" name="user" value="${id}" aria-label="${title}"></td>`)}
<th scope="row">${title}${isSelf ? html` <span class="tag">you</span>` : ""}<span class="sub"><code>${id}</code></span></th>
<td data-label="Email">${email}</td>
<td data-label="Roles">${roles.length === 0 ? html`<span class="quiet">none</span>` : roles.map((role) => html`<span class="tag">${role}</span> `)}${when(administrator && !roles.includes("admin"), () => html`<span class="tag">administrator</span>`)}</td>
</tr>`;
};

/** A row that does not fit is shown, and cannot be chosen. */
const unfitRow = ({ id, name, email, why }: UnfitUser, mayRemove: boolean): Html =>
  html`<tr>
${when(mayRemove, () => html`<td class="check"></td>`)}
<th scope="row">${name ?? email ?? "Somebody"}${when(id, () => html`<span class="sub"><code>${id}</code></span>`)}</th>
<td data-label="Email">${email ?? html`<span class="quiet">none</span>`}</td>
<td data-label="Roles"><span class="waits">Cannot be removed here: ${why}. Mend the row in the application's directory.</span></td>
</tr>`;

const pager = (context: ConsoleContext, number: number, hasNext: boolean): Html | "" => {
  if (number === 1 && !hasNext) return "";
  const to = (page: number) => context.path(`/console/users?page=${page}`);
  return html`<nav class="pager" aria-label="Pages of users">
${number > 1 ? html`<a class="button secondary" href="${to(number - 1)}" rel="prev">Page before</a>` : ""}
<span>Page ${number}</span>
${hasNext ? html`<a class="button secondary" href="${to(number + 1)}" rel="next">Next page</a>` : ""}
</nav>`;
};
