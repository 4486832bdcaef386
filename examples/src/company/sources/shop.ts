import { type DataSource, defineDataSource, type Row } from "@subject-rights/core";
import {
  countIn,
  eraseFrom,
  type FileCollection,
  isAbout,
  pagesFrom,
  recordsOf,
  removed,
} from "../files/file-collection.ts";
import { jsonLinesFile } from "../files/json-lines-file.ts";
import { removeRecords } from "../files/remove-records.ts";
import { filesOf } from "../files-of.ts";
import { keptUntil, retained } from "./invoice-retention.ts";

/** The shop knows people by customer number alone. An order that was paid is an invoice, and has to be kept. */
export const shopSource = (folder: string, today: () => Date = () => new Date()): DataSource => {
  const names = { customer: "customer-number" };
  const orders: FileCollection = {
    collection: "orders",
    file: jsonLinesFile(filesOf(folder).orders),
    names,
  };
  const carts: FileCollection = { collection: "carts", file: jsonLinesFile(filesOf(folder).carts), names };
  return defineDataSource({
    id: "shop",
    title: "Shop: orders and carts",
    holds: ["customer-data"],
    kind: "origin",
    needs: ["customer-number"],

    locate: (subject, context) => countIn([orders, carts], subject, context),
    export: (subject, context) => pagesFrom([orders, carts], subject, context),
    async erase(subject, context) {
      const day = today().toISOString().slice(0, 10);
      const isTheirs = isAbout(subject, names);
      const mayGo = (order: Row) => (keptUntil(order) ?? "") < day;
      const gone = await removeRecords(orders.file, (row) => isTheirs(row) && mayGo(row), context.signal);
      const kept: Row[] = [];
      for await (const order of recordsOf(orders, subject, context.signal)) kept.push(order);
      return [
        ...(kept.length === 0 || gone > 0 ? [removed("orders", gone)] : []),
        ...retained("orders", kept),
        ...(await eraseFrom([carts], subject, context)),
      ];
    },
  });
};
