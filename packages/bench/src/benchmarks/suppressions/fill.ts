import { createHmac } from "node:crypto";
import type { Pool } from "pg";

export const tenant = "halmstrand";

interface Filling {
  /** How many people are in the import. */
  readonly people: number;
  /** How many suppressions there are, half as many as people among them. */
  readonly listed: number;
  readonly emailOf: (person: number) => string;
}

const batch = 50_000;

/** Fills the list of suppressions, and a table with the pseudonyms of the import. */
export const fillList = async (pool: Pool, key: Uint8Array, filling: Filling): Promise<void> => {
  const { people, listed, emailOf } = filling;
  const pseudonymOf = (person: number): string =>
    createHmac("sha256", key)
      .update(JSON.stringify(["email", emailOf(person)]))
      .digest("hex");
  await pool.query("create table incoming (pseudonym bytea not null)");
  for (let from = 0; from < people; from += batch) {
    const some = Array.from({ length: Math.min(batch, people - from) }, (_, index) =>
      pseudonymOf(from + index),
    );
    await pool.query("insert into incoming select decode(p, 'hex') from unnest($1::text[]) as p", [some]);
  }
  const suppression = `select $1, p, 'customer-data', 'request-' || n, 'request', 1, now(), now(), null`;
  await pool.query(
    `insert into subject_rights.suppression ${suppression}
     from (select pseudonym as p, row_number() over () as n from incoming) i where n % 2 = 0`,
    [tenant],
  );
  await pool.query(
    `insert into subject_rights.suppression ${suppression}
     from (select n, sha256(('other ' || n)::bytea) as p from generate_series(1, $2::int) as n) o`,
    [tenant, listed - Math.floor(people / 2)],
  );
  await pool.query("vacuum analyze incoming, subject_rights.suppression");
};
