import { fork } from "node:child_process";
import { createCipheriv, randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { PGlite } from "@electric-sql/pglite";
import { type KeyRing, orThrow } from "@subject-rights/core";
import { type PostgresClient, postgresKeyRing, privilegesSql, rewrapKeys } from "@subject-rights/postgres";
import { unwrapError } from "@subject-rights/testing";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { createPglite, freePglite } from "../support/pglite.ts";
import { dumpOf, freshStorage, masterKey } from "./fixtures.ts";

const isThorough = inject("isThorough");
const next: Uint8Array = randomBytes(32);
let database: TestDatabase;
let pglite: PGlite;
beforeAll(async () => {
  [database, pglite] = await Promise.all([createDatabase(), createPglite()]);
});
afterAll(() => Promise.all([database.drop(), freePglite(pglite)]));

/** As it was stored before keys named their master key. */
const nameless = (under: Uint8Array, name: string, key: Uint8Array): Buffer => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", under, nonce).setAAD(Buffer.from(name));
  const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
};

const wrongMasterKey = { code: "storage-failed", cause: { code: "wrong-master-key" } };

describe.each([
  ["a pool", () => database.pool, true],
  // Of the three, the first stays.
  ["PGlite", () => pglite, isThorough],
] satisfies [string, () => PostgresClient, boolean][])("over %s", (_, clientOf, isWhole) => {
  const world = async () => {
    const client = clientOf();
    const { schema } = await freshStorage({ client, owner: client });
    const ring = (...[current = masterKey, ...otherMasterKeys]: Uint8Array[]): KeyRing =>
      postgresKeyRing({ client, schema, masterKey: current, otherMasterKeys });
    return { client, schema, ring };
  };

  it("the master key is changed in the documented order, and nobody notices", async () => {
    const { client, schema, ring } = await world();
    const before = ring(masterKey);
    for (const name of ["a", "b", "b", "suppressions/one"]) orThrow(await before.rotate(name));
    const keys = orThrow(await before.useAll("b"));
    // First every process can open what is under the next one, then they write under it.
    const [learning, writing] = [ring(masterKey, next), ring(next, masterKey)];
    orThrow(await writing.create("c"));
    orThrow(await writing.rotate("b"));
    expect(orThrow(await learning.useAll("b"))).toEqual(orThrow(await writing.useAll("b")));
    expect(unwrapError(await before.use("c"))).toMatchObject(wrongMasterKey);
    orThrow(await learning.create("d"));
    const options = { client, schema, masterKey: next, otherMasterKeys: [masterKey], batchSize: 2 };
    expect(orThrow(await rewrapKeys(options))).toEqual({ rewrapped: 5, keys: 7 });
    expect(orThrow(await rewrapKeys(options))).toEqual({ rewrapped: 0, keys: 7 });
    const after = ring(next);
    expect(orThrow(await after.useAll("b")).slice(0, 2)).toEqual(keys);
    expect(unwrapError(await ring(masterKey).use("a"))).toMatchObject(wrongMasterKey);
    const dump = await dumpOf(client, schema);
    for (const key of [...keys, next]) expect(dump).not.toContain(Buffer.from(key).toString("hex"));
  });

  if (!isWhole) return;

  it("keys from before they named their master key are opened, and named", async () => {
    const { client, schema, ring } = await world();
    const key = randomBytes(32);
    const insert = (name: string, wrapped: Uint8Array) =>
      (client as PGlite).query(`insert into ${schema}.key (name, wrapped, generation) values ($1, $2, 1)`, [
        name,
        wrapped,
      ]);
    await insert("a", nameless(masterKey, "a", key));
    await insert("b", nameless(next, "b", key));
    expect(orThrow(await ring(masterKey).use("a"))).toEqual(new Uint8Array(key));
    expect(unwrapError(await ring(next).use("a"))).toMatchObject(wrongMasterKey);
    const options = { client, schema, masterKey: next, otherMasterKeys: [masterKey] };
    expect(orThrow(await rewrapKeys(options))).toEqual({ rewrapped: 2, keys: 2 });
    expect(orThrow(await ring(next).use("b"))).toEqual(new Uint8Array(key));
  });

  it("what cannot be opened is said, and all others are done", async () => {
    const { client, schema, ring } = await world();
    for (const name of ["a", "b", "c"]) orThrow(await ring(masterKey).create(name));
    orThrow(await ring(randomBytes(32)).create("stranger"));
    const query = (text: string) => (client as PGlite).query(text);
    await query(
      `update ${schema}.key set wrapped = set_byte(wrapped, 68, 255 - get_byte(wrapped, 68)) where name = 'a'`,
    );
    const answer = await rewrapKeys({
      client,
      schema,
      masterKey: next,
      otherMasterKeys: [masterKey],
      batchSize: 1,
    });
    expect(unwrapError(answer)).toMatchObject({
      code: "keys-not-rewrapped",
      rewrapped: 2,
      left: 2,
      cause: { code: "damaged" },
    });
    expect(unwrapError(await ring(next, masterKey).use("stranger"))).toMatchObject(wrongMasterKey);
    expect(orThrow(await ring(next).use("c"))).toHaveLength(32);
  });
});

