import { createSubjectRights, ed25519Signer } from "@subject-rights/core";
import { fileKeyRing, rewrapKeys as rewrapFiles } from "@subject-rights/file-keys";
import { holidayCalendar } from "@subject-rights/holidays";
import { createHandler } from "@subject-rights/http";
import { memoryNotifier, memoryStorage } from "@subject-rights/memory";
import {
  migrate,
  migrationSql,
  postgresArtifactStore,
  postgresCheckpointStore,
  postgresDataSource,
  postgresHoldStore,
  postgresIntakeStore,
  postgresKeyRing,
  postgresRequestStore,
  postgresSourceStatusStore,
  postgresStorage,
  postgresSuppressionStore,
  postgresSweepStore,
  privilegesSql,
  rewrapKeys,
} from "@subject-rights/postgres";
import { mailIntake, smtpNotifier, waitingMailSource, watchMailbox } from "@subject-rights/smtp";
import { checkEvidence } from "@subject-rights/verify";
import { describe, expect, it } from "vitest";

const actor = { id: "u1", tenant: "northwind", roles: ["admin"] };
const rights = createSubjectRights({
  controller: "Northwind",
  sources: [],
  notifier: memoryNotifier(),
  addresses: { tenantAdmin: () => undefined, support: () => undefined },
  ...memoryStorage(),
});
const client = { query: async () => ({ rows: [] }) };
const [masterKey, server] = [new Uint8Array(32), { host: "mail.northwind.example", port: 587 }];
const from = { name: "Northwind", address: "privacy@northwind.example" };
const { intakeStore, keyRing } = memoryStorage();
const map = {
  tenant: { only: "northwind" },
  tables: [
    {
      table: "users",
      title: "Users",
      category: "user-data",
      belongs: { column: "email", identifier: "email" },
      columns: { email: "exported" },
      erasure: "delete",
    },
  ],
};
const [table] = map.tables;

/** Every function that takes options, with some that it takes; with a place inside them, where there is one. */
const functions: Readonly<Record<string, readonly [(options: never) => unknown, object]>> = {
  fileKeyRing: [fileKeyRing, { directory: "keys", masterKey }],
  "rewrapKeys of files": [rewrapFiles, { directory: "keys", masterKey }],
  holidayCalendar: [holidayCalendar, { country: "DE" }],
  createHandler: [createHandler, { rights, authenticate: () => null }],
  "createHandler, publicRequests": [
    (publicRequests: object) => createHandler({ rights, authenticate: () => null, publicRequests } as never),
    { actor: () => actor },
  ],
  smtpNotifier: [smtpNotifier, { server, from }],
  "smtpNotifier, server": [(inside: object) => smtpNotifier({ server: inside, from } as never), server],
  "smtpNotifier, texts": [(texts: object) => smtpNotifier({ server, from, texts }), {}],
  mailIntake: [mailIntake, { rights, intakeStore, keyRing, actor, controller: "Northwind", server, from }],
  watchMailbox: [watchMailbox, { intake: {}, server: { ...server, user: "u", password: "p" } }],
  waitingMailSource: [waitingMailSource, { intakeStore, keyRing }],
  migrate: [migrate, { client }],
  migrationSql: [migrationSql, {}],
  privilegesSql: [privilegesSql, { role: "app" }],
  rewrapKeys: [rewrapKeys, { client, masterKey }],
  postgresStorage: [postgresStorage, { client, masterKey }],
  postgresKeyRing: [postgresKeyRing, { client, masterKey }],
  postgresRequestStore: [postgresRequestStore, { client }],
  postgresArtifactStore: [postgresArtifactStore, { client }],
  postgresSourceStatusStore: [postgresSourceStatusStore, { client }],
  postgresSweepStore: [postgresSweepStore, { client }],
  postgresHoldStore: [postgresHoldStore, { client }],
  postgresCheckpointStore: [postgresCheckpointStore, { client }],
  postgresIntakeStore: [postgresIntakeStore, { client }],
  postgresSuppressionStore: [postgresSuppressionStore, { client }],
  postgresDataSource: [postgresDataSource, { client, dataMap: map }],
  "data map": [(dataMap: object) => postgresDataSource({ client, dataMap } as never), map],
  "data map, a table": [
    (inside: object) => postgresDataSource({ client, dataMap: { ...map, tables: [inside] } } as never),
    table ?? {},
  ],
  checkEvidence: [(options: object) => checkEvidence("{}", options as never), {}],
};

describe.each(Object.entries(functions))("%s", (_name, [make, good]) => {
  it.each(["timezone", "wichTable", "x"])("refuses the option `%s`, by its name", (name) => {
    expect(() => make({ ...good, [name]: 1 } as never)).toThrow(`there is no \`${name}\``);
  });

  it("refuses each of its options where a letter is left out, and says which was meant", () => {
    for (const [name, value] of Object.entries(good)) {
      if (name.length < 6) continue;
      const misspelt = `${name.slice(0, 3)}${name.slice(4)}`;
      expect(() => make({ ...good, [misspelt]: value } as never)).toThrow(`write \`${name}\``);
    }
  });
});

it("a data map says which of its columns is wrong, and what to write", () => {
  const saidOf = (change: object) => () =>
    postgresDataSource({ client, dataMap: { ...map, tables: [{ ...table, ...change }] } } as never);
  expect(saidOf({ erasure: "remove" })).toThrow(/tables\[0\]\.erasure.*"delete".*"anonymise"/);
  expect(saidOf({ columns: { email: "export" } })).toThrow(/tables\[0\]\.columns\.email.*"exported"/);
  expect(saidOf({ belongs: { colum: "email", identifier: "email" } })).toThrow(/write `column`/);
});

it("what is handed in as a key, and is none, is refused where it was written", () => {
  expect(() => ed25519Signer("not a key")).toThrow("PEM");
  expect(() => postgresStorage({ client: "postgres://localhost" as never, masterKey })).toThrow(
    "hand in a pg Pool",
  );
});
