import { SubjectRightsError } from "@subject-rights/core";
import { byteStream } from "../byte-stream.ts";

export interface StreamedEvent {
  readonly event: string;
  readonly data: unknown;
  /** Set on the last event: a client that comes back with it is told that there is nothing more. */
  readonly isLast: boolean;
}

export interface EventStreamOptions {
  /** Begins to follow; what it gives ends soon after the signal has fired. */
  readonly follow: (signal: AbortSignal) => AsyncIterable<StreamedEvent>;
  readonly request: Request;
  readonly failed: (error: unknown) => void;
  /** Milliseconds of silence after which a comment is sent, so that proxies keep the connection. Default: 15,000. */
  readonly heartbeat?: number;
  /**
   * Milliseconds after which the stream ends in any case, and the client comes back: somebody whose rights were taken away
   * does not follow for ever. Default: 15 minutes.
   */
  readonly longest?: number;
}

/** The `Last-Event-ID` of a client that has seen the end. */
export const lastEventId = "last";

/** Milliseconds after which a client comes back when the stream broke off. */
const comeBackAfter = 2_000;

/** Events as a stream of `text/event-stream` (the HTML standard, "Server-sent events"). */
export const eventStream = ({
  follow,
  request,
  failed,
  heartbeat = 15_000,
  longest = 900_000,
}: EventStreamOptions): ReadableStream<Uint8Array> => {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, request.signal]);
  const end = setTimeout(() => stop.abort(), longest);
  end.unref();
  signal.addEventListener("abort", () => clearTimeout(end), { once: true });
  return byteStream(frames(follow(signal), heartbeat, signal, stop, failed), {
    stop: () => stop.abort(),
    failed,
  });
};

async function* frames(
  events: AsyncIterable<StreamedEvent>,
  heartbeat: number,
  signal: AbortSignal,
  stop: AbortController,
  failed: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  const iterator = events[Symbol.asyncIterator]();
  yield encoder.encode(`retry: ${comeBackAfter}\n\n`);
  try {
    let next = iterator.next();
    for (;;) {
      const answer = await orSilence(next, heartbeat);
      if (signal.aborted) return;
      if (answer === null) {
        yield encoder.encode(": still here\n\n");
        continue;
      }
      if (answer.done === true) return;
      yield encoder.encode(frameOf(answer.value));
      next = iterator.next();
    }
  } catch (error) {
    if (signal.aborted) return;
    failed(error);
    const code = SubjectRightsError.is(error) ? error.code : "failed";
    // Not `error`: that is what a browser calls it when the connection broke.
    yield encoder.encode(frameOf({ event: "failure", data: { code }, isLast: false }));
  } finally {
    stop.abort();
    // Whoever follows looks once more at the latest when its signal fires; nobody waits for it.
    void iterator.return?.().catch(() => undefined);
  }
}

const orSilence = async <Value>(value: Promise<Value>, milliseconds: number): Promise<Value | null> => {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), milliseconds);
  });
  try {
    return await Promise.race([value, silence]);
  } finally {
    clearTimeout(timer);
  }
};

/** JSON has no line break in it, so that it is one line of data. */
const frameOf = ({ event, data, isLast }: StreamedEvent): string =>
  `event: ${event}\n${isLast ? `id: ${lastEventId}\n` : ""}data: ${JSON.stringify(data)}\n\n`;