describe("on a server", () => {
  it("it goes on where it was killed, while others make, rotate and destroy keys", {
    timeout: 60_000,
  }, async () => {
    const { schema } = await freshStorage({ client: database.pool, owner: database.pool });
    const ringOf = (current: Uint8Array, other: Uint8Array) =>
      postgresKeyRing({ client: database.pool, schema, masterKey: current, otherMasterKeys: [other] });
    const [before, after] = [ringOf(masterKey, next), ringOf(next, masterKey)];
    const names = Array.from({ length: isThorough ? 400 : 40 }, (_, index) => `request/one/${index}`);
    for (const name of names) orThrow(await before.create(name));
    const kept = new Map<string, Uint8Array | undefined>();
    for (const name of names) kept.set(name, orThrow(await before.use(name)));

    let isOver = false;
    let made = 0;
    // The rest is left to the processes, however long they take to begin.
    const troubled = names.slice(0, names.length / 4);
    const others = (async () => {
      while (!isOver) {
        const name = troubled[Math.floor(Math.random() * troubled.length)] ?? "";
        const old = kept.get(name);
        kept.delete(name);
        orThrow(await after.destroy(name));
        expect(orThrow(await before.use(name))).toBeUndefined();
        orThrow(await after.create(name));
        kept.set(name, orThrow(await before.use(name)));
        expect(kept.get(name)).not.toEqual(old);
        orThrow(await after.rotate("suppressions/one"));
        made += 1;
        await pause(10);
      }
    })();

    const left = async () => {
      const { rows } = await database.pool.query(
        `select count(*)::int as left from ${schema}.key where substring(wrapped from 1 for 9) <>
          (select substring(wrapped from 1 for 9) from ${schema}.key where name = 'suppressions/one' limit 1)`,
      );
      return rows[0].left as number;
    };
    const lefts: number[] = [];
    for (let life = 0; life < (isThorough ? 5 : 1); life += 1) {
      const child = fork(
        fileURLToPath(new URL("rewrap-process.ts", import.meta.url)),
        [
          database.url,
          schema,
          Buffer.from(next).toString("hex"),
          Buffer.from(masterKey).toString("hex"),
          String(10 + Math.floor(Math.random() * 20)),
        ],
        { execArgv: ["--conditions=source"] },
      );
      expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
      lefts.push(await left());
    }
    isOver = true;
    await others;
    // Each has done a part, and the next one went on behind it.
    expect(lefts[0]).toBeLessThan(names.length);
    expect(lefts).toEqual(lefts.toSorted((one, other) => other - one));
    expect(lefts[0]).toBeGreaterThan(0);
    expect(made).toBeGreaterThan(5);
    const options = { client: database.pool, schema, masterKey: next, otherMasterKeys: [masterKey] };
    expect(orThrow(await rewrapKeys(options)).keys).toBe(names.length + made);
    const alone = postgresKeyRing({ client: database.pool, schema, masterKey: next });
    for (const [name, key] of kept) expect(orThrow(await alone.use(name))).toEqual(key);
  });

  it("is for the owner of the tables: the application's role changes no key", async () => {
    const { schema } = await freshStorage({ client: database.pool, owner: database.pool });
    orThrow(await postgresKeyRing({ client: database.pool, schema, masterKey }).create("a"));
    const role = `limited_${schema}`;
    await database.pool.query(`create role ${role}; ${privilegesSql({ schema, role })}`);
    const limited = database.another({ options: `-c role=${role}` });
    const answer = await rewrapKeys({
      client: limited,
      schema,
      masterKey: next,
      otherMasterKeys: [masterKey],
    });
    expect(unwrapError(answer)).toMatchObject({ code: "storage-failed", cause: { code: "42501" } });
    await limited.end();
    await database.pool.query(`drop owned by ${role}; drop role ${role}`);
  });
});
