import { mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inChunks, replaceFile } from "./files/replace-file.ts";
import { filesOf } from "./files-of.ts";
import { auditJson, logs, preferencesJson, telemetryJson, usersJson } from "./generate/application.ts";
import { chanceFrom } from "./generate/chance.ts";
import { customersCsv, makeCustomers } from "./generate/customers.ts";
import { cartsJson, ordersJson } from "./generate/shop.ts";
import { ticketsJson } from "./generate/tickets.ts";
import { ingestProfiles } from "./ingest-profiles.ts";

/**
 * Writes the files of an invented mail-order shop for lamps into a folder that is empty or not there yet. The
 * same seed gives the same bytes, on any day.
 */
export const makeCompany = async (folder: string, { seed = 2026 }: { seed?: number } = {}): Promise<void> => {
  const files = filesOf(folder);
  await mkdir(files.logs, { recursive: true });
  for (const path of Object.values(files)) await mkdir(dirname(path), { recursive: true });
  if ((await readdir(files.logs)).length > 0) throw new Error(`there is a company in ${folder} already`);

  const customers = makeCustomers(chanceFrom(seed));
  await write(files.customers, customersCsv(customers));
  await write(files.orders, ordersJson(chanceFrom(seed + 1), customers));
  await write(files.carts, cartsJson(chanceFrom(seed + 2), customers));
  await write(files.tickets, ticketsJson(chanceFrom(seed + 3), customers));
  await write(files.users, usersJson(chanceFrom(seed + 4)));
  await write(files.preferences, preferencesJson(chanceFrom(seed + 5)));
  await write(files.telemetry, telemetryJson(chanceFrom(seed + 6)));
  await write(files.audit, auditJson(chanceFrom(seed + 7)));
  for (const [month, lines] of logs(chanceFrom(seed + 8))) {
    await write(join(files.logs, `app-${month}.log`), lines);
  }
  await ingestProfiles(folder, new AbortController().signal);
};

const write = (path: string, texts: Iterable<string>): Promise<void> => replaceFile(path, inChunks(texts));
