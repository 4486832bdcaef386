const firstDelay = 1_000;
const longestDelay = 60_000;

/**
 * Milliseconds to wait after so many failures in a row: twice as long each time, up to a minute. Spread over the upper
 * half, because two processes that failed together must not try again together.
 *
 * @param jitter from 0 up to, but not including, 1
 */
export const backOff = (failures: number, jitter: number): number => {
  const delay = Math.min(longestDelay, firstDelay * 2 ** (failures - 1));
  return Math.ceil((delay * (1 + jitter)) / 2);
};
