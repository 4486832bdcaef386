import type { MessageProgress } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { plural, when } from "../answer.ts";
import { statusSign } from "../parts/status.ts";
import { problemWords } from "../words/problems.ts";
import { noticeWords } from "../words/requests.ts";
import type { RequestPart } from "./part.ts";

const signs = { due: "running", sent: "succeeded", failed: "warning", withdrawn: "pending" } as const;
const words = {
  due: "On its way",
  sent: "Sent",
  failed: "Not delivered",
  withdrawn: "Not needed any more",
} as const;

/** What was written to whom, by what it was for: no address is kept. */
export const messagesSection = ({ context, request }: RequestPart): Html | "" => {
  if (request.messages.length === 0) return "";
  return html`<section class="sheet" aria-labelledby="messages"><h2 id="messages">Messages</h2>
<table class="plain"><caption class="hidden">The messages of this request</caption>
<thead><tr><th scope="col">Message</th><th scope="col">Status</th><th scope="col">Sent</th></tr></thead>
<tbody>${request.messages.map((message) => row(context.times, message))}</tbody></table></section>`;
};

/** It is tried again; but until it is accepted, it is not on its way. */
const isRefused = ({ status, problem }: Pick<MessageProgress, "status" | "problem">): boolean =>
  status === "due" && problem !== null;

const row = (
  times: RequestPart["context"]["times"],
  { id, kind, status, attempts, sentAt, problem }: MessageProgress,
): Html =>
  html`<tr data-key="${id}"><th scope="row">${noticeWords[kind]}<span class="sub"><code>${id}</code></span></th>
<td data-label="Status">${isRefused({ status, problem }) ? statusSign("warning", `Not delivered, ${plural(attempts, "try", "tries")}`) : statusSign(signs[status], words[status])}${when((status === "failed" || isRefused({ status, problem })) && problem !== null, () => html`<span class="sub">${problem === null ? "" : problemWords[problem.code].what}</span>`)}</td>
<td data-label="Sent">${sentAt === null ? html`<span class="quiet none">–</span>` : times.at(sentAt)}</td></tr>`;
