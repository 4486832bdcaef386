import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { readCsv } from "./csv-reader.ts";
import { contentsOf, filesOf, manifestOf, staged, text } from "./packages.ts";

/** The text cells of one column, as they stand in a CSV file. */
const cellsOf = async (texts: readonly string[]) => {
  const files = await filesOf(
    contentsOf(
      staged(
        "notes",
        texts.map((note) => ({ note })),
      ),
    ),
  );
  const [, ...lines] = readCsv(text(files, "data/01-crm/01-notes.csv"));
  return {
    cells: lines.map(([cell]) => cell?.text),
    changed: manifestOf(files).collections[0]?.csv?.cellsChanged,
  };
};

/**
 * What a spreadsheet may take for a formula, once it has dropped what it drops. A number alone is none, and one that
 * only quoted text or another number stands behind, where it does not split at commas, is not well-formed.
 */
const runs = (cell: string): boolean => {
  const seen = cell.replace(/^["\s\p{C}]+/u, "").normalize("NFKC");
  return /^[=+\-@]/.test(seen) && !/^[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?:$|,$|,"|,-?\d+$)/i.test(seen);
};

const dangerous = fc
  .array(
    fc.constantFrom(
      "=",
      "+",
      "-",
      "@",
      "＝",
      "＋",
      "－",
      "＠",
      "﹢",
      ";",
      "\t",
      "\r",
      "\n",
      ",",
      '"',
      '""',
      "'",
      " ",
      "\u00A0",
      "\u200B",
      "\uFEFF",
      "\u0000",
      "|",
      "1",
      "A1",
      "cmd|'/C calc'!A0",
      "-5",
      "x",
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

describe("cells that a spreadsheet would run", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1:A9)", "'@SUM(A1:A9)"],
    ["＝1+1", "'＝1+1"],
    ["﹣1+1", "'﹣1+1"],
    ["\tx", "'\tx"],
    ["\rx", "'\rx"],
    ["\nx", "'\nx"],
    ["  =1+1", "'  =1+1"],
    ["\uFEFF=1+1", "'\uFEFF=1+1"],
    ["\u200B\u00A0=1+1", "'\u200B\u00A0=1+1"],
    ['"=1+1', `'"=1+1`],
    ["harmless;=1+1", "harmless;'=1+1"],
    ["harmless\n=1+1", "harmless\n'=1+1"],
  ])("have an apostrophe: %j", async (given, safe) => {
    expect(await cellsOf([given])).toEqual({ cells: [safe], changed: 1 });
  });

  it.each([
    "plain",
    "",
    "ada@example.org",
    "2026-11-23",
    "a=b",
    "a - b",
    "-12.50",
    "+441632960001",
    "-1e9",
    "1-2",
    "'=1",
    "x;y",
    "{}",
  ])("are left alone otherwise: %j", async (given) => {
    expect(await cellsOf([given])).toEqual({ cells: [given], changed: 0 });
  });

  it("are made harmless in column names and in lists too, and never in numbers or JSON", async () => {
    const row = {
      "=cmd": -5,
      big: -90071992547409931n,
      less: Number.NEGATIVE_INFINITY,
      list: ["x;=1"],
      "+1+2": "=2",
    };
    const files = await filesOf(contentsOf(staged("orders", [row])));
    expect(text(files, "data/01-crm/01-orders.csv")).toBe(
      `\uFEFF"'=cmd","big","less","list","'+1+2"\r\n` +
        `-5,"-90071992547409931","-Infinity","[""x;'=1""]","'=2"\r\n`,
    );
    expect(manifestOf(files).collections[0]?.csv?.cellsChanged).toBe(4);
    expect(JSON.parse(text(files, "data/01-crm/01-orders.json"))).toEqual([
      { "=cmd": -5, big: "-90071992547409931", less: "-Infinity", list: ["x;=1"], "+1+2": "=2" },
    ]);
  });

  it("are found wherever a spreadsheet may split, and only apostrophes are added", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(dangerous, dangerous, fc.integer()), { maxLength: 5 }),
        async (given) => {
          const rows = given.map(([a, b, c]) => ({ a, b, c }));
          const file = text(await filesOf(contentsOf(staged("x", rows))), "data/01-crm/01-x.csv");
          for (const separator of [",", ";", "\t"]) {
            const cells = readCsv(file, separator).flat();
            expect(
              cells
                .map((cell) => cell.text)
                .filter(runs)
                .filter((cell) => !/^-\d+$/.test(cell)),
            ).toEqual([]);
          }
          const [, ...lines] = readCsv(file);
          const bare = (cell: string | undefined) => cell?.replaceAll("'", "");
          expect(lines.map(([a, b]) => [bare(a?.text), bare(b?.text)])).toEqual(
            given.map(([a, b]) => [bare(a), bare(b)]),
          );
        },
      ),
      { numRuns: inject("isThorough") ? 600 : 50 },
    );
  });

  it("are looked for in a time that grows with the text only", async () => {
    const blanks = "\n".repeat(500_000);
    const { cells } = await cellsOf([`x${blanks}=1`, `${" ".repeat(500_000)}x=`]);
    expect(cells[0]?.endsWith("\n'=1")).toBe(true);
  });
});
