import type { AuditEntry, StoredRequest } from "@subject-rights/core";
import { join, type Sql, sql } from "../sql/sql.ts";
import { faithful } from "./faithful.ts";
import { entryRows, requestValues } from "./request-row.ts";
import type { Tables } from "./tables.ts";

/**
 * Stores a request with everything that belongs to it, or answers which open one asks the same. A request stored
 * by somebody else at the same moment is a unique_violation; the next try sees it. So is an id that is taken.
 */
export const insertStatement = (
  tables: Tables,
  request: StoredRequest,
  entries: readonly AuditEntry[],
): Sql => {
  const [tenant, id] = [faithful(request.tenant), faithful(request.id)];
  const values = requestValues(request);
  return sql`with duplicate as (
    select r.id from ${tables.request} r
    where r.tenant = ${tenant} and r.duplicate_key = ${faithful(request.duplicateKey)} and r.open
      and not exists (select from ${tables.request} t where t.tenant = ${tenant} and t.id = ${id})
  ), stored as (
    insert into ${tables.request} (${join(values.map(([column]) => column))})
    select ${join(values.map(([, value]) => value))} where not exists (select from duplicate)
    returning 1
  ), claimed as (
    insert into ${tables.claim} (tenant, claim, request_id)
    select distinct ${tenant}, c.claim, ${id} from unnest(${request.claims.map(faithful)}) as c (claim)
    where exists (select from stored) order by 2
  ), named as (
    insert into ${tables.token} (token_hash, tenant, request_id)
    select distinct t.hash, ${tenant}, ${id} from unnest(${request.tokenHashes.map(faithful)}) as t (hash)
    where exists (select from stored) order by 1
  ), audited as (
    insert into ${tables.audit} ${entryRows(entries)} where exists (select from stored)
  )
  select (select d.id from duplicate d) as duplicate`.prepared();
};
