import type { Clock } from "@subject-rights/core";

/** A clock that stands still until it is told to go on. */
export interface SimulatedClock extends Clock {
  /**
   * Lets so many milliseconds pass, and resolves when they have. Waits that fall due end one after the other in
   * the order of their times, and what they set off gets its turn before the next one ends; a wait that begins
   * on the way and falls due on the way ends as well. Work that waits for anything but this clock and resolved
   * promises (a socket, a disk) may still be under way afterwards.
   *
   * @throws RangeError where it is not a number of milliseconds from 0 up
   */
  advance(milliseconds: number): Promise<void>;
  /** Puts the wall clock forwards or backwards. No wait ends by it: waits are durations, as with real timers. */
  set(date: Date): void;
  /** How many waits have not ended. */
  readonly pending: number;
}

interface Wait {
  readonly due: number;
  readonly end: () => void;
}

/** Turns of the event loop between two waits: enough for promises, and for work that takes a turn or two itself. */
const turns = 5;

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** @param start what `now()` says at first */
export const simulatedClock = (start: Date = new Date("2026-01-05T09:00:00.000Z")): SimulatedClock => {
  const waits = new Set<Wait>();
  // Time passed and wall time are kept apart, so that a jump of one leaves the other alone.
  let passed = 0;
  let wallAtZero = start.getTime();
  let advancing = Promise.resolve();

  const nextDue = (until: number): Wait | undefined => {
    let next: Wait | undefined;
    for (const wait of waits) {
      if (wait.due <= until && (next === undefined || wait.due < next.due)) next = wait;
    }
    return next;
  };

  const advanceNow = async (milliseconds: number): Promise<void> => {
    const until = passed + milliseconds;
    await settle();
    for (let next = nextDue(until); next !== undefined; next = nextDue(until)) {
      passed = next.due;
      next.end();
      await settle();
    }
    passed = until;
  };

  return {
    now: () => new Date(wallAtZero + passed),

    wait: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const stop = () => {
          waits.delete(wait);
          reject(signal?.reason);
        };
        const wait: Wait = {
          due: passed + Math.max(0, milliseconds),
          end: () => {
            waits.delete(wait);
            signal?.removeEventListener("abort", stop);
            resolve();
          },
        };
        signal?.addEventListener("abort", stop, { once: true });
        // Like a real timer of no length: it needs no time to pass.
        if (milliseconds <= 0) return wait.end();
        waits.add(wait);
      }),

    advance: (milliseconds) => {
      if (!(milliseconds >= 0 && Number.isFinite(milliseconds))) {
        throw new RangeError("time goes on by a number of milliseconds from 0 up");
      }
      // One after the other: two calls at once let the sum of both pass.
      advancing = advancing.then(() => advanceNow(milliseconds));
      return advancing;
    },

    set: (date) => {
      wallAtZero = date.getTime() - passed;
    },

    get pending() {
      return waits.size;
    },
  };
};
