import { createSubjectRights, defineDataSource, defineNotifier, type Message } from "@subject-rights/core";
import { postgresStorage } from "@subject-rights/postgres";
import { unwrap } from "@subject-rights/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { masterKey, newSchema } from "./store/fixtures.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const admin = { id: "admin-1", tenant: "halmstrand", roles: ["admin", "tenant-admin"] };

it("two processes over one database have one outage, one letter, and go on together", async () => {
  const options = { client: database.pool, schema: newSchema(), masterKey };
  unwrap(await postgresStorage(options).migrate());
  let isDown = true;
  const asked = async <Value>(answer: Value): Promise<Value> => {
    if (isDown) throw new Error("down");
    return answer;
  };
  const sent: Message[] = [];
  const processOf = () => {
    const { migrate: _, ...storage } = postgresStorage(options);
    return createSubjectRights({
      ...storage,
      controller: "Halmstrand Lamps",
      sources: [
        defineDataSource({
          id: "crm",
          title: "The CRM",
          holds: ["customer-data"],
          kind: "origin",
          verify: async () => [],
          erase: () => asked([{ collection: "people", outcome: "absent" }]),
          async *export() {
            yield await asked({ collection: "people", rows: [] });
          },
        }),
      ],
      notifier: defineNotifier({
        id: "kept",
        attachmentLimit: 1_000_000,
        send: async (message) => void sent.push(message),
      }),
      addresses: {
        tenantAdmin: () => "admin@halmstrand.example",
        support: () => "support@halmstrand.example",
      },
      lookEvery: 400,
      rules: { retry: { attempts: 3, firstDelay: 20, longestDelay: 100, outageDelay: 400 } },
    });
  };
  const [one, other] = [processOf(), processOf()];
  unwrap(await one.start());
  unwrap(await other.start());
  try {
    const ids: string[] = [];
    for (let index = 0; index < 4; index += 1) {
      const { requests } = index % 3 === 0 ? one : other;
      const kind = index % 2 === 0 ? "erasure" : "export";
      const email = `person-${index}@example.org`;
      const asking = { actor: admin, kind, category: "customer-data", email } as const;
      const { request } = unwrap(await requests.submit(asking));
      ids.push(request.id);
      const confirmation = () => {
        const found = sent.find(
          ({ notice: { type, requestId } }) => type === "confirmation" && requestId === request.id,
        );
        return found?.notice.type === "confirmation" ? found.notice.token : null;
      };
      await expect.poll(confirmation, { timeout: 10_000 }).not.toBeNull();
      unwrap(await requests.acknowledge({ token: confirmation() ?? "" }));
    }
    const views = () =>
      Promise.all(ids.map(async (requestId) => unwrap(await one.requests.read({ actor: admin, requestId }))));
    // Two processes may send a letter at the same moment. It is one: it has one id.
    const letters = () =>
      new Set(sent.filter(({ notice }) => notice.type === "support").map(({ id }) => id)).size;
    await expect
      .poll(async () => (await views()).filter(({ waitingFor }) => waitingFor.length > 0).length, {
        timeout: 20_000,
        interval: 200,
      })
      .toBe(4);
    await expect.poll(letters, { timeout: 10_000 }).toBe(1);
    isDown = false;
    await expect
      .poll(async () => (await views()).filter(({ outcome }) => outcome !== "completed"), {
        timeout: 20_000,
        interval: 200,
      })
      .toEqual([]);
    expect(letters()).toBe(1);
  } finally {
    await Promise.all([one.stop(), other.stop()]);
  }
}, 60_000);
