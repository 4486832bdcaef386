import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Comparison, Contest, Sample } from "../src/harness/contest.ts";
import { judge } from "../src/harness/judge.ts";
import { measure } from "../src/harness/measure.ts";
import { writePage } from "../src/harness/page.ts";
import { type Results, writeResults } from "../src/harness/results.ts";

const sample = (seconds: number, more: Partial<Sample> = {}): Sample => ({
  seconds,
  amount: 100,
  did: {},
  ...more,
});

const contest = (
  one: (round: number) => Sample,
  other: (round: number) => Sample,
  ...comparisons: Comparison[]
): Contest => ({
  title: "A contest",
  unit: "rows",
  sides: [
    { name: "one", run: async (round) => one(round) },
    { name: "other", run: async (round) => other(round) },
  ],
  comparisons,
});

const pace = { rounds: 5, warmUp: 1 };

describe("measuring", () => {
  it("runs the sides in turns, in reversed order each other round, and leaves out the warm-up", async () => {
    const order: string[] = [];
    const noted = (name: string) => (round: number) => {
      order.push(name);
      return sample(round === 0 ? 1_000 : 1);
    };
    const [measured] = await measure([contest(noted("one"), noted("other"))], { rounds: 2, warmUp: 1 });
    expect(order).toEqual(["one", "other", "other", "one", "one", "other"]);
    expect(measured?.samples.map((series) => series.map(({ seconds }) => seconds))).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it("fails where two sides did not do the same", async () => {
    const differing = contest(
      () => sample(1, { did: { rows: 7, hash: "a" } }),
      () => sample(1, { did: { rows: 7, hash: "b" } }),
    );
    await expect(measure([differing], pace)).rejects.toThrow(/hash is a for "one", b for "other"/);
  });

  it("fails where a side did nothing", async () => {
    const idle = contest(
      () => sample(1, { amount: 0 }),
      () => sample(1),
    );
    await expect(measure([idle], pace)).rejects.toThrow(/"one" did nothing/);
  });

  it("says which side failed", async () => {
    const failing = contest(
      () => sample(1),
      () => {
        throw new Error("no disk");
      },
    );
    await expect(measure([failing], pace)).rejects.toThrow(/"other" failed/);
  });
});

describe("judging", () => {
  const seconds = [9, 1, 2, 3, 4, 50];
  const judged = async (...comparisons: Comparison[]) => {
    const [measured] = await measure(
      [
        contest(
          (round) => sample(seconds[round] ?? 0, { peakBytes: 90 }),
          () => sample(1, { peakBytes: 100 }),
          ...comparisons,
        ),
      ],
      pace,
    );
    return measured === undefined ? [] : judge(measured);
  };

  it("divides medians, and tells how far the parts of the run lie apart", async () => {
    const [cost, speed] = await judged(
      { title: "", measure: "cost", of: "one", against: "other", goal: { atMost: 3 } },
      { title: "", measure: "speed", of: "one", against: "other", goal: { atLeast: 0.5 } },
    );
    expect(cost).toMatchObject({
      figure: 3,
      againstFigure: 1,
      ratio: 3,
      lowest: 1,
      highest: 50,
      isMet: true,
    });
    expect(speed).toMatchObject({ isMet: false });
    expect(speed?.ratio).toBeCloseTo(1 / 3);
  });

  it("judges the figure itself where there is nothing beside it", async () => {
    const [under, over] = await judged(
      { title: "", measure: "memory", of: "one", goal: { atMost: 95 } },
      { title: "", measure: "memory", of: "other", goal: { atMost: 95 } },
    );
    expect(under).toMatchObject({ figure: 90, ratio: null, isMet: true });
    expect(over).toMatchObject({ isMet: false });
  });
});

describe("the page", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "subject-rights-bench-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const results = async (): Promise<Results> => {
    const [measured] = await measure(
      [
        contest(
          () => sample(2),
          () => sample(1),
          {
            title: "one | the other",
            measure: "cost",
            of: "one",
            against: "other",
            goal: { atMost: 1.5 },
            whenMissed: "It does more.",
          },
        ),
      ],
      pace,
    );
    return {
      benchmark: "example",
      about: "What it is about.",
      date: "2026-11-24T03:00:00.000Z",
      command: "pnpm bench example",
      machine: {
        processor: "A processor",
        cores: 2,
        memoryGibibytes: 8,
        node: "v24.0.0",
        postgres: "18.4",
        fsync: "on",
        sharedBuffers: "128MB",
      },
      settings: { times: 5, size: 1 },
      contests: [
        {
          title: "A contest",
          unit: "rows",
          rounds: 5,
          comparisons: measured === undefined ? [] : judge(measured),
          sides: [],
        },
      ],
      notes: ["Something to know."],
    };
  };

  it("has the tables between its markers, and everything else as it was", async () => {
    const place = pathToFileURL(`${folder}/`);
    const page = new URL("performance.md", place);
    const markers = [
      "<!-- Begin: written by `pnpm bench docs` from what was measured. -->",
      "<!-- End -->",
    ] as const;
    await writeFile(page, `Before.\n\n${markers[0]}\n\nold\n\n${markers[1]}\n\nBehind.\n`);
    await writeResults(place, await results());
    await writePage(page, place, ["example", "never measured"]);
    const text = await readFile(page, "utf8");
    expect(text).toMatch(/^Before\.\n\n<!-- Begin/);
    expect(text).toMatch(/<!-- End -->\n\nBehind\.\n$/);
    expect(text).not.toContain("old");
    expect(text).toContain(
      "| one \\| the other | 2.00 s | other: 1.00 s | 2.00× | 2.00×–2.00× | ≤ 1.5× | MISSED |",
    );
    expect(text).toContain("It does more.");
    expect(text).toContain("Something to know.");
    expect(text).toContain("`pnpm bench example`, 2026-11-24, medians of 5");
    expect(text).toContain("2 × A processor, 8 GiB");
  });

  it("is refused without its markers", async () => {
    const place = pathToFileURL(`${folder}/`);
    const page = new URL("performance.md", place);
    await writeFile(page, "Nothing here.\n");
    await expect(writePage(page, place, [])).rejects.toThrow(/lost its two markers/);
  });
});
