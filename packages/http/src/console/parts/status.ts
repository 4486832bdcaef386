import type { SourceStatus } from "@subject-rights/core";
import { html, raw } from "hono/html";
import type { Html } from "../../html/page.ts";

/** Drawn, so that they look the same with every font; the words beside them say the same. */
const signs: Readonly<Record<SourceStatus, string>> = {
  succeeded: '<path d="m3.5 8.5 3 3 6-7" stroke-width="2" fill="none" stroke="currentColor"/>',
  warning:
    '<path d="M8 1.8 15 14H1Z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/><path d="M8 6v4m0 1.4v1.4" stroke="currentColor" stroke-width="1.6"/>',
  running:
    '<circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="24 12"/>',
  pending: '<circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="1.5"/>',
};

/** A status as a sign and a word: never by colour alone. */
export const statusSign = (status: SourceStatus, words: string): Html =>
  html`<span class="status ${status}"><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${raw(
    signs[status],
  )}</svg>${words}</span>`;
