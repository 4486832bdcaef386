import { ConfigurationMistake } from "@subject-rights/core";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { methodNotAllowed } from "hono/method-not-allowed";
import { apiRoutes } from "./api/api-routes.ts";
import { consoleAssets } from "./console/assets.ts";
import { consoleRoutes } from "./console/routes.ts";
import { changesNothing, senderOf } from "./csrf.ts";
import { healthRoutes } from "./health.ts";
import { assetRoutes } from "./html/asset-routes.ts";
import { icon } from "./html/icon.ts";
import { messagePage } from "./html/message-page.ts";
import { stylesheet } from "./html/stylesheet.ts";
import { checkOptions, type HandlerOptions } from "./options.ts";
import { problemOf, problemResponse } from "./problem.ts";
import { publicRoutes } from "./public/routes.ts";
import { tokenScript } from "./public/token-form.ts";
import { securityHeaders } from "./security-headers.ts";
import { type WebContext, webContextOf } from "./web-context.ts";

/** Bytes that a body may have. The longest that anything here needs is a hold on twenty identifiers. */
const longestBody = 64 * 1024;

/**
 * Makes the handler: mount it in any server that speaks `Request` and `Response`. It keeps no state of its own.
 *
 * @throws ConfigurationMistake for options that are none
 */
export const createHandler = (options: HandlerOptions): ((request: Request) => Promise<Response>) => {
  checkOptions(options);
  const originals = new WeakMap<Request, Request>();
  const context = webContextOf(options, originals);
  const app = new Hono({ strict: false }).basePath(context.path("/").replace(/\/$/, ""));
  const refuse = refusal(context);

  app.use(securityHeaders);
  app.use(methodNotAllowed({ app, onMethodNotAllowed: (call, allowed) => refuse.method(call, allowed) }));
  app.use(async (call, next) => {
    const request = call.req.raw;
    if (!changesNothing(request)) {
      const sender = senderOf(request, context.origin);
      if (sender === "other-origin" || (sender === "no-browser" && !isApi(context, call))) {
        return refuse.origin(call);
      }
    }
    return next();
  });
  app.use((call, next) => {
    const request = call.req.raw;
    if (!changesNothing(request) && (request.bodyUsed || request.body?.locked === true)) {
      throw new ConfigurationMistake(
        "The body of this request was read before it came to the handler of createHandler: mount it in front of body parsers.",
      );
    }
    return next();
  });
  const boundBody = bodyLimit({ maxSize: longestBody, onError: (call) => refuse.size(call) });
  app.use((call, next) => {
    // A body whose length nobody says is read, and the request made anew around it.
    const request = call.req.raw;
    return boundBody(call, () => {
      if (call.req.raw !== request) originals.set(call.req.raw, request);
      return next();
    });
  });

  const { console = true } = options;
  app.route("/", assetRoutes([stylesheet, icon, tokenScript, ...consoleAssets]));
  app.route("/api", apiRoutes(context));
  app.route("/", healthRoutes(context));
  app.route("/", publicRoutes(context));
  if (options.publicRequests === undefined && console !== false) {
    app.get("/", (call) => call.redirect(context.path("/console"), 302));
  }
  if (console !== false) app.route("/console", consoleRoutes(context, console === true ? {} : console));

  app.notFound((call) => refuse.path(call));
  app.onError((error, call) => {
    context.failed(error);
    return refuse.failure(call);
  });
  return async (request) => app.fetch(request);
};

const isApi = (context: WebContext, call: Context): boolean => {
  const { pathname } = new URL(call.req.url);
  return pathname === context.path("/api") || pathname.startsWith(context.path("/api/"));
};

/** Answers that belong to no route: problems for the API, pages for people. */
const refusal = (context: WebContext) => {
  const answer = (
    call: Context,
    status: 403 | 404 | 405 | 413 | 500,
    code: string,
    title: string,
    text: string,
    headers: Readonly<Record<string, string>> = {},
  ) =>
    isApi(context, call)
      ? problemResponse(problemOf(status, code, title), headers)
      : call.html(messagePage(context, { title, text, isAlert: true }), status, headers);
  return {
    path: (call: Context) =>
      answer(call, 404, "not-found", "Nothing is here", "Check the address, or follow the link again."),
    method: (call: Context, allowed: readonly string[]) =>
      answer(call, 405, "method-not-allowed", "Not possible in this way", "Go back and use the form there.", {
        Allow: allowed.join(", "),
      }),
    origin: (call: Context) =>
      answer(
        call,
        403,
        "other-origin",
        "This came from elsewhere",
        "The form was not sent from this site. Open it here, and send it again.",
      ),
    size: (call: Context) =>
      answer(call, 413, "body-too-long", "This is too long", "Nothing of it was taken in."),
    failure: (call: Context) =>
      answer(call, 500, "failed", "This did not work", "It is not your fault. Try again later."),
  };
};
