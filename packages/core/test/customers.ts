import {
  type CollectionOutcome,
  type DataSourceDefinition,
  defineDataSource,
  type Identifier,
  type Subject,
} from "@subject-rights/core";
import { ada } from "./world.ts";

export const number = (value: string, type = "customer-number"): Identifier => ({ type, value });
export const email = (value: string): Identifier => ({ type: "email", value });

export interface Customer {
  readonly number: string;
  email: string;
}

/**
 * What a source is that tells customers apart by their number, and finds them by their address too.
 *
 * @param meet is called whenever it is asked, and may throw
 * @param type what its numbers are
 */
export const customerDefinition = (
  id: string,
  customers: Set<Customer>,
  meet: () => void = () => undefined,
  type = "customer-number",
) => {
  const found = (subject: Subject) => {
    meet();
    const theirs: Customer[] = [];
    const others: Customer[] = [];
    for (const each of customers) {
      if (subject.values(type).includes(each.number)) theirs.push(each);
      else if (subject.values("email").includes(each.email))
        (subject.isIdentified ? others : theirs).push(each);
    }
    return { theirs, others };
  };
  return {
    id,
    title: `The ${id}`,
    holds: ["customer-data"],
    kind: "origin",
    needs: [type, "email"],
    identify: async (subject) => {
      const asked = subject.asked.filter((each) => each.type === type);
      const isDecided = (each: Customer) => subject.shared.some(({ value }) => value === each.number);
      const { theirs } = found(subject);
      return theirs
        .filter((each) => !isDecided(each))
        .flatMap((each) =>
          asked.length > 0 && !subject.values(type).includes(each.number)
            ? [{ ...number(each.number, type), shared: true }]
            : [number(each.number, type), email(each.email)],
        );
    },
    async *identifiers() {
      yield { people: [...customers].map((each) => [number(each.number, type), email(each.email)]) };
    },
    locate: async (subject) => [{ collection: "customers", count: found(subject).theirs.length }],
    async *export(subject) {
      yield { collection: "customers", rows: found(subject).theirs.map((each) => ({ number: each.number })) };
    },
    erase: async (subject) => {
      const { theirs, others } = found(subject);
      for (const each of theirs) customers.delete(each);
      const outcomes: CollectionOutcome[] = [];
      if (theirs.length > 0)
        outcomes.push({ collection: "customers", outcome: "erased", count: theirs.length });
      if (others.length > 0)
        outcomes.push({
          collection: "customers",
          outcome: "kept",
          count: others.length,
          reason: "Another number",
        });
      return outcomes.length > 0 ? outcomes : [{ collection: "customers", outcome: "absent" }];
    },
  } satisfies DataSourceDefinition;
};

export const customerSource = (id: string, customers: Set<Customer>) =>
  defineDataSource(customerDefinition(id, customers));

export const adaAs = (): Customer => ({ number: "1", email: ada });
export const boAs = (): Customer => ({ number: "2", email: "bo@example.org" });
