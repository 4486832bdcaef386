import { pgDump } from "@electric-sql/pglite-tools/pg_dump";
import {
  createSubjectRights,
  defineNotifier,
  type Notice,
  orThrow,
  type RequestKind,
} from "@subject-rights/core";
import { postgresDataSource, postgresStorage } from "@subject-rights/postgres";
import { expect, inject, it } from "vitest";
import { shopMap, shopRows, shopSchema } from "./source/shop.ts";
import { dumpOf } from "./store/fixtures.ts";
import { createPglite, freePglite } from "./support/pglite.ts";

/** Everything that Ada is known by in the shop, and nobody else. */
const traces = [
  "ada@example.org",
  "Ada Lovelace",
  "+44 20 7946 0815",
  "GB33BUKB20201555555555",
  "1 St James",
];

/** And Eve by. */
const othersTraces = [
  "eve@example.org",
  "Eve Other",
  "+44 20 7946 0816",
  "GB33BUKB20201566666666",
  "2 Shared House",
];

const formsOf = (text: string): readonly string[] => {
  const bytes = Buffer.from(text);
  return [text, bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, "").slice(0, -1)].map((form) =>
    form.toLowerCase(),
  );
};

it("a dump of the whole database no longer contains a person after their erasure closed", async () => {
  const client = await createPglite();
  await client.exec(`${shopSchema} ${shopRows}
    update customers set phone = '+44 20 7946 0815' where id = 1;
    update customers set name = 'Eve Other', phone = '+44 20 7946 0816' where id = 2;
    update payments set iban = 'GB33BUKB20201566666666', paid_on = '2001-01-01' where customer_id = 2;
    delete from customers where tenant = 'tenant-two';`);
  const { migrate, ...storage } = postgresStorage({ client, masterKey: Buffer.alloc(32, 7) });
  orThrow(await migrate());
  const sent: Notice[] = [];
  const rights = createSubjectRights({
    controller: "Halmstrand Lamps",
    sources: [postgresDataSource({ client, dataMap: shopMap, id: "shop" })],
    notifier: defineNotifier({
      id: "kept",
      attachmentLimit: 1_000_000,
      send: async ({ notice }) => void sent.push(notice),
    }),
    addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "support@halmstrand.example" },
    ...storage,
  });
  const actor = { id: "admin-1", tenant: "tenant-one", roles: ["admin", "tenant-admin"] };
  const undecided = async (requestId: string) =>
    orThrow(await rights.requests.reveal({ actor, requestId })).undecided;

  const run = async (kind: RequestKind): Promise<string> => {
    const asked = { actor, kind, category: "customer-data", email: "ada@example.org" } as const;
    const { request } = orThrow(await rights.requests.submit(asked));
    for await (const event of orThrow(await rights.requests.progress({ actor, requestId: request.id }))) {
      const { type } = event;
      const notice = sent.at(-1);
      if (type === "message" && event.message.status === "sent" && notice?.type === "confirmation") {
        orThrow(await rights.requests.acknowledge({ token: notice.token }));
      }
      // A telephone may be a household's: somebody looked, and this one is hers alone.
      for (const { decision } of type === "waiting" ? await undecided(request.id) : []) {
        const answer = {
          actor,
          requestId: request.id,
          decision,
          answer: "same-person",
          reason: "looked up",
        } as const;
        orThrow(await rights.requests.decideIdentifier(answer));
      }
      if (type === "closed") return event.outcome;
    }
    throw new Error("the request did not close");
  };

  orThrow(await rights.start());
  try {
    expect(await run("export")).toBe("completed");
    // The payments that the law keeps stay, without the account they came from.
    expect(await run("erasure")).toBe("completed-with-exceptions");
  } finally {
    await rights.stop();
  }
  // Every row of every table is what a dump consists of: making one by PostgreSQL's own program is more of the same.
  const rows = [];
  for (const schema of ["public", 'Shop "2"', "subject_rights"])
    rows.push(schema, await dumpOf(client, schema));
  const isThorough = inject("isThorough");
  const dump = isThorough ? await (await pgDump({ pg: client })).text() : "";
  const after = [...rows, dump].join("\n").toLowerCase();
  // The program leaves it so that it can only be read.
  await (isThorough ? client.close() : freePglite(client));
  // Whoever is still there is told by all that Ada was known by: a dump would have shown it.
  for (const trace of othersTraces) expect(after).toContain(trace.toLowerCase());
  expect(after).toContain("subject_rights");
  for (const form of traces.flatMap(formsOf)) expect(after).not.toContain(form);
}, 60_000);
