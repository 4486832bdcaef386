import type {
  AuditEntry,
  Category,
  Json,
  RequestKind,
  StoredRequest,
  StoredStanding,
} from "@subject-rights/core";
import type { TextRow } from "../database/database.ts";
import { name, type Sql, sql } from "../sql/sql.ts";
import { faithful, faithfulInstant, instantSql, instantText, textOf } from "./faithful.ts";

/** The columns of a request, with what goes into them. */
export const requestValues = (request: StoredRequest): readonly (readonly [Sql, Sql])[] => [
  [name("tenant"), sql`${faithful(request.tenant)}`],
  [name("id"), sql`${faithful(request.id)}`],
  [name("version"), sql`${request.version}::integer`],
  [name("kind"), sql`${request.kind}`],
  [name("category"), sql`${request.category}`],
  [name("received_at"), instantSql(request.receivedAt)],
  [name("open"), sql`${request.open}::boolean`],
  [name("duplicate_key"), sql`${faithful(request.duplicateKey)}`],
  [name("claims"), sql`${request.claims.map(faithful)}`],
  [name("about"), sql`${request.about.map(faithful)}`],
  [name("token_hashes"), sql`${request.tokenHashes.map(faithful)}`],
  [name("standings"), sql`${JSON.stringify(request.standings ?? [])}::jsonb`],
  [name("wake_at"), instantSql(request.wakeAt)],
  [name("state"), sql`${JSON.stringify(request.state)}::json`],
  [name("sealed"), sql`${request.sealed === null ? null : faithful(request.sealed)}`],
];

/** What is selected of a request (as `r`), all of it text. */
export const requestColumns: Sql = sql`r.tenant, r.id, r.version::text as version, r.kind, r.category,
  ${instantText(sql`r.received_at`)} as received_at, r.open::text as open, r.duplicate_key,
  array_to_json(r.claims)::text as claims, array_to_json(r.about)::text as about,
  array_to_json(r.token_hashes)::text as token_hashes,
  r.standings::text as standings, ${instantText(sql`r.wake_at`)} as wake_at, r.state::text as state, r.sealed`;

/** What came back, as a request. The bridge of core checks its shape. */
export const requestOf = (row: TextRow): StoredRequest => {
  const standings = textOf(row, "standings");
  return {
    ...(standings !== "[]" && { standings: JSON.parse(standings) as StoredStanding[] }),
    tenant: textOf(row, "tenant"),
    id: textOf(row, "id"),
    version: Number(textOf(row, "version")),
    kind: textOf(row, "kind") as RequestKind,
    category: textOf(row, "category") as Category,
    receivedAt: textOf(row, "received_at"),
    open: textOf(row, "open") === "true",
    duplicateKey: textOf(row, "duplicate_key"),
    claims: JSON.parse(textOf(row, "claims")) as string[],
    about: JSON.parse(textOf(row, "about")) as string[],
    tokenHashes: JSON.parse(textOf(row, "token_hashes")) as string[],
    wakeAt: row["wake_at"] ?? null,
    state: JSON.parse(textOf(row, "state")) as { [name: string]: Json },
    sealed: row["sealed"] ?? null,
  };
};

/** Audit entries as rows, in the order of the columns of their table. */
export const entryRows = (entries: readonly AuditEntry[]): Sql => sql`
  select e.tenant, e.request_id, e.sequence::integer, e.at::timestamptz, e.actor, e.action, e.source, e.detail::json, e.hash
  from unnest(
    ${entries.map(({ tenant }) => faithful(tenant))}, ${entries.map(({ requestId }) => faithful(requestId))},
    ${entries.map(({ sequence }) => String(sequence))}, ${entries.map(({ at }) => faithfulInstant(at))},
    ${entries.map(({ actor }) => faithful(actor))}, ${entries.map(({ action }) => faithful(action))},
    ${entries.map(({ source }) => (source === null ? null : faithful(source)))},
    ${entries.map(({ detail }) => JSON.stringify(detail))}, ${entries.map(({ hash }) => faithful(hash))}
  ) as e (tenant, request_id, sequence, at, actor, action, source, detail, hash)`;

/** What is selected of an audit entry (as `e`). */
export const entryColumns: Sql = sql`e.tenant, e.request_id, e.sequence::text as sequence,
  ${instantText(sql`e.at`)} as at, e.actor, e.action, e.source, e.detail::text as detail, e.hash`;

export const entryOf = (row: TextRow): AuditEntry => ({
  tenant: textOf(row, "tenant"),
  requestId: textOf(row, "request_id"),
  sequence: Number(textOf(row, "sequence")),
  at: textOf(row, "at"),
  actor: textOf(row, "actor"),
  action: textOf(row, "action"),
  source: row["source"] ?? null,
  detail: JSON.parse(textOf(row, "detail")) as AuditEntry["detail"],
  hash: textOf(row, "hash"),
});
