import { type OptionNames, optionsOf } from "@subject-rights/core";
import type { PostgresClient } from "../database/client.ts";
import { databaseOf } from "../database/database.ts";
import { type SchemaCheck, schemaCheck } from "../migrations/schema-version.ts";
import { defaultSchema } from "./tables.ts";

export interface StoreOptions {
  readonly client: PostgresClient;
  /** The schema that the store has for itself. Default: `subject_rights`. */
  readonly schema?: string | undefined;
}

export const storeOptions: OptionNames<StoreOptions> = { client: true, schema: true };

/**
 * The check that the schema is there, for a store that is made by itself.
 *
 * @throws ConfigurationMistake where the options cannot work
 */
export const readyFor = <Options extends StoreOptions>(
  what: string,
  names: OptionNames<Options>,
  options: Options,
): SchemaCheck => {
  const { client, schema = defaultSchema } = optionsOf(what, names, options);
  return schemaCheck(databaseOf(client), schema);
};
