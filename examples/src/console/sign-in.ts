import type { Actor } from "@subject-rights/core";
import { Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { html } from "hono/html";
import { company } from "../company/company.ts";
import { henrik, type KnownUser, ole, petra } from "../company/people.ts";
import { exampleStyle, plainPage } from "./page.ts";

const cookie = "halmstrand_user";

const people: readonly { readonly user: KnownUser; readonly may: string }[] = [
  { user: petra, may: "tenant administrator: erases and exports" },
  { user: ole, may: "administrator: erases" },
  { user: henrik, may: "analyst: may nothing of this" },
];

/** Who sends a request, by a cookie that says so. An application has real sessions; this one has only a choice. */
export const whoIs = (request: Request): Actor | null => {
  const name = new RegExp(`(?:^|; *)${cookie}=([\\w-]+)`).exec(request.headers.get("Cookie") ?? "")?.[1];
  const found = people.find(({ user }) => user.id === name)?.user;
  return found === undefined ? null : { id: found.id, roles: found.roles, tenant: company.tenant };
};

/** The example's own sign-in, and where everything is. */
export const signInRoutes = (): Hono => {
  const routes = new Hono();
  routes.get("/", (call) => {
    const current = people.find(({ user }) => user.id === getCookie(call, cookie))?.user;
    return call.html(
      plainPage(
        company.application,
        html`<p>${current === undefined ? "Sign in as one of the company's people, and the console opens:" : html`You are signed in as <b>${current.name}</b>. <a href="/privacy/console">Open the console</a>, or change:`}</p>
<ul>${people.map(({ user, may }) => html`<li><form method="post" action="/sign-in"><button name="user" value="${user.id}">${user.name}</button></form> ${may}</li>`)}</ul>
<p><a href="/outbox">The letters that were sent</a> · <a href="/helpdesk">The help desk, to switch off and on</a></p>
${current === undefined ? "" : html`<form method="post" action="/sign-out"><button>Sign out</button></form>`}`,
      ),
    );
  });
  routes.post("/sign-in", async (call) => {
    const { user } = await call.req.parseBody();
    if (typeof user !== "string" || !people.some((each) => each.user.id === user))
      return call.text("There is nobody of this id.", 400);
    setCookie(call, cookie, user, { httpOnly: true, sameSite: "Lax", path: "/" });
    return call.redirect("/privacy/console", 303);
  });
  routes.post("/sign-out", (call) => {
    deleteCookie(call, cookie, { path: "/" });
    return call.redirect("/", 303);
  });
  routes.get("/example.css", (call) => call.body(exampleStyle, 200, { "Content-Type": "text/css" }));
  return routes;
};
