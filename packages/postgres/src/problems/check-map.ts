// A placeholder until the real one is here: replace it.
import { readCatalog } from "../catalog/read-catalog.ts";
import { checkDataMap } from "../data-map/check-data-map.ts";
import type { DataMap } from "../data-map/data-map.ts";
import { resolveMap } from "../data-map/resolve.ts";
import type { Database, Session } from "../database/database.ts";

/** Inside a transaction a Session is handed in, not a Database. */
export const checkMap = async (dataMap: DataMap, asked: Database | Session) =>
  resolveMap(checkDataMap(dataMap), await readCatalog(asked));
