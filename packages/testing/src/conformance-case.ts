/** One rule of a port, as something to run: `for (const each of cases) it(each.name, each.run)`. */
export interface ConformanceCase {
  readonly name: string;
  /** Resolves where the rule holds, and rejects with what is wrong where it does not. */
  readonly run: () => Promise<void>;
}

/** What a case works on; closed when the case is over, however it ended. */
export interface Fixture {
  close?(): Promise<void>;
}

/** What can be cut off from its data while it is in use. */
export interface Breakable {
  /** From here on nothing can be asked any more: the server is gone, the file cannot be read. */
  breakIt(): Promise<void>;
}

export type CaseMaker<Made extends Fixture> = (
  name: string,
  check: (fixture: Made) => Promise<void>,
) => ConformanceCase;

/** Makes cases that each work on a fixture of their own. */
export const casesOver =
  <Made extends Fixture>(make: () => Promise<Made>): CaseMaker<Made> =>
  (name, check) => ({
    name,
    run: async () => {
      const fixture = await make();
      try {
        await check(fixture);
      } finally {
        await fixture.close?.();
      }
    },
  });

/** Cases over what only some harnesses can make: what can be broken, say. None where this one cannot. */
export const casesWhereMade = <Made extends Fixture>(
  make: (() => Promise<Made>) | undefined,
  cases: (test: CaseMaker<Made>) => readonly ConformanceCase[],
): readonly ConformanceCase[] => (make === undefined ? [] : cases(casesOver(make)));
