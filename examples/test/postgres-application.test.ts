import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ada } from "../src/postgres-application/rows.ts";
import { databaseMentions } from "../src/story/database-mentions.ts";
import { type ExampleRun, runExample } from "./support/run-example.ts";

let output: string;
let runs: readonly ExampleRun[];
let database: PGlite;
beforeAll(async () => {
  output = await mkdtemp(join(tmpdir(), "examples-"));
  const main = ["postgres-application/main.ts"] as const;
  runs = [
    await runExample(main, output, { at: "Please confirm: export", with: "SIGINT" }),
    await runExample(main, output, { at: "Please confirm: erasure", with: "SIGKILL" }),
    await runExample(main, output),
  ];
  database = await PGlite.create(join(output, "postgres-application", "database"));
}, 180_000);
afterAll(async () => {
  await database?.close();
  await rm(output, { recursive: true, force: true });
});

/** A look that asks no part of the library. */
const rowsOf = async (query: string): Promise<unknown[]> => (await database.query(query)).rows;

describe("the example with a PostgreSQL database", () => {
  it("fits its schema, and sees the migration that forgets the map", () => {
    const [first] = runs;
    expect(first?.shown).toMatch(/check +no problems\n/);
    expect(first?.shown).toMatch(/coverage +no gaps, 5 waived\n/);
    expect(first?.shown).toMatch(/coverage +2 gaps, 5 waived\n/);
    expect(first?.shown).toMatch(/second_phone +public\.customers: /);
    expect(first?.shown).toMatch(/order_id +public\.gift_cards: /);
  });

  it("says beforehand what an erasure then does", () => {
    const shown = runs.map((run) => run.shown).join("");
    const inOneLine = shown.replaceAll(/\s+/g, " ");
    const kept = String.raw`1 retained until \d{4}-12-31`;
    expect(inOneLine).toMatch(new RegExp(` Payments 1 erased, ${kept}, ${kept} `));
    for (const [collection, planned, reported] of [
      ["Customers", "1 anonymised", "1 record made anonymous"],
      ["Orders", "3 erased", "3 records erased"],
      ["Page views", "20 erased", "20 records erased"],
    ]) {
      expect(shown).toMatch(new RegExp(`^  ${collection} +${planned}$`, "m"));
      expect(shown).toContain(`- ${collection}: ${reported}`);
    }
  });

  it("goes on with its two requests after interruptions, to its end", () => {
    expect(runs.map(({ code, signal }) => code ?? signal)).toEqual([130, "SIGKILL", 0]);
    expect(runs.map(({ failures }) => failures)).toEqual(["", "", ""]);
    expect(new Set(runs.flatMap(({ requests }) => requests)).size).toBe(2);
    expect(runs[2]?.shown).toMatch(/outcome +completed\n/);
    expect(runs[2]?.shown).toMatch(/outcome +completed-with-exceptions\n/);
    expect(runs[2]?.shown).toMatch(/no row +in any table/);
  });

  it("leaves nothing of her but what the law keeps", async () => {
    expect(await databaseMentions(database, Object.values(ada))).toEqual([]);
    expect(await rowsOf("select id::int, iban from payments where customer_id = 1 order by id")).toEqual([
      { id: 2, iban: null },
      { id: 3, iban: null },
    ]);
    expect(await rowsOf("select email, name, phone, password_hash from customers where id = 1")).toEqual([
      { email: null, name: "erased", phone: null, password_hash: null },
    ]);
    expect(await rowsOf("select customer_id, signed_as, stars from reviews where id = 1")).toEqual([
      { customer_id: null, signed_as: "a customer", stars: 5 },
    ]);
  });

  it("leaves everybody else as they were, and the address that somebody else has too", async () => {
    expect(await rowsOf("select street from addresses")).toEqual([{ street: "Lindenweg 19" }]);
    expect(await rowsOf("select name from customers where id = 2")).toEqual([{ name: "Bo Tannert" }]);
    const [counts] = await rowsOf(`select (select count(*)::int from customers) as customers,
      (select count(*)::int from orders) as orders, (select count(*)::int from payments) as payments`);
    expect(counts).toEqual({ customers: 502, orders: 499, payments: 501 });
  });

  it("hands out no credentials", async () => {
    const folder = join(output, "postgres-application", "package");
    const names = (await readdir(folder, { recursive: true })).filter((name) =>
      /\.(json|csv|html)$/.test(name),
    );
    const texts = (await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))).join("\n");
    expect(texts).toContain(ada.iban);
    expect(texts).toContain("Firefox on Linux");
    expect(texts).not.toMatch(/password_hash|token_hash|scrypt|6f0c7f5e/);
  });
});
