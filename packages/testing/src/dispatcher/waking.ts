import assert from "node:assert/strict";
import type { Dispatcher, RequestKey, WakeUp } from "@subject-rights/core";
import type { Time } from "./harness.ts";

export const tenant = "tenant-one";

export const named = (id: string): RequestKey => ({ tenant, id });

const hour = 3_600_000;

/** Enqueues for so many milliseconds from now. */
export const enqueue = (
  dispatcher: Dispatcher,
  time: Time,
  request: RequestKey,
  inMilliseconds = 0,
  tx?: unknown,
): Promise<void> =>
  dispatcher.enqueue(request, {
    runAt: new Date(time.now().getTime() + inMilliseconds).toISOString(),
    dedupeKey: `key of ${request.tenant} ${request.id}`,
    ...(tx !== undefined && { tx }),
  });

/** Far enough that no case lasts as long. */
export const muchLater = hour;

/** Lets time pass until something is so. Fails where it is not so in time. */
export const until = async (
  { pass }: Time,
  within: number,
  isSo: () => boolean,
  what: string,
): Promise<void> => {
  const steps = 100;
  for (let step = 0; step < steps; step += 1) {
    if (isSo()) return;
    await pass(within / steps);
  }
  assert.ok(isSo(), what);
};

export interface Work {
  /** Each call of the handler, in order. */
  readonly calls: readonly WakeUp[];
  readonly atOnce: () => number;
  /** Lets everything go on that was held. */
  release(): void;
}

interface WorkOptions {
  readonly concurrency?: number;
  /** Whether a call lasts until it is released. */
  readonly holds?: boolean;
  readonly handle?: (wakeUp: WakeUp) => void;
}

/** Has a dispatcher work, and notes what it is handed. */
export const work = async (
  dispatcher: Dispatcher,
  { concurrency = 4, holds = false, handle = () => undefined }: WorkOptions = {},
): Promise<Work> => {
  const calls: WakeUp[] = [];
  const released = Promise.withResolvers<void>();
  let atOnce = 0;
  await dispatcher.work(
    async (wakeUp) => {
      calls.push(wakeUp);
      atOnce += 1;
      try {
        if (holds) await released.promise;
        handle(wakeUp);
      } finally {
        atOnce -= 1;
      }
    },
    { concurrency },
  );
  return { calls, atOnce: () => atOnce, release: () => released.resolve() };
};

export const idsOf = (...works: readonly Work[]): string[] =>
  works.flatMap(({ calls }) => calls.map(({ id }) => id)).toSorted();
