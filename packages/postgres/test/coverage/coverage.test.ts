import { ConfigurationMistake, StorageFailed } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { coverage, type DataMap, migrate, type TableMap } from "../../src/index.ts";
import { type Asked, covered, inShort, servers } from "./clients.ts";
import { complete, customers, orders, shop, withTable } from "./shop.ts";

/** It asks both for the same: over PGlite all of it is more of the same, but that it finds what is missing there too. */
const inFull = Object.entries(servers).filter(([name]) => inject("isThorough") || name === "PostgreSQL");

describe.skipIf(inject("isThorough"))("coverage on PGlite", () => {
  it("finds nothing where the map is complete, and names what it forgets", async () => {
    const asked = await servers.PGlite();
    await asked.run(shop);
    expect(await covered(asked, complete)).toEqual({ gaps: [], waived: [] });
    await asked.run("create table guests (email text)");
    expect(inShort(await covered(asked, complete))).toEqual([
      "unmapped-table-looks-personal public.guests.email",
    ]);
    await asked.end();
  });
});

describe.each(inFull)("coverage on %s", (_, start) => {
  let asked: Asked;
  beforeAll(async () => {
    asked = await start();
  });
  beforeEach(async () => {
    await asked.empty();
    await asked.run(shop);
  });
  afterAll(() => asked.end());

  const gapsAfter = async (script: string, dataMap: DataMap = complete): Promise<readonly string[]> => {
    await asked.run(script);
    return inShort(await covered(asked, dataMap));
  };

  it("finds nothing where the map is complete and the rest is dull", async () => {
    expect(await covered(asked, complete)).toEqual({ gaps: [], waived: [] });
  });

  it("leaves the library's own tables out, in whichever schema, and only those", async () => {
    unwrap(await migrate({ client: asked.client, schema: "Betroffene" }));
    expect(
      await gapsAfter(`insert into "Betroffene".audit values
      ('halmstrand', 'r', 1, now(), 'ada@example.org', 'a', null, '{}', '')`),
    ).toEqual([]);
    expect(await gapsAfter(`create table "Betroffene".guests (email text)`)).toEqual([
      "unmapped-table-looks-personal Betroffene.guests.email",
    ]);
    // Tables of that name alone are anybody's.
    expect(
      await gapsAfter(`drop table "Betroffene".guests; create schema other;
        create table other.migration (id int); create table other.audit (actor_email text)`),
    ).toEqual(["unmapped-table-looks-personal other.audit.actor_email"]);
  });

  it("names rows of which the map does not say whose they are, or who shares them", async () => {
    const returned = {
      ...orders,
      belongs: [
        { references: "customers", on: { customer_id: "id" } },
        { references: "customers", on: { taken_back_by: "id" } },
      ],
      columns: { ...orders.columns, taken_back_by: "exported" },
    } satisfies TableMap;
    expect(
      await gapsAfter(
        "alter table orders add column taken_back_by int references customers",
        withTable(returned),
      ),
    ).toEqual(["ambiguous-owner public.orders.customer_id, taken_back_by"]);
    const houses = { ...returned, table: "houses", title: "Houses", belongs: { referencedBy: "customers" } };
    expect(
      await gapsAfter(
        `create table houses (id int primary key, street text);
        alter table customers add column house int references houses;
        create table stores (id int primary key, house int references houses on delete set null)`,
        {
          ...complete,
          tables: [
            { ...customers, columns: { ...customers.columns, house: "exported" } },
            { ...returned, kept: "never" },
            ...complete.tables.filter(({ table }) => table === "order_lines"),
            { ...houses, columns: { id: "left-out", street: "exported" } },
          ],
        },
      ),
    ).toEqual(["sharer-left-out public.stores.house", "unmapped-table-reachable public.stores.house"]);
  });

  describe("the next migration turns it red", () => {
    it.each([
      ["alter table customers add column shoe_size int", ["unmapped-column public.customers.shoe_size"]],
      [
        "create table reviews (id int primary key, customer_id int references customers, stars int)",
        ["unmapped-table-reachable public.reviews.customer_id"],
      ],
      [
        "create materialized view best_customers as select customer_id, count(*) from orders group by 1",
        ["copy-of-mapped public.best_customers"],
      ],
      ["alter table orders drop column placed_at", ["unknown-column public.orders.placed_at"]],
      [
        "alter table customers rename to buyers",
        ["unknown-reference public.orders", "unknown-table public.customers"],
      ],
    ])("%s", async (migration, expected) => {
      expect(await gapsAfter(migration)).toEqual(expect.arrayContaining(expected));
    });
  });

  describe("unmapped-table-reachable", () => {
    it("follows foreign keys through tables outside of the map, and says the path", async () => {
      await asked.run(`
        create table shipments (id int primary key, order_id int references orders);
        create table parcels (id int primary key, shipment_id int references shipments, next int references parcels);
        alter table shipments add column last_parcel int references parcels`);
      const { gaps } = await covered(asked, complete);
      expect(gaps).toEqual([
        {
          code: "unmapped-table-reachable",
          table: "public.parcels",
          column: "shipment_id",
          message:
            "Its rows may belong to a person: public.parcels (shipment_id) → public.shipments (order_id) → " +
            "public.orders. Map the table.",
        },
        {
          code: "unmapped-table-reachable",
          table: "public.shipments",
          column: "order_id",
          message:
            "Its rows may belong to a person: public.shipments (order_id) → public.orders. Map the table.",
        },
      ]);
    });

    it("leaves alone what points at a table that mapped ones point at", async () => {
      expect(await gapsAfter("create table images (id int, product_id int references products)")).toEqual([]);
    });

    it("has one gap a foreign key, so that waiving one hides no other", async () => {
      const tickets = `create table tickets (id int primary key, agent int references customers,
        opened_for int references customers);
        create table notes (id int primary key, ticket int references tickets)`;
      const waiver = { table: "tickets", column: "agent", reason: "Staff are in another system" };
      expect(await gapsAfter(tickets, { ...complete, waivers: [waiver] })).toEqual([
        "unmapped-table-reachable public.notes.ticket",
        "unmapped-table-reachable public.tickets.opened_for",
      ]);
      // A link that is waived makes nothing behind it a person's.
      const both = [waiver, { ...waiver, column: "opened_for" }];
      expect(inShort(await covered(asked, { ...complete, waivers: both }))).toEqual([]);
    });

    it("takes a link that is cut at an erasure for none", async () => {
      const unlink = [{ table: "rooms", columns: ["booked_by"], reason: "The room is nobody's" }];
      expect(
        await gapsAfter("create table rooms (id int primary key, booked_by int references customers)", {
          ...complete,
          unlink,
        }),
      ).toEqual([]);
    });

    it("names all columns of a composite key", async () => {
      expect(
        await gapsAfter(`create table returns (order_id int, product_id int,
          foreign key (order_id, product_id) references order_lines)`),
      ).toEqual(["unmapped-table-reachable public.returns.order_id, product_id"]);
    });
  });

  describe("unmapped-table-looks-personal", () => {
    it("by name or type", async () => {
      const tables: readonly (readonly [table: string, columns: readonly string[]])[] = [
        ["newsletter (address_line text, subscribed_at date)", ["address_line"]],
        ["logins (at timestamptz, source inet)", ["source"]],
        ["networks (id int, range cidr[])", ["range"]],
        [
          `bewerber (id int, "Geburtsdatum" date, vor_name text, "Lieferstraße" text, plz text, note int)`,
          ["Geburtsdatum", "Lieferstraße", "plz", "vor_name"],
        ],
        ["employees (id int, name text, team int)", ["name"]],
        [
          "records (age int, mobile text, patient_age int, steuer_nr text)",
          ["age", "mobile", "patient_age", "steuer_nr"],
        ],
        ["page_views (url text, user_id bigint)", ["user_id"]],
        ["searches (id int, order_id int)", ["order_id"]],
        [
          "carts (customerId int, orderId int, border_id int, kunden_nr int)",
          ["customerid", "kunden_nr", "orderid"],
        ],
        [
          "facts (id int, latitude float, lon float, userAgent text, iban text, homePhone text, marital_status text)",
          ["homephone", "iban", "latitude", "lon", "marital_status", "useragent"],
        ],
      ];
      const expected = tables.flatMap(([table, columns]) =>
        columns.map((column) => `unmapped-table-looks-personal public.${/^\w+/.exec(table)?.[0]}.${column}`),
      );
      const gaps = await gapsAfter(tables.map(([table]) => `create table ${table};`).join("\n"));
      expect(gaps.toSorted()).toEqual(expected.toSorted());
    });

    it("by the name of a domain, of any schema", async () => {
      expect(
        await gapsAfter(`create schema "Odd.types"; create domain "Odd.types"."Email Address" as text;
          create domain "Odd.types"."Colour" as text;
          create table outbox (target "Odd.types"."Email Address", colour "Odd.types"."Colour")`),
      ).toEqual(["unmapped-table-looks-personal public.outbox.target"]);
    });

    it("not by names that only sound alike", async () => {
      const tables = [
        "mails (email_template text, email_subject text, phone_prefix text, email_verified_at date)",
        "shops (address_id int, is_street_open boolean, ipad text, citation text, shipping text, zipper text)",
        "flags (tenant_id int, stage text, page int, language text, message text, plateau text, lottery text)",
        "categories (id int, name text, parent_id int)",
        "caches (max_age int, zip_path text, mobile_image text, race_condition text, headphone text, sort_order int)",
        "jobs (payload json, queue text, priority int, run_at timestamptz, attempts int, last_error text, worker text)",
        "features (name text, description text, percentage int, starts_at date, colour text, created_at timestamptz)",
      ];
      expect(await gapsAfter(tables.map((table) => `create table ${table};`).join("\n"))).toEqual([]);
    });

    it("by a sample", async () => {
      const samples = [
        ["text", "'write to ada@example.org, please'", "e-mail addresses"],
        ["varchar(40)", "'+49 30 901820'", "phone numbers"],
        ["text", "'(030) 90 18-20'", "phone numbers"],
        ["text", "'555-867-5309'", "phone numbers"],
        ["char(40)", "'DE89 3704 0044 0532 0130 00'", "bank accounts (IBAN)"],
        ["text", "'paid to GB82WEST12345698765432'", "bank accounts (IBAN)"],
        ["text", "'GET / from 203.0.113.7:8080'", "IP addresses"],
        ["text", "'[2001:db8:0:1::7]:443'", "IP addresses"],
        ["text[]", "array['x', 'ada@example.org']", "e-mail addresses"],
        ["jsonb", `'{"a": [{"b": "ada@example.org"}]}'`, "e-mail addresses"],
        ["json", `'{"firstName": "Ada"}'`, "keys called like a person's name"],
      ] as const;
      for (const [index, [type, value]] of samples.entries()) {
        await asked.run(`create table things_${index} (id int, content ${type});
          insert into things_${index} select i, ${value} from generate_series(1, 5) i;
          insert into things_${index} select i, null from generate_series(1, 5) i`);
      }
      const { gaps } = await covered(asked, complete);
      const expected = samples.map(([, , what], index) => ({
        code: "unmapped-table-looks-personal",
        table: `public.things_${index}`,
        column: "content",
        message: `A sample of its rows has ${what}. Map the table, or waive it with a reason.`,
      }));
      expect(gaps).toHaveLength(expected.length);
      expect(gaps).toEqual(expect.arrayContaining(expected));
    });

    it("not by values that only look alike", async () => {
      const values = [
        ["text", "'DE88 3704 0044 0532 0130 00'"],
        ["text", "'0049301234567'"],
        ["text", "'v10.20.30.40'"],
        ["text", "'10.20.30.40.50'"],
        ["text", "'12:30:45 and a::b and 00:1b:44:11:3a:b7'"],
        ["text", "'2026-11-23'"],
        ["text", "'user at example dot org'"],
        ["jsonb", `'{"name": "Lamp", "sizes": [1, 2, 3]}'`],
        ["bytea", "'ada@example.org'"],
      ];
      const scripts = values.map(
        ([type, value], index) => `create table things_${index} (id int, content ${type});
          insert into things_${index} select i, ${value} from generate_series(1, 5) i;`,
      );
      expect(await gapsAfter(scripts.join("\n"))).toEqual([]);
    });

    it("sees people who come late in a large table, the same ones each time", async () => {
      await asked.run(`create table things (id int, content text);
        insert into things select i, case when i > 20000 then 'ada@example.org' else 'lamp' end
          from generate_series(1, 60000) i;
        analyze things`);
      const first = await covered(asked, complete);
      expect(inShort(first)).toEqual(["unmapped-table-looks-personal public.things.content"]);
      expect(await covered(asked, complete)).toEqual(first);
    });

    it("takes partitions with their root, and inheriting tables with what they add", async () => {
      expect(
        await gapsAfter(`
          create table events (at date, email text, detail text) partition by range (at);
          create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
          create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
          insert into events values ('2026-05-05', 'x', '203.0.113.7');
          create table assets (id int);
          create table phones (mobile_number text) inherits (assets);
          create table old_orders (comment text) inherits (orders)`),
      ).toEqual([
        "unmapped-table-looks-personal public.events.detail",
        "unmapped-table-looks-personal public.events.email",
        "unmapped-column public.old_orders.comment",
        "unmapped-table-looks-personal public.phones.mobile_number",
      ]);
    });
  });

  it("foreign-table-looks-personal: its rows are on another server, and are not asked for", async () => {
    expect(
      await gapsAfter(`create foreign data wrapper elsewhere; create server there foreign data wrapper elsewhere;
        create foreign table remote_people (email text, comment text) server there;
        create foreign table remote_rates (rate numeric, comment text) server there;
        create table readings (at int, comment text) partition by list (at);
        create foreign table readings_1 partition of readings for values in (1) server there`),
    ).toEqual(["unreadable public.readings", "foreign-table-looks-personal public.remote_people.email"]);
    await asked.run("drop foreign data wrapper elsewhere cascade");
  });

  describe("copy-of-mapped", () => {
    it("sees through views and other copies; a view holds no rows itself", async () => {
      expect(
        await gapsAfter(`
          create view addressees as select c.id, o.placed_at from customers c join orders o on o.customer_id = c.id;
          create materialized view copied as select id from addressees;
          create materialized view again as select id from copied with no data;
          create materialized view sold as select name from products;
          create materialized view waiting as select description from products with no data`),
      ).toEqual(["copy-of-mapped public.again", "copy-of-mapped public.copied"]);
    });
  });

  describe("what is handed out, and what is erased", () => {
    it("exported-never-erased: a row that stays with a value that was the person's", async () => {
      const stays = withTable({
        ...customers,
        columns: {
          ...customers.columns,
          email: { anonymise: "hash" },
          country: { export: false },
          password_hash: { export: false, anonymise: "null" },
        },
        erasure: "anonymise",
      });
      expect(inShort(await covered(asked, stays))).toEqual(["exported-never-erased public.customers.phone"]);
    });

    it("erased-never-exported: but for credentials and the numbers of rows", async () => {
      const silent = withTable({ ...customers, columns: { ...customers.columns, phone: "left-out" } });
      expect(inShort(await covered(asked, silent))).toEqual(["erased-never-exported public.customers.phone"]);
      const hidden = withTable({ ...customers, columns: { ...customers.columns, email: "left-out" } });
      expect(inShort(await covered(asked, hidden))).toEqual(["erased-never-exported public.customers.email"]);
    });

    it("says nothing of a row that is retained: the map has the reason", async () => {
      const until = { column: "placed_at", years: 10 };
      const kept = withTable({ ...orders, erasure: { retain: { reason: "§ 147 AO", until } } });
      expect(inShort(await covered(asked, kept))).toEqual([]);
    });
  });

  describe("waivers", () => {
    it("move a gap aside, with their reason", async () => {
      await asked.run("create table newsletter (email text, phone text)");
      const column = { table: "newsletter", column: "email", reason: "Cleared every night" };
      expect(await covered(asked, { ...complete, waivers: [column] })).toMatchObject({
        gaps: [{ code: "unmapped-table-looks-personal", column: "phone" }],
        waived: [{ code: "unmapped-table-looks-personal", column: "email", reason: "Cleared every night" }],
      });
      const table = { table: { schema: "public", name: "newsletter" }, reason: "Nobody's" };
      const { gaps, waived } = await covered(asked, { ...complete, waivers: [table] });
      expect([gaps, waived.map(({ reason }) => reason)]).toEqual([[], ["Nobody's", "Nobody's"]]);
    });

    it("are stale where nothing is there to waive", async () => {
      const waivers = [
        { table: "products", reason: "Goods" },
        { table: "gone", column: "email", reason: "Soon" },
      ];
      expect(inShort(await covered(asked, { ...complete, waivers }))).toEqual([
        "stale-waiver public.gone.email",
        "stale-waiver public.products",
      ]);
    });

    it("mend no name that the schema does not have", async () => {
      const map = withTable({ ...customers, columns: { ...customers.columns, nobody: "exported" } });
      const waivers = [{ table: "customers", reason: "All fine" }];
      expect(inShort(await covered(asked, { ...map, waivers }))).toEqual([
        "stale-waiver public.customers",
        "unknown-column public.customers.nobody",
      ]);
    });
  });

  it("works with whatever name PostgreSQL allows", async () => {
    const schema = `A "b".c`;
    const name = `${"ä".repeat(31)}'`;
    const quoted = `"A ""b"".c"."${name}"`;
    await asked.run(`create schema "A ""b"".c";
      create table ${quoted} ("id;--" int primary key, "E-Mail %" text, " " text, "a"".b" text,
        "Wer?" int references customers);
      insert into ${quoted} values (1, '', 'ada@example.org', 'DE89370400440532013000')`);
    const waiver = { table: { schema, name }, column: "Wer?", reason: "Nobody" };
    expect(inShort(await covered(asked, { ...complete, waivers: [waiver] }))).toEqual([
      `unmapped-table-looks-personal ${schema}.${name}. `,
      `unmapped-table-looks-personal ${schema}.${name}.E-Mail %`,
      `unmapped-table-looks-personal ${schema}.${name}.a".b`,
    ]);
  });

  it("tells no value of any row", async () => {
    await asked.run(`create table things (id int, content text, document json);
      insert into things values (1, 'ada@example.org +49 30 901820', '{"ada@example.org": {"email": "Halmstrand"}}')`);
    const { gaps } = await covered(asked, complete);
    expect(gaps.length).toBe(2);
    expect(JSON.stringify(gaps)).not.toMatch(/ada|901820|Halmstrand/);
  });

  it("throws for a map that cannot mean anything", () => {
    expect(() => coverage(asked.client, { ...complete, tables: [] })).toThrow(ConfigurationMistake);
  });
});

