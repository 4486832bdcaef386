import type { PolicyAction } from "@subject-rights/core";
import type { Context } from "hono";
import { html } from "hono/html";
import { type Html, page } from "../html/page.ts";
import { consoleScript, consoleStyles } from "./assets.ts";
import type { ConsoleContext, ConsoleEnvironment } from "./console.ts";
import { saidSentence } from "./words/said.ts";

const pages: readonly { title: string; path: string; action: PolicyAction }[] = [
  { title: "Requests", path: "/console/requests", action: "read-requests" },
  { title: "Data sources", path: "/console/sources", action: "list-sources" },
  { title: "Permissions", path: "/console/users", action: "list-users" },
];

/** Whether whoever is signed in may open the page that is there: one of the console's, or its first. */
export const mayOpen = (
  call: Context<ConsoleEnvironment>,
  context: ConsoleContext,
  href: string,
): boolean => {
  const { may } = call.get("visitor");
  const there = pages.find(({ path }) => href.startsWith(context.path(path)));
  return there === undefined ? pages.some(({ action }) => may(action)) : may(there.action);
};

/** The shell around each page of the console: where to go, who is signed in, and what was just done. */
export const consolePage = (
  call: Context<ConsoleEnvironment>,
  context: ConsoleContext,
  { title, body, head }: { readonly title: string; readonly body: Html; readonly head?: Html },
): Html => {
  const { actor, may } = call.get("visitor");
  const said = saidSentence(call.req.query("said"));
  const { pathname } = new URL(call.req.url);
  return page(context, {
    // The title is what a screen reader says first of a page.
    title: said === null ? title : `${said} ${title}`,
    ...(head !== undefined && { head }),
    styles: [consoleStyles],
    scripts: [consoleScript],
    links: pages
      .filter(({ action }) => may(action))
      .map(({ title: name, path }) => ({
        title: name,
        href: context.path(path),
        isCurrent: pathname.startsWith(context.path(path)),
      })),
    aside: html`<span class="who">Signed in as <b>${actor.id}</b></span>`,
    body: html`${said === null ? "" : html`<p class="said" role="status">${said}</p>`}
${body}
<p class="zone quiet">Times are those of ${context.times.timeZone.replaceAll("_", " ")}.</p>`,
  });
};
