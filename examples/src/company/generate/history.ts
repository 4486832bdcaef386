import type { Chance } from "./chance.ts";
import { type Customer, someCustomer } from "./customers.ts";
import { momentOf } from "./period.ts";

/** Something that a customer did, and when. */
export interface Happening {
  readonly at: number;
  readonly customer: Customer;
}

/** What the customers did over the years, in the order in which it happened. */
export const makeHistory = <Known extends Happening>(
  chance: Chance,
  customers: readonly Customer[],
  start: number,
  count: number,
  known: readonly Known[],
): (Happening | Known)[] => {
  const strangers = Array.from({ length: count - known.length }, (_, index) => {
    const at = momentOf(start, index, count);
    return { at, customer: someCustomer(chance, customers, at) };
  });
  return [...strangers, ...known].sort((one, other) => one.at - other.at);
};

/** What the customers whom the examples name did, on days such as `2026-09-15`. */
export const knownHappenings = (
  customers: readonly Customer[],
  customer: string,
  days: readonly string[],
): Happening[] => {
  const found = customers.find((each) => each.customer === customer);
  return found === undefined
    ? []
    : days.map((day) => ({ at: Date.parse(`${day}T17:42:10Z`), customer: found }));
};
