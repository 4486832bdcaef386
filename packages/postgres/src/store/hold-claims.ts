import type { HoldInput } from "@subject-rights/core";
import { z } from "zod";
import type { Session } from "../database/database.ts";
import { type Sql, sql } from "../sql/sql.ts";
import { faithful, textOf } from "./faithful.ts";
import type { Tables } from "./tables.ts";

/**
 * Takes the claims of people, of all whose claims nobody else holds. A claim that is being taken or given back at
 * the same moment is waited for; `missing` says that somebody was faster.
 */
const holdStatement = (tables: Tables, { tenant, sweepId, people }: HoldInput): Sql => {
  const [of, by] = [faithful(tenant), faithful(sweepId)];
  const wanted = people.flatMap((claims, person) => claims.map((claim) => ({ person, claim })));
  return sql`with wanted as (
    select w.person::integer as person, w.claim
    from unnest(${wanted.map(({ person }) => String(person))}, ${wanted.map(({ claim }) => faithful(claim))})
      as w (person, claim)
  ), known as (
    select c.claim, c.request_id from ${tables.claim} c
    where c.tenant = ${of} and c.claim = any (${[...new Set(wanted.map(({ claim }) => claim))]})
  ), held as (
    select w.person, min(k.request_id) as holder from wanted w join known k using (claim)
    where k.request_id <> ${by} group by w.person
  ), free as (
    select distinct w.claim from wanted w
    where not exists (select from held h where h.person = w.person)
      and not exists (select from known k where k.claim = w.claim)
  ), taken as (
    insert into ${tables.claim} (tenant, claim, request_id)
    select ${of}, f.claim, ${by} from free f order by f.claim
    on conflict (tenant, claim) do nothing
    returning 1
  )
  select (select coalesce(json_agg(json_build_array(h.person, h.holder)), '[]') from held h)::text as held,
    ((select count(*) from free) - (select count(*) from taken))::text as missing`;
};

const heldSchema = z.array(z.tuple([z.number().int(), z.string()]));

const looks = 10;

/** For each person, null or who holds one of their claims. */
export const holdClaims = async (
  session: Session,
  tables: Tables,
  input: HoldInput,
): Promise<(string | null)[]> => {
  for (let look = 1; look <= looks; look += 1) {
    const [row = {}] = await session.query(holdStatement(tables, input));
    if (textOf(row, "missing") !== "0") continue;
    const held = new Map(heldSchema.parse(JSON.parse(textOf(row, "held"))));
    return input.people.map((_, person) => held.get(person) ?? null);
  }
  throw new Error("A claim changed hands again and again at the same moment; nothing was done under it.");
};
