import type { Clock } from "../../ports/clock.ts";

export interface Looking {
  readonly clock: Clock;
  /** Milliseconds between two looks. */
  readonly every: number;
  readonly look: () => Promise<void>;
  /** Is told of what a look threw; the next one comes all the same. */
  readonly onError: (error: unknown) => void;
}

/** Looks again and again. Ends when told to stop, and never throws. */
export const keepLooking = async (
  { clock, every, look, onError }: Looking,
  stop: AbortSignal,
): Promise<void> => {
  while (!stop.aborted) {
    await clock.wait(every, stop).catch(() => undefined);
    if (!stop.aborted) await look().catch(onError);
  }
};
