import { PermanentFailure } from "@subject-rights/core";
import { findColumn } from "../data-map/resolve.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import { isWrittenAsStored } from "../reach/match.ts";

/**
 * Nothing would be found of a tenant that the column cannot hold, and all would be called absent; and what is written
 * otherwise than it is stored would be two tenants to the library, and one here.
 *
 * @throws PermanentFailure where the tenant's name is not one as the column writes it
 */
export const refuseTenant = (map: ResolvedMap, name: string): void => {
  if ("only" in map.tenant) return;
  for (const { table } of map.tables) {
    const column = findColumn(table, map.tenant.column);
    if (column === undefined || isWrittenAsStored(column, name)) continue;
    throw new PermanentFailure(
      `The request's tenant is none as ${table.schema}.${table.name} has them: "${column.name}" is ${column.type.sql}, ` +
        "and its values are compared as PostgreSQL writes them. Give the actor that value for its tenant.",
    );
  }
};
