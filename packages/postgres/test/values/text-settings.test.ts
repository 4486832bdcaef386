import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../../src/sql/sql.ts";
import { textOf } from "../../src/values/text-of.ts";
import { textSettings } from "../../src/values/text-settings.ts";
import { readTypes } from "../../src/values/types.ts";
import { valueReader } from "../../src/values/value-reader.ts";
import { type Opened, servers } from "./servers.ts";

describe.each(Object.entries(servers))("the settings for text on %s", (_, open) => {
  let server: Opened;
  beforeAll(async () => {
    server = await open();
  });
  afterAll(() => server.close());

  it("end with the transaction", async () => {
    const { database } = server;
    await database.query(sql`select set_config('datestyle', 'German, DMY', false)`);
    await database.transaction((session) => session.query(textSettings));
    const [row] = await database.query(sql`select '2026-11-23'::date::text as date`);
    expect(row).toEqual({ date: "23.11.2026" });
  });

  it("give back the usual locale of money, whatever the session has", async () => {
    const { database } = server;
    const [usual] = await database.query(sql`select current_setting('lc_monetary') as locale`);
    const other = usual?.["locale"] === "C" ? "POSIX" : "C";
    await database.query(sql`select set_config('lc_monetary', ${other}, false)`);
    const inside = await database.transaction(async (session) => {
      await session.query(textSettings);
      return session.query(sql`select current_setting('lc_monetary') as locale`);
    });
    expect(inside).toEqual([usual]);
    expect(await database.query(sql`select current_setting('lc_monetary') as locale`)).toEqual([
      { locale: other },
    ]);
  });

  it("are noticed where they are missing: nothing is read as something else", async () => {
    const { database } = server;
    await database.query(sql`select set_config('datestyle', 'German', false),
      set_config('timezone', 'Asia/Kathmandu', false), set_config('bytea_output', 'escape', false)`);
    const personal = "1815-12-10 10:00:00.5+00";
    const expressions = [
      { type: 1082, text: textOf(sql`${personal}::timestamptz::date`) },
      { type: 1114, text: textOf(sql`${personal}::timestamptz::timestamp`) },
      { type: 1184, text: textOf(sql`${personal}::timestamptz`) },
      { type: 17, text: textOf(sql`${"Ada"}::text::bytea`) },
    ];
    for (const { type, text } of expressions) {
      const reader = valueReader(await readTypes(database, [type]), type);
      const [row] = await database.query(sql`select ${text} as text`);
      let thrown: unknown;
      try {
        reader(row?.["text"] ?? null);
      } catch (caught) {
        thrown = caught;
      }
      expect(thrown).toBeInstanceOf(Error);
      expect(String(thrown)).not.toMatch(/1815|Ada/);
    }
    await database.query(sql`select set_config('datestyle', 'ISO', false)`);
    const [row] = await database.query(sql`select ${textOf(sql`now()`)} as text`);
    const types = await readTypes(database, [1184]);
    expect(() => valueReader(types, 1184)(row?.["text"] ?? null)).toThrow(/timestamptz/);
  });
});
