import { type Actor, orThrow, type PolicyAction } from "@subject-rights/core";
import type { MiddlewareHandler } from "hono";
import { changesNothing } from "../csrf.ts";
import { messagePage } from "../html/message-page.ts";
import type { ConsoleContext, ConsoleEnvironment, Visitor } from "./console.ts";

/** What the console has a control or a page for. */
const offered = [
  "submit-erasure",
  "submit-export",
  "read-requests",
  "decline-request",
  "cancel-request",
  "resend-message",
  "retry-source",
  "settle-source",
  "answer-task",
  "decide-identifier",
  "reveal-subject",
  "fetch-package",
  "list-sources",
  "refresh-source",
  "list-users",
  "remove-users",
  "approve-plan",
  "keep-deadline",
  "put-request-first",
  "read-holds",
] as const satisfies readonly PolicyAction[];

/** Lets only people in who are signed in, and finds out what to offer them. */
export const signedIn =
  (context: ConsoleContext): MiddlewareHandler<ConsoleEnvironment> =>
  async (call, next) => {
    const request = call.req.raw;
    const actor = await context.actor(request);
    if (actor === null) {
      if (context.signIn !== null && changesNothing(request)) return call.redirect(context.signIn, 303);
      return call.html(
        messagePage(context, {
          title: "Sign in first",
          text: "The console is for people who are signed in to the application. Nothing was changed.",
          isAlert: true,
        }),
        401,
      );
    }
    call.set("visitor", await visitorOf(context, actor));
    return next();
  };

/** @throws InvalidInput where `authenticate` gave what is no actor */
const visitorOf = async ({ rights }: ConsoleContext, actor: Actor): Promise<Visitor> => {
  const answers = await Promise.all(
    offered.map(async (action) => [action, orThrow(await rights.allows({ actor, action }))] as const),
  );
  const allowed = new Set<PolicyAction>(answers.filter(([, is]) => is).map(([action]) => action));
  return { actor, may: (action) => allowed.has(action) };
};
