import type { CommitAnswer, CommitInput } from "@subject-rights/core";
import type { Session } from "../database/database.ts";
import { emptySql, join, type Sql, sql } from "../sql/sql.ts";
import { faithful, textOf } from "./faithful.ts";
import { entryRows, requestValues } from "./request-row.ts";
import type { Tables } from "./tables.ts";

/**
 * A commit in one statement: the guarded update, and what follows from it only where that took place. The update
 * waits for another commit of the same request, and then finds its version gone. What is compared with `before` is
 * what the update replaces: had it been another version, there would be no update.
 *
 * @param whereTaken what becomes of a claim that somebody else took at the same moment
 */
const commitStatement = (
  tables: Tables,
  { request, expectedVersion, entries }: CommitInput,
  whereTaken: Sql,
): Sql => {
  const [tenant, id] = [faithful(request.tenant), faithful(request.id)];
  const claims = request.claims.map(faithful);
  const hashes = request.tokenHashes.map(faithful);
  const same = sql`r.tenant = ${tenant} and r.id = ${id} and r.version = ${expectedVersion}::integer`;
  const held = sql`(select b.claims from before b)::text[]`;
  const known = sql`(select b.token_hashes from before b)::text[]`;
  return sql`with before as (
    select r.claims, r.token_hashes from ${tables.request} r where ${same}
  ), holder as (
    select c.request_id from ${tables.claim} c
    where c.tenant = ${tenant} and c.claim = any(${claims}) and c.request_id <> ${id}
    order by c.claim limit 1
  ), after as (
    update ${tables.request} r
    set ${join(requestValues(request).map(([column, value]) => sql`${column} = ${value}`))}
    where ${same} and not exists (select from holder)
    returning 1
  ), released as (
    delete from ${tables.claim} c
    where c.tenant = ${tenant} and c.claim = any(${held}) and c.request_id = ${id}
      and c.claim <> all(${claims}) and exists (select from after)
  ), wanted as (
    select distinct w.claim from unnest(${claims}) as w (claim)
    where w.claim <> all(${held}) and exists (select from after)
  ), taken as (
    insert into ${tables.claim} (tenant, claim, request_id)
    select ${tenant}, w.claim, ${id} from wanted w order by w.claim ${whereTaken}
    returning 1
  ), unnamed as (
    delete from ${tables.token} t
    where t.token_hash = any(${known}) and t.token_hash <> all(${hashes}) and exists (select from after)
  ), named as (
    insert into ${tables.token} (token_hash, tenant, request_id)
    select distinct n.hash, ${tenant}, ${id} from unnest(${hashes}) as n (hash)
    where n.hash <> all(${known}) and exists (select from after) order by 1
  ), audited as (
    insert into ${tables.audit} ${entryRows(entries)} where exists (select from after)
  )
  select exists (select from before)::text as current, (select h.request_id from holder h) as holder,
    exists (select from after)::text as done,
    ((select count(*) from wanted) - (select count(*) from taken))::text as missing`.prepared();
};

type Tried = CommitAnswer | "look again";

const tried = async (session: Session, statement: Sql): Promise<Tried> => {
  const [row = {}] = await session.query(statement);
  if (textOf(row, "current") === "false") return { outcome: "changed" };
  const { holder } = row;
  if (typeof holder === "string") return { outcome: "claimed", by: holder };
  if (textOf(row, "done") === "false") return { outcome: "changed" };
  return textOf(row, "missing") === "0" ? { outcome: "committed" } : "look again";
};

/** On its own: a claim that was taken at the same moment undoes the statement, with a unique_violation. */
export const commitAlone = async (
  session: Session,
  tables: Tables,
  input: CommitInput,
): Promise<CommitAnswer> => {
  const answer = await tried(session, commitStatement(tables, input, emptySql));
  if (answer === "look again") throw new Error("A claim was not stored, and nothing said why.");
  return answer;
};

const looks = 5;

/**
 * Inside a transaction: there an error would be the end of everything, so a claim that was taken at the same moment
 * is passed over, the commit undone, and looked at again.
 */
export const commitWithin = async (
  session: Session,
  tables: Tables,
  input: CommitInput,
): Promise<CommitAnswer> => {
  const statement = commitStatement(tables, input, sql`on conflict (tenant, claim) do nothing`);
  await session.query(sql`savepoint before_commit`);
  for (let look = 1; look <= looks; look += 1) {
    const answer = await tried(session, statement);
    if (answer !== "look again") {
      await session.query(sql`release savepoint before_commit`);
      return answer;
    }
    await session.query(sql`rollback to savepoint before_commit`);
  }
  throw new Error("A claim changed hands again and again at the same moment; nothing was committed.");
};
