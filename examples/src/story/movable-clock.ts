import { type Clock, systemClock } from "@subject-rights/core";

/** A clock that goes on like any other, and can be put forward: eight years are too long to wait for. */
export interface MovableClock extends Clock {
  /** Puts it forward to this moment. Whoever waited until then waits no longer. */
  moveTo(moment: string): void;
}

export const movableClock = (start: string): MovableClock => {
  let ahead = Date.parse(start) - Date.now();
  const now = () => new Date(Date.now() + ahead);
  const sleepers = new Set<() => void>();

  return {
    now,

    async wait(milliseconds, signal) {
      const until = now().getTime() + milliseconds;
      for (let left = milliseconds; left > 0; left = until - now().getTime()) {
        const moved = new AbortController();
        const wake = () => moved.abort();
        sleepers.add(wake);
        try {
          const either = signal === undefined ? moved.signal : AbortSignal.any([signal, moved.signal]);
          await systemClock.wait(left, either).catch(() => signal?.throwIfAborted());
        } finally {
          sleepers.delete(wake);
        }
      }
      signal?.throwIfAborted();
    },

    moveTo(moment) {
      ahead = Date.parse(moment) - Date.now();
      for (const wake of [...sleepers]) wake();
    },
  };
};
