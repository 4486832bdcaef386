import { type DataSource, defineDataSource } from "@subject-rights/core";
import type { Pool } from "pg";
import { asPlainRow, cursorOver } from "./cursor.ts";
import { collection } from "./rows.ts";

/** A data source as an application would write it: objects, page by page, with a cursor to go on from. */
export const anySource = (pool: Pool): DataSource =>
  defineDataSource({
    id: "shop",
    title: "Shop",
    holds: ["customer-data"],
    kind: "origin",
    owner: "owner@halmstrand.example",
    async *export(_, { cursor }) {
      for await (const rows of cursorOver(pool, cursor)) {
        yield { collection, rows: rows.map(asPlainRow), cursor: String(rows.at(-1)?.["id"]) };
      }
    },
  });
