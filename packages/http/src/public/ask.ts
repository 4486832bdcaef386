import { type Category, InvalidInput, type RequestKind } from "@subject-rights/core";
import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { messagePage } from "../html/message-page.ts";
import { type Html, page } from "../html/page.ts";
import type { AskedCategory, PublicRequests } from "../options.ts";
import type { WebContext } from "../web-context.ts";
import { failurePage, notAllowedNow } from "./answers.ts";
import { readForm } from "./form.ts";

interface Filled {
  readonly kind: string;
  readonly category: string;
  readonly email: string;
}

const kinds: readonly { readonly kind: RequestKind; readonly title: string }[] = [
  { kind: "export", title: "A copy of my data" },
  { kind: "erasure", title: "Erase my data" },
];

const defaultCategories: readonly AskedCategory[] = [
  { category: "customer-data", title: "What you keep of me as a customer" },
  { category: "user-data", title: "My account" },
  { category: "user-telemetry", title: "What was recorded of how I use it" },
];

/** The form, and a page that says the same to everybody: whether anybody knows the person shows nowhere. */
export const askRoutes = (
  context: WebContext,
  { actor, acknowledgedBy, categories }: PublicRequests,
): Hono => {
  const routes = new Hono();
  const offered =
    categories ?? defaultCategories.filter(({ category }) => context.rights.categories.includes(category));
  const show = (call: Context, filled: Filled | null, mistake: Mistake | null = null) =>
    call.html(formPage(context, offered, filled, mistake), mistake === null ? 200 : 400);

  routes.get("/", (call) => show(call, null));

  routes.post("/", async (call) => {
    const refused = await notAllowedNow(context, call);
    if (refused !== null) return refused;
    const filled = await readForm(call, ["kind", "category", "email"]).catch(onlyInvalid);
    if (filled === null) return show(call, null, "form");
    const { email } = filled;
    const kind = kinds.find((each) => each.kind === filled.kind)?.kind;
    const category = offered.find((each) => each.category === filled.category)?.category;
    if (kind === undefined || category === undefined) return show(call, filled, "form");
    const asked = await context.rights.requests.submit({
      actor: await actor(context.original(call.req.raw)),
      kind,
      category,
      email,
      ...(acknowledgedBy === undefined ? {} : { acknowledgedBy }),
    });
    if (asked.isOk()) return call.redirect(context.path("/asked"), 303);
    const { error } = asked;
    // None of these has anything to do with whom it is about.
    const isMistyped = error instanceof InvalidInput && error.issues.some(({ path }) => path === "email");
    if (isMistyped) return show(call, filled, "email");
    return failurePage(context, call, error);
  });

  routes.get("/asked", (call) => call.html(askedPage(context)));
  return routes;
};

const onlyInvalid = (thrown: unknown): null => {
  if (thrown instanceof InvalidInput) return null;
  throw thrown;
};

const askedPage = (context: WebContext) =>
  messagePage(context, {
    title: "Your request has arrived",
    text: "A message goes to the address on record, and asks for it to be confirmed. Nothing is read or erased before that. For your protection, this page says the same to everybody, whether we know them or not.",
  });

type Mistake = "form" | "email";

const mistakes: Readonly<Record<Mistake, string>> = {
  form: "Choose what you want, and of which data.",
  email: "This is not an email address. Check it, such as name@example.org.",
};

const formPage = (
  context: WebContext,
  offered: readonly AskedCategory[],
  filled: Filled | null,
  mistake: Mistake | null,
): Html =>
  page(context, {
    title: mistake === null ? "Your data" : "Please check the form: your data",
    narrow: true,
    body: html`<h1>Your data</h1>
<p>You may have a copy of the data that ${context.controller} keeps of you, or have it erased (Art. 15, 17 and 20 GDPR).</p>
${mistake === "form" ? html`<p class="sheet alert" role="alert">${mistakes.form}</p>` : ""}
<form class="sheet" method="post" action="${context.path("/")}">
${choices(
  "What do you want?",
  "kind",
  kinds.map(({ kind, title }) => [kind, title]),
  filled?.kind,
)}
${choices(
  "Of which data?",
  "category",
  offered.map(({ category, title }) => [category, title]),
  filled?.category,
)}
<div class="field">
<label class="above" for="email">The email address under which you are known</label>
<input id="email" name="email" type="email" autocomplete="email" maxlength="254" required value="${filled?.email ?? ""}"${
      mistake === "email" ? html` aria-invalid="true" aria-describedby="email-mistake"` : ""
    }>
${mistake === "email" ? html`<p id="email-mistake" role="alert">${mistakes.email}</p>` : ""}
</div>
<button>Ask for it</button>
</form>`,
  });

const choices = (
  legend: string,
  name: string,
  values: readonly (readonly [value: RequestKind | Category, title: string])[],
  chosen: string | undefined,
): Html => html`<fieldset><legend>${legend}</legend>
${values.map(([value, title]) => {
  const isChosen = chosen === value || values.length === 1;
  return html`<label class="choice"><input type="radio" name="${name}" value="${value}" required${
    isChosen ? html` checked` : ""
  }> ${title}</label>`;
})}
</fieldset>`;
