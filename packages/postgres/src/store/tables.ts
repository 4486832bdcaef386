import { name, type Sql } from "../sql/sql.ts";

/** Where the store keeps everything, unless it is told another schema. */
export const defaultSchema = "subject_rights";

const tableNames = [
  "migration",
  "request",
  "claim",
  "token",
  "audit",
  "artifact",
  "source_status",
  "key",
  "sweep",
  "sweep_part",
  "hold",
  "suppression",
  "checkpoint",
  "checkpoint_leaf",
  "intake_seen",
  "intake_waiting",
  "intake_answer",
] as const;

export type TableName = (typeof tableNames)[number];

/** The tables of one schema, as quoted names. */
export type Tables = Readonly<Record<TableName, Sql>>;

/** @throws ConfigurationMistake where no schema can have this name */
export const tablesIn = (schema: string): Tables =>
  Object.fromEntries(tableNames.map((table) => [table, name(schema, table)])) as Record<TableName, Sql>;
