import { createSubjectRights, defineDataSource, orThrow } from "@subject-rights/core";
import { memoryNotifier } from "@subject-rights/memory";
import { bossSettings, pgBossDispatcher } from "@subject-rights/pg-boss";
import { postgresStorage } from "@subject-rights/postgres";
import pg from "pg";
import { PgBoss } from "pg-boss";

// Run this on as many machines as you like.
const connectionString = process.env["DATABASE_URL"] ?? "";
const client = new pg.Pool({ connectionString });
const boss = new PgBoss({ connectionString, ...bossSettings });
boss.on("error", (error) => console.error(error.message));
await boss.start();

const { migrate, ...storage } = postgresStorage({ client, masterKey: new Uint8Array(32).fill(7) });
orThrow(await migrate());
const notifier = memoryNotifier();
const rights = createSubjectRights({
  controller: "Halmstrand Lamps",
  sources: [
    defineDataSource({
      id: "customers",
      title: "Customers",
      holds: ["customer-data"],
      kind: "origin",
      locate: async () => [{ collection: "customers", count: 0 }],
      erase: async () => [{ collection: "customers", outcome: "absent" }],
    }),
  ],
  notifier,
  addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "support@halmstrand.example" },
  ...storage,
  dispatcher: await pgBossDispatcher({ boss, client }),
});
// Leave this out in a process that only takes requests in.
orThrow(await rights.start());

const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin"] };
const asked = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
const { request } = orThrow(await rights.requests.submit(asked));
const progress = orThrow(await rights.requests.progress({ actor, requestId: request.id }));
for await (const event of progress) {
  const notice = event.type === "message" && event.message.status === "sent" && notifier.sent.at(-1)?.notice;
  if (notice && notice.type === "confirmation")
    orThrow(await rights.requests.acknowledge({ token: notice.token }));
  if (event.type === "closed") console.log(event.outcome);
}
await rights.stop();
await boss.stop();
await client.end();
