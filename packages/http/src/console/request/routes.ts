import type { ChangeError, RequestView, ResultAsync } from "@subject-rights/core";
import { Hono } from "hono";
import { packageHeaders, packageStream } from "../../package-download.ts";
import { type ConsoleCall, errorPage, seeOther, textField } from "../answer.ts";
import type { ConsoleContext, ConsoleEnvironment } from "../console.ts";
import type { Said } from "../words/said.ts";
import { evidencePage } from "./evidence-page.ts";
import { loadRequest } from "./load.ts";
import { requestPage } from "./page.ts";
import { progressStream } from "./progress-stream.ts";
import { revealPage } from "./reveal-page.ts";

/** One request: reading it, and everything that can be done about it. */
export const requestRoutes = (context: ConsoleContext): Hono<ConsoleEnvironment> => {
  const routes = new Hono<ConsoleEnvironment>();
  const { requests, sources, audit, packages } = context.rights;
  const about = (call: ConsoleCall) => ({
    actor: call.get("visitor").actor,
    requestId: call.req.param("id") ?? "",
  });
  const back = (call: ConsoleCall) => ({
    href: context.path(`/console/requests/${encodeURIComponent(about(call).requestId)}`),
    title: "Back to the request",
  });

  routes.get("/", async (call) => {
    const loaded = await loadRequest(context, call.get("visitor"), about(call).requestId);
    return loaded.match(
      (found) => call.html(requestPage(call, context, found)),
      (error) => errorPage(call, context, error),
    );
  });

  routes.get("/progress", async (call) => {
    const stop = new AbortController();
    const followed = await requests.progress({ ...about(call), signal: stop.signal });
    return followed.match(
      (events) => progressStream(call, context, events, stop),
      (error) => errorPage(call, context, error),
    );
  });

  routes.get("/evidence", async (call) => {
    const evidence = await audit.evidence(about(call));
    if (evidence.isErr()) return errorPage(call, context, evidence.error);
    const verdict = await audit.verify(about(call));
    return verdict.match(
      (found) => call.html(evidencePage(call, context, evidence.value, found)),
      (error) => errorPage(call, context, error),
    );
  });

  routes.get("/evidence.json", async (call) => {
    const evidence = await audit.evidence(about(call));
    return evidence.match(
      ({ canonical, file }) =>
        call.body(canonical, 200, {
          "Content-Type": "application/json",
          "Content-Disposition": `attachment; filename="evidence-${file.request.id}.json"`,
        }),
      (error) => errorPage(call, context, error),
    );
  });

  /** A form that changes one thing, and leads back to the request. */
  const change = (
    name: string,
    said: Said,
    work: (input: ReturnType<typeof about>, call: ConsoleCall) => ResultAsync<RequestView, ChangeError>,
  ) =>
    routes.post(`/${name}`, async (call) => {
      const changed = await work(about(call), call);
      return changed.match(
        ({ id }) => seeOther(call, context, `/console/requests/${id}`, said),
        (error) => errorPage(call, context, error, back(call)),
      );
    });

  change("retry", "retried", (input, call) =>
    requests.retrySource({ ...input, source: textField(call, "source") }),
  );
  change("settle", "settled", (input, call) => {
    const settled = { source: textField(call, "source"), reason: textField(call, "reason") };
    return textField(call, "all") === ""
      ? requests.settleSource({ ...input, ...settled })
      : sources.settleAll({ actor: input.actor, ...settled }).andThen(() => requests.read(input));
  });
  change("approve", "approved", (input, call) =>
    requests.approve({ ...input, plan: textField(call, "plan") }),
  );
  change("answer", "answered", (input, call) =>
    requests.answerTask({
      ...input,
      source: textField(call, "source"),
      // Anything else is refused by the call itself.
      answer: textField(call, "answer") as "done",
      note: textField(call, "note"),
    }),
  );
  change("decide", "decided", (input, call) =>
    requests.decideIdentifier({
      ...input,
      decision: textField(call, "decision"),
      answer: textField(call, "answer") as "same-person",
      reason: textField(call, "reason"),
    }),
  );
  change("resend-confirmation", "confirmation-sent", (input) => requests.resendConfirmation(input));
  change("resend-message", "message-sent", (input, call) =>
    requests.resendMessage({ ...input, message: textField(call, "message") }),
  );
  change("put-first", "put-first", (input, call) =>
    requests.putFirst({ ...input, reason: textField(call, "reason") }),
  );
  change("cancel", "cancelled", (input, call) =>
    requests.cancel({ ...input, reason: textField(call, "reason") }),
  );
  change("decline", "declined", (input, call) =>
    requests.decline({ ...input, reason: textField(call, "reason") }),
  );
  change("extend", "extended", (input, call) =>
    requests.extend({ ...input, reason: textField(call, "reason") }),
  );
  change("suspend", "suspended", (input, call) =>
    requests.suspend({ ...input, reason: textField(call, "reason") }),
  );
  change("resume", "resumed", (input) => requests.resume(input));

  routes.post("/reveal", async (call) => {
    const revealed = await requests.reveal(about(call));
    if (revealed.isErr()) return errorPage(call, context, revealed.error, back(call));
    const read = await requests.read(about(call));
    return read.match(
      (request) => call.html(revealPage(call, context, request, revealed.value)),
      (error) => errorPage(call, context, error, back(call)),
    );
  });

  routes.post("/package", async (call) => {
    const fetched = await packages.fetch(about(call));
    return fetched.match(
      (found) => new Response(packageStream(found, context.failed), { headers: packageHeaders(found) }),
      (error) => errorPage(call, context, error, back(call)),
    );
  });
  return routes;
};
