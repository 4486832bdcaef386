import { setTimeout } from "node:timers/promises";
import { orThrow, type RequestView } from "@subject-rights/core";
import type { OpenConsole } from "../../src/console/start-console.ts";
import { tokenIn } from "../../src/story/acknowledge.ts";
import { admin } from "../../src/story/actors.ts";
import type { Place } from "../../src/story/place.ts";

/** A place of a test's own: what it leaves is the test's to remove. */
export const placeIn = (folder: string): Place => {
  const opened: Parameters<Place["atEnd"]>[0][] = [];
  return {
    folder,
    isLeftUnfinished: false,
    atEnd: (close) => void opened.push(close),
    close: async () => {
      for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close(false);
    },
    begin: async () => undefined,
    startAfresh: async () => undefined,
    finish: async () => undefined,
    shown: (path) => path,
  };
};

export const confirmByFacade = async ({ rights, mail }: OpenConsole, requestId: string): Promise<void> => {
  const letter = await mail.waitFor(
    ({ subject, text }) => /confirm/i.test(subject) && text.includes(requestId),
  );
  orThrow(await rights.requests.acknowledge({ token: tokenIn(letter) }));
};

/** Waits until nothing is under way any more: it is closed, or waits for something. */
export const untilIdle = async ({ rights }: OpenConsole, requestId: string): Promise<RequestView> => {
  for (let wait = 0; wait < 200; wait += 1) {
    const view = orThrow(await rights.requests.read({ actor: admin, requestId }));
    if (view.outcome !== null) return view;
    if (view.waitingFor.length > 0 && view.sources.every(({ status }) => status !== "running")) return view;
    await setTimeout(100);
  }
  throw new Error("the request does not come to rest");
};
