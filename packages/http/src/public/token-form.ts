import { html } from "hono/html";
import { asset } from "../html/asset.ts";
import { type Html, page } from "../html/page.ts";
import type { WebContext } from "../web-context.ts";

/**
 * Moves the token from the address into the form, and out of the address. Without script the person copies it: the form
 * works the same.
 */
export const tokenScript = asset(
  "token.js",
  "text/javascript; charset=utf-8",
  `const token = location.hash.slice(1);
const field = document.getElementById("token");
if (token !== "" && field !== null) {
  field.value = token;
  document.getElementById("by-hand").hidden = true;
  history.replaceState(null, "", location.pathname);
}
`,
);

export interface TokenFormParts {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  /** Within the handler. */
  readonly action: string;
}

/**
 * A page with one button, for what is done with a token from a letter. The token comes behind the # of the address: no
 * server, proxy or log ever gets to see it there, and opening the page cannot do anything with it.
 */
export const tokenForm = (context: WebContext, { title, text, button, action }: TokenFormParts): Html =>
  page(context, {
    title,
    narrow: true,
    scripts: [tokenScript],
    body: html`<h1>${title}</h1>
<form class="sheet" method="post" action="${context.path(action)}">
<p>${text}</p>
<div class="field" id="by-hand">
<label class="above" for="token">The code from the message</label>
<input id="token" name="token" type="text" required maxlength="500" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="where">
<p id="where" class="quiet">It stands in the link of the message, behind the #. You can put the whole link here.</p>
</div>
<button>${button}</button>
</form>`,
  });

/** A code, or a whole link with the code behind its #. */
export const tokenIn = (text: string): string => text.trim().slice(text.trim().lastIndexOf("#") + 1);
