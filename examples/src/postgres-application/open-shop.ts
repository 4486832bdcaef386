import type { PGlite } from "@electric-sql/pglite";
import { type PostgresDataSource, postgresDataSource } from "@subject-rights/postgres";
import { type OpenApplication, openApplication } from "../story/open-application.ts";
import { openStore } from "../story/open-store.ts";
import type { Place } from "../story/place.ts";
import { dataMap } from "./data-map.ts";
import { rows } from "./rows.ts";
import { schema } from "./schema.ts";

/** A shop with a PostgreSQL database, and the library put into it. */
export interface OpenShop extends OpenApplication {
  readonly client: PGlite;
  readonly source: PostgresDataSource;
}

export const openShop = async (place: Place): Promise<OpenShop> => {
  const store = await openStore(place, { staysAfterwards: true });
  const { client } = store;
  if (!place.isLeftUnfinished) await client.exec(`${schema}${rows} analyze;`);
  await place.begin();

  // The client of the store as well: what is erased and the record of it are one commit.
  const source = postgresDataSource({ client, dataMap, id: "shop", title: "Shop database" });
  return { ...(await openApplication(place, store, { sources: [source] })), client, source };
};
