import { type Actor, orThrow, type SubjectRights } from "@subject-rights/core";
import { reading } from "../errors-of-calls.ts";
import { eventStream, type StreamedEvent } from "../event-stream.ts";
import { type ApiRoute, route } from "../route.ts";
import { sweepView } from "../schemas/others.ts";
import { progressEvent } from "../schemas/request.ts";
import { sweepReading } from "./sweeps.ts";

const text =
  "Server-sent events: first everything as it stands, then what changes. A client that comes back gets the present state again, so nothing is missed; one that has seen the end gets 204, and comes back no more.";

const headers = { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" };

export const progressRoutes: readonly ApiRoute[] = [
  route({
    id: "followRequest",
    method: "get",
    path: "/requests/{requestId}/progress",
    title: "Follows a request to its end",
    text,
    answer: progressEvent,
    contentType: "text/event-stream",
    errors: reading,
    // Whether it is there, and may be read, is answered before the stream begins.
    handle: ({ rights, actor, path, request, failed }) =>
      rights.requests.read({ actor, ...path }).map(() => ({
        status: 200,
        headers,
        stream: eventStream({
          request,
          failed,
          follow: (signal) => requestEvents(rights, actor, path.requestId, signal),
        }),
      })),
  }),
  route({
    id: "followSweep",
    method: "get",
    path: "/sweeps/{sweepId}/progress",
    title: "Follows a sweep to the end of its run",
    text,
    answer: sweepView,
    contentType: "text/event-stream",
    errors: sweepReading,
    handle: ({ rights, actor, path, request, failed }) =>
      rights.sweeps.read({ actor, ...path }).map(() => ({
        status: 200,
        headers,
        stream: eventStream({
          request,
          failed,
          follow: (signal) => sweepEvents(rights, actor, path.sweepId, signal),
        }),
      })),
  }),
];

async function* requestEvents(
  rights: SubjectRights,
  actor: Actor,
  requestId: string,
  signal: AbortSignal,
): AsyncGenerator<StreamedEvent, void, undefined> {
  const events = orThrow(await rights.requests.progress({ actor, requestId, signal }));
  for await (const event of events) yield { event: event.type, data: event, isLast: event.type === "closed" };
}

async function* sweepEvents(
  rights: SubjectRights,
  actor: Actor,
  sweepId: string,
  signal: AbortSignal,
): AsyncGenerator<StreamedEvent, void, undefined> {
  for await (const view of rights.sweeps.progress({ actor, sweepId, signal })) {
    yield { event: "sweep", data: view, isLast: view.status !== "running" };
  }
}
