import { createSubjectRights, defineDataSource, defineNotifier, orThrow } from "@subject-rights/core";
import { postgresStorage } from "@subject-rights/postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { masterKey, newSchema } from "./store/fixtures.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin"] };
const people = 16;
const emailOf = (index: number) => `customer-${index}@example.org`;

it("of holds that are placed in the very moment in which erasures begin, none is passed over", async () => {
  const { migrate, ...storage } = postgresStorage({ client: database.pool, schema: newSchema(), masterKey });
  orThrow(await migrate());
  const begun = new Map<string, number>();
  const tokens: string[] = [];
  const rights = createSubjectRights({
    ...storage,
    controller: "Halmstrand Lamps",
    sources: [
      defineDataSource({
        id: "crm",
        title: "Customers",
        holds: ["customer-data"],
        kind: "origin",
        locate: async (subject) => [
          { collection: "customers", count: begun.has(subject.values("email")[0] ?? "") ? 0 : 1 },
        ],
        erase: async (subject) => {
          begun.set(subject.values("email")[0] ?? "", performance.now());
          return [{ collection: "customers", outcome: "erased", count: 1 }];
        },
      }),
    ],
    notifier: defineNotifier({
      id: "kept",
      send: async ({ notice }) => {
        if (notice.type === "confirmation") tokens.push(notice.token);
      },
    }),
    addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "support@halmstrand.example" },
    concurrency: 8,
  });
  orThrow(await rights.start());
  try {
    const ids: string[] = [];
    for (let index = 0; index < people; index += 1) {
      const asked = { actor, kind: "erasure", category: "customer-data", email: emailOf(index) } as const;
      ids.push(orThrow(await rights.requests.submit(asked)).request.id);
    }
    while (tokens.length < people) await new Promise((resolve) => setTimeout(resolve, 5));
    const stands = new Map<number, { readonly since: number; readonly underWay: readonly string[] }>();
    const acknowledging = Promise.all(tokens.map((token) => rights.requests.acknowledge({ token })));
    // From before anything begins until long after: a hold each, as fast as they can be placed.
    for (let index = 0; index < people; index += 1) {
      const identifiers = [{ type: "email", value: emailOf(index) }];
      const { underWay } = orThrow(
        await rights.holds.place({ actor, identifiers, reason: "a claim in court" }),
      );
      stands.set(index, { since: performance.now(), underWay });
    }
    for (const acknowledged of await acknowledging) orThrow(acknowledged);
    await new Promise((resolve) => setTimeout(resolve, 500));
    let stopped = 0;
    for (const [index, { since, underWay }] of stands) {
      const erasedAt = begun.get(emailOf(index));
      const { outcome, waitingFor } = orThrow(
        await rights.requests.read({ actor, requestId: ids[index] ?? "" }),
      );
      if (erasedAt === undefined) {
        stopped += 1;
        expect([outcome, waitingFor.map((each) => each.for)]).toEqual([null, ["hold"]]);
      } else if (erasedAt > since) {
        // It had begun before: whoever placed the hold was told.
        expect(underWay).toContain(ids[index]);
      }
    }
    expect(stopped).toBeGreaterThan(0);
  } finally {
    await rights.stop();
  }
});
