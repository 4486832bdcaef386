import { Hono } from "hono";
import type { WebContext } from "../web-context.ts";
import { acknowledgeRoutes } from "./acknowledge.ts";
import { askRoutes } from "./ask.ts";
import { downloadRoutes } from "./download.ts";

/** The pages for people who are not signed in. Opening one changes nothing; only their forms do. */
export const publicRoutes = (context: WebContext): Hono => {
  const routes = new Hono();
  if (context.publicRequests !== null) routes.route("/", askRoutes(context, context.publicRequests));
  routes.route("/acknowledge", acknowledgeRoutes(context));
  routes.route("/download", downloadRoutes(context));
  return routes;
};
