import type { AuditEntry } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { plural } from "../answer.ts";
import { type Me, who } from "../parts/who.ts";
import type { RequestPart } from "./part.ts";

/** Who did what, and when. It stays after the person is erased. */
export const auditSection = ({ context, entries, me }: RequestPart): Html =>
  html`<section class="sheet" aria-labelledby="audit"><h2 id="audit">Audit</h2>
<details class="fold"><summary>${plural(entries.length, "entry", "entries")}</summary>
<table class="plain audit"><caption class="hidden">Who did what, and when</caption>
<thead><tr><th scope="col" class="number">No.</th><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th></tr></thead>
<tbody>${entries.map((entry) => row(me, context.times, entry))}</tbody></table></details></section>`;

const row = (
  me: Me,
  times: RequestPart["context"]["times"],
  { sequence, at, actor, action, source, detail }: AuditEntry,
): Html => {
  const details = Object.entries(detail)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
  return html`<tr data-key="${sequence}"><td class="number" data-label="No.">${sequence}</td><td data-label="When">${times.at(at)}</td><td data-label="Who">${who(me, actor)}</td><td data-label="What">${action.replaceAll("-", " ")}${source === null ? "" : html` <span class="tag">${source}</span>`}${details === "" ? "" : html`<span class="sub">${details}</span>`}</td></tr>`;
};
