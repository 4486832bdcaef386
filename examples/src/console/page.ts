import { html } from "hono/html";

/** What goes into a page. */
export type Text = ReturnType<typeof html>;

/** A page of the application around the console: plain, to be told from the library's. */
export const plainPage = (title: string, body: Text): Text => html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/example.css"></head>
<body><main><h1>${title}</h1>${body}</main></body></html>`;

export const exampleStyle = `
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
form { display: inline; }
button { font: inherit; padding: .4rem .8rem; margin: .15rem 0; cursor: pointer; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid; border-radius: 8px; padding: 1rem; }
li { margin: .4rem 0; }
`;
