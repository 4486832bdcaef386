import type { MappedTable, ResolvedMap, ResolvedReference, Through } from "../data-map/resolved-map.ts";
import { emptySql, join, name, type Sql, sql } from "../sql/sql.ts";
import { keyColumns, linkName, tableName } from "./columns.ts";
import { otherOf } from "./named-references.ts";
import { isNobodys } from "./nobodys.ts";
import { linksIn } from "./ways.ts";

/**
 * What rows of the person point at by a back reference, without what somebody else's row points at too, by this one or
 * by any other of the table. Sets are taken from each other, and not looked through row by row: how many rows a set has
 * is more than the server can guess.
 */
export const ownPointers = (
  map: ResolvedMap,
  set: (table: MappedTable) => Sql,
  table: MappedTable,
  through: Through,
): Sql => {
  const { reference } = through;
  const pointing = otherOf(map, reference);
  if (pointing === undefined) return sql`select null where false`;
  const candidates = linksIn(set(pointing), pointing, through);
  const shared = table.belongs.flatMap((each) => {
    const other = each.kind === "referenced-by" ? otherOf(map, each) : undefined;
    if (each.kind !== "referenced-by" || other === undefined) return [];
    if (each === reference) return [sql` except ${pointedAtByOthers(map, set, each, other, candidates)}`];
    const reached = sql`select ${hereOf(each)} from ${tableName(table)} x where (${hereOf(reference)}) in (${candidates})`;
    const others = pointedAtByOthers(map, set, each, other, reached);
    return [
      sql` except select ${hereOf(reference)} from ${tableName(table)} x where (${hereOf(each)}) in (${others})`,
    ];
  });
  return sql`${candidates}${join(shared, emptySql)}`;
};

const thereOf = ({ pairs }: ResolvedReference): Sql => join(pairs.map(({ there }) => name(linkName(there))));
const hereOf = ({ pairs }: ResolvedReference): Sql =>
  join(pairs.map(({ here }) => sql`x.${name(here.name)}`));

/** Which of these values rows point at that are not the person's, and still somebody's. */
const pointedAtByOthers = (
  map: ResolvedMap,
  set: (table: MappedTable) => Sql,
  reference: ResolvedReference,
  pointing: MappedTable,
  values: Sql,
): Sql => {
  const there = thereOf(reference);
  const keys = join(keyColumns(pointing).map(({ from }) => from(sql`o`)));
  const keysInSet = join(keyColumns(pointing).map(({ as }) => as));
  const pointed = join(reference.pairs.map((pair) => sql`o.${name(pair.there.name)}`));
  const nobodys = isNobodys(map, pointing, sql`o`);
  // A row that is nobody's any more shares nothing.
  const isSomebodys = nobodys === null ? emptySql : sql` and not ${nobodys}`;
  return sql`select ${there} from (
    select ${keys}, ${pointed} from ${tableName(pointing)} o where (${pointed}) in (${values})${isSomebodys}
    except select ${keysInSet}, ${there} from ${set(pointing)}) as others (${keysInSet}, ${there})`;
};
