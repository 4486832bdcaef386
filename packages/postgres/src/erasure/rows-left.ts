/** Rows that are due are there after the erasure: a trigger has kept them, or they came in meanwhile. */
export class RowsLeft extends Error {
  constructor(title: string, what = "rows are left after the erasure") {
    super(`${title}: ${what}.`);
  }
}
