import { type ProgressEvent, SubjectRightsError } from "@subject-rights/core";
import { streamSSE } from "hono/streaming";
import type { ConsoleCall } from "../answer.ts";
import type { ConsoleContext } from "../console.ts";

/** Milliseconds after which a stream ends; the browser opens another, and is asked anew who it is. */
const longest = 5 * 60_000;
/** Milliseconds between two signs of life, so that no proxy takes it for dead. */
const beat = 15_000;

/**
 * Says that something has changed, each time it has; what it is, the page asks for. Nothing else is sent, so that there
 * is one place that puts a request into words.
 */
export const progressStream = (
  call: ConsoleCall,
  context: ConsoleContext,
  events: AsyncIterable<ProgressEvent>,
  stop: AbortController,
): Response =>
  streamSSE(
    call,
    async (stream) => {
      const end = setTimeout(() => stop.abort(), longest);
      const alive = setInterval(() => void stream.write(": alive\n\n").catch(() => stop.abort()), beat);
      stream.onAbort(() => stop.abort());
      try {
        for await (const event of events) {
          if (stream.aborted) return;
          await stream.writeSSE({ event: event.type === "closed" ? "closed" : "changed", data: "" });
        }
      } finally {
        clearTimeout(end);
        clearInterval(alive);
        stop.abort();
      }
    },
    async (error) => {
      if (SubjectRightsError.is(error)) context.failed(error);
      else if (!stop.signal.aborted) context.failed(error);
    },
  );
