import {
  type CallContext,
  type Category,
  type CollectionCount,
  type CollectionOutcome,
  type DataSourceDefinition,
  defineDataSource,
  type ExportPage,
  type FoundIdentifier,
  type Subject,
  subjectOf,
} from "@subject-rights/core";
import type { DataSourceFixture, DataSourceHarness } from "@subject-rights/testing";

export interface StoredRow {
  readonly tenant: string;
  readonly collection: "orders" | "notes" | "invoices";
  readonly number: number;
  readonly placedAt: Date;
  /** Null once it is anonymised. */
  readonly owner: { readonly email: string; readonly customerNumber: string } | null;
}

/** What is kept: here, in the origins that this is a copy of, and beside. */
export interface Tables {
  rows: StoredRow[];
  origins: StoredRow[];
  down: boolean;
}

type Matching = (
  row: StoredRow,
  subject: Subject,
  tenant: string,
  categories?: readonly Category[],
) => boolean;

/** What it holds of people is data of customers, all of it. */
export const matches: Matching = (
  { owner, tenant: ofTenant },
  subject,
  tenant,
  categories = ["customer-data"],
) =>
  owner !== null &&
  categories.includes("customer-data") &&
  ofTenant === tenant &&
  // Once it was asked who this is, the number says whose a row is, and the address does not.
  ((!subject.isIdentified && subject.values("email").includes(owner.email.toLowerCase())) ||
    subject.values("customer-number").includes(owner.customerNumber));

const ada = { email: "Ada.Lindqvist@Example.ORG", customerNumber: "C-1" };
const bo = { email: "bo.lindqvist@example.org", customerNumber: "C-2" };
const familyTelephone = "+46 8 555 01 00";

export const people = {
  person: subjectOf([
    { type: "email", value: ada.email.toLowerCase() },
    { type: "customer-number", value: ada.customerNumber },
  ]),
  otherPerson: subjectOf([
    { type: "email", value: bo.email },
    { type: "customer-number", value: bo.customerNumber },
    { type: "telephone", value: familyTelephone },
  ]),
  unknownPerson: subjectOf([
    { type: "email", value: "cleo.marsh@example.com" },
    { type: "customer-number", value: "C-999" },
  ]),
};

export const accountsOfAda: readonly FoundIdentifier[] = [
  { type: "account", value: "acct-71" },
  { type: "telephone", value: familyTelephone, shared: true },
];

const seeded = (): StoredRow[] =>
  (
    [
      ["tenant-one", "orders", ada],
      ["tenant-one", "orders", bo],
      ["tenant-one", "orders", ada],
      ["tenant-one", "notes", ada],
      ["tenant-one", "orders", ada],
      ["tenant-one", "invoices", ada],
      ["tenant-one", "notes", bo],
      ["tenant-one", "invoices", ada],
      ["tenant-two", "orders", { email: "dara@example.com", customerNumber: "C-3" }],
    ] as const
  ).map(([tenant, collection, owner], number) => ({
    tenant,
    collection,
    number,
    placedAt: new Date(Date.UTC(2026, 0, 1 + number)),
    owner,
  }));

export const countsOf = (rows: readonly StoredRow[]): CollectionCount[] =>
  [...new Set(rows.map(({ collection }) => collection))].map((collection) => ({
    collection,
    count: rows.filter((row) => row.collection === collection).length,
  }));

const outcomeOf = ({ collection, count }: CollectionCount): CollectionOutcome => {
  if (collection === "notes") return { collection, outcome: "anonymised", count };
  if (collection !== "invoices") return { collection, outcome: "erased", count };
  return { collection, outcome: "retained", count, reason: "§ 147 AO", until: "2035-12-31" };
};

export const namesOf = ({ owner }: StoredRow): readonly FoundIdentifier[] =>
  owner === null
    ? []
    : [
        { type: "email", value: owner.email },
        { type: "customer-number", value: owner.customerNumber },
        { type: "telephone", value: familyTelephone, shared: true },
      ];

const rowsPerPage = 2;

export type GoodSource = Required<
  Omit<
    DataSourceDefinition,
    | "collections"
    | "copyOf"
    | "shares"
    | "owner"
    | "revision"
    | "tenants"
    | "thirdParty"
    | "goesAlong"
    | "recipients"
    | "joins"
    | "identifyMany"
    | "eraseMany"
    | "verifyMany"
  >
>;