describe("coverage for a role that may not see everything", () => {
  let asked: Asked;
  beforeAll(async () => {
    asked = await servers.PostgreSQL();
    await asked.run(shop);
  });
  afterAll(() => asked.end());

  it("says what it could not read", async () => {
    const role = `reader_${process.pid}`;
    await asked.run(`
      create role ${role}; grant usage on schema public to ${role};
      grant select on countries, products, settings, schema_migrations to ${role};
      create table closed (content text);
      create table numbers (amount int);
      create table partly (id int, seen text, unseen text); grant select (id, seen) on partly to ${role};
      create table policed (content text); grant select on policed to ${role};
      alter table policed enable row level security;
      create schema locked; create table locked.away (content text); grant select on locked.away to ${role};`);
    const client = new pg.Client({ connectionString: (asked.client as pg.Pool).options.connectionString });
    await client.connect();
    try {
      await client.query(`set role ${role}`);
      expect(inShort(await covered({ client }, complete))).toEqual([
        "unreadable locked.away",
        "unreadable public.closed",
        "unreadable public.partly.unseen",
        "unreadable public.policed",
      ]);
    } finally {
      await client.end();
      await asked.run(`drop owned by ${role}; drop role ${role}`);
    }
  });

  it("waits for no lock for long, and says so", async () => {
    await asked.run(
      "drop table if exists closed, numbers, partly, policed; drop schema if exists locked cascade",
    );
    const holder = new pg.Client({ connectionString: (asked.client as pg.Pool).options.connectionString });
    await holder.connect();
    await holder.query("begin; lock table products in access exclusive mode");
    try {
      expect(inShort(await covered(asked, complete))).toEqual(["unreadable public.products"]);
    } finally {
      await holder.end();
    }
  });

  it("is an error, and no gap, where the database cannot be asked", async () => {
    const pool = new pg.Pool({ host: "127.0.0.1", port: 1 });
    expect(unwrapError(await coverage(pool, complete))).toBeInstanceOf(StorageFailed);
    await pool.end();
  });
});
