import { Hono } from "hono";
import { healthPaths, healthRoutes } from "../health.ts";
import type { WebContext } from "../web-context.ts";
import { openApiDocument } from "./openapi.ts";
import { apiRouteList } from "./routes/all.ts";
import { serveRoute } from "./serve-route.ts";

/** The JSON API, mounted at `/api`, and its description at `/api/openapi.json`. */
export const apiRoutes = (context: WebContext): Hono => {
  const routes = new Hono();
  const document = JSON.stringify(openApiDocument(apiRouteList, context.path("/api"), healthPaths()));
  routes.get("/openapi.json", (call) => call.body(document, 200, { "Content-Type": "application/json" }));
  routes.route("/", healthRoutes(context));
  for (const route of apiRouteList) {
    routes.on(
      route.method.toUpperCase(),
      route.path.replace(/\{(\w+)\}/g, ":$1"),
      serveRoute(context, route),
    );
  }
  return routes;
};
