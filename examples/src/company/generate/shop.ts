import { knownCustomers } from "../people.ts";
import { berlinTime } from "./berlin-time.ts";
import type { Chance } from "./chance.ts";
import type { Customer } from "./customers.ts";
import { knownHappenings, makeHistory } from "./history.ts";
import { shopOpened } from "./period.ts";
import { browsers, lamps, networks } from "./vocabulary.ts";

const orderCount = 2_000;
const cartCount = 500;

const orderLines = (chance: Chance) =>
  Array.from({ length: chance.between(1, 4) }, () => ({
    ...chance.pick(lamps),
    quantity: chance.between(1, 3),
  }));

/** Money is text with two decimals; it is added up in whole cents. */
const totalOf = (lines: ReturnType<typeof orderLines>): string => {
  const cents = lines.reduce(
    (sum, { price, quantity }) => sum + Number(price.replace(".", "")) * quantity,
    0,
  );
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
};

/** Orders as JSON lines. A paid one is an invoice, too; one in twenty-five was cancelled before it was paid. */
export function* ordersJson(chance: Chance, customers: readonly Customer[]): Generator<string> {
  const known = knownCustomers.flatMap(({ customer, ordered }) =>
    knownHappenings(customers, customer, ordered),
  );
  const orders = makeHistory(chance, customers, shopOpened, orderCount, known);
  for (const [index, happening] of orders.entries()) {
    const { at, customer } = happening;
    const paid = known.includes(happening) || !chance.percent(4);
    const day = berlinTime(at).slice(0, 10);
    const lines = orderLines(chance);
    // Written by hand: a number with eighteen digits does not pass through JSON.stringify.
    const invoice = paid ? `${day.replaceAll("-", "")}${String(index + 1).padStart(10, "0")}` : "null";
    const order = {
      invoice_date: paid ? day : null,
      customer: customer.customer,
      placed_at: berlinTime(at),
      status: paid ? "paid" : "cancelled",
      recipient: {
        name: customer.name,
        street: customer.street,
        postcode: customer.postcode,
        town: customer.town,
      },
      lines,
      total: totalOf(lines),
      currency: "EUR",
    };
    yield `{"order":"B-${200_001 + index}","invoice":${invoice},${JSON.stringify(order).slice(1)}\n`;
  }
}

/** Carts that were filled and left, as JSON lines. */
export function* cartsJson(chance: Chance, customers: readonly Customer[]): Generator<string> {
  const known = knownCustomers.flatMap(({ customer, leftCart }) =>
    knownHappenings(customers, customer, leftCart),
  );
  const lastYear = Date.UTC(2025, 10, 20);
  for (const [index, { at, customer }] of makeHistory(
    chance,
    customers,
    lastYear,
    cartCount,
    known,
  ).entries()) {
    const cart = {
      cart: `W-${500_001 + index}`,
      customer: customer.customer,
      left_at: berlinTime(at),
      browser: chance.pick(browsers),
      address: `${chance.pick(networks)}${chance.between(1, 254)}`,
      lines: orderLines(chance),
    };
    yield `${JSON.stringify(cart)}\n`;
  }
}
