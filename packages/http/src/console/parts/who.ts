import { html } from "hono/html";
import type { Html } from "../../html/page.ts";

/** What records call whoever is signed in: a pseudonym, and their id in those of before pseudonyms. */
export type Me = readonly string[];

/** Enough of a pseudonym to tell people apart; the whole of it stands in the title, in the API and in evidence. */
const beginning = /^actor-[0-9a-f]{8}(?=[0-9a-f]{24}$)/;

/** Whoever acted, as a record has them. */
export const who = (me: Me, name: string | null): Html | string => {
  if (name === null) return "nobody";
  if (me.includes(name)) return html`<span title="${name}">you</span>`;
  const [shown] = beginning.exec(name) ?? [];
  return shown === undefined ? html`<code>${name}</code>` : html`<code title="${name}">${shown}</code>`;
};