/** A copy that can do everything there is to be done. `matching` says whose a row is. */
export const goodSource = (tables: Tables, matching: Matching = matches): GoodSource => {
  const ask = ({ signal }: CallContext): void => {
    signal.throwIfAborted();
    if (tables.down) throw new Error("the server is gone");
  };
  const rowsOf = (subject: Subject, { tenant, categories }: CallContext) =>
    tables.rows.filter((row) => matching(row, subject, tenant, categories));

  const count = async (subject: Subject, context: CallContext) => {
    ask(context);
    return countsOf(rowsOf(subject, context));
  };

  return {
    id: "orders-copy",
    title: "Orders, as the shop sees them",
    // The people are of the second, so that whoever looks at the first alone finds nobody.
    holds: ["user-telemetry", "customer-data"],
    kind: "copy",
    needs: ["email", "customer-number"],

    async identify(subject, context) {
      ask(context);
      return rowsOf(subject, context).some(({ owner }) => owner === ada) ? accountsOfAda : [];
    },

    locate: count,
    verify: count,

    async *export(subject, context): AsyncGenerator<ExportPage> {
      // Pages are of one collection each; the cursor says how many rows were handed over.
      const sorted = rowsOf(subject, context).sort((one, other) =>
        one.collection < other.collection ? -1 : 1,
      );
      let start = Number(context.cursor ?? 0);
      do {
        ask(context);
        const [first] = sorted.slice(start);
        if (first === undefined) return;
        const rows = sorted
          .slice(start, start + rowsPerPage)
          .filter(({ collection }) => collection === first.collection);
        start += rows.length;
        yield {
          collection: first.collection,
          rows: rows.map(({ number, placedAt, owner }) => ({
            number,
            placedAt,
            ...owner,
            tags: ["web"],
            gone: null,
          })),
          cursor: String(start),
        };
      } while (start < sorted.length);
    },

    async erase(subject, context) {
      ask(context);
      const found = rowsOf(subject, context);
      tables.rows = tables.rows.flatMap((row) => {
        if (!found.includes(row) || row.collection === "invoices") return [row];
        return row.collection === "notes" ? [{ ...row, owner: null }] : [];
      });
      return found.length === 0
        ? [{ collection: "orders", outcome: "absent" }]
        : countsOf(found).map(outcomeOf);
    },

    async *identifiers(context) {
      ask(context);
      const held = tables.rows.filter(({ tenant }) => tenant === context.tenant);
      for (const row of held) yield { people: [namesOf(row)] };
    },

    async refresh(context) {
      ask(context);
      tables.rows = [...tables.origins];
    },
  };
};

export interface World {
  readonly good: GoodSource;
  readonly tables: Tables;
}

/** What is wrong with a source, or with the harness that its author wrote. */
export interface Fault {
  readonly source?: (world: World) => Partial<DataSourceDefinition>;
  readonly harness?: Partial<DataSourceHarness>;
  readonly fixture?: Partial<DataSourceFixture>;
}

export const harness = (fault: Fault | null): DataSourceHarness => {
  const makeBreakable = async () => {
    const tables: Tables = { rows: seeded(), origins: seeded(), down: false };
    const open = () => {
      const good = goodSource(tables);
      return defineDataSource({ ...good, ...fault?.source?.({ good, tables }) });
    };
    const owned = (subject: Subject) => (row: StoredRow) => matches(row, subject, row.tenant);
    return {
      source: open(),
      ...people,
      addressOnFile: ada.email,
      knownAs: accountsOfAda,
      holds: async (subject: Subject) => countsOf(tables.rows.filter(owned(subject))),
      passAddressOn: async () => {
        tables.rows = tables.rows.map((row) => {
          if (row.owner === ada) return { ...row, owner: { ...ada, email: "moved@example.org" } };
          return row.owner === bo ? { ...row, owner: { ...bo, email: ada.email } } : row;
        });
      },
      eraseAtOrigins: async (subject: Subject) => {
        tables.origins = tables.origins.filter((row) => !owned(subject)(row));
      },
      reopen: async () => open(),
      breakIt: async () => {
        tables.down = true;
      },
      ...fault?.fixture,
    };
  };
  return {
    abilities: ["identify", "locate", "export", "erase", "refresh", "verify"],
    listsPeople: true,
    foreignTenant: "tenant-two",
    otherCategory: "user-telemetry",
    make: makeBreakable,
    makeBreakable,
    ...fault?.harness,
  };
};
