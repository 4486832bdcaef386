/** What a process answers to the one that started it. */
export interface Answer {
  readonly output?: unknown;
  readonly failure?: string;
}

/** The inside of a process that `openChild` starts: answers what it is asked, and ends when nobody is there to ask. */
export const asChild = <Input, Output>(work: (input: Input) => Promise<Output>): void => {
  const answered = (answer: Answer) => void process.send?.(answer);
  process.once("disconnect", () => process.exit());
  process.on("message", (input) => {
    work(input as Input).then(
      (output) => answered({ output }),
      (thrown: unknown) =>
        answered({ failure: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) }),
    );
  });
};

/** The most memory that this process had so far, in bytes. */
export const peakBytes = (): number => process.resourceUsage().maxRSS * 1_024;
