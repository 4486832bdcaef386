import type { Row } from "@subject-rights/core";
import { csvFile } from "./files/csv-file.ts";
import { exclusively } from "./files/exclusively.ts";
import { jsonLinesFile } from "./files/json-lines-file.ts";
import { inChunks, replaceFile } from "./files/replace-file.ts";
import { filesOf } from "./files-of.ts";

/**
 * Makes the customer profiles anew: one for each customer that the CRM knows now, with what the shop knows of
 * them. Two at once take turns, so that the one that began later, and saw more, has the last word.
 */
export const ingestProfiles = (folder: string, signal: AbortSignal): Promise<void> => {
  const { customers, orders, profiles } = filesOf(folder);
  return exclusively(profiles, async () => {
    const purchases = new Map<string, { orders: number; cents: number; last: string }>();
    for await (const { row } of jsonLinesFile(orders).records(signal)) {
      if (row["status"] !== "paid") continue;
      const customer = String(row["customer"]);
      const before = purchases.get(customer);
      purchases.set(customer, {
        orders: (before?.orders ?? 0) + 1,
        cents: (before?.cents ?? 0) + Number(String(row["total"]).replace(".", "")),
        last: String(row["invoice_date"]),
      });
    }
    await replaceFile(profiles, inChunks(profilesJson(customers, purchases, signal)));
  });
};

async function* profilesJson(
  customers: string,
  purchases: ReadonlyMap<string, { readonly orders: number; readonly cents: number; readonly last: string }>,
  signal: AbortSignal,
) {
  for await (const { row } of csvFile(customers).records(signal)) {
    const bought = purchases.get(String(row["customer"]));
    const profile: Row = {
      customer: row["customer"],
      name: row["name"],
      email: row["email"],
      town: row["town"],
      orders: bought?.orders ?? 0,
      spent: ((bought?.cents ?? 0) / 100).toFixed(2),
      last_order: bought?.last ?? null,
      segment: bought === undefined ? "interested" : bought.orders > 4 ? "regular" : "occasional",
    };
    yield `${JSON.stringify(profile)}\n`;
  }
}
