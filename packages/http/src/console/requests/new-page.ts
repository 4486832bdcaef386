import type { Category, InvalidInput } from "@subject-rights/core";
import { html } from "hono/html";
import type { Html } from "../../html/page.ts";
import { type ConsoleCall, when } from "../answer.ts";
import type { ConsoleContext } from "../console.ts";
import { consolePage } from "../console-page.ts";
import { errorWords } from "../words/errors.ts";
import { categoryWords } from "../words/requests.ts";

/** What was filled in; empty at first. */
export interface RequestForm {
  readonly kind: string;
  readonly category: string;
  readonly email: string;
  readonly receivedOn: string;
}

const hints: Readonly<Record<Category, string>> = {
  "customer-data": "what is kept of the people you do business with",
  "user-data": "what is kept of the people who sign in to the application",
  "user-telemetry": "what was recorded of how they use it, system logs included",
};

/** A request, made by hand. It answers the same whether anybody knows the person or not. */
export const newPage = (
  call: ConsoleCall,
  context: ConsoleContext,
  categories: readonly Category[],
  form: RequestForm,
  error: InvalidInput | null = null,
): Html => {
  const { may } = call.get("visitor");
  const wrong = (path: string) => error?.issues.some((issue) => issue.path === path) ?? false;
  const invalid = (path: string) => (wrong(path) ? html` aria-invalid="true" aria-describedby="wrong"` : "");
  const choice = (name: "kind" | "category", value: string, words: string, hint: string): Html =>
    html`<label class="choice"><input type="radio" name="${name}" value="${value}" required${form[name] === value ? html` checked` : ""}><span>${words}<span class="hint">${hint}</span></span></label>`;
  return consolePage(call, context, {
    title: error === null ? "Make a request" : "Please check the form: make a request",
    body: html`<h1>Make a request</h1>
${when(error, () => html`<p class="said alert" role="alert" id="wrong">${error === null ? "" : errorWords(error).text}</p>`)}
<form method="post" action="${context.path("/console/requests/new")}" class="sheet">
<fieldset><legend>What is asked for</legend>
${when(may("submit-erasure"), () => choice("kind", "erasure", "Erasure", "everything of the person is erased, but for what the law has kept (Art. 17 GDPR)"))}
${when(may("submit-export"), () => choice("kind", "export", "Export", "a copy goes to the address on record (Art. 15 and 20 GDPR)"))}
</fieldset>
<fieldset><legend>Of which data</legend>
${categories.map((category) => choice("category", category, capital(categoryWords[category]), hints[category]))}
</fieldset>
<div class="field"><label class="above" for="email">Email address of the person</label>
<input id="email" name="email" type="email" required autocomplete="off" maxlength="254" value="${form.email}"${invalid("email")}></div>
<div class="field"><label class="above" for="received">When it came in<span class="hint">The deadline counts from that day. Left empty: today.</span></label>
<input id="received" name="received" type="date" max="${context.times.today()}" value="${form.receivedOn}"${invalid("receivedAt")}></div>
<div class="buttons"><button>Make the request</button> <a class="button secondary" href="${context.path("/console/requests")}">Back</a></div>
</form>
<p class="quiet">It has to be confirmed from the address on record. Until then nothing is read or erased, and nobody learns whether the person is known.</p>`,
  });
};

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
