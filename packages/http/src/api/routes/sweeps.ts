import { z } from "zod";
import { acting } from "../errors-of-calls.ts";
import { type ApiRoute, json, route } from "../route.ts";
import { named } from "../schemas/named.ts";
import { leftBehind, sweepView } from "../schemas/others.ts";
import { auditEntry } from "../schemas/request.ts";
import { cursor, damaged, identifier, nextCursor, reason } from "../schemas/words.ts";

/** A page of these is full with so many, as the library gives them. */
const mostParts = 1_000;

const sweepPage = named("SweepPage", z.object({ sweeps: z.array(sweepView), damaged, cursor: nextCursor }));
const leftBehindPage = named("LeftBehindPage", z.object({ people: z.array(leftBehind), cursor: nextCursor }));
const auditPage = named("AuditPage", z.object({ entries: z.array(auditEntry), cursor: nextCursor }));
const revealedPerson = named("RevealedPerson", z.object({ identifiers: z.array(identifier) }));
const begun = named("BegunSweep", z.object({ sweepId: z.string() }));
/** A number, but a cursor to whoever calls. */
const numbered = z.strictObject({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, "is not a cursor of this list")
    .transform(Number)
    .optional(),
});

export const sweepReading = { ...acting, "sweep-not-found": true, damaged: true } as const;
const sweepChanging = {
  ...sweepReading,
  "changed-meanwhile": true,
  "key-destroyed": true,
  "not-possible-now": true,
} as const;

/** Sweeps begin in the application's own code, which says who is to be erased; here they are followed and ended. */
export const sweepRoutes: readonly ApiRoute[] = [
  route({
    id: "listSweeps",
    method: "get",
    path: "/sweeps",
    title: "Sweeps, newest first",
    query: z.strictObject({ cursor: cursor.optional() }),
    answer: sweepPage,
    errors: { ...acting, damaged: true },
    handle: ({ rights, actor, query }) =>
      rights.sweeps
        .list({ actor, ...(query.cursor === undefined ? {} : { cursor: query.cursor }) })
        .map(({ sweeps, damaged: unread, cursor }) =>
          json(200)({ sweeps, damaged: unread, cursor: cursor ?? null }),
        ),
  }),
  route({
    id: "readSweep",
    method: "get",
    path: "/sweeps/{sweepId}",
    title: "A sweep",
    answer: sweepView,
    errors: sweepReading,
    handle: ({ rights, actor, path }) => rights.sweeps.read({ actor, ...path }).map(json(200)),
  }),
  route({
    id: "listLeftBehind",
    method: "get",
    path: "/sweeps/{sweepId}/left-behind",
    title: "Who was not erased, and why",
    query: numbered,
    answer: leftBehindPage,
    errors: sweepReading,
    handle: ({ rights, actor, path, query: { cursor: after } }) =>
      rights.sweeps.leftBehind({ actor, ...path, ...(after === undefined ? {} : { after }) }).map((people) =>
        json(200)({
          people,
          cursor: people.length < mostParts ? null : String(people.at(-1)?.number),
        }),
      ),
  }),
  route({
    id: "revealLeftBehind",
    method: "get",
    path: "/sweeps/{sweepId}/left-behind/{number}",
    title: "Who it is that was left behind",
    text: "Personal: show it, and keep it nowhere.",
    answer: revealedPerson,
    errors: { ...sweepReading, "key-destroyed": true, "not-possible-now": true },
    handle: ({ rights, actor, path: { sweepId, number } }) =>
      rights.sweeps
        .reveal({ actor, sweepId, number: /^\d{1,15}$/.test(number) ? Number(number) : -1 })
        .map((identifiers) => json(200)({ identifiers })),
  }),
  route({
    id: "readSweepAudit",
    method: "get",
    path: "/sweeps/{sweepId}/audit",
    title: "Who did what and when",
    query: numbered,
    answer: auditPage,
    errors: sweepReading,
    handle: ({ rights, actor, path, query: { cursor: after } }) =>
      rights.sweeps.audit({ actor, ...path, ...(after === undefined ? {} : { after }) }).map((entries) =>
        json(200)({
          entries,
          cursor: entries.length < mostParts ? null : String(entries.at(-1)?.sequence),
        }),
      ),
  }),
  route({
    id: "stopSweep",
    method: "post",
    path: "/sweeps/{sweepId}/stop",
    title: "Stops a sweep, wherever it runs",
    answer: sweepView,
    errors: sweepChanging,
    handle: ({ rights, actor, path }) => rights.sweeps.stop({ actor, ...path }).map(json(200)),
  }),
  route({
    id: "retrySweep",
    method: "post",
    path: "/sweeps/{sweepId}/retry",
    title: "Tries those again who were left behind",
    text: "Answers once it is under way in this process; follow it from there.",
    answer: begun,
    statuses: [202],
    errors: { ...sweepChanging, "not-sweepable": true },
    handle: ({ rights, actor, path, failed }) =>
      rights.sweeps.retry({ actor, ...path }).map((running) => {
        // How it ends is stored; whoever follows sees it. That it could not be stored is a failure of nobody's request.
        void running.end().mapErr(failed);
        return json(202)({ sweepId: running.id });
      }),
  }),
  route({
    id: "settleSweep",
    method: "post",
    path: "/sweeps/{sweepId}/settle",
    title: "Gives up those who were left behind",
    body: z.strictObject({ reason }),
    answer: sweepView,
    errors: sweepChanging,
    handle: ({ rights, actor, path, body }) =>
      rights.sweeps.settle({ actor, ...path, ...body }).map(json(200)),
  }),
];
