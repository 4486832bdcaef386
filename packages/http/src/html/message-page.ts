import { html } from "hono/html";
import type { WebContext } from "../web-context.ts";
import { page } from "./page.ts";

/** A page that only says something: what went wrong, or what happens now. */
export const messagePage = (
  context: WebContext,
  {
    title,
    text,
    isAlert = false,
  }: { readonly title: string; readonly text: string; readonly isAlert?: boolean },
) =>
  page(context, {
    title,
    narrow: true,
    body: html`<section class="sheet${isAlert ? " alert" : ""}"><h1>${title}</h1><p>${text}</p></section>`,
  });
