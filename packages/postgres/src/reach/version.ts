import type { MappedTable } from "../data-map/resolved-map.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import type { Facts } from "./reach.ts";

/** Which version of a row was found. */
export const version = name("version");

/**
 * Tells the versions of a row `alias` apart: whoever changes it leaves another one. A role that may read single columns
 * alone does not see who wrote the row, and their values say it.
 */
const versionOf = ({ table }: MappedTable, alias: Sql): Sql =>
  table.maySelect
    ? sql`${alias}.xmin::text`
    : sql`json_build_array(${join(
        table.columns.flatMap((column) =>
          column.maySelect ? [sql`${alias}.${name(column.name)}::text`] : [],
        ),
      )})::text`;

/** With the version in which each row was found beside other facts; rows that stay carry it as well. */
export const withVersion =
  (facts: Facts): Facts =>
  (table, alias) => [
    ...facts(table, alias),
    { as: version, value: versionOf(table, alias), type: sql`text`, isOfKept: true },
  ];

/** A setting of the transaction: that a row was met which was not as it was found any more. */
const setting = "subject_rights.row_changed";

/**
 * Whether a row `t` is as it was found, as `r`. The server asks it once more of the row that is there when a statement
 * had to wait for somebody who changed it: what that became is not touched, and it is noted that this was so.
 */
export const isAsFound = (table: MappedTable): Sql =>
  sql`case when ${versionOf(table, sql`t`)} = r.${version} then true
    else set_config(${setting}, 'true', true) is null end`;

/** Whether that was noted, as a text; null or empty where not. */
export const hasMetChange: Sql = sql`current_setting(${setting}, true)`;
