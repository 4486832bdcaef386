/**
 * The web face of Subject Rights: a JSON API, pages for the public and a console, as one web-standard handler,
 * `(request: Request) => Promise<Response>`.
 *
 * {@include ../README.md}
 *
 * @module @subject-rights/http
 */

export type { ConsoleOptions } from "./console/options.ts";
export { createHandler } from "./handler.ts";
export { linksTo } from "./links.ts";
export type { Allow, AskedCategory, Authenticate, HandlerOptions, PublicRequests } from "./options.ts";
