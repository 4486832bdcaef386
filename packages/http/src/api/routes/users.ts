import { z } from "zod";
import { acting } from "../errors-of-calls.ts";
import { type ApiRoute, json, route } from "../route.ts";
import { named } from "../schemas/named.ts";
import { unfitUser, user } from "../schemas/others.ts";
import { submitted } from "../schemas/request.ts";
import { cursor, id, nextCursor } from "../schemas/words.ts";

const userPage = named(
  "UserPage",
  z.object({ users: z.array(user), unfit: z.array(unfitUser), cursor: nextCursor }),
);
const removed = named("RemovedUsers", z.object({ removed: z.array(submitted) }));

export const userRoutes: readonly ApiRoute[] = [
  route({
    id: "listUsers",
    method: "get",
    path: "/users",
    title: "The application's users",
    query: z.strictObject({ cursor: cursor.optional() }),
    answer: userPage,
    errors: acting,
    handle: ({ rights, actor, query }) =>
      rights.users
        .list({ actor, ...(query.cursor === undefined ? {} : { cursor: query.cursor }) })
        .map((page) => json(200)({ users: page.users, unfit: page.unfit, cursor: page.cursor ?? null })),
  }),
  route({
    id: "removeUsers",
    method: "post",
    path: "/users/removals",
    title: "Removes users: one erasure of user data for each",
    text: "Either all are taken in, or none.",
    body: z.strictObject({ userIds: z.array(id).min(1).max(1_000), includingMyself: z.boolean().optional() }),
    answer: removed,
    statuses: [201],
    once: true,
    errors: {
      ...acting,
      damaged: true,
      "idempotency-key-reused": true,
      "key-destroyed": true,
      "last-administrator": true,
      "removing-yourself": true,
      "request-not-found": true,
      "user-not-found": true,
    },
    handle: ({ rights, actor, body: { userIds, includingMyself }, idempotencyKey }) =>
      rights.users
        .remove({
          actor,
          userIds,
          ...(includingMyself === undefined ? {} : { includingMyself }),
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        })
        .map((all) => json(201)({ removed: all })),
  }),
];
