import { generateKeyPairSync } from "node:crypto";
import {
  createSubjectRights,
  defineDataSource,
  defineNotifier,
  ed25519Signer,
  orThrow,
  type SubjectRights,
} from "@subject-rights/core";
import { postgresStorage } from "@subject-rights/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { masterKey, newSchema } from "./store/fixtures.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin"] };
const { privateKey } = generateKeyPairSync("ed25519");
const evidenceSigner = ed25519Signer(privateKey.export({ type: "pkcs8", format: "pem" }).toString());

/** A library over PostgreSQL in which so many people were erased, with everything under a checkpoint. */
const someRequests = async (count: number, processes = 1) => {
  const schema = newSchema();
  const tokens: string[] = [];
  const storage = postgresStorage({ client: database.pool, schema, masterKey });
  orThrow(await storage.migrate());
  const { migrate: _, ...stores } = storage;
  const create = (): SubjectRights =>
    createSubjectRights({
      ...stores,
      controller: "Halmstrand Lamps",
      evidenceSigner,
      sources: [
        defineDataSource({
          id: "crm",
          title: "Customers",
          holds: ["customer-data"],
          kind: "origin",
          locate: async () => [],
          erase: async () => [],
        }),
      ],
      notifier: defineNotifier({
        id: "kept",
        send: async ({ notice }) => {
          if (notice.type === "confirmation") tokens.push(notice.token);
        },
      }),
      addresses: {
        tenantAdmin: () => "admin@halmstrand.example",
        support: () => "support@halmstrand.example",
      },
    });
  const [rights, ...others] = Array.from({ length: processes }, create);
  if (rights === undefined) throw new Error("no process");
  orThrow(await rights.start());
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const email = `person-${index}@example.org`;
    const asked = { actor, kind: "erasure", category: "customer-data", email } as const;
    const { request } = orThrow(await rights.requests.submit(asked));
    while (tokens.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    orThrow(await rights.requests.acknowledge({ token: tokens.pop() ?? "" }));
    const on = { actor, requestId: request.id };
    for await (const _ of orThrow(await rights.requests.progress(on))) {
      // Until it is closed.
    }
    ids.push(request.id);
  }
  await rights.stop();
  const made = await Promise.all([rights, ...others].map((each) => each.audit.checkpoint({ actor })));
  for (const each of made) orThrow(each);
  const report = async () => orThrow(await rights.audit.verifyAll({ actor }));
  const shown = async () =>
    (await report()).findings.map(({ what, chain, sequence, checkpoint }) => ({
      what,
      at: sequence ?? checkpoint,
      chain,
    }));
  /** As the owner of the tables: who may switch off what keeps the application from changing them. */
  const asOwner = async (statement: string, ...values: unknown[]) => {
    for (const table of ["audit", "checkpoint", "checkpoint_leaf"])
      await database.pool.query(`alter table "${schema}"."${table}" disable trigger all`);
    const { rowCount } = await database.pool.query(statement.replaceAll("$schema", `"${schema}"`), values);
    expect(rowCount).toBeGreaterThan(0);
  };
  return { rights, ids, report, shown, asOwner, schema };
};

describe("audits in PostgreSQL", () => {
  it("are whole, and wholly under checkpoints that several processes made at once", async () => {
    const { report, ids, schema } = await someRequests(3, 4);
    const whole = await report();
    expect(whole).toMatchObject({ intact: true, chains: 3, findings: [] });
    expect(whole.covered).toBe(whole.entries);
    const { rows } = await database.pool.query(
      `select chain from "${schema}".checkpoint_leaf where checkpoint > 0 order by index`,
    );
    expect(new Set(rows.map(({ chain }) => chain))).toEqual(new Set(ids));
  });

  it("are only ever added to, and so are checkpoints", async () => {
    const { schema } = await someRequests(1);
    for (const statement of [
      `update "${schema}".checkpoint set root = ''`,
      `delete from "${schema}".checkpoint_leaf`,
      `truncate "${schema}".checkpoint`,
      `update "${schema}".audit set actor = ''`,
    ]) {
      await expect(database.pool.query(statement), statement).rejects.toThrow();
    }
  });

  /** Two requests, which each of these changes, and puts back. */
  let made: ReturnType<typeof someRequests> | undefined;
  const shared = async () => {
    if (made !== undefined) return made;
    made = someRequests(2);
    const { schema } = await made;
    for (const table of ["request", "audit", "checkpoint", "checkpoint_leaf"]) {
      await database.pool.query(`create table before_${table} as table "${schema}".${table}`);
    }
    return made;
  };

  it.each<[string, string, string]>([
    [
      "changes an entry",
      "update $schema.audit set actor = 'nobody' where request_id = $1 and sequence = 2",
      "changed",
    ],
    ["deletes an entry", "delete from $schema.audit where request_id = $1 and sequence = 3", "missing"],
    [
      "deletes the last entries",
      "delete from $schema.audit where request_id = $1 and sequence > 5",
      "cut-off",
    ],
    ["deletes a request", "delete from $schema.request where id = $1", "gone"],
    [
      "changes a leaf",
      "update $schema.checkpoint_leaf set entries = entries - 1 where chain = $1",
      "checkpoint-changed",
    ],
    ["deletes a leaf", "delete from $schema.checkpoint_leaf where chain = $1", "checkpoint-changed"],
    ["changes a checkpoint", "update $schema.checkpoint set at = now() where $1 <> ''", "checkpoint-changed"],
    ["deletes all checkpoints", "delete from $schema.checkpoint where $1 <> ''", "checkpoint-missing"],
  ])("show it where their owner %s", async (_, statement, what) => {
    const { ids, shown, asOwner, schema } = await shared();
    await asOwner(statement, ids[1]);
    const found = await shown();
    expect(found.map((each) => each.what)).toContain(what);
    // The other request is not blamed for it.
    expect(found.filter(({ chain }) => chain === ids[0])).toEqual([]);
    // As it was, for the next.
    for (const table of ["request", "audit", "checkpoint", "checkpoint_leaf"]) {
      const [there, before] = [`"${schema}".${table}`, `before_${table}`];
      await database.pool.query(`alter table ${there} disable trigger all; delete from ${there};
        insert into ${there} table ${before}`);
    }
    expect(await shown()).toEqual([]);
  });
});
