import {
  type AuditVerdict,
  type ChainFinding,
  canonicalJson,
  type Evidence,
  isSigned,
  signedPart,
} from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { type ConsoleCall, plural, when } from "../answer.ts";
import type { ConsoleContext } from "../console.ts";
import { consolePage } from "../console-page.ts";
import { statusSign } from "../parts/status.ts";
import {
  type categoryWords,
  leftWords,
  nameOf,
  outcomeWords,
  phaseWords,
  proofWords,
} from "../words/requests.ts";

const findingWords: Readonly<Record<ChainFinding["what"], string>> = {
  missing: "is missing",
  misplaced: "stands in another place than its number says",
  changed: "is not what it was",
  "cut-off": "is not where the chain ends by the record",
  rewritten: "is another one than when the chain came under a checkpoint",
  unsigned: "is where the chain ends, and nobody who has the key has ended it there",
};

/** The evidence as a page of facts: what was done, how well it is proven, and whether the audit is whole. */
export const evidencePage = (
  call: ConsoleCall,
  context: ConsoleContext,
  { file }: Evidence,
  verdict: AuditVerdict,
): Html => {
  const { request, deadline, approval, grades, sources, messages, signature } = file;
  const { times } = context;
  const base = context.path(`/console/requests/${request.id}`);
  const title = nameOf({ kind: request.kind, category: request.category as keyof typeof categoryWords });
  return consolePage(call, context, {
    title: `Evidence ${request.id.slice(0, 8)}`,
    body: html`<p class="crumb"><a href="${base}">${title} <code>${request.id.slice(0, 8)}</code></a></p>
<h1>Evidence</h1>
${checked(verdict, file)}
<section class="sheet"><h2>What was done</h2>
<dl><dt>Controller</dt><dd>${file.controller}</dd>
<dt>Request</dt><dd>${title}, <code>${request.id}</code></dd>
<dt>Taken in by</dt><dd><code>${request.submittedBy}</code>, ${times.at(request.receivedAt)}</dd>
<dt>Confirmed</dt><dd>${request.acknowledgedAt === null ? "not yet" : times.at(request.acknowledgedAt)}</dd>
<dt>${request.outcome === null ? "State" : "Outcome"}</dt><dd>${request.outcome === null ? phaseWords[request.phase as keyof typeof phaseWords] : outcomeWords[request.outcome as keyof typeof outcomeWords]}${request.closedAt === null ? "" : html`, ${times.at(request.closedAt)}`}</dd>
<dt>Deadline</dt><dd>${deadline.explanation}</dd>
${when(approval !== null, () => html`<dt>Approval</dt><dd>${approval?.approvedBy === null ? "not yet" : html`by <code>${approval?.approvedBy}</code> of the plan <code>${approval?.plan}</code>`}</dd>`)}
<dt>Key of what was personal</dt><dd>${request.keyDestroyed ? "destroyed: nobody can read it any more" : "still there"}</dd>
<dt>Messages</dt><dd>${messages.filter(({ status }) => status === "sent").length} sent of ${messages.length}</dd></dl></section>
${when(
  sources.length > 0,
  () => html`<section class="sheet"><h2>Where, and how well it is proven</h2>
<table class="plain"><caption class="hidden">What became of which records, and how that is known</caption>
<thead><tr><th scope="col">Data source</th><th scope="col">What was done</th><th scope="col">How it is known</th></tr></thead>
<tbody>${sources.map(
    ({ id, title: name, outcomes, left = [], settled }) =>
      html`<tr><th scope="row">${name}</th><td data-label="What was done">${settled === null ? (outcomes.length === 0 ? html`<span class="quiet none">–</span>` : html`<ul class="outcomes">${outcomes.map(({ collection, outcome, count, reason, until, asOf }) => html`<li><code>${collection}</code>: ${count ?? ""} ${outcome}${until === null ? "" : html` until ${times.day(until)}`}${asOf === undefined ? "" : html`, as of ${times.day(asOf)}`}${reason === null ? "" : html`: ${reason}`}</li>`)}</ul>`) : html`closed by <code>${settled.by}</code>: “${settled.reason}”`}${when(left.length > 0, () => html`<ul class="outcomes">${left.map(({ collection, count }) => html`<li><code>${collection}</code>: ${leftWords(count)}</li>`)}</ul>`)}</td>
<td data-label="How it is known">${proofOf(
        grades.filter(({ source }) => source === id),
        outcomes,
      )}</td></tr>`,
  )}</tbody></table></section>`,
)}
<section class="sheet"><h2>To keep</h2>
<p>One file holds all of this, and the whole audit. Anybody can check it without this application: <code>npx @subject-rights/verify FILE</code>. Nothing in it is personal.</p>
<p><a class="button" href="${base}/evidence.json" download>Download the evidence</a> <a class="button secondary" href="${base}">Back to the request</a></p>
${when(signature !== null, () => html`<p class="quiet">Signed with the key <code>${signature?.keyId}</code>. Whose key that is no file can prove: publish it.</p>`)}</section>`,
  });
};

/** One sentence where the same is known of all its collections, or else one a collection. */
const proofOf = (
  graded: Evidence["file"]["grades"],
  outcomes: Evidence["file"]["sources"][number]["outcomes"],
): Html | string => {
  const keptIn = (collection: string | null) =>
    outcomes.filter((each) => each.outcome === "kept" && each.collection === collection);
  const grades = graded.map((each) => ({
    ...each,
    kept: keptIn(each.collection).reduce((sum, { count }) => sum + (count ?? 0), 0),
  }));
  const sentences = new Set(grades.map(proofWords));
  if (sentences.size <= 1) return [...sentences].join("");
  return html`<ul class="outcomes">${grades.map((each) => html`<li>${when(each.collection !== null, () => html`<code>${each.collection}</code>: `)}${proofWords(each)}</li>`)}</ul>`;
};

/** What was looked at just now. */
const checked = ({ intact, entries, covered, findings }: AuditVerdict, file: Evidence["file"]): Html => {
  const { signature } = file;
  const isSound = signature === null || isSigned(canonicalJson(signedPart(file)), signature);
  return html`<section class="sheet${intact && isSound ? "" : " alert"}"><h2>Checked just now</h2>
<p>${intact ? statusSign("succeeded", `The ${plural(entries, "audit entry is", "audit entries are")} one whole chain: none was changed, left out, moved or added.`) : statusSign("warning", "The audit is not what it was.")}</p>
${when(!intact, () => html`<ul>${findings.map(({ sequence, what }) => html`<li>Entry ${sequence} ${findingWords[what]}.</li>`)}</ul>`)}
${when(covered > 0, () => html`<p>${statusSign("succeeded", `${covered === entries ? "All of them" : `The first ${covered}`} came under a signed checkpoint.`)}</p>`)}
<p>${
    signature === null
      ? statusSign(
          "pending",
          "It is not signed: it shows others little. The application can hand in an evidenceSigner.",
        )
      : isSound
        ? statusSign("succeeded", "The signature fits.")
        : statusSign("warning", "The signature does not fit.")
  }</p></section>`;
};
