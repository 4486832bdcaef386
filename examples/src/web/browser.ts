import type { ProgressEvent, RequestView } from "@subject-rights/core";

/** What a browser, or a program with the session of one, does with the handler. */
export interface Browser {
  submit(body: object, idempotencyKey: string): Promise<RequestView>;
  read(requestId: string): Promise<RequestView>;
  /** Server-sent events, until the last. */
  progress(requestId: string): AsyncGenerator<ProgressEvent, void, undefined>;
  /** Opens a page that a letter links to, and presses its button. */
  press(link: string): Promise<Response>;
}

/** @param address of the handler */
export const browserAt = (address: string, cookie: string): Browser => {
  const { origin } = new URL(address);
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(`${address}/api${path}`, {
      ...init,
      headers: { Cookie: cookie, ...(init.headers as Record<string, string>) },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    async submit(body, idempotencyKey) {
      const response = await ask("/requests", {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
      });
      return ((await response.json()) as { request: RequestView }).request;
    },

    read: async (requestId) => (await (await ask(`/requests/${requestId}`)).json()) as RequestView,

    async *progress(requestId) {
      const { body } = await ask(`/requests/${requestId}/progress`);
      let unread = "";
      for await (const text of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
        const frames = (unread + text).split("\n\n");
        unread = frames.pop() ?? "";
        for (const frame of frames) {
          const data = /^data: (.*)$/m.exec(frame)?.[1];
          if (data !== undefined) yield JSON.parse(data) as ProgressEvent;
        }
      }
    },

    async press(link) {
      const page = new URL(link);
      const token = page.hash.slice(1);
      // What is behind the # stays here; opening the page changes nothing.
      page.hash = "";
      const opened = await (await fetch(page)).text();
      const action = /<form[^>]* method="post" action="([^"]+)"/.exec(opened)?.[1];
      if (action === undefined) throw new Error(`there is no form at ${page}`);
      const response = await fetch(new URL(action, page), {
        method: "POST",
        body: new URLSearchParams({ token }),
        headers: { Origin: origin, "Sec-Fetch-Site": "same-origin" },
      });
      if (!response.ok) throw new Error(`${action}: ${response.status}`);
      return response;
    },
  };
};
