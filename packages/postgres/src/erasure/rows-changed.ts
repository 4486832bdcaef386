/** A row that was found is not as it was, and has not been touched: what was found along with it may be wrong as well. */
export class RowsChanged extends Error {
  constructor() {
    super("Rows were changed while they were erased.");
  }
}

/**
 * @param hasMet as `hasMetChange` answers
 * @throws RowsChanged
 */
export const refuseChanged = (hasMet: string | null | undefined): void => {
  if (hasMet === "true") throw new RowsChanged();
};
