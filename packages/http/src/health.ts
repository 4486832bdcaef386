import type { Health } from "@subject-rights/core";
import { Hono } from "hono";
import { z } from "zod";
import { named } from "./api/schemas/named.ts";
import { instant } from "./api/schemas/words.ts";
import type { WebContext } from "./web-context.ts";

const status = z.enum(["ok", "failing", "down"]);

named(
  "Health",
  z.object({
    status,
    at: instant,
    failing: z
      .array(z.object({ adapter: z.string(), problem: z.string(), since: instant }))
      .optional()
      .describe("What fails in this process. Only for whom `healthDetails` says so, as all that follows."),
    waiting: z
      .array(
        z.object({
          for: z.string(),
          whose: z.enum(["person", "us", "by-itself"]),
          isWrong: z.boolean(),
          count: z.number().int().positive(),
          oldest: instant,
        }),
      )
      .nullable()
      .optional(),
    lateSince: instant.nullable().optional(),
    unreadable: z
      .array(
        z.object({
          tenant: z.string(),
          id: z.string(),
          since: instant,
          isNewer: z.literal(true).exactOptional(),
        }),
      )
      .optional()
      .describe(
        "Requests that are due and whose record cannot be read; with `isNewer` it is a newer version that has stored it.",
      ),
  }) satisfies z.core.$ZodType<Pick<Health, "status" | "at">>,
);

/**
 * For whatever watches over a service: `/ready` for a load balancer, 503 while the store cannot be asked; `/health` for an
 * alert, 503 while anything is wrong. Neither says anything of a person, and what names a
 * request, one that cannot be read, is only for whom `healthDetails` says so.
 */
export const healthRoutes = (context: WebContext): Hono => {
  const routes = new Hono();
  routes.get("/health", async (call) => {
    const [found, isShown] = [await healthOf(context), await context.showsHealth(call.req.raw)];
    const { status: how, at } = found;
    return call.json(isShown ? found : { status: how, at }, how === "ok" ? 200 : 503, notKept);
  });
  routes.get("/ready", async (call) => {
    const { status: how } = await healthOf(context);
    return call.json({ ready: how !== "down" }, how === "down" ? 503 : 200, notKept);
  });
  return routes;
};

const notKept = { "Cache-Control": "no-store" };

const healthOf = async ({ rights }: WebContext): Promise<Health> =>
  (await rights.health()).match(
    (found) => found,
    (never) => never,
  );

/** As they stand in the OpenAPI document: the API has both as well. */
export const healthPaths = () => {
  const json = (schema: object) => ({ content: { "application/json": { schema } } });
  const described = { $ref: "#/components/schemas/Health" };
  const ready = { type: "object", required: ["ready"], properties: { ready: { type: "boolean" } } };
  const path = (operationId: string, summary: string, schema: object, wrong: string) => ({
    get: {
      operationId,
      parameters: [],
      summary,
      responses: {
        200: { description: summary, ...json(schema) },
        503: { description: wrong, ...json(schema) },
      },
    },
  });
  return {
    "/health": path("health", "Whether anything is wrong", described, "Something is wrong"),
    "/ready": path("ready", "Whether requests can be answered", ready, "The store cannot be asked"),
  };
};
