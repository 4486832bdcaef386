import { stringify } from "csv-stringify/sync";
import { type KnownCustomer, knownCustomers } from "../people.ts";
import { berlinTime } from "./berlin-time.ts";
import type { Chance } from "./chance.ts";
import { founded, momentOf, present } from "./period.ts";
import {
  customerNotes,
  firstNames,
  lastNames,
  mailHosts,
  streets,
  telephonePrefixes,
  towns,
} from "./vocabulary.ts";

export interface Customer {
  readonly customer: string;
  readonly name: string;
  readonly email: string;
  readonly previous_email: string;
  readonly telephone: string;
  readonly street: string;
  readonly postcode: string;
  readonly town: string;
  readonly born: string;
  readonly newsletter: boolean;
  readonly created_at: string;
  readonly note: string;
}

const count = 2_500;
const firstNumber = 100_001;

/** In the order in which they became customers. A household often has one telephone. */
export const makeCustomers = (chance: Chance): Customer[] =>
  Array.from({ length: count }, (_, index) => {
    const customer = String(firstNumber + index);
    const known = knownCustomers.find((each) => each.customer === customer);
    const [postcode = "", town = ""] = chance.pick(towns).split(" ");
    return {
      customer,
      ...(known ? namesOf(known) : inventedNames(chance, index)),
      telephone: `${chance.pick(telephonePrefixes)}${chance.between(100, 999)}`,
      street: `${chance.pick(streets)} ${chance.between(1, 140)}`,
      postcode,
      town,
      born: known?.born ?? (chance.percent(70) ? dayOfBirth(chance) : ""),
      newsletter: chance.percent(40),
      created_at: berlinTime(momentOf(founded, index, count)),
      note: chance.percent(4) ? chance.pick(customerNotes) : "",
    };
  });

/** From 1944 to 2007. */
const dayOfBirth = (chance: Chance): string =>
  new Date(chance.between(-9_490, 13_800) * 86_400_000).toISOString().slice(0, 10);

/** One who was a customer at that time, but none of those whom the examples name. */
export const someCustomer = (chance: Chance, customers: readonly Customer[], at: number): Customer => {
  const soFar = Math.floor((customers.length * (at - founded)) / (present - founded));
  for (;;) {
    const customer = customers[chance.between(0, soFar - 1)];
    if (customer && !knownCustomers.some((known) => known.customer === customer.customer)) return customer;
  }
};

const namesOf = ({ name, email, previousEmail }: KnownCustomer) => ({
  name,
  email,
  previous_email: previousEmail ?? "",
});

const inventedNames = (chance: Chance, index: number) => {
  const first = chance.pick(firstNames);
  const last = chance.pick(lastNames);
  const mailbox = `${first}.${last}`.normalize("NFD").replace(/[^A-Za-z.]/g, "");
  const address = (counter: string) => {
    const spelling = chance.percent(25) ? mailbox : mailbox.toLowerCase();
    return `${spelling}${counter}@${chance.pick(mailHosts)}`;
  };
  return {
    name: `${first} ${last}`,
    email: address(String(index)),
    previous_email: chance.percent(5) ? address(`-${index}`) : "",
  };
};

const rowsPerChunk = 1_000;

export function* customersCsv(customers: readonly Customer[]): Generator<string> {
  for (let from = 0; from < customers.length; from += rowsPerChunk) {
    yield stringify(customers.slice(from, from + rowsPerChunk), {
      header: from === 0,
      cast: { boolean: (flag) => (flag ? "yes" : "no") },
    });
  }
}
