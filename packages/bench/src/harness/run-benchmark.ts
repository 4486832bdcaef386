import type { Bench, Benchmark } from "./benchmark.ts";
import type { Databases } from "./databases.ts";
import { judge } from "./judge.ts";
import type { Machine } from "./machine.ts";
import { measure } from "./measure.ts";
import type { ContestResults, Results } from "./results.ts";
import { aligned, tableHead, tableRow } from "./table.ts";

export interface RunSettings {
  readonly databases: Databases;
  readonly machine: Machine;
  readonly times: number;
  readonly size: number;
  readonly isSmoke: boolean;
  readonly command: string;
  readonly say: (line: string) => void;
}

/** Runs one benchmark, and prints one table. */
export const runBenchmark = async (benchmark: Benchmark, settings: RunSettings): Promise<Results> => {
  const { databases, machine, times, size, isSmoke, command, say } = settings;
  const contests: ContestResults[] = [];
  const notes: string[] = [];
  const drops: (() => Promise<void>)[] = [];
  const bench: Bench = {
    isSmoke,
    times,
    amount: (full, tiny) => (isSmoke ? tiny : Math.max(tiny, Math.round(full * size))),
    database: async () => {
      const { drop, ...database } = await databases.create();
      drops.push(drop);
      return database;
    },
    said: async (what, work) => {
      const began = performance.now();
      const value = await work();
      say(`${what}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
      return value;
    },
    note: (text) => void notes.push(text),
    measure: async (given, pace = { rounds: times, warmUp: isSmoke ? 0 : 1 }) => {
      for (const measured of await measure(given, pace)) {
        const { contest, samples } = measured;
        contests.push({
          title: contest.title,
          unit: contest.unit,
          rounds: pace.rounds,
          comparisons: judge(measured),
          sides: contest.sides.map(({ name }, index) => ({ name, samples: samples[index] ?? [] })),
        });
      }
    },
  };
  say(`\n${benchmark.name}: ${benchmark.about}`);
  const date = new Date().toISOString();
  try {
    await benchmark.run(bench);
  } finally {
    for (const drop of drops) await drop();
  }
  const rows = contests.flatMap(({ comparisons }) => comparisons.map(tableRow));
  for (const line of aligned([[...tableHead], ...rows])) say(`  ${line}`);
  for (const note of notes) say(`  ${note}`);
  return {
    benchmark: benchmark.name,
    about: benchmark.about,
    date,
    command,
    machine,
    settings: { times, size },
    contests,
    notes,
  };
};
