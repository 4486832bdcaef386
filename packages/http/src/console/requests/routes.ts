import {
  type Category,
  categorySchema,
  InvalidInput,
  NotAllowed,
  requestKindSchema,
} from "@subject-rights/core";
import { Hono } from "hono";
import { type ConsoleCall, errorPage, seeOther, textField } from "../answer.ts";
import type { ConsoleContext, ConsoleEnvironment } from "../console.ts";
import { instantOn } from "../times.ts";
import { listPage } from "./list-page.ts";
import { newPage, type RequestForm } from "./new-page.ts";
import { closedByAge, openByDeadline } from "./order.ts";

/** The list of requests, and making one. */
export const requestRoutes = (context: ConsoleContext): Hono<ConsoleEnvironment> => {
  const routes = new Hono<ConsoleEnvironment>();
  const home = { href: context.path("/console"), title: "Back" };

  routes.get("/", async (call) => {
    const { actor } = call.get("visitor");
    const cursor = call.req.query("cursor") ?? null;
    const isFirst = cursor === null;
    if (call.req.query("show") === "closed") {
      const closed = await closedByAge(context, actor, cursor);
      return closed.match(
        (page) =>
          call.html(listPage(call, context, { ...page, shown: "closed", all: null, overdue: 0, isFirst })),
        (error) => errorPage(call, context, error, home),
      );
    }
    const open = await openByDeadline(context, actor, cursor);
    return open.match(
      (page) => call.html(listPage(call, context, { ...page, shown: "open", isFirst })),
      (error) => errorPage(call, context, error, home),
    );
  });

  const form = async (call: ConsoleCall, filled: RequestForm, error: InvalidInput | null = null) => {
    const { actor } = call.get("visitor");
    const sources = await context.rights.sources.list({ actor });
    // Who may not see the sources may ask about all there could be: the library refuses what no source holds.
    if (sources.isErr() && !(sources.error instanceof NotAllowed))
      return errorPage(call, context, sources.error);
    const held = new Set(
      sources.isOk() ? sources.value.sources.flatMap(({ holds }) => holds) : categorySchema.options,
    );
    const categories = context.rights.categories.filter((category: Category) => held.has(category));
    return call.html(newPage(call, context, categories, filled, error), error === null ? 200 : 400);
  };

  routes.get("/new", (call) =>
    form(call, {
      kind: call.req.query("kind") ?? "",
      category: call.req.query("category") ?? "",
      email: "",
      receivedOn: "",
    }),
  );

  routes.post("/new", async (call) => {
    const { actor } = call.get("visitor");
    const filled: RequestForm = {
      kind: textField(call, "kind"),
      category: textField(call, "category"),
      email: textField(call, "email").trim(),
      receivedOn: textField(call, "received"),
    };
    const kind = requestKindSchema.safeParse(filled.kind);
    const category = categorySchema.safeParse(filled.category);
    const receivedAt = receiptOf(context, filled.receivedOn);
    if (!kind.success) return form(call, filled, missing("kind", "say what is asked for"));
    if (!category.success) return form(call, filled, missing("category", "say which"));
    if (receivedAt === null) return form(call, filled, missing("receivedAt", "this is no day"));
    const submitted = await context.rights.requests.submit({
      actor,
      kind: kind.data,
      category: category.data,
      email: filled.email,
      ...(receivedAt !== undefined && { receivedAt }),
    });
    return submitted.match(
      ({ request, alreadyOpen }) =>
        seeOther(
          call,
          context,
          `/console/requests/${request.id}`,
          alreadyOpen ? "already-open" : "submitted",
        ),
      (error) =>
        error instanceof InvalidInput ? form(call, filled, error) : errorPage(call, context, error),
    );
  });
  return routes;
};

const missing = (path: string, message: string): InvalidInput => new InvalidInput([{ path, message }]);

/** Undefined for today, which is when it came in by itself; null for what is no day. */
const receiptOf = ({ times }: ConsoleContext, day: string): string | undefined | null => {
  if (day === "" || day === times.today()) return undefined;
  return instantOn(times.timeZone, day);
};
