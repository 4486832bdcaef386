export interface Pause {
  /** Resolves after so many milliseconds, or when somebody rings. */
  wait(milliseconds: number): Promise<void>;
  /** Ends the wait, or lets the next one not begin. */
  ring(): void;
}

/** A wait that can be ended. */
export const pause = (): Pause => {
  let isRung = false;
  let end: (() => void) | null = null;
  return {
    wait: (milliseconds) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          end = null;
          isRung = false;
          resolve();
        };
        const timer = setTimeout(done, milliseconds);
        end = done;
        if (isRung) done();
      }),
    ring: () => {
      isRung = true;
      end?.();
    },
  };
};
