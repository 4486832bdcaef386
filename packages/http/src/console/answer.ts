import type { SubjectRightsError } from "@subject-rights/core";
import type { Context } from "hono";
import { html } from "hono/html";
import type { Html } from "../html/page.ts";
import type { ConsoleContext, ConsoleEnvironment } from "./console.ts";
import { consolePage, mayOpen } from "./console-page.ts";
import { errorWords } from "./words/errors.ts";
import type { Said } from "./words/said.ts";

export type ConsoleCall = Context<ConsoleEnvironment>;

/** The library's error as a page: its code, what happened, and what to do. */
export const errorPage = (
  call: ConsoleCall,
  context: ConsoleContext,
  error: SubjectRightsError,
  back: { readonly href: string; readonly title: string } = {
    href: context.path("/console/requests"),
    title: "To the requests",
  },
) => {
  const { status, title, text } = errorWords(error);
  if (status >= 500) context.failed(error);
  const body = html`<section class="sheet alert error">
<h1>${title}</h1>
<p>${text}</p>
<p class="quiet">Code: <code>${error.code}</code></p>
${when(mayOpen(call, context, back.href), () => html`<p><a class="button secondary" href="${back.href}">${back.title}</a></p>`)}
</section>`;
  return call.html(consolePage(call, context, { title, body }), status);
};

/** Leads to a page after something was done, so that loading it again does nothing twice. */
export const seeOther = (call: ConsoleCall, context: ConsoleContext, to: string, said?: Said): Response => {
  const [path = "", anchor] = to.split("#");
  const query = said === undefined ? "" : `${path.includes("?") ? "&" : "?"}said=${said}`;
  return call.redirect(`${context.path(path)}${query}${anchor === undefined ? "" : `#${anchor}`}`, 303);
};

/** A field of the form that was sent, as text; empty where it is not there, or is a file. */
export const textField = (call: ConsoleCall, name: string): string => textFields(call, name)[0] ?? "";

/** What was checked, of several boxes of one name. */
export const textFields = (call: ConsoleCall, name: string): string[] =>
  [call.get("form")[name] ?? []].flat().filter((value): value is string => typeof value === "string");

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

export const when = (shown: unknown, what: () => Html): Html | "" => (shown ? what() : "");
