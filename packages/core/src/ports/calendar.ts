/**
 * Knows public holidays. This is what an author writes; `defineCalendar` makes it safe to use. Saturdays and Sundays
 * need no calendar.
 */
export interface CalendarDefinition {
  /**
   * The name of the public holiday that a day (`YYYY-MM-DD`) is where the controller is; null where it is none. A
   * period that ends on one ends on the next working day (Art. 3(4) of Regulation (EEC, Euratom) No 1182/71).
   */
  holiday(day: string): Promise<string | null> | string | null;
}
