import type { Actor, ProgressEvent, SubjectRights } from "@subject-rights/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { eventStream } from "../src/api/event-stream.ts";
import { createHandler } from "../src/index.ts";
import { serveOnLoopback } from "./support/server.ts";
import { addressSource, createWebWorld, officer, type WebWorld } from "./support/world.ts";

const ada = "ada@example.org";
const erasure = { kind: "erasure", category: "customer-data", email: ada };

let world: WebWorld | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

/** The data of the events that were read, until one fits. */
const until = async (
  response: Response,
  fits: (event: ProgressEvent) => boolean,
): Promise<{ events: ProgressEvent[]; reader: ReadableStreamDefaultReader<Uint8Array> }> => {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    text += Buffer.from(value ?? []).toString();
    const events = [...text.matchAll(/^data: (.*)\n\n/gm)].map(
      ([, data = ""]) => JSON.parse(data) as ProgressEvent,
    );
    if (done || events.some(fits)) return { events, reader };
  }
};

describe("progress as server-sent events", () => {
  it("tells what changes while it is open, and a client that comes back gets the present state", async () => {
    world = await createWebWorld();
    const { request } = (await (await world.post("/requests", erasure)).json()) as {
      request: { id: string };
    };
    const path = `/requests/${request.id}/progress`;
    const first = await until(await world.api(path), ({ type }) => type === "waiting");
    expect(first.events).toContainEqual({ type: "phase", phase: "received" });
    await first.reader.cancel();
    await world.post("/acknowledgements", { token: await world.token() });
    const second = await until(await world.api(path), ({ type }) => type === "closed");
    expect(second.events.at(-1)).toEqual({ type: "closed", outcome: "completed" });
    expect((await second.reader.read()).done).toBe(true);
  });

  it("stops following when the client hangs up, and when the server is told to", async () => {
    const stopped: string[] = [];
    const signals: AbortSignal[] = [];
    world = await createWebWorld();
    const { rights } = world;
    const { request } = (await (await world.post("/requests", erasure)).json()) as {
      request: { id: string };
    };
    const watched: SubjectRights = {
      ...rights,
      requests: {
        ...rights.requests,
        progress: (input) =>
          rights.requests.progress(input).map((events) => {
            if (input.signal !== undefined) signals.push(input.signal);
            return (async function* () {
              try {
                yield* events;
              } finally {
                stopped.push(input.requestId);
              }
            })();
          }),
      },
    };
    const server = await serveOnLoopback(
      createHandler({ rights: watched, authenticate: (): Actor => officer }),
    );
    try {
      for (let round = 1; round <= 3; round += 1) {
        const hangUp = new AbortController();
        const response = await fetch(`${server.origin}/api/requests/${request.id}/progress`, {
          signal: hangUp.signal,
        });
        await until(response, ({ type }) => type === "waiting");
        hangUp.abort();
        await expect.poll(() => stopped.length).toBe(round);
        expect(signals.every(({ aborted }) => aborted)).toBe(true);
      }
    } finally {
      await server.close();
    }
  });

  it("stops following when whoever reads the answer stops, with no server in between", async () => {
    world = await createWebWorld();
    const { rights } = world;
    const { request } = (await (await world.post("/requests", erasure)).json()) as {
      request: { id: string };
    };
    let signal: AbortSignal | undefined;
    const watched: SubjectRights = {
      ...rights,
      requests: {
        ...rights.requests,
        progress: (input) => {
          signal = input.signal;
          return rights.requests.progress(input);
        },
      },
    };
    const handler = createHandler({ rights: watched, authenticate: () => officer });
    const path = `https://app.example/api/requests/${request.id}/progress`;
    const { reader } = await until(await handler(new Request(path)), ({ type }) => type === "idle");
    expect(signal?.aborted).toBe(false);
    // Nothing is to be read at this moment, and for long.
    const nothing = reader.read();
    const cancelled = reader.cancel();
    await expect.poll(() => signal?.aborted).toBe(true);
    await cancelled;
    expect((await nothing).done).toBe(true);
  });

  it("ends when the library stops, and not as a request that is closed: whoever follows it comes back", async () => {
    world = await createWebWorld();
    const { request } = (await (await world.post("/requests", erasure)).json()) as {
      request: { id: string };
    };
    const followed = (await world.api(`/requests/${request.id}/progress`)).text();
    await world.rights.stop();
    const text = await followed;
    expect(text).toMatch(/^retry: \d+\n\n/);
    expect(text).not.toMatch(/event: (?:closed|failure)|^id:/m);
  });

  it("says a failure on the way by its code, and ends", async () => {
    let isDown = false;
    world = await createWebWorld({
      sources: [addressSource("crm", new Set([ada]))],
    });
    const { rights, errors } = world;
    const { request } = (await (await world.post("/requests", erasure)).json()) as {
      request: { id: string };
    };
    const broken: SubjectRights = {
      ...rights,
      requests: {
        ...rights.requests,
        progress: (input) =>
          rights.requests.progress(input).map((events) =>
            (async function* () {
              for await (const event of events) {
                if (isDown) throw new Error(`connection lost for ${ada}`);
                yield event;
                isDown = true;
              }
            })(),
          ),
      },
    };
    const server = await serveOnLoopback(
      createHandler({
        rights: broken,
        authenticate: () => officer,
        onError: (error) => void errors.push(error),
      }),
    );
    try {
      const text = await (await fetch(`${server.origin}/api/requests/${request.id}/progress`)).text();
      expect(text).toContain('event: failure\ndata: {"code":"failed"}\n\n');
      expect(text).not.toContain(ada);
      expect(errors).toHaveLength(1);
    } finally {
      await server.close();
    }
  });

  it("is refused before it begins, as a problem", async () => {
    world = await createWebWorld();
    const unknown = await world.api("/requests/unknown/progress");
    expect([unknown.status, unknown.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
    const nobody = await world.api("/requests/unknown/progress", { headers: { Authorization: "" } });
    expect(nobody.status).toBe(401);
  });
});

describe("a stream of events that nothing happens in", () => {
  const silent = (signal: AbortSignal) =>
    (async function* () {
      yield { event: "phase", data: 1, isLast: false };
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    })();

  const request = new Request("https://app.example");

  it("is kept open by comments", async () => {
    const stream = eventStream({ follow: silent, request, failed: vi.fn(), heartbeat: 5 });
    const reader = stream.getReader();
    let text = "";
    while (!text.endsWith(": still here\n\n: still here\n\n")) {
      text += Buffer.from((await reader.read()).value ?? []).toString();
    }
    expect(text).toMatch(/^retry: \d+\n\nevent: phase\ndata: 1\n\n(?:: still here\n\n)+$/);
    await reader.cancel();
  });

  it("ends after a while, so that the client has to be signed in still", async () => {
    const stream = eventStream({ follow: silent, request, failed: vi.fn(), longest: 50 });
    expect(await new Response(stream).text()).toMatch(/^retry: \d+\n\n/);
  });
});
