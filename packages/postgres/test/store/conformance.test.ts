import type { PGlite } from "@electric-sql/pglite";
import { privilegesSql } from "@subject-rights/postgres";
import {
  artifactStoreCases,
  checkpointStoreCases,
  holdStoreCases,
  intakeStoreCases,
  keyRingCases,
  requestStoreCases,
  sourceStatusStoreCases,
  suppressionStoreCases,
  sweepStoreCases,
} from "@subject-rights/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, inject, it } from "vitest";
import type { Queryable } from "../../src/database/client.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { createPglite, freePglite } from "../support/pglite.ts";
import { type Access, type Harnesses, harnessesOver } from "./fixtures.ts";

const role = `application "${Math.random()}`;
const quotedRole = pg.escapeIdentifier(role);
const asRole = { options: `-c role=${role.replaceAll(" ", "\\ ")}` };

let database: TestDatabase;
let single: pg.Client;
let limited: pg.Pool;
let pglite: PGlite;
/** Closed before anything was asked of it. */
let closed: PGlite;

const connected = async (): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
};

beforeAll(async () => {
  database = await createDatabase();
  await database.pool.query(`create role ${quotedRole}`);
  single = await connected();
  limited = database.another(asRole);
  pglite = await createPglite();
  closed = await createPglite();
  await closed.close();
});

afterAll(async () => {
  await single.end();
  await limited.end();
  await database.pool.query(`drop owned by ${quotedRole}; drop role ${quotedRole}`);
  await database.drop();
  await freePglite(pglite);
});

const cutPool = (options?: pg.PoolConfig) => async (): Promise<Access & { breakIt(): Promise<void> }> => {
  const client = database.another(options);
  return { client, owner: database.pool, breakIt: () => client.end() };
};

const ways: Record<string, Harnesses> = {
  "a pool": harnessesOver(() => ({ client: database.pool, owner: database.pool }), cutPool()),
  "one client": harnessesOver(
    () => ({ client: single, owner: database.pool }),
    async () => {
      const client = await connected();
      return { client, owner: database.pool, breakIt: () => client.end() };
    },
  ),
  PGlite: harnessesOver(
    () => ({ client: pglite, owner: pglite }),
    async () => {
      // One that is closed for good would have to be made for each case: it is another one that was.
      let now = pglite;
      const client = {
        query: (text: string, values?: unknown[]) => now.query(text, values),
        transaction: <Value>(work: (transaction: Queryable) => Promise<Value>) => now.transaction(work),
      };
      const breakIt = async () => {
        now = closed;
      };
      return { client, owner: pglite, breakIt };
    },
  ),
  "a pool under the least privileges": harnessesOver(
    () => ({ client: limited, owner: database.pool }),
    cutPool(asRole),
    async (schema) => void (await database.pool.query(privilegesSql({ schema, role }))),
  ),
};

const last = Object.keys(ways).indexOf("a pool under the least privileges");
const turns = 15;

/**
 * Each case over the last, which may do least, and over each of the others some of each store, none of them the same.
 * Everything over all of them is more of the same.
 */
const isItsTurn = (way: number, place: number): boolean =>
  inject("isThorough") || way === last || place % turns === way * last;

describe.each(Object.entries(ways).map(([name, harnesses], way) => ({ name, harnesses, way })))(
  "over $name",
  ({ harnesses, way }) => {
    const suites = {
      "request store": requestStoreCases(harnesses.requestStore),
      "artifact store": artifactStoreCases(harnesses.artifactStore),
      "key ring": keyRingCases(harnesses.keyRing),
      "source status store": sourceStatusStoreCases(harnesses.sourceStatusStore),
      "sweep store": sweepStoreCases(harnesses.sweepStore),
      "hold store": holdStoreCases(harnesses.holdStore),
      "intake store": intakeStoreCases(harnesses.intakeStore),
      "suppression store": suppressionStoreCases(harnesses.suppressionStore),
      "checkpoint store": checkpointStoreCases(harnesses.checkpointStore),
    };
    for (const [port, cases] of Object.entries(suites)) {
      describe(port, () => {
        for (const [place, each] of cases.entries()) if (isItsTurn(way, place)) it(each.name, each.run);
      });
    }
  },
);
