import { SourceNotFound, StorageFailed, type SubjectRightsError } from "@subject-rights/core";
import { Hono } from "hono";
import { errorPage, seeOther, textField } from "../answer.ts";
import type { ConsoleContext, ConsoleEnvironment } from "../console.ts";
import { sourcesPage } from "./page.ts";

/** Milliseconds that the answer to "Refresh" waits for it. What takes longer goes on, and the row shows it running. */
const patience = 400;

/** The Data Sources page. */
export const sourceRoutes = (context: ConsoleContext): Hono<ConsoleEnvironment> => {
  const routes = new Hono<ConsoleEnvironment>();
  const back = { href: context.path("/console/sources"), title: "To the data sources" };

  routes.get("/", async (call) => {
    const { actor } = call.get("visitor");
    const listed = await context.rights.sources.list({ actor });
    return listed.match(
      (list) => call.html(sourcesPage(call, context, list)),
      (error) => errorPage(call, context, error, back),
    );
  });

  routes.post("/refresh", async (call) => {
    const { actor } = call.get("visitor");
    const source = textField(call, "source");
    if (source === "") return errorPage(call, context, new SourceNotFound(source), back);
    // A refresh may take minutes, and nobody waits for a page so long. It is started, and its status is in the store.
    const refreshed = startRefresh(context, actor, source);
    const answer = await Promise.race([refreshed, later(patience)]);
    if (answer === "running") {
      // From here on nobody waits for it: that it did not work shows in the row, that the store failed does not.
      void refreshed.then((late) => {
        if (late instanceof StorageFailed) context.failed(late);
      });
      return seeOther(call, context, `/console/sources#source-${source}`, "refresh-started");
    }
    if (answer === "finished")
      return seeOther(call, context, `/console/sources#source-${source}`, "refresh-finished");
    if (answer.code === "call-failed")
      return seeOther(call, context, `/console/sources#source-${source}`, "refresh-failed");
    return errorPage(call, context, answer, back);
  });
  routes.post("/retry", async (call) => {
    const { actor } = call.get("visitor");
    const source = textField(call, "source");
    const retried = await context.rights.sources.retryAll({ actor, source });
    return retried.match(
      () => seeOther(call, context, `/console/sources#source-${source}`, "retried-for-all"),
      (error) => errorPage(call, context, error, back),
    );
  });
  return routes;
};

const startRefresh = async (
  { rights }: ConsoleContext,
  actor: Parameters<typeof rights.sources.refresh>[0]["actor"],
  source: string,
): Promise<"finished" | SubjectRightsError> =>
  (await rights.sources.refresh({ actor, source })).match(
    () => "finished" as const,
    (error) => error,
  );

const later = (milliseconds: number): Promise<"running"> =>
  new Promise((resolve) => setTimeout(() => resolve("running"), milliseconds));
