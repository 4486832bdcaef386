import { RequestNotFound, type RequestView, UserNotFound } from "@subject-rights/core";
import { Hono } from "hono";
import { type ConsoleCall, errorPage, seeOther, textField, textFields } from "../answer.ts";
import type { ConsoleContext, ConsoleEnvironment } from "../console.ts";
import { usersOfIds, usersOnPage } from "./directory.ts";
import { gridPage } from "./grid-page.ts";
import { previewPage } from "./preview-page.ts";
import { removedPage } from "./removed-page.ts";

/** Ids of requests that an address carries; a removal of more leads to the list of all requests. */
const mostLinked = 50;

/** The Permissions page: whom to remove goes in bodies, never in an address. */
export const userRoutes = (context: ConsoleContext): Hono<ConsoleEnvironment> => {
  const routes = new Hono<ConsoleEnvironment>();
  const back = { href: context.path("/console/users"), title: "To the users" };

  const grid = async (call: ConsoleCall, number: number, isNobodyChecked = false) => {
    const listed = await usersOnPage(context, call.get("visitor").actor, number);
    return listed.match(
      (page) =>
        page === null
          ? seeOther(call, context, "/console/users")
          : call.html(gridPage(call, context, page, number, isNobodyChecked), isNobodyChecked ? 400 : 200),
      (error) => errorPage(call, context, error, back),
    );
  };

  const preview = async (call: ConsoleCall, ids: readonly string[], wrong: "typed" | "myself" | null) => {
    const { actor } = call.get("visitor");
    const found = await usersOfIds(context, actor, new Set(ids));
    if (found.isErr()) return errorPage(call, context, found.error, back);
    if (found.value.length !== new Set(ids).size) return errorPage(call, context, new UserNotFound(), back);
    const sources = await context.rights.sources.list({ actor });
    return sources.match(
      (list) =>
        call.html(
          previewPage(call, context, { users: found.value, sources: list.sources, wrong }),
          wrong === null ? 200 : 400,
        ),
      (error) => errorPage(call, context, error, back),
    );
  };

  routes.get("/", (call) => grid(call, pageNumber(call.req.query("page"))));

  routes.post("/preview", async (call) => {
    const ids = textFields(call, "user");
    return ids.length === 0 ? grid(call, 1, true) : preview(call, ids, null);
  });

  routes.post("/remove", async (call) => {
    const userIds = textFields(call, "user");
    if (userIds.length === 0) return grid(call, 1, true);
    if (textField(call, "count").trim() !== String(new Set(userIds).size))
      return preview(call, userIds, "typed");
    const { actor } = call.get("visitor");
    const includingMyself = textField(call, "myself") === "yes";
    const removed = await context.rights.users.remove({ actor, userIds, includingMyself });
    return removed.match(
      (submitted) =>
        submitted.length > mostLinked
          ? seeOther(call, context, "/console/requests", "submitted")
          : seeOther(
              call,
              context,
              `/console/users/removed?requests=${submitted.map(({ request }) => request.id).join(",")}`,
            ),
      (error) =>
        error.code === "removing-yourself"
          ? preview(call, userIds, "myself")
          : errorPage(call, context, error, back),
    );
  });

  routes.get("/removed", async (call) => {
    const { actor } = call.get("visitor");
    const ids = (call.req.query("requests") ?? "")
      .split(",")
      .filter((id) => id !== "")
      .slice(0, mostLinked);
    if (ids.length === 0) return errorPage(call, context, new RequestNotFound(), back);
    const requests: RequestView[] = [];
    for (const requestId of ids) {
      const read = await context.rights.requests.read({ actor, requestId });
      if (read.isErr()) return errorPage(call, context, read.error, back);
      requests.push(read.value);
    }
    return call.html(removedPage(call, context, requests));
  });
  return routes;
};

const pageNumber = (text: string | undefined): number => {
  const number = Number(text ?? 1);
  return Number.isSafeInteger(number) && number > 0 ? number : 1;
};
