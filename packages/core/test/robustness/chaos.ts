import {
  type CallContext,
  type CollectionOutcome,
  type DataSource,
  type DataSourceDefinition,
  defineDataSource,
  type FoundIdentifier,
  PermanentFailure,
  type Subject,
} from "@subject-rights/core";
import type { SimulatedClock } from "@subject-rights/testing";
import fc from "fast-check";

/** What a source may do when it is called. */
export type Mood = "well" | "throws" | "never" | "hangs" | "slow" | "lies" | "rubbish" | "late";

/** Moods, call after call; when they are used up, all is well. */
export const moods = (maxLength: number): fc.Arbitrary<Mood[]> =>
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<Mood>("well") },
      { weight: 3, arbitrary: fc.constantFrom<Mood>("throws", "slow", "late") },
      { weight: 1, arbitrary: fc.constantFrom<Mood>("never", "hangs", "lies", "rubbish") },
    ),
    { maxLength },
  );

/** A person with two addresses, whom only the customer number joins; and somebody else. */
export const [first, second, stranger] = [
  "ada@example.org",
  "countess@example.com",
  "eve@example.org",
] as const;
export type Address = typeof first | typeof second | typeof stranger;

export interface Entry {
  readonly email: Address | null;
  readonly customer: string;
}

const adas = (email: Address | null): Entry => ({ email, customer: "c-1" });
const eves = (email: Address | null): Entry => ({ email, customer: "c-2" });
export const personOf = (address: Address): string => (address === stranger ? "c-2" : "c-1");

/** Sources whose data can be looked at, and which behave as the moods say. */
export interface Chaos {
  readonly tables: Readonly<Record<"accounts" | "orders" | "papers" | "insights", Entry[]>>;
  /** Where two requests that knew somebody by the same name worked on them at the same moment. */
  readonly collisions: readonly string[];
  readonly sources: readonly DataSource[];
}

/** Looks at every erasing, refreshing and exporting, and who is known by which names by then. */
const watching = () => {
  const collisions: string[] = [];
  const underWay = new Set<{ readonly requestId: string; readonly what: string }>();
  const knownBy = new Map<string, ReadonlySet<string>>();
  const begin = (requestId: string, subject: Subject | null, what: string): (() => void) => {
    if (subject !== null) knownBy.set(requestId, new Set(subject.identifiers.map(({ value }) => value)));
    const isWork = !what.endsWith("locate") && !what.endsWith("identify");
    if (!isWork) return () => undefined;
    const names = [...(knownBy.get(requestId) ?? [])];
    for (const other of underWay) {
      const isSamePerson = names.some((name) => knownBy.get(other.requestId)?.has(name));
      if (other.requestId !== requestId && isSamePerson) collisions.push(`${what} beside ${other.what}`);
    }
    const each = { requestId, what };
    underWay.add(each);
    return () => underWay.delete(each);
  };
  return { collisions, begin };
};

export const newChaos = (clock: SimulatedClock, script: readonly Mood[]): Chaos => {
  const tables = {
    accounts: [adas(first), adas(second), eves(stranger)],
    orders: [adas(null), adas(null), eves(null)],
    papers: [adas(second), eves(stranger)],
    insights: [adas(first), adas(second), adas(null), eves(stranger)],
  };
  const left = [...script];
  const { collisions, begin } = watching();

  const call = async <Answer>(
    what: string,
    subject: Subject | null,
    { requestId, signal }: CallContext,
    work: () => Answer,
    lie?: Answer,
  ): Promise<Answer> => {
    const mood = left.shift() ?? "well";
    const end = begin(requestId ?? "", subject, what);
    try {
      if (mood === "throws") throw new Error("could not");
      if (mood === "never") throw new PermanentFailure("never will");
      if (mood === "hangs") await clock.wait(10 * 24 * 3_600_000, signal);
      if (mood === "slow") await clock.wait(20_000, signal);
      if (mood === "rubbish") return JSON.parse('{"rubbish":true}') as Answer;
      if (mood === "lies" && lie !== undefined) return lie;
      const answer = work();
      if (mood === "late") throw new Error("done, but the answer is lost");
      return answer;
    } finally {
      end();
    }
  };

  const over = (id: keyof typeof tables) => {
    const table = tables[id];
    const entriesOf = (subject: Subject) =>
      table.filter(
        ({ email, customer }) =>
          subject.values("email").includes(email ?? "") || subject.values("customer").includes(customer),
      );
    return {
      locate: (subject, context) =>
        call(`${id}.locate`, subject, context, () => [
          { collection: "entries", count: entriesOf(subject).length },
        ]),
      erase: (subject, context) => {
        const erase = (): CollectionOutcome[] => {
          const gone = entriesOf(subject);
          table.splice(0, table.length, ...table.filter((entry) => !gone.includes(entry)));
          return [erased(gone.length)];
        };
        return call(`${id}.erase`, subject, context, erase, [erased(1)]);
      },
      async *export(subject, context) {
        yield await call(`${id}.export`, subject, context, () => ({
          collection: "entries",
          rows: entriesOf(subject).map((entry) => ({ ...entry })),
        }));
      },
    } satisfies Partial<DataSourceDefinition>;
  };

  const { locate: locateInsights } = over("insights");
  const { erase: _, ...papers } = over("papers");
  const held = { holds: ["customer-data"], kind: "origin", needs: ["email", "customer"] } as const;
  return {
    tables,
    collisions,
    sources: [
      defineDataSource({
        ...held,
        ...over("accounts"),
        id: "accounts",
        title: "Accounts",
        identify: (subject, context) =>
          call("accounts.identify", subject, context, () =>
            tables.accounts
              .filter(({ email }) => subject.values("email").includes(email ?? ""))
              .flatMap(({ customer }) => namesOf(customer)),
          ),
      }),
      defineDataSource({ ...held, ...over("orders"), id: "orders", title: "Orders" }),
      defineDataSource({
        ...held,
        ...papers,
        id: "papers",
        title: "Papers",
        owner: "archive@northwind.example",
      }),
      defineDataSource({
        ...held,
        kind: "copy",
        id: "insights",
        title: "Insights",
        copyOf: ["accounts", "orders"],
        locate: locateInsights,
        refresh: (context) =>
          call("insights.refresh", null, context, () => {
            tables.insights.splice(0, tables.insights.length, ...tables.accounts, ...tables.orders);
          }),
      }),
    ],
  };
};

const erased = (count: number): CollectionOutcome =>
  count === 0
    ? { collection: "entries", outcome: "absent" }
    : { collection: "entries", outcome: "erased", count };

/** The accounts know all addresses of a customer, also after one of the accounts is gone. */
const namesOf = (customer: string): FoundIdentifier[] => [
  { type: "customer", value: customer },
  ...[first, second, stranger]
    .filter((email) => personOf(email) === customer)
    .map((email) => ({ type: "email", value: email })),
];
