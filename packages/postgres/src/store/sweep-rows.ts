import type { Category, JsonObject, StoredSweep, StoredSweepPart, SweepPartKind } from "@subject-rights/core";
import type { TextRow } from "../database/database.ts";
import { name, type Sql, sql } from "../sql/sql.ts";
import { faithful, instantSql, instantText, textOf } from "./faithful.ts";

/** The columns of a sweep, with what goes into them. */
export const sweepValues = (sweep: StoredSweep): readonly (readonly [Sql, Sql])[] => [
  [name("tenant"), sql`${faithful(sweep.tenant)}`],
  [name("id"), sql`${faithful(sweep.id)}`],
  [name("version"), sql`${sweep.version}::integer`],
  [name("category"), sql`${sweep.category}`],
  [name("started_at"), instantSql(sweep.startedAt)],
  [name("state"), sql`${JSON.stringify(sweep.state)}::json`],
  [name("sealed"), sql`${sweep.sealed === null ? null : faithful(sweep.sealed)}`],
];

/** What is selected of a sweep (as `s`). */
export const sweepColumns: Sql = sql`s.tenant, s.id, s.version::text as version, s.category,
  ${instantText(sql`s.started_at`)} as started_at, s.state::text as state, s.sealed`;

/** What came back, as a sweep. The bridge of core checks its shape. */
export const sweepOf = (row: TextRow): StoredSweep => ({
  tenant: textOf(row, "tenant"),
  id: textOf(row, "id"),
  version: Number(textOf(row, "version")),
  category: textOf(row, "category") as Category,
  startedAt: textOf(row, "started_at"),
  state: JSON.parse(textOf(row, "state")) as JsonObject,
  sealed: row["sealed"] ?? null,
});

/** Parts as rows: number, kind, info, sealed, about (as JSON: an array of arrays would have to be of one length). */
export const partRows = (parts: readonly StoredSweepPart[]): Sql => sql`unnest(
  ${parts.map(({ number }) => String(number))}, ${parts.map(({ kind }) => kind)},
  ${parts.map(({ info }) => JSON.stringify(info))},
  ${parts.map(({ sealed }) => (sealed === null ? null : faithful(sealed)))},
  ${parts.map(({ about = [] }) => JSON.stringify(about.map(faithful)))}
) as p (number, kind, info, sealed, about)`;

/** What is selected of a part (as `p`). */
export const partColumns: Sql = sql`p.number::text as number, p.kind, p.info::text as info, p.sealed,
  array_to_json(p.about)::text as about`;

export const partOf = (row: TextRow): StoredSweepPart => {
  const about = JSON.parse(textOf(row, "about")) as string[];
  return {
    number: Number(textOf(row, "number")),
    kind: textOf(row, "kind") as SweepPartKind,
    info: JSON.parse(textOf(row, "info")) as JsonObject,
    sealed: row["sealed"] ?? null,
    ...(about.length > 0 && { about }),
  };
};
