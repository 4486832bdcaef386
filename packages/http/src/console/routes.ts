import { Hono } from "hono";
import type { WebContext } from "../web-context.ts";

/** The console, mounted at `/console`. Paths here are within it: `routes.get("/", …)`. */
export const consoleRoutes = (_context: WebContext): Hono => new Hono();
