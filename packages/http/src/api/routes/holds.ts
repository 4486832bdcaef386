import { z } from "zod";
import { reading } from "../errors-of-calls.ts";
import { type ApiRoute, json, route } from "../route.ts";
import { named } from "../schemas/named.ts";
import { holdView } from "../schemas/others.ts";
import { cursor, damaged, identifiers, nextCursor, reason, unknownTypes } from "../schemas/words.ts";

const holdPage = named("HoldPage", z.object({ holds: z.array(holdView), damaged, cursor: nextCursor }));
const placed = named(
  "PlacedHold",
  z.object({
    hold: holdView,
    underWay: z
      .array(z.string())
      .describe(
        "Requests that are erasing the person at this moment, or filling a copy anew that would lose them.",
      ),
    sweepsUnderWay: z
      .array(z.string())
      .describe("Sweeps that run and have begun with the person, or may have."),
    notAsked: z
      .array(z.string())
      .describe(
        "Sources that could not say what else the person is known by: ask again with the same idempotency key.",
      ),
    unknownTypes,
  }),
);
const onHold = { ...reading, "hold-not-found": true } as const;

export const holdRoutes: readonly ApiRoute[] = [
  route({
    id: "placeHold",
    method: "post",
    path: "/holds",
    title: "Places a hold: nothing of the person is erased while it stands",
    body: z.strictObject({ identifiers: identifiers.min(1), reason, until: z.iso.date().optional() }),
    answer: placed,
    statuses: [201],
    once: true,
    errors: { ...reading, "idempotency-key-reused": true, "key-destroyed": true, "not-possible-now": true },
    handle: ({ rights, actor, body: { until, ...body }, idempotencyKey }) =>
      rights.holds
        .place({
          actor,
          ...body,
          ...(until === undefined ? {} : { until }),
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        })
        .map(json(201)),
  }),
  route({
    id: "listHolds",
    method: "get",
    path: "/holds",
    title: "Holds, newest first",
    query: z.strictObject({
      open: z
        .enum(["true", "false"])
        .transform((text) => text === "true")
        .optional(),
      cursor: cursor.optional(),
    }),
    answer: holdPage,
    errors: reading,
    handle: ({ rights, actor, query: { open, cursor: from } }) =>
      rights.holds
        .list({
          actor,
          ...(open === undefined ? {} : { open }),
          ...(from === undefined ? {} : { cursor: from }),
        })
        .map(json(200)),
  }),
  route({
    id: "readHold",
    method: "get",
    path: "/holds/{holdId}",
    title: "A hold",
    answer: holdView,
    errors: onHold,
    handle: ({ rights, actor, path }) => rights.holds.read({ actor, ...path }).map(json(200)),
  }),
  route({
    id: "liftHold",
    method: "post",
    path: "/holds/{holdId}/lift",
    title: "Lifts it, and lets the requests go on that it kept",
    body: z.strictObject({ reason }),
    answer: holdView,
    errors: { ...onHold, "changed-meanwhile": true, "key-destroyed": true, "not-possible-now": true },
    handle: ({ rights, actor, path, body }) => rights.holds.lift({ actor, ...path, ...body }).map(json(200)),
  }),
];
