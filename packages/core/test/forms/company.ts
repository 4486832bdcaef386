import { createPrivateKey } from "node:crypto";
import {
  type CollectionOutcome,
  type DataSource,
  ed25519Signer,
  PermanentFailure,
  type Row,
} from "@subject-rights/core";
import { type MemoryTables, memoryStorage } from "@subject-rights/memory";
import { type SimulatedClock, seededRandomness } from "@subject-rights/testing";
import { copyOfPeople, createWorld, peopleSource, unreliable, type World } from "../world.ts";

const sourceNames = ["crm", "books", "shop", "search", "app", "paper", "telemetry"] as const;
type SourceName = (typeof sourceNames)[number];

/** What the company of the fixtures holds of people, by source and address, and which of its sources do not answer, or not of whom. */
export interface Holdings {
  readonly rows: Readonly<Record<SourceName, Map<string, Row[]>>>;
  readonly down: Set<string>;
}

/** What comes to nobody. */
export const goneAddress = "gone@example.org";

export const noHoldings = (): Holdings => ({
  rows: {
    crm: new Map(),
    books: new Map(),
    shop: new Map(),
    search: new Map(),
    app: new Map(),
    paper: new Map(),
    telemetry: new Map(),
  },
  down: new Set(),
});

const sourcesOf = ({ rows, down }: Holdings, today: () => string): readonly DataSource[] => {
  const { crm, books, shop, search, app, paper, telemetry } = rows;
  const told = (type: string, shared: boolean, emails: readonly string[]) =>
    emails
      .flatMap((email) => crm.get(email) ?? [])
      .flatMap((row) => (typeof row[type] === "string" ? [{ type, value: row[type], shared }] : []));
  return [
    peopleSource("crm", crm, {
      needs: ["email", "customer-number"],
      identify: async (subject) => [
        ...told("customer-number", false, subject.values("email")),
        ...told("telephone", true, subject.values("email")),
      ],
    }),
    peopleSource("books", books, {
      erase: async (subject): Promise<CollectionOutcome[]> => {
        const [email = ""] = subject.values("email").filter((each) => books.has(each));
        if (down.has(email)) throw new Error("down");
        const found = books.get(email) ?? [];
        const until = found.map((row) => String(row["keptUntil"])).find((day) => day >= today());
        if (until !== undefined) {
          const kept = { outcome: "retained", count: found.length, reason: "§ 147 AO", until } as const;
          return [{ collection: "people", ...kept }];
        }
        books.delete(email);
        return found.length === 0
          ? [{ collection: "people", outcome: "absent" }]
          : [{ collection: "people", outcome: "erased", count: found.length }];
      },
    }),
    peopleSource("shop", shop, {
      erase: async (subject): Promise<CollectionOutcome[]> => {
        if (down.has("shop")) throw new Error("down");
        const count = subject.values("email").filter((email) => shop.delete(email)).length;
        return [{ collection: "people", outcome: "erased", count }];
      },
      async *export(subject) {
        if (down.has("shop")) throw new Error("down");
        const found = subject.values("email").flatMap((email) => shop.get(email) ?? []);
        yield { collection: "people", rows: found };
      },
    }),
    copyOfPeople("search", search, crm, {
      refresh: async () => {
        if (down.has("search")) throw new Error("down");
        search.clear();
        for (const [email, found] of crm) search.set(email, found);
      },
    }),
    peopleSource("app", app, { holds: ["user-data"], export: undefined as never }),
    peopleSource("paper", paper, {
      holds: ["user-data"],
      erase: undefined as never,
      export: undefined as never,
      owner: "archive@northwind.example",
    }),
    peopleSource("telemetry", telemetry, { holds: ["user-telemetry"] }),
  ];
};

const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
/** Signs what the fixtures hold. It is nobody's secret. */
const signingKey = createPrivateKey({
  key: Buffer.concat([prefix, Buffer.alloc(32, 7)]),
  format: "der",
  type: "pkcs8",
})
  .export({ type: "pkcs8", format: "pem" })
  .toString();

/** The company of the fixtures, at this moment, over what is stored. Nothing in it is left to chance. */
export const companyOver = async (
  holdings: Holdings,
  tables: MemoryTables,
  clock: SimulatedClock,
  seed: number,
) => {
  const randomness = seededRandomness(seed);
  const mail = unreliable(({ to }) => {
    if (to === goneAddress) throw new PermanentFailure("nobody of that name");
  }, 1);
  const world: World = await createWorld(
    {
      ...memoryStorage({ tables, randomness }),
      sources: sourcesOf(holdings, () => clock.now().toISOString().slice(0, 10)),
      notifier: mail.notifier,
      links: { download: (token) => `https://privacy.northwind.example/download#${token}` },
      evidenceSigner: ed25519Signer(signingKey),
      needsApproval: ({ category }) => category === "user-telemetry",
      randomness,
      checkpointEvery: 7 * 24 * 3_600_000,
    },
    tables,
    clock,
  );
  return { world, mail: mail.accepted, tables };
};
