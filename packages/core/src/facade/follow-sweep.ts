import type { SweepKey } from "../ports/sweep-store.ts";
import { orThrow } from "../result.ts";
import { type SweepView, viewOfSweep } from "../sweeps/view.ts";
import { type OnSweep, readSweep, type SweepContext } from "./sweep-access.ts";

/** Changes made by another process are noticed after so many milliseconds at the latest. */
const lookEvery = 1_000;

/** Every state that is seen of a sweep, until its run ends. @throws the errors of reading */
export async function* followSweep(
  context: SweepContext,
  input: OnSweep,
  listeners: Set<(sweep: SweepKey) => void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<SweepView, void, undefined> {
  let seen = 0;
  while (signal?.aborted !== true) {
    const over = new AbortController();
    // Listening begins before reading, so that no change falls between the two.
    const changed = Promise.withResolvers<void>();
    const listener = ({ tenant, id }: SweepKey): void => {
      if (tenant === input.actor.tenant && id === input.sweepId) changed.resolve();
    };
    listeners.add(listener);
    try {
      const sweep = orThrow(await readSweep(context, input));
      if (sweep.version > seen) yield viewOfSweep(sweep);
      seen = sweep.version;
      if (sweep.status !== "running") return;
      const either = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
      const looked = context.services.clock.wait(lookEvery, either).catch(() => undefined);
      await Promise.race([changed.promise, looked]);
    } finally {
      listeners.delete(listener);
      over.abort();
    }
  }
}
