import { z } from "zod";
import type { Table } from "../catalog/catalog.ts";
import type { MapProblem } from "../data-map/problem.ts";
import type { MappedColumn, MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Database } from "../database/database.ts";
import { anonymisedValue } from "../erasure/anonymised.ts";
import { join, name, printedByServer, type Sql, sql } from "../sql/sql.ts";
import { ask } from "./asking.ts";
import { familyOf, partitionedAncestorsOf } from "./family.ts";
import { futureRow } from "./future-row.ts";
import { problemAt } from "./problem-at.ts";
import { anonymisedColumns } from "./what-happens.ts";

/** Replacements that no partition takes. Where other columns decide as well, which stay, it depends on the row. */
export const partitionProblems = async (
  map: ResolvedMap,
  database: Database,
): Promise<readonly MapProblem[]> => {
  const problems: MapProblem[] = [];
  for (const mapped of map.tables) {
    const partitions = familyOf(map.catalog, mapped.table)
      .filter(({ kind }) => kind !== "partitioned table")
      .map((table) => ({ table, over: partitionedAncestorsOf(map.catalog, table) }))
      .filter(({ over }) => over.length > 0);
    const key = [
      ...new Set(partitions.flatMap(({ over }) => over.flatMap(({ partitionKey }) => partitionKey))),
    ];
    if (!anonymisedColumns(mapped).some(({ column }) => key.includes(column.name))) continue;
    const bounds = await boundsOf(
      partitions.map(({ table }) => table),
      database,
    );
    for (const row of rowsAfter(mapped, key, bounds)) {
      const fits = join(
        bounds.map(({ constraint }) => sql`(${printedByServer(constraint ?? "true")}) is not false`),
        sql` or `,
      );
      const answer = await ask(database, sql`select (${fits})::text as fits from ${row}`);
      // What its type does not take is told of as such.
      if ("refused" in answer || answer.row["fits"] === "true") continue;
      const message =
        "The value decides in which partition a row is, and no partition takes what the map puts here. Use a value " +
        "that one takes, or add a partition for it.";
      problems.push(problemAt("unfit-value", mapped.table, key, message));
      break;
    }
  }
  return problems;
};

const boundsSchema = z.array(
  z.object({ constraint: z.string().nullable(), bound: z.string(), isByExpression: z.boolean() }),
);
type Bounds = z.infer<typeof boundsSchema>;

const boundsOf = async (partitions: readonly Table[], database: Database): Promise<Bounds> => {
  const answer = await ask(
    database,
    sql`select coalesce(json_agg(json_build_object(
        'constraint', pg_get_partition_constraintdef(c.oid),
        'bound', pg_get_expr(c.relpartbound, c.oid),
        'isByExpression', exists (select from pg_catalog.pg_inherits i
          join pg_catalog.pg_partitioned_table y on y.partrelid = i.inhparent
          where i.inhrelid = c.oid and y.partexprs is not null))), '[]')::text as bounds
      from pg_catalog.pg_class c where c.relispartition and c.oid = any (${partitions.map(({ oid }) => String(oid))}::oid[])`,
  );
  return "row" in answer ? boundsSchema.parse(JSON.parse(answer.row["bounds"] ?? "[]")) : [];
};

/** Rows that stand for all that an erasure can leave, as far as their partition goes. */
const rowsAfter = (mapped: MappedTable, key: readonly string[], bounds: Bounds): readonly Sql[] => {
  const row = futureRow(mapped, mapped.table, key);
  if (row !== null) return [row];
  const [only] = anonymisedColumns(mapped).filter(({ column }) => column.name === key[0]);
  return key.length > 1 || only === undefined || bounds.some(({ isByExpression }) => isByExpression)
    ? []
    : bounds.flatMap(({ bound }) => coarserThan(mapped.table, only, bound));
};

/**
 * A coarser value leaves its partition only downwards, over the lower bound: where what that becomes is taken, so is
 * all the rest. Of a list each value is looked at.
 */
const coarserThan = (table: Table, { column, anonymise }: MappedColumn, bound: string): readonly Sql[] => {
  if (typeof anonymise !== "object" || anonymise === null || !("coarser" in anonymise)) return [];
  const values = /^FOR VALUES (?:FROM \((?<lowest>.*)\) TO \(|IN \((?<all>.*)\)$)/s.exec(bound)?.groups;
  const literals = (values?.["lowest"] ?? values?.["all"] ?? "").matchAll(/'((?:[^']|'')*)'|(-?[\d.]+)/g);
  return [...literals].flatMap(([, quoted, number]) => {
    const held = sql`${quoted?.replaceAll("''", "'") ?? number ?? null}::${printedByServer(column.type.sql)}`;
    const value = anonymisedValue(held, column.type, anonymise, new Uint8Array());
    return value === null
      ? []
      : [
          sql`(select ${value}::${printedByServer(column.type.sql)} as ${name(column.name)}) as ${name(table.name)}`,
        ];
  });
};
