import { knownCustomers } from "../people.ts";
import { berlinTime } from "./berlin-time.ts";
import type { Chance } from "./chance.ts";
import type { Customer } from "./customers.ts";
import { knownHappenings, makeHistory } from "./history.ts";
import { shopOpened } from "./period.ts";
import { complaints } from "./vocabulary.ts";

const count = 1_000;

/** A picture of one pixel (PNG). */
const picture =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/** Support tickets as JSON lines. Staff noted the customer number on some of them. */
export function* ticketsJson(chance: Chance, customers: readonly Customer[]): Generator<string> {
  const known = knownCustomers.flatMap(({ customer, wrote }) =>
    wrote.flatMap(({ on, ...letter }) =>
      knownHappenings(customers, customer, [on]).map((happening) => ({ ...happening, letter })),
    ),
  );
  for (const [index, happening] of makeHistory(chance, customers, shopOpened, count, known).entries()) {
    const { at, customer } = happening;
    const { from, noted } =
      "letter" in happening ? happening.letter : { from: customer.email, noted: chance.percent(50) };
    const { subject, text } = chance.pick(complaints);
    const ticket = {
      ticket: `T-${700_001 + index}`,
      from,
      ...(noted ? { customer: customer.customer } : {}),
      opened_at: berlinTime(at),
      status: chance.pick(["open", "answered", "closed", "closed"]),
      subject,
      text: `Hello,\n\n${text}\n\nKind regards\n${customer.name}`,
      attachments:
        "letter" in happening || chance.percent(20)
          ? [{ name: "lamp.png", type: "image/png", base64: picture }]
          : [],
    };
    yield `${JSON.stringify(ticket)}\n`;
  }
}
