import type { Sql } from "../sql/sql.ts";

/** A step from one version of the schema to the next. Once published it stays as it is. */
export interface Migration {
  readonly number: number;
  /** Without parameters, as they are also printed. The last one records that it was applied. */
  statements(schema: string): readonly Sql[];
}
