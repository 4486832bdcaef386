import type { PGlite } from "@electric-sql/pglite";
import {
  createSubjectRights,
  defineDataSource,
  defineNotifier,
  type Notice,
  orThrow,
  type Subject,
} from "@subject-rights/core";
import { type PostgresClient, postgresStorage } from "@subject-rights/postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { createPglite, freePglite } from "../support/pglite.ts";
import { dumpOf, masterKey, newSchema } from "./fixtures.ts";

let database: TestDatabase;
let pglite: PGlite;
beforeAll(async () => {
  [database, pglite] = await Promise.all([createDatabase(), createPglite()]);
});
afterAll(() => Promise.all([database.drop(), freePglite(pglite)]));

it.each([
  ["a pool", () => database.pool],
  ["PGlite", () => pglite],
] satisfies [string, () => PostgresClient][])(
  "an erasure over %s closes, and leaves nobody's name behind",
  async (_, client) => {
    const schema = newSchema();
    const { migrate, ...storage } = postgresStorage({ client: client(), schema, masterKey });
    orThrow(await migrate());
    let customers = ["ada@example.org", "bo@example.org"];
    const isOf = (subject: Subject) => (email: string) => subject.values("email").includes(email);
    const sent: Notice[] = [];
    const notifier = defineNotifier({ id: "kept", send: async ({ notice }) => void sent.push(notice) });
    const rights = createSubjectRights({
      controller: "Halmstrand Lamps",
      sources: [
        defineDataSource({
          id: "customers",
          title: "Customers",
          holds: ["customer-data"],
          kind: "origin",
          locate: async (subject) => [
            { collection: "customers", count: customers.filter(isOf(subject)).length },
          ],
          async erase(subject) {
            const found = customers.filter(isOf(subject));
            customers = customers.filter((email) => !found.includes(email));
            return [{ collection: "customers", outcome: "erased", count: found.length }];
          },
        }),
      ],
      notifier,
      addresses: {
        tenantAdmin: () => "admin@halmstrand.example",
        support: () => "support@halmstrand.example",
      },
      ...storage,
    });
    orThrow(await rights.start());
    try {
      const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin"] };
      const asked = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
      const { request } = orThrow(await rights.requests.submit(asked));
      let outcome: string | null = null;
      for await (const event of orThrow(await rights.requests.progress({ actor, requestId: request.id }))) {
        const notice = event.type === "message" && event.message.status === "sent" && sent.at(-1);
        if (notice && notice.type === "confirmation") {
          orThrow(await rights.requests.acknowledge({ token: notice.token }));
        }
        if (event.type === "closed") outcome = event.outcome;
      }
      expect(outcome).toBe("completed");
      expect(customers).toEqual(["bo@example.org"]);
    } finally {
      await rights.stop();
    }
    const dump = await dumpOf(client(), schema);
    expect(dump).toContain("halmstrand");
    // Three letters alone would be in what is encrypted, now and then.
    expect(dump.toLowerCase()).not.toContain("ada@");
    expect(dump).not.toContain("halmstrand.example");
  },
);
