/** Time. Nothing else in the library reads a clock or sets a timer. */
export interface Clock {
  now(): Date;
  /** Resolves after so many milliseconds; rejects with the signal's reason when that fires first. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
