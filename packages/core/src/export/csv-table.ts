import type { CollectedColumn } from "../request/steps.ts";
import { BytesOut } from "./bytes-out.ts";
import type { StagedCollection } from "./contents.ts";
import { CsvCells } from "./csv-cells.ts";
import { CsvRows, emptyCell } from "./csv-rows.ts";
import { damaged, newline, parsedRow, RowCount, stagedLines } from "./staged-lines.ts";

/** Without it, spreadsheets read UTF-8 as the machine's own code page. */
const byteOrderMark = "\uFEFF";

/** How many bytes are held before they are written. */
const partLength = 256 * 1024;

/**
 * A collection as CSV (RFC 4180): a header, CRLF line ends. A value that is null or not there is an empty cell, an
 * empty text is `""`. All text is quoted, so that a text never goes on behind a number as one formula where a
 * spreadsheet does not split at commas. Lists and objects are JSON text. A line is never empty, for most readers leave
 * such a line out: where there would be nothing in it, it is `""`, an empty cell as well, so that a table of one column
 * has all its rows, and rows without a column are rows of one that has no name.
 */
export class CsvTable {
  readonly #staged: StagedCollection;
  readonly #columns: readonly CollectedColumn[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #out = new BytesOut();
  readonly #cells = new CsvCells();
  readonly #rows: CsvRows;

  constructor(staged: StagedCollection, columns: readonly CollectedColumn[]) {
    this.#staged = staged;
    this.#columns = columns;
    this.#places = new Map(columns.map(({ name }, place) => [name, place]));
    this.#rows = new CsvRows(columns, this.#cells, this.#out);
  }

  /** How many cells, column names included, got an apostrophe so that no spreadsheet runs them. */
  get cellsChanged(): number {
    return this.#cells.changed;
  }

  /**
   * The file, piece by piece; a piece is overwritten when the next one is asked for.
   *
   * @throws Damaged for other rows than were staged: more, fewer, no rows, or with a column that nobody saw
   */
  async *file(): AsyncGenerator<Uint8Array> {
    const count = new RowCount(this.#staged);
    this.#out.text(byteOrderMark);
    if (this.#columns.length > 0 || this.#staged.rows > 0)
      this.#line(this.#columns.map(({ name }) => this.#cells.text(name)));
    for await (const lines of stagedLines(this.#staged)) {
      let rows = 0;
      for (let from = 0; from < lines.length; ) {
        from = this.#rows.row(lines, from) || this.#anyRow(lines, from);
        rows += 1;
        // A few bytes of rows become many of CSV where most columns are empty in each.
        if (this.#out.length > partLength) yield this.#out.taken();
      }
      count.add(rows);
    }
    count.finish();
    yield this.#out.taken();
  }

  /** Writes one row, whatever it looks like. */
  #anyRow(lines: Uint8Array, from: number): number {
    const end = lines.indexOf(newline, from);
    const row = parsedRow(lines, from, end, this.#staged);
    const cells = new Array<string>(this.#columns.length).fill("");
    for (const name of Object.keys(row)) {
      const place = this.#places.get(name);
      if (place === undefined) throw damaged(this.#staged);
      cells[place] = this.#cells.value(row[name]);
    }
    this.#line(cells);
    return end + 1;
  }

  #line(cells: readonly string[]): void {
    this.#out.text(`${cells.join(",") || emptyCell}\r\n`);
  }
}
