import type { Clock } from "../ports/clock.ts";

/** `setTimeout` cannot wait longer (a signed 32-bit number of milliseconds, 24.8 days) and fires at once instead. */
const longestTimer = 2 ** 31 - 1;

/** The computer's clock and timers. */
export const systemClock: Clock = {
  now: () => new Date(),

  wait: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout>;
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const arm = (left: number) => {
        timer = setTimeout(
          () => {
            if (left > longestTimer) return arm(left - longestTimer);
            signal?.removeEventListener("abort", stop);
            resolve();
          },
          Math.min(Math.max(left, 0), longestTimer),
        );
      };
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", stop, { once: true });
      arm(milliseconds);
    }),
};
