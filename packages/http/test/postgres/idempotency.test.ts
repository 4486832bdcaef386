import { randomBytes } from "node:crypto";
import { orThrow, StorageFailed } from "@subject-rights/core";
import { postgresStorage } from "@subject-rights/postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createWebWorld, officer, type WebWorld } from "../support/world.ts";

const masterKey = randomBytes(32);
const rounds = inject("isThorough") ? 8 : 2;
const name = `http_${randomBytes(6).toString("hex")}`;
const pools: pg.Pool[] = [];

const askServer = async (text: string): Promise<void> => {
  const client = new pg.Client({ connectionString: inject("databaseUrl") });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
};

/** A process of its own, so far as the database can tell. */
const openProcess = async (): Promise<WebWorld> => {
  const url = Object.assign(new URL(inject("databaseUrl")), { pathname: `/${name}` }).href;
  const pool = new pg.Pool({ connectionString: url, max: 8 }).on("error", () => undefined);
  pools.push(pool);
  const { migrate, ...storage } = postgresStorage({ client: pool, masterKey });
  orThrow(await migrate());
  return createWebWorld(storage);
};

let worlds: WebWorld[];
beforeAll(async () => {
  await askServer(`create database ${name}`);
  worlds = [await openProcess(), await openProcess()];
});
afterAll(async () => {
  for (const world of worlds) await world.close();
  for (const pool of pools) await pool.end();
  if (!inject("isServerOwn")) await askServer(`drop database if exists ${name} with (force)`);
});

const worldAt = (index: number): WebWorld => worlds[index % 2] as WebWorld;

const erasure = (email: string) => ({ kind: "erasure", category: "customer-data", email });

describe("an idempotency key over PostgreSQL, sent to two processes at once", () => {
  it("makes one request, which stays readable", async () => {
    for (let round = 0; round < rounds; round += 1) {
      const key = { "Idempotency-Key": `key-${round}` };
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          worldAt(index).post("/requests", erasure(`p${round}@example.org`), key),
        ),
      );
      const ids = new Set<string>();
      for (const answer of answers) {
        expect([200, 201]).toContain(answer.status);
        ids.add(((await answer.json()) as { request: { id: string } }).request.id);
      }
      expect(ids.size).toBe(1);
      const [id] = ids;
      const subject = await worldAt(0).api(`/requests/${id}/subject`);
      expect(await subject.json()).toMatchObject({ identifiers: [{ value: `p${round}@example.org` }] });
    }
  });

  it("of different bodies takes one, and refuses the others", async () => {
    for (let round = 0; round < rounds; round += 1) {
      const key = { "Idempotency-Key": `other-${round}` };
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          worldAt(index).post("/requests", erasure(`q${round}-${index}@example.org`), key),
        ),
      );
      expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 422, 422, 422, 422, 422]);
    }
    const { requests } = orThrow(await worldAt(0).rights.requests.list({ actor: officer }));
    expect(requests).toHaveLength(2 * rounds);
    const revealed = await Promise.all(requests.map(({ id }) => worldAt(1).api(`/requests/${id}/subject`)));
    expect(new Set(revealed.map((each) => each.status))).toEqual(new Set([200]));
  });

  it("takes no cursor of another list, and no character that a database chokes on", async () => {
    const world = worldAt(0);
    const page = (await (await world.api("/requests?limit=2")).json()) as { cursor: string };
    expect((await world.api(`/requests?limit=2&cursor=${page.cursor}`)).status).toBe(200);
    const wrong = await world.api(`/requests?open=true&cursor=${page.cursor}`);
    expect(await wrong.json()).toMatchObject({ code: "invalid-input", issues: [{ path: "cursor" }] });
    expect((await world.api(`/holds?cursor=${page.cursor}`)).status).toBe(400);
    // Of two that store the same request at once, one is refused by the store, and reads what the other stored.
    const others = world.errors.filter(
      (error) => !(error instanceof StorageFailed && error.operation === "insert"),
    );
    expect(others).toEqual([]);
    expect((await world.api("/requests/%00")).status).toBe(400);
    expect((await world.api("/requests?cursor=%00")).status).toBe(400);
  });
});
