import { InvalidInput, TokenRejected } from "@subject-rights/core";
import { Hono } from "hono";
import { messagePage } from "../html/message-page.ts";
import type { WebContext } from "../web-context.ts";
import { failurePage, notAllowedNow, rejectionPage } from "./answers.ts";
import { readForm } from "./form.ts";
import { tokenForm, tokenIn } from "./token-form.ts";

export const acknowledgeRoutes = (context: WebContext): Hono => {
  const routes = new Hono();
  routes.get("/", (call) =>
    call.html(
      tokenForm(context, {
        title: "Confirm the request",
        text: "Nothing happens before you confirm it here. What it is about stands in the message that brought you here.",
        button: "Confirm",
        action: "/acknowledge",
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
    const acknowledged = await context.rights.requests.acknowledge({ token: tokenIn(form.token) });
    return acknowledged.match(
      ({ kind }) =>
        call.html(
          messagePage(context, {
            title: "Confirmed",
            text: `The ${kind} begins now. A message says what came of it. You can close this page.`,
          }),
        ),
      (error) =>
        error instanceof TokenRejected
          ? rejectionPage(context, call, error)
          : failurePage(context, call, error),
    );
  });
  return routes;
};
