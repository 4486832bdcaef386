import { InvalidInput, TokenRejected } from "@subject-rights/core";
import { Hono } from "hono";
import { packageHeaders, packageStream } from "../package-download.ts";
import type { WebContext } from "../web-context.ts";
import { failurePage, notAllowedNow, rejectionPage } from "./answers.ts";
import { readForm } from "./form.ts";
import { tokenForm, tokenIn } from "./token-form.ts";

export const downloadRoutes = (context: WebContext): Hono => {
  const routes = new Hono();
  routes.get("/", (call) =>
    call.html(
      tokenForm(context, {
        title: "Download the data",
        text: "The data comes as a ZIP file. Each download is written down, without anything personal.",
        button: "Download",
        action: "/download",
      }),
    ),
  );
  routes.post("/", async (call) => {
    const refused = await notAllowedNow(context, call);
    if (refused !== null) return refused;
    const form = await readForm(call, ["token"]).catch((thrown: unknown) => {
      if (thrown instanceof InvalidInput) return { token: "" };
      throw thrown;
    });
    const downloaded = await context.rights.packages.download({ token: tokenIn(form.token) });
    return downloaded.match(
      (fetched) => new Response(packageStream(fetched, context.failed), { headers: packageHeaders(fetched) }),
      (error) =>
        error instanceof TokenRejected
          ? rejectionPage(context, call, error)
          : failurePage(context, call, error),
    );
  });
  return routes;
};
