import { html } from "hono/html";
import type { WebContext } from "../web-context.ts";
import type { Asset } from "./asset.ts";
import { icon } from "./icon.ts";
import { stylesheet } from "./stylesheet.ts";

/** HTML that is escaped already: what the tag `html` of `hono/html` gives. Anything else that goes into it is escaped. */
export type Html = ReturnType<typeof html>;

export interface PageLink {
  readonly title: string;
  /** As `context.path` gives it. */
  readonly href: string;
  readonly isCurrent: boolean;
}

export interface PageParts {
  /** Of this page; the controller's name is added. Nothing personal: it stands in the history of the browser. */
  readonly title: string;
  readonly body: Html;
  readonly links?: readonly PageLink[];
  /** What goes to the right in the header: who is signed in. */
  readonly aside?: Html;
  /** Besides the stylesheet of all pages. */
  readonly styles?: readonly Asset[];
  /** Loaded as modules, after the page. */
  readonly scripts?: readonly Asset[];
  /** More for the head of the page. */
  readonly head?: Html;
  /** For a page of text and a form rather than of tables. */
  readonly narrow?: boolean;
}

/** The shell around each page. It works without script. */
export const page = (context: WebContext, parts: PageParts): Html => {
  const { title, body, links = [], aside = "", styles = [], scripts = [], head = "", narrow = false } = parts;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – ${context.controller}</title>
<link rel="icon" href="${context.path(icon.path)}">
${[stylesheet, ...styles].map(({ path }) => html`<link rel="stylesheet" href="${context.path(path)}">`)}
${scripts.map(({ path }) => html`<script type="module" src="${context.path(path)}"></script>`)}
${head}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<span class="controller">${context.controller}</span>
${links.length === 0 ? "" : navigation(links)}
${aside}
</header>
<main id="main"${narrow ? html` class="narrow"` : ""}>
${body}
</main>
</body>
</html>
`;
};

const navigation = (links: readonly PageLink[]): Html =>
  html`<nav aria-label="Pages"><ul>${links.map(
    ({ title, href, isCurrent }) =>
      html`<li><a href="${href}"${isCurrent ? html` aria-current="page"` : ""}>${title}</a></li>`,
  )}</ul></nav>`;
