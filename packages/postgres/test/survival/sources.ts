/** Five sources: two declared over tables, one of plain SQL, one of files, and a copy. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type CollectionOutcome,
  type DataSource,
  defineDataSource,
  type Subject,
} from "@subject-rights/core";
import type pg from "pg";
import { type PostgresClient, postgresDataSource } from "../../src/index.ts";
import { type Gate, gatedSource } from "./gates.ts";
import { inTransaction, type Places, removeLetter, shopDataMap, warehouseDataMap } from "./places.ts";

const emails = (subject: Subject): string[] => [...subject.values("email")];

const erased = (collection: string, count: number): CollectionOutcome =>
  count > 0 ? { collection, outcome: "erased", count } : { collection, outcome: "absent" };

/** Sends a voucher to whoever leaves, which must not happen twice: its other side knows the key again. */
const tickets = (warehouse: pg.Pool): DataSource =>
  defineDataSource({
    id: "tickets",
    title: "Tickets",
    kind: "origin",
    holds: ["customer-data"],
    locate: async (subject, { tenant }) => {
      const { rows } = await warehouse.query<{ count: number }>(
        "select count(*)::int as count from tickets where tenant = $1 and email = any ($2)",
        [tenant, emails(subject)],
      );
      return [{ collection: "Tickets", count: rows[0]?.count ?? 0 }];
    },
    async *export(subject, { tenant, cursor }) {
      for (let offset = Number(cursor ?? 0); ; offset += 1) {
        const { rows } = await warehouse.query<{ body: string }>(
          "select body from tickets where tenant = $1 and email = any ($2) order by body offset $3 limit 1",
          [tenant, emails(subject), offset],
        );
        if (rows.length === 0) return;
        yield { collection: "Tickets", rows, cursor: String(offset + 1) };
      }
    },
    erase: (subject, { tenant, idempotencyKey }) =>
      inTransaction(warehouse, async (client) => {
        const { rowCount } = await client.query(
          "delete from tickets where tenant = $1 and email = any ($2)",
          [tenant, emails(subject)],
        );
        await client.query(
          `insert into vouchers values ($1, $2) on conflict (idempotency_key) do update set times = vouchers.times + 1`,
          [idempotencyKey, tenant],
        );
        return [erased("Tickets", rowCount ?? 0)];
      }),
  });

/** One file a person. It knows people by customer number only through the shop, so it asks by address. */
const letters = (places: Places): DataSource => {
  const lettersOf = async (subject: Subject, tenant: string): Promise<string[]> => {
    const names = await readdir(places.folder);
    return emails(subject)
      .map((email) => `${tenant} ${email}.txt`)
      .filter((name) => names.includes(name));
  };
  return defineDataSource({
    id: "letters",
    title: "Letters",
    kind: "origin",
    holds: ["customer-data"],
    locate: async (subject, { tenant }) => [
      { collection: "Letters", count: (await lettersOf(subject, tenant)).length },
    ],
    async *export(subject, { tenant }) {
      for (const name of await lettersOf(subject, tenant)) {
        const text = await readFile(join(places.folder, name), "utf8");
        yield { collection: "Letters", rows: [{ text }] };
      }
    },
    erase: async (subject, { tenant }) => {
      const names = await lettersOf(subject, tenant);
      for (const name of names) await removeLetter(places, name);
      return [erased("Letters", names.length)];
    },
  });
};

/** A copy that is filled anew from the shop. */
const insights = (shop: pg.Pool, warehouse: pg.Pool): DataSource =>
  defineDataSource({
    id: "insights",
    title: "Insights",
    kind: "copy",
    copyOf: ["shop"],
    holds: ["customer-data"],
    locate: async (subject, { tenant }) => {
      const { rows } = await warehouse.query<{ count: number }>(
        "select count(*)::int as count from insights where tenant = $1 and email = any ($2)",
        [tenant, emails(subject)],
      );
      return [{ collection: "Insights", count: rows[0]?.count ?? 0 }];
    },
    refresh: ({ tenant }) =>
      inTransaction(warehouse, async (client) => {
        // Two refreshes at once would each undo the other: what the first has read is old by then.
        await client.query("select pg_advisory_xact_lock(hashtext($1))", [tenant]);
        const { rows } = await shop.query<{ email: string; name: string }>(
          "select email, name from customers where tenant = $1 and email is not null order by id",
          [tenant],
        );
        await client.query("delete from insights where tenant = $1", [tenant]);
        await client.query("insert into insights select $1, * from unnest($2::text[], $3::text[])", [
          tenant,
          rows.map(({ email }) => email),
          rows.map(({ name }) => name),
        ]);
      }),
  });

export interface SourceClients {
  /** What the store is given as well: so the shop joins its transactions. */
  readonly client: PostgresClient;
  readonly shop: pg.Pool;
  readonly warehouse: pg.Pool;
}

export const fiveSources = (
  places: Places,
  { client, shop, warehouse }: SourceClients,
  gate: Gate,
): DataSource[] =>
  [
    postgresDataSource({ client, dataMap: shopDataMap, id: "shop", title: "Shop" }),
    postgresDataSource({ client: warehouse, dataMap: warehouseDataMap, id: "warehouse", title: "Warehouse" }),
    tickets(warehouse),
    letters(places),
    insights(shop, warehouse),
  ].map((source) => gatedSource(source, gate));
