import { type Person, people, type SourceName } from "../story/story.ts";

/** A row about somebody. Whose it really is nobody asks the library. */
export interface Row {
  readonly person: Person;
  readonly email: string;
  readonly customer: string;
  readonly phone: string | null;
  /** The last day, `YYYY-MM-DD`, on which the law keeps it; null for not at all. */
  readonly keptUntil: string | null;
  /** The moment at which it came in, as the ledger counts. */
  readonly since: number;
}

export const addressesOf = (person: Person): readonly [string, string] => [
  `person-${person}@example.org`,
  `also-${person}@example.com`,
];
export const customerOf = (person: Person): string => `customer-770${person}`;
/** Two by two they have the same. */
export const phoneOf = (person: Person): string => `+49-30-90182${Math.floor(person / 2)}`;

/** What must not be found in any stored byte once all is over. */
export const personalOf = (person: Person): readonly string[] => [
  ...addressesOf(person),
  customerOf(person),
  phoneOf(person),
];

export const everybody: readonly Person[] = Array.from({ length: people }, (_, person) => person);

const personAt = (address: string): Person | undefined =>
  everybody.find((person) => addressesOf(person).includes(address));
const personOfNumber = (customer: string): Person | undefined =>
  everybody.find((person) => customerOf(person) === customer);

/** Whom names that are nobody else's belong to. */
export const whoIs = (
  names: readonly { readonly type: string; readonly value: string }[],
): Person | undefined => {
  for (const { type, value } of names) {
    const person =
      type === "email" ? personAt(value) : type === "customer" ? personOfNumber(value) : undefined;
    if (person !== undefined) return person;
  }
  return undefined;
};

/** The outside world: it outlives every process. */
export type Company = Readonly<Record<SourceName, Row[]>>;

export const newRow = (person: Person, address: 0 | 1, changes: Partial<Row> = {}): Row => ({
  person,
  email: addressesOf(person)[address],
  customer: customerOf(person),
  phone: null,
  keptUntil: null,
  since: 0,
  ...changes,
});

/** @param keptUntil the day on which duties to keep orders end; null where there is none */
export const newCompany = (keptUntil: string | null): Company => {
  const accounts = everybody.flatMap((person) => [
    newRow(person, 0, { phone: phoneOf(person) }),
    newRow(person, 1),
  ]);
  return {
    accounts,
    orders: everybody.flatMap((person) => [
      newRow(person, 0),
      newRow(person, 1, { keptUntil }),
      newRow(person, 1),
    ]),
    papers: everybody.map((person) => newRow(person, 1)),
    insights: [...accounts],
    notes: everybody.map((person) => newRow(person, 0, { phone: phoneOf(person) })),
  };
};
