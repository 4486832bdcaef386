import { type ExportPage, jsonText, type LineColumn, type Row, type RowPage } from "@subject-rights/core";
import type { Broken } from "../describe-suite.ts";
import { type Fault, matches } from "./good-data-source.ts";

/** Changes the pages of an export on their way out. */
const withPages = (change: (page: RowPage) => ExportPage): Fault => ({
  source: ({ good }) => ({
    async *export(...asked) {
      for await (const page of good.export(...asked)) if ("rows" in page) yield change(page);
    },
  }),
});

const withRows = (change: (row: Row) => Row): Fault =>
  withPages((page) => ({ ...page, rows: page.rows.map(change) }));

const columns: readonly LineColumn[] = [
  { name: "number", kinds: ["integer"] },
  { name: "placedAt", kinds: ["timestamp"] },
  { name: "email", kinds: ["text"] },
  { name: "customerNumber", kinds: ["text"] },
  { name: "tags", kinds: ["list"] },
  { name: "gone", kinds: ["null"] },
];

/** Hands the rows over as lines. */
const withLines = (write: (row: Row) => string, told = columns): Fault =>
  withPages(({ rows, ...page }) => ({
    ...page,
    lines: Buffer.from(rows.map((row) => `${write(row)}\n`).join("")),
    count: rows.length,
    columns: told,
  }));

/** Its fields do not say that it is in thousandths of a euro; its class does. */
const money: Row = Object.assign(Object.create({ currency: "EUR", scale: 3 }), { amount: 12_500 });

export const exportingFaults: readonly Broken<Fault>[] = [
  {
    fault: "the last row of each page is left out",
    how: withPages((page) => ({ ...page, rows: page.rows.slice(0, -1) })),
    caughtBy: [
      "export: hands over every record of the person, and changes nothing",
      "export: looks for each identifier, not for the first alone",
    ],
  },
  {
    fault: "what was handed over is deleted",
    how: {
      source: ({ good, tables }) => ({
        async *export(subject, context) {
          yield* good.export(subject, context);
          tables.rows = tables.rows.filter((row) => !matches(row, subject, context.tenant));
        },
      }),
    },
    caughtBy: [
      "export: finds nothing of a category that is not asked for",
      "export: hands over every record of the person, and changes nothing",
      "export: the order is the same each time",
      "export: goes on behind each cursor without loss or repetition, after a restart too",
    ],
  },
  {
    fault: "a row of somebody else takes the place of an own one",
    how: withRows((row) => (row["number"] === 5 ? { holder: { address: "Bo.Lindqvist@example.org" } } : row)),
    caughtBy: ["export: hands over nothing of anybody else"],
  },
  {
    fault: "export throws for a person who is not there",
    how: {
      source: ({ good }) => ({
        async *export(subject, context) {
          const pages = good.export(subject, context)[Symbol.asyncIterator]();
          const first = await pages.next();
          if (first.done === true && context.cursor === null) throw new Error("404 Not Found");
          if (first.done !== true) yield first.value;
          yield* { [Symbol.asyncIterator]: () => pages };
        },
      }),
    },
    caughtBy: [
      "export: finds nothing of a category that is not asked for",
      "export: a person who is not there has no rows",
      "export: finds nobody in another tenant",
    ],
  },
  {
    fault: "a cell is of a class of its own",
    how: withRows((row) => ({ ...row, price: money })),
    caughtBy: ["export: every cell is of the documented types"],
  },
  {
    fault: "a date is no date",
    how: withRows((row) => ({ ...row, paidAt: new Date(Number.NaN) })),
    caughtBy: ["export: every cell is of the documented types"],
  },
  {
    fault: "a line is written with blanks",
    how: withLines((row) => jsonText(row).replaceAll(":", ": ")),
    caughtBy: ["export: lines are in the form that the package describes, and their columns are told"],
  },
  {
    fault: "a column of the lines is not told",
    how: withLines(jsonText, columns.slice(1)),
    caughtBy: ["export: lines are in the form that the package describes, and their columns are told"],
  },
  {
    fault: "a column of the lines is told to be of another kind",
    how: withLines(jsonText, [{ name: "number", kinds: ["boolean"] }, ...columns.slice(1)]),
    caughtBy: ["export: lines are in the form that the package describes, and their columns are told"],
  },
  {
    fault: "the order changes from one time to the next",
    how: {
      source: ({ tables, good }) => ({
        async *export(subject, context) {
          tables.rows = tables.rows.toReversed();
          yield* good.export(subject, context);
        },
      }),
    },
    caughtBy: [
      "export: the order is the same each time",
      "export: goes on behind each cursor without loss or repetition, after a restart too",
    ],
  },
  {
    fault: "the cursor points at the last row rather than behind it",
    how: withPages(({ cursor, ...page }) => ({ ...page, cursor: String(Number(cursor) - 1) })),
    caughtBy: ["export: goes on behind each cursor without loss or repetition, after a restart too"],
  },
  {
    fault: "cursors are kept in the process",
    how: {
      source: ({ good }) => {
        const cursors = new Map<string, string>();
        return {
          async *export(subject, context) {
            const cursor = context.cursor === null ? null : (cursors.get(context.cursor) ?? null);
            for await (const { cursor: next, ...page } of good.export(subject, { ...context, cursor })) {
              const name = `cursor-${cursors.size}`;
              cursors.set(name, next ?? "");
              yield { ...page, cursor: name };
            }
          },
        };
      },
    },
    caughtBy: ["export: goes on behind each cursor without loss or repetition, after a restart too"],
  },
];
