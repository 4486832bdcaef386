/** The day up to which the invented company has a history. Fixed, so that a seed gives the same files on any day. */
export const present = Date.UTC(2026, 10, 20, 18);
export const founded = Date.UTC(2012, 0, 2, 8);
export const shopOpened = Date.UTC(2015, 0, 5, 8);
export const applicationStarted = Date.UTC(2026, 8, 1, 5);

/** The moment at which the n-th of so many things happened, if they were spread evenly from `start` until now. */
export const momentOf = (start: number, index: number, count: number): number =>
  Math.round(start + ((present - start) * index) / count);
