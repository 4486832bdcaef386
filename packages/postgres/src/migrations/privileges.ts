import { optionsOf } from "@subject-rights/core";
import { name, type Sql, sql } from "../sql/sql.ts";
import { defaultSchema, type TableName, tablesIn } from "../store/tables.ts";
import { printed } from "./migrate.ts";

/** What the store does in each table, and no more. */
const needed: Readonly<Record<TableName, Sql>> = {
  migration: sql`select`,
  request: sql`select, insert, update`,
  claim: sql`select, insert, delete`,
  token: sql`select, insert, delete`,
  audit: sql`select, insert`,
  artifact: sql`select, insert, update, delete`,
  source_status: sql`select, insert, update`,
  key: sql`select, insert, delete`,
  sweep: sql`select, insert, update`,
  sweep_part: sql`select, insert, delete`,
  hold: sql`select, insert, update`,
  suppression: sql`select, insert, update, delete`,
  checkpoint: sql`select, insert`,
  checkpoint_leaf: sql`select, insert`,
  intake_seen: sql`select, insert, update, delete`,
  intake_waiting: sql`select, insert, delete`,
  intake_answer: sql`select, insert, update, delete`,
};

/**
 * The GRANT statements that let a role run the application, and not more: it can migrate nothing, and can neither
 * change nor delete an audit entry or a checkpoint. For the owner of the schema to run, after each migration.
 *
 * @throws ConfigurationMistake for a name that cannot be one
 */
export const privilegesSql = (options: {
  readonly schema?: string | undefined;
  readonly role: string;
}): string => {
  const { schema = defaultSchema, role } = optionsOf("privilegesSql", { schema: true, role: true }, options);
  const tables = tablesIn(schema);
  const to = name(role);
  const names = Object.keys(needed) as readonly TableName[];
  return printed([
    sql`grant usage on schema ${name(schema)} to ${to}`,
    ...names.map((table) => sql`grant ${needed[table]} on table ${tables[table]} to ${to}`),
  ]);
};
