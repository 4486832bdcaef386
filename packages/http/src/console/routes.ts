import { Hono } from "hono";
import type { WebContext } from "../web-context.ts";
import { type ConsoleEnvironment, consoleContextOf } from "./console.ts";
import { readForm } from "./form.ts";
import type { ConsoleOptions } from "./options.ts";
import { requestRoutes as oneRequestRoutes } from "./request/routes.ts";
import { requestRoutes } from "./requests/routes.ts";
import { sourceRoutes } from "./sources/routes.ts";
import { userRoutes } from "./users/routes.ts";
import { signedIn } from "./visitor.ts";

/** The console, mounted at `/console`: every route is for somebody who is signed in. */
export const consoleRoutes = (web: WebContext, options: ConsoleOptions): Hono<ConsoleEnvironment> => {
  const context = consoleContextOf(web, options);
  const routes = new Hono<ConsoleEnvironment>({ strict: false });
  routes.use(signedIn(context));
  routes.use(readForm(context));
  routes.get("/", (call) => {
    const { may } = call.get("visitor");
    const first = may("read-requests") ? "requests" : may("list-sources") ? "sources" : "users";
    return call.redirect(context.path(`/console/${first}`), 303);
  });
  routes.route("/sources", sourceRoutes(context));
  routes.route("/users", userRoutes(context));
  routes.route("/requests", requestRoutes(context));
  routes.route("/requests/:id", oneRequestRoutes(context));
  return routes;
};
