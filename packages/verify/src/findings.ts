/** What a check of one part of the evidence came to, in plain words. */
export interface Findings {
  readonly problems: readonly string[];
  readonly proven: readonly string[];
  readonly notProven: readonly string[];
}

const findings = (part: Partial<Findings>): Findings => ({
  problems: [],
  proven: [],
  notProven: [],
  ...part,
});

export const problem = (...problems: string[]): Findings => findings({ problems });
export const proof = (...proven: string[]): Findings => findings({ proven });
export const unproven = (...notProven: string[]): Findings => findings({ notProven });

export const together = (...all: readonly Findings[]): Findings => ({
  problems: all.flatMap((each) => each.problems),
  proven: all.flatMap((each) => each.proven),
  notProven: all.flatMap((each) => each.notProven),
});
