import {
  type CallContext,
  type CollectionOutcome,
  type DataSource,
  type DataSourceDefinition,
  defineDataSource,
  type FoundIdentifier,
  type Row,
  type Subject,
} from "@subject-rights/core";
import { MemoryTransaction } from "@subject-rights/memory";
import type { Gate } from "@subject-rights/simulation";

/** A record of somebody, under the identifiers that its source knows. */
export interface Entry {
  readonly email?: string;
  readonly customer?: string;
  readonly phone?: string;
  readonly name: string;
  readonly text?: string;
}

export const ada = "ada@example.org";
const secondAddress = "countess@example.com";

/** What must not be found anywhere once the request is over. */
export const personal = [ada, secondAddress, "customer-4711", "+49-30-901820", "Lovelace"];

const household: Entry = { email: "george@example.org", phone: "+49-30-901820", name: "George Gordon" };
export const other: Entry = { email: "eve@example.org", customer: "customer-0815", name: "Eve" };

/** The outside world: it outlives every process. */
export interface Company {
  readonly accounts: Entry[];
  readonly orders: Entry[];
  readonly papers: Entry[];
  readonly insights: Entry[];
  /** What was asked of the sources, in order. */
  readonly asked: Asked[];
}

export interface Asked {
  readonly source: string;
  readonly ability: string;
  readonly key: string;
}

export const newCompany = (): Company => {
  const accounts: Entry[] = [
    { email: ada, customer: "customer-4711", phone: "+49-30-901820", name: "Ada Lovelace" },
    household,
    other,
  ];
  const orders: Entry[] = [
    { customer: "customer-4711", email: secondAddress, name: "Lovelace", text: "one".repeat(180_000) },
    { customer: "customer-4711", name: "Lovelace", text: "two" },
    { customer: "customer-4711", name: "Lovelace", text: "three" },
    { customer: "customer-0815", name: "Eve" },
  ];
  const papers: Entry[] = [{ email: secondAddress, name: "Ada Lovelace" }, other];
  return { accounts, orders, papers, insights: [...accounts], asked: [] };
};

const knows = (subject: Subject, { email, customer, phone }: Entry): boolean =>
  subject.values("email").includes(email ?? "") ||
  subject.values("customer-number").includes(customer ?? "") ||
  subject.values("phone").includes(phone ?? "");

const replace = (table: Entry[], rows: readonly Entry[]): void => void table.splice(0, table.length, ...rows);

/** What the transactions under way have made of a table, for themselves alone. */
type Drafts = WeakMap<MemoryTransaction, readonly Entry[]>;

/** The rows as a call sees them, and how it changes them: at once, or when its transaction is stored. */
const rowsFor = (table: Entry[], drafts: Drafts, { transaction }: CallContext) => {
  if (!(transaction instanceof MemoryTransaction)) {
    return { rows: table, become: (rows: readonly Entry[]) => replace(table, rows) };
  }
  const become = (rows: readonly Entry[]) => {
    drafts.set(transaction, rows);
    transaction.whenStored(() => replace(table, rows));
  };
  return { rows: drafts.get(transaction) ?? table, become };
};

type Ask = <Answer>(
  source: string,
  ability: string,
  context: CallContext,
  work: () => Answer,
) => Promise<Answer>;

/** Notes each question, behind the gate. */
const asking =
  ({ asked }: Company, gate: Gate): Ask =>
  (source, ability, { idempotencyKey }, work) =>
    gate(`${source}.${ability}`, async () => {
      asked.push({ source, ability, key: idempotencyKey });
      return work();
    });

const over = (id: string, table: Entry[], ask: Ask) => {
  const drafts: Drafts = new WeakMap();
  const find = (subject: Subject, rows: readonly Entry[] = table) =>
    rows.filter((entry) => knows(subject, entry));
  return {
    locate: (subject, context) =>
      ask(id, "locate", context, () => [
        { collection: "entries", count: find(subject, rowsFor(table, drafts, context).rows).length },
      ]),
    erase: (subject, context) =>
      ask(id, "erase", context, (): CollectionOutcome[] => {
        const { rows, become } = rowsFor(table, drafts, context);
        const count = find(subject, rows).length;
        become(rows.filter((entry) => !knows(subject, entry)));
        return [
          count > 0
            ? { collection: "entries", outcome: "erased", count }
            : { collection: "entries", outcome: "absent" },
        ];
      }),
    async *export(subject, context) {
      const entries = find(subject);
      for (let index = Number(context.cursor ?? 0); index < entries.length; index += 1) {
        const row: Row = { ...entries[index] };
        yield await ask(id, "page", context, () => ({
          collection: "entries",
          rows: [row],
          cursor: String(index + 1),
        }));
      }
    },
  } satisfies Partial<DataSourceDefinition>;
};

/** An email address leads to a customer number, and that to another address; a telephone is the household's. */
export const companySources = (
  company: Company,
  gate: Gate,
  options: { isKept?: boolean; isJoined?: boolean } = {},
): DataSource[] => {
  const { accounts, orders, papers, insights } = company;
  const ask = asking(company, gate);
  const held = {
    holds: ["customer-data"],
    kind: "origin",
    joins: (handle: unknown) => options.isJoined === true && handle instanceof MemoryTransaction,
  } as const;
  const kept: CollectionOutcome[] = [
    { collection: "entries", outcome: "retained", count: 3, reason: "§ 147 AO", until: "2034-12-31" },
  ];
  return [
    defineDataSource({
      ...held,
      ...over("accounts", accounts, ask),
      id: "accounts",
      title: "Accounts",
      identify: (subject, context) =>
        ask("accounts", "identify", context, () =>
          accounts
            .filter(({ email }) => subject.values("email").includes(email ?? ""))
            .flatMap(({ customer = "", phone = "" }): FoundIdentifier[] => [
              { type: "customer-number", value: customer },
              { type: "phone", value: phone, shared: true },
            ]),
        ),
    }),
    defineDataSource({
      ...held,
      ...over("orders", orders, ask),
      id: "orders",
      title: "Orders",
      needs: ["customer-number"],
      identify: (subject, context) =>
        ask("orders", "identify", context, () =>
          orders
            .filter((entry) => entry.email !== undefined && knows(subject, entry))
            .map(({ email = "" }) => ({ type: "email", value: email })),
        ),
      ...(options.isKept ? { erase: (_, context) => ask("orders", "erase", context, () => kept) } : {}),
    }),
    defineDataSource({
      ...held,
      id: "papers",
      title: "Papers",
      owner: "archive@northwind.example",
      locate: over("papers", papers, ask).locate,
      export: over("papers", papers, ask).export,
    }),
    defineDataSource({
      holds: ["customer-data"],
      kind: "copy",
      id: "insights",
      title: "Insights",
      copyOf: ["accounts"],
      locate: over("insights", insights, ask).locate,
      refresh: (context) =>
        ask("insights", "refresh", context, () => void insights.splice(0, insights.length, ...accounts)),
    }),
  ];
};

/** What the archive's keeper does when asked. */
export const shred = ({ papers }: Company): void =>
  void papers.splice(0, papers.length, ...papers.filter(({ name }) => !name.includes("Lovelace")));
