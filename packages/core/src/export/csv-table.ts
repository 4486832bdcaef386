import type { CollectedColumn } from "../request/steps.ts";
import type { StagedCollection } from "./contents.ts";
import { harmless } from "./formulas.ts";
import { jsonText, numberText } from "./json-text.ts";
import { damaged, parsedRow, stagedLines } from "./staged-lines.ts";

/** Without it, spreadsheets read UTF-8 as the machine's own code page. */
const byteOrderMark = "\uFEFF";

/** How many characters are held before they are written. */
const partLength = 256 * 1024;

/**
 * A collection as CSV (RFC 4180): a header, CRLF line ends. A value that is null or not there is an empty cell, an
 * empty text is `""`. All text is quoted, so that a text never goes on behind a number as one formula where a
 * spreadsheet does not split at commas. Lists and objects are JSON text. Without columns there are no lines.
 */
export class CsvTable {
  /** How many cells, column names included, got an apostrophe so that no spreadsheet runs them. */
  cellsChanged = 0;
  readonly #staged: StagedCollection;
  readonly #columns: readonly CollectedColumn[];
  readonly #places: ReadonlyMap<string, number>;

  constructor(staged: StagedCollection, columns: readonly CollectedColumn[]) {
    this.#staged = staged;
    this.#columns = columns;
    this.#places = new Map(columns.map(({ name }, place) => [name, place]));
  }

  /** The file, piece by piece. */
  async *file(): AsyncGenerator<string> {
    yield byteOrderMark + this.#line(this.#columns.map(({ name }) => this.#textCell(name)));
    for await (const rows of stagedLines(this.#staged)) {
      let text = "";
      for (const row of rows) {
        text += this.#line(this.#cells(parsedRow(row, this.#staged)));
        // A few bytes of rows become many of CSV where most columns are empty in each.
        if (text.length > partLength) {
          yield text;
          text = "";
        }
      }
      yield text;
    }
  }

  #line(cells: readonly string[]): string {
    return cells.length === 0 ? "" : `${cells.join(",")}\r\n`;
  }

  #cells(row: Readonly<Record<string, unknown>>): readonly string[] {
    const cells = new Array<string>(this.#columns.length).fill("");
    for (const name of Object.keys(row)) {
      const place = this.#places.get(name);
      if (place === undefined) throw damaged(this.#staged);
      cells[place] = this.#cell(row[name]);
    }
    return cells;
  }

  #cell(value: unknown): string {
    switch (typeof value) {
      case "string":
        return this.#textCell(value);
      case "number":
        return numberText(value);
      case "boolean":
        return String(value);
      default:
        return value === null ? "" : this.#textCell(jsonText(value));
    }
  }

  #textCell(text: string): string {
    const safe = harmless(text);
    if (safe !== text) this.cellsChanged += 1;
    return `"${safe.replaceAll('"', '""')}"`;
  }
}
