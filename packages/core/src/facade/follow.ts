import type { RequestKey } from "../ports/request-store.ts";
import { orThrow } from "../result.ts";
import { fromFound } from "../runner/record.ts";
import type { Services } from "../runner/services.ts";
import { type ProgressEvent, progressBetween } from "./progress.ts";
import { type RequestView, viewOf } from "./view.ts";

/** Changes made by another process are noticed after so many milliseconds at the latest. */
const lookEvery = 1_000;

/**
 * Follows a request from its state now to its end. What happens in between two looks comes together: the last
 * state is always told, not each state on the way.
 *
 * @throws StorageFailed where the store cannot be asked any more
 */
export async function* follow(
  services: Services,
  key: RequestKey,
  signal: AbortSignal | undefined,
): AsyncGenerator<ProgressEvent, void, undefined> {
  let before: RequestView | null = null;
  while (signal?.aborted !== true) {
    // Listening begins before reading, so that no change falls between the two.
    const nudge = nextChange(services, key, signal);
    try {
      const now: RequestView = viewOf(
        orThrow(await services.requestStore.read(key).andThen(fromFound)),
        services,
      );
      yield* progressBetween(before, now);
      if (now.outcome !== null) return;
      before = now;
      await nudge.arrived;
    } finally {
      nudge.forget();
    }
  }
}

const nextChange = (services: Services, key: RequestKey, signal: AbortSignal | undefined) => {
  const over = new AbortController();
  const eitherSignal = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  const { promise: changed, resolve } = Promise.withResolvers<void>();
  const stopListening = services.signals.listen(key, () => resolve());
  const looked = services.clock.wait(lookEvery, eitherSignal).catch(() => undefined);
  return {
    arrived: Promise.race([changed, looked]),
    forget: () => {
      stopListening();
      over.abort();
    },
  };
};
