import { Buffer } from "node:buffer";
import {
  type DataSource,
  type ExportPage,
  jsonText,
  orThrow,
  type Row,
  type ValueKind,
} from "@subject-rights/core";
import { anyCharacter } from "@subject-rights/testing/any-character";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { type DataMap, type PostgresClient, postgresDataSource } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { samples } from "../values/samples.ts";
import { callFor, personOf } from "./people.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await database.pool.query(`create table customers (id bigint primary key, email text);
    insert into customers values (1, 'ada@example.org'), (2, 'eve@example.org')`);
});
afterAll(() => database.drop());

const isThorough = inject("isThorough");
const ada = personOf("ada@example.org");

const mapOf = (columns: readonly string[]): DataMap => ({
  tenant: { only: "tenant-one" },
  tables: [
    {
      table: "customers",
      title: "Customers",
      category: "customer-data",
      belongs: { column: "email", identifier: "email" },
      columns: { id: "exported", email: "exported" },
      erasure: "delete",
    },
    {
      table: "events",
      title: "Events",
      category: "customer-data",
      belongs: { references: "customers", on: { customer: "id" } },
      columns: Object.fromEntries(columns.map((column) => [column, "exported"])),
      erasure: "delete",
    },
  ],
});

/** The same connection by another shape: one that can do nothing but answer a query. */
const plainly = (client: pg.Pool): PostgresClient => ({
  query: (text: string, values?: unknown[]) => client.query(text, values),
});

/** Reads the pages behind a cursor, and leaves it after so many. */
const read = async (
  source: DataSource,
  cursor: string | null = null,
  most = Number.POSITIVE_INFINITY,
  onPage: () => Promise<unknown> = async () => undefined,
): Promise<readonly ExportPage[]> => {
  const pages: ExportPage[] = [];
  const reading = source.export?.(ada, callFor(), cursor);
  for (;;) {
    const page = orThrow((await reading?.next()) ?? (await Promise.reject(new Error("no export"))));
    if (page === null) return pages;
    pages.push("lines" in page ? { ...page, lines: new Uint8Array(page.lines) } : page);
    await onPage();
    if (pages.length === most) {
      await reading?.close();
      return pages;
    }
  }
};

const eventsOf = (pages: readonly ExportPage[]) => pages.filter(({ collection }) => collection === "Events");

/** What core makes of rows, by its own description. */
const written = (pages: readonly ExportPage[]) => {
  const kinds = new Map<string, Set<ValueKind>>();
  const kindsOf = (column: string) => kinds.get(column) ?? kinds.set(column, new Set()).get(column);
  const rowText = (row: Row): string =>
    `{${Object.entries(row)
      .map(([column, value]) => `${JSON.stringify(column)}:${jsonText(value, kindsOf(column))}`)
      .join(",")}}\n`;
  let text = "";
  for (const page of pages) {
    if ("rows" in page) {
      text += page.rows.map(rowText).join("");
      continue;
    }
    text += Buffer.from(page.lines).toString("utf8");
    for (const column of page.columns) for (const kind of column.kinds) kindsOf(column.name)?.add(kind);
  }
  return { text, kinds: [...kinds].map(([column, set]) => [column, [...set].toSorted()]) };
};

/** Reads by both ways, and makes sure that they are two. */
const byBothWays = async (map: DataMap) => {
  const lines = eventsOf(await read(postgresDataSource({ client: database.pool, dataMap: map })));
  const rows = eventsOf(await read(postgresDataSource({ client: plainly(database.pool), dataMap: map })));
  expect(lines.every((page) => "lines" in page)).toBe(true);
  expect(rows.every((page) => "rows" in page)).toBe(true);
  return { lines: written(lines), rows: written(rows) };
};

beforeEach(async () => {
  await database.pool.query("drop table if exists events");
});

describe("lines that are made of COPY", () => {
  it("are what core makes of the same rows, for every type, its arrays, and NULL", async () => {
    const known = await database.pool.query<{ name: string }>(
      "select typname as name from pg_type where typname = any ($1) and typnamespace = 'pg_catalog'::regnamespace",
      [Object.keys(samples).filter((type) => (samples[type]?.length ?? 0) > 0)],
    );
    const types = known.rows.map(({ name }) => name);
    const columns = types.flatMap((_, index) => [`c${index}`, `a${index}`]);
    await database.pool.query(`create table events (id int generated always as identity primary key, customer bigint,
      ${types.map((type, index) => `c${index} pg_catalog."${type}", a${index} pg_catalog."${type}"[]`).join(", ")})`);
    for (const [index, type] of types.entries()) {
      for (const sample of samples[type] ?? []) {
        const text = typeof sample === "string" ? sample : sample[0];
        await database.pool.query(
          `insert into events (customer, c${index}, a${index})
            select 1, v, array[v, null] from (select $1::text::pg_catalog."${type}" as v) s`,
          [text],
        );
      }
    }
    const { lines, rows } = await byBothWays(mapOf(["id", ...columns]));
    expect(lines.text.split("\n").length).toBeGreaterThan(150);
    expect(lines).toEqual(rows);
  });

  it("are so for domains, enums, composites, and columns of any name and order", async () => {
    await database.pool.query(`
      drop type if exists mood, part; drop domain if exists age, moment;
      create type mood as enum ('fine', 'so "so"', E'back\\\\slash'); create type part as (a text, b float8);
      create domain age as int; create domain moment as timestamptz;
      create table events (id int, customer bigint, "2" text, "1" mood, "__proto__" age, "a ""b\\" moment, "\u2028" part,
        primary key (id, "2"));
      insert into events values (1, 1, E'x\\ty', 'so "so"', 7, '2026-11-23 10:00:00.5+01', row(E'a\\n', 1e300)),
        (1, 1, E'\\\\', E'back\\\\slash', null, 'infinity', null), (2, 2, 'of Eve', 'fine', 1, now(), null)`);
    const { lines, rows } = await byBothWays(
      mapOf(["id", "customer", "2", "1", "__proto__", 'a "b\\', "\u2028"]),
    );
    expect(lines).toEqual(rows);
    expect(lines.text).toContain('{"1":');
    expect(lines.text).not.toContain("of Eve");
  });

  it("are so for whatever is in a row", async () => {
    await database.pool.query(`create table events (id int primary key, customer bigint default 1, t text, v varchar,
      f float8, g float4, n numeric, b bytea, s timestamptz, u timestamp, d date, j jsonb, o bool, l bigint)`);
    const map = mapOf(["id", "t", "v", "f", "g", "n", "b", "s", "u", "d", "j", "o", "l"]);
    const lines = postgresDataSource({ client: database.pool, dataMap: map });
    const rows = postgresDataSource({ client: plainly(database.pool), dataMap: map });
    const text = fc
      .string({ unit: anyCharacter, maxLength: 40 })
      .map((some) => some.replaceAll("\0", "").toWellFormed());
    const hostile = fc.oneof(
      text,
      fc.constantFrom("\\N", "\\.", "\u007f\u0001\v\b", '\\"', "\u2028\u2029", "\t\r\n"),
    );
    const nullable = <Each>(each: fc.Arbitrary<Each>) => fc.option(each, { freq: 5 });
    const instant = fc.bigInt({ min: -200_000_000_000_000_000n, max: 900_000_000_000_000_000n }).map(String);
    const row = fc.record({
      t: nullable(hostile),
      v: nullable(hostile),
      f: nullable(fc.double().map((each) => (Object.is(each, -0) ? "-0" : String(each)))),
      g: nullable(fc.float({ noNaN: true }).map((each) => (Object.is(each, -0) ? "-0" : String(each)))),
      n: nullable(fc.bigInt().map((each) => `${each}.500`)),
      b: nullable(
        fc.uint8Array({ maxLength: 70 }).map((bytes) => `\\x${Buffer.from(bytes).toString("hex")}`),
      ),
      s: nullable(instant),
      u: nullable(fc.integer({ min: -50_000_000, max: 250_000_000 }).map(String)),
      j: nullable(fc.jsonValue().map((value) => JSON.stringify(value).replaceAll("\\u0000", ""))),
      o: nullable(fc.boolean().map(String)),
      l: nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (all) => {
        await database.pool.query("truncate events");
        await database.pool.query(
          `insert into events (id, t, v, f, g, n, b, s, u, d, j, o, l)
            select row_number() over (), t, v, f::float8, g::float4, n::numeric, b::bytea,
              'epoch'::timestamptz + s::float8 * interval '1 microsecond',
              'epoch'::timestamp + u::int * interval '1 hour', ('epoch'::date + u::int / 100),
              j::jsonb, o::bool, l::bigint
            from json_to_recordset($1::text::json) as x (t text, v text, f text, g text, n text, b text, s text, u text,
              j text, o text, l text)`,
          [JSON.stringify(all)],
        );
        expect(written(eventsOf(await read(lines)))).toEqual(written(eventsOf(await read(rows))));
      }),
      { numRuns: isThorough ? 60 : 4 },
    );
  }, 60_000);
});

describe("pages of lines", () => {
  const fill = (rows: number, width = 20) =>
    database.pool.query(
      `insert into events (customer, note) select 1, repeat('x', $2) || n from generate_series(1, $1) n`,
      [rows, width],
    );
  const createEvents = () =>
    database.pool.query(`create table events (id bigint generated always as identity primary key, customer bigint,
      note text); create index on events (customer)`);
  const map = mapOf(["id", "note"]);
  const idsOf = (pages: readonly ExportPage[]): readonly string[] =>
    eventsOf(pages).flatMap((page) =>
      "lines" in page
        ? Buffer.from(page.lines)
            .toString("utf8")
            .split("\n")
            .slice(0, -1)
            .map((line): string => (JSON.parse(line) as { id: string }).id)
        : page.rows.map(({ id }) => String(id)),
    );

  it("are few, and hold every row once, in order, however many there are", async () => {
    const most = isThorough ? 150_000 : 20_000;
    await createEvents();
    await fill(most);
    await database.pool.query(
      "insert into events (customer, note) select 2, 'of Eve' from generate_series(1, 1000)",
    );
    await fill(10);
    await database.pool.query("analyze events");
    const pages = await read(postgresDataSource({ client: database.pool, dataMap: map }));
    const ids = idsOf(pages).map(Number);
    expect(ids).toHaveLength(most + 10);
    expect(ids).toEqual(ids.toSorted((one, other) => one - other));
    expect(new Set(ids).size).toBe(ids.length);
    expect(eventsOf(pages).length).toBeLessThan(8);
    expect(written(pages).text).not.toContain("of Eve");
  });

  it("stay small where rows suddenly are large", async () => {
    await createEvents();
    await fill(1_500, 1);
    const large = isThorough ? 30 : 5;
    await fill(large, 3_000_000);
    const pages = eventsOf(await read(postgresDataSource({ client: database.pool, dataMap: map })));
    expect(idsOf(pages)).toHaveLength(1_500 + large);
    const sizes = pages.map((page) => ("lines" in page ? page.lines.length : 0));
    expect(Math.max(...sizes)).toBeLessThan(12_000_000);
  });

  it("go on behind any cursor, with rows that come and go meanwhile: what was there all the time is there once", async () => {
    const [people, width] = isThorough ? [30_000, 300] : [3_000, 1_500];
    await createEvents();
    await fill(people, width);
    const next = database.another();
    const before: ExportPage[] = [];
    // Behind the last there always is what has come late.
    const most = isThorough ? 50 : 12;
    // Killed behind the second page of events, as it were; each page is read by a source of its own afterwards.
    let cursor: string | null = null;
    for (let step = 0; step < most; step += 1) {
      const client = step === 0 ? database.pool : next;
      const source = postgresDataSource({ client, dataMap: map });
      const [page = null] = await read(source, cursor, 1);
      if (page === null) break;
      before.push(page);
      cursor = page.cursor ?? null;
      await database.pool.query(
        `delete from events where id in (select id from events where id % 7 = 0 limit 500);
         update events set note = note || 'y' where id % 5 = 0 and id % 3 = ${step % 3};
         insert into events (customer, note) values (1, 'late')`,
      );
    }
    expect(eventsOf(before).length).toBeGreaterThan(4);
    const ids = idsOf(before).map(Number);
    expect(new Set(ids).size).toBe(ids.length);
    const stayed = Array.from({ length: people }, (_, index) => index + 1).filter((id) => id % 7 !== 0);
    const found = new Set(ids);
    expect(stayed.filter((id) => !found.has(id))).toEqual([]);
  });

  it("leave the only connection free while somebody works with them", async () => {
    await createEvents();
    await fill(2_500);
    const pool = database.another({ max: 1 });
    const fromPool = postgresDataSource({ client: pool, dataMap: map });
    const pages = await read(fromPool, null, 1_000, () => pool.query("select 1"));
    expect(idsOf(pages)).toHaveLength(2_500);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const fromClient = postgresDataSource({ client, dataMap: map });
    const again = await read(fromClient, null, 1_000, () => client.query("select 1"));
    await client.end();
    expect(idsOf(again)).toEqual(idsOf(pages));
  });

  it("leave nothing of a person behind in the session, nor in what a server logs of it", async () => {
    await createEvents();
    await fill(10);
    const pool = database.another({ max: 1 });
    const texts: string[] = [];
    pool.on("connect", (client) => {
      const query = client.query.bind(client);
      client.query = ((asked: unknown, ...more: unknown[]) => {
        texts.push(JSON.stringify(asked));
        return (query as (...all: unknown[]) => unknown)(asked, ...more);
      }) as typeof client.query;
    });
    expect(idsOf(await read(postgresDataSource({ client: pool, dataMap: map })))).toHaveLength(10);
    expect(texts.length).toBeGreaterThan(5);
    expect(texts.join()).not.toContain("ada@example.org");
    const { rows } = await pool.query(
      "select coalesce(current_setting('subject_rights.parameter_1', true), '') as left",
    );
    expect(rows).toEqual([{ left: "" }]);
  });

  it("are an error where the server breaks off, or does not answer in time, and never fewer rows", async () => {
    await createEvents();
    await fill(3_000);
    const pool = database.another({ max: 1, query_timeout: 20_000 });
    const source = postgresDataSource({ client: pool, dataMap: map });
    let pages = 0;
    const reading = source.export?.(ada, callFor(), null);
    for (;;) {
      const page: Awaited<ReturnType<NonNullable<typeof reading>["next"]>> | undefined =
        await reading?.next();
      if (page === undefined || page.isErr()) break;
      expect(page.value).not.toBeNull();
      pages += 1;
      // The table is locked by somebody else, and the session gives up waiting.
      if (pages === 2) {
        await pool.query("set statement_timeout = '200ms'");
        const other = await database.pool.connect();
        await other.query("begin; lock table events in access exclusive mode");
        setTimeout(() => void other.query("rollback").finally(() => other.release()), 1_500);
      }
    }
    expect(pages).toBe(2);
  });
});
