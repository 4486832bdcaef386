/** Rows that are due are there after the erasure: a trigger has kept them, or they came in meanwhile. */
export class RowsLeft extends Error {
  constructor(title: string) {
    super(`${title}: rows are left after the erasure.`);
  }
}
