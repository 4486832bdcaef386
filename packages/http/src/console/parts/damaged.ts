import type { DamagedRecord } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { plural, when } from "../answer.ts";

/** Names the requests whose record cannot be read; nothing where there are none. */
export const damagedRequests = (damaged: readonly DamagedRecord[]): Html | "" =>
  when(
    damaged.length > 0,
    () => html`<section class="sheet" role="alert"><h2>${plural(damaged.length, "request")} cannot be read</h2>
<p>The record was changed, cut short, or written by another version. Nothing happens to such a request until somebody has looked into the store.</p>
<ul>${damaged.map(({ id }) => html`<li><code>${id}</code></li>`)}</ul></section>`,
  );
