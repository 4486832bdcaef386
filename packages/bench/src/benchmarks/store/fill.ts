import type { Pool } from "pg";
import { closedWakeAt, stateTemplate, tenantCount } from "./samples.ts";

/**
 * Closed requests as they are left behind: over several tenants, over ten years, with random ids and a token each,
 * three audit entries, and a tenth of them waiting for a day on which something retained is erased.
 */
export const fillWithClosed = async (pool: Pool, schema: string, requests: number): Promise<void> => {
  const client = await pool.connect();
  const statement = (text: string, values: unknown[]) =>
    client.query(text.replaceAll("store.", `${client.escapeIdentifier(schema)}.`), values);
  const fromNumbers = `from (
    select i, 'tenant-' || i % ${tenantCount} as tenant, md5('request ' || i)::uuid::text as id,
      md5('token ' || i) || md5('another ' || i) as token_hash
    from generate_series(1, $1::int) i order by 2, 3) n`;
  try {
    await client.query("set synchronous_commit = off");
    await statement(
      `insert into store.request (tenant, id, version, kind, category, received_at, open, duplicate_key, claims,
        token_hashes, wake_at, state, sealed)
      select 'tenant-' || i % ${tenantCount}, md5('request ' || i)::uuid::text, 17, 'erasure', 'customer-data',
        now() - (($1::int - i)::float8 / $1::int * interval '10 years') - interval '1 day', false,
        'erasure/customer-data/' || md5('person ' || i) || md5('of ' || i), '{}',
        array[md5('token ' || i) || md5('another ' || i)],
        case when i % 10 = 0 then $2::timestamptz end, replace($3::text, '#', md5('state ' || i))::json, null
      from generate_series(1, $1::int) i`,
      [requests, closedWakeAt, stateTemplate],
    );
    await statement(
      `insert into store.token (token_hash, tenant, request_id) select token_hash, tenant, id ${fromNumbers} order by 1`,
      [requests],
    );
    await statement(
      `insert into store.audit (tenant, request_id, sequence, at, actor, action, source, detail, hash)
      select tenant, id, s, now() - interval '1 day', 'admin-1', 'action-' || s, null, '{"kind":"erasure","count":3}',
        encode(sha256(convert_to(id || s, 'UTF8')), 'hex')
      ${fromNumbers}, generate_series(1, 3) s`,
      [requests],
    );
  } finally {
    await client.query("reset synchronous_commit");
    client.release();
  }
};
