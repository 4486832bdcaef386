import { instant } from "../instant.ts";
import type { Services } from "./services.ts";

const sweepEvery = 24 * 3_600 * 1_000;

/** Deletes expired artifacts once a day: what a request did not remove itself, because it is still open. */
export const sweepDaily = async (
  { artifactStore, clock }: Services,
  stop: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> => {
  while (!stop.aborted) {
    const swept = await artifactStore.sweep({ until: instant(clock.now()) });
    if (swept.isErr()) onError(swept.error);
    await clock.wait(sweepEvery, stop).catch(() => undefined);
  }
};
