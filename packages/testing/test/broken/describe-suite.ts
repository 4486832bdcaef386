import type { ConformanceCase } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";

/** An adapter with one fault, and the cases that have to notice it: these and no others. */
export interface Broken<Fault> {
  readonly fault: string;
  readonly how: Fault;
  readonly caughtBy: readonly string[];
}

const failingOf = async (cases: readonly ConformanceCase[]): Promise<readonly string[]> => {
  const failing: string[] = [];
  for (const { name, run } of cases) {
    await run().catch(() => failing.push(name));
  }
  return failing;
};

/** Checks a suite: it lets the good adapter pass, notices each fault, and has no case that never fails. */
export const describeSuite = <Fault>(
  port: string,
  casesOver: (fault: Fault | null) => readonly ConformanceCase[],
  broken: readonly Broken<Fault>[],
): void => {
  describe(`the cases for a ${port}`, () => {
    it("let a good one pass", async () => {
      expect(await failingOf(casesOver(null))).toEqual([]);
    });

    it.each(broken)("notice: $fault", async ({ how, caughtBy }) => {
      expect(caughtBy).not.toEqual([]);
      expect((await failingOf(casesOver(how))).toSorted()).toEqual(caughtBy.toSorted());
    });

    it("each notice some fault", () => {
      const names = casesOver(null).map(({ name }) => name);
      expect([...new Set(names)].length).toBe(names.length);
      expect(new Set(broken.flatMap(({ caughtBy }) => caughtBy))).toEqual(new Set(names));
    });
  });
};

/** Lets whatever else is under way go on: the gap in which adapters that are not atomic lose something. */
export const gap = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const couldNotAsk = (operation: string): string =>
  `${operation}: "could not ask" is an error, and never an answer`;
