import type { Compared } from "./compare.ts";

const milliseconds = (value: number): string => value.toFixed(2);
const times = (value: number): string => `${value.toFixed(2)}×`;

/** A table on the screen. `goal` is the ratio that must not be exceeded; a miss is said, and is no error. */
export const report = (
  title: string,
  names: { readonly baseline: string; readonly measured: string },
  goal: number,
  compared: readonly Compared[],
): void => {
  const rows = [
    ["", `${names.baseline} ms`, `${names.measured} ms`, "ratio", "over time", `goal ${goal}×`],
    ...compared.map((each) => [
      each.title,
      milliseconds(each.baseline),
      milliseconds(each.measured),
      times(each.ratio),
      `${each.lowest.toFixed(2)}–${each.highest.toFixed(2)}`,
      each.ratio <= goal ? "met" : "MISSED",
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  console.log(`\n${title}`);
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(`  ${cells.join("  ")}`);
  }
};

/** Says what takes a while, and how long it took. */
export const said = async <Value>(what: string, work: () => Promise<Value>): Promise<Value> => {
  const began = performance.now();
  const value = await work();
  console.log(`${what}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  return value;
};
