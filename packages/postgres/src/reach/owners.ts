import type {
  MappedTable,
  ResolvedBelonging,
  ResolvedMap,
  ResolvedMatch,
  ResolvedReference,
  ResolvedUnlink,
} from "../data-map/resolved-map.ts";
import { join, type Sql, sql } from "../sql/sql.ts";
import { sameKey } from "./columns.ts";
import { otherOf } from "./named-references.ts";
import { isStillSaid } from "./nobodys.ts";
import { isRecursive, reachOrder } from "./order.ts";

/** Ways of belonging that lead to one person, whichever of them finds the row. */
type Owner = readonly [ResolvedBelonging, ...ResolvedBelonging[]];

/**
 * The ways of belonging that may lead to different people for one row: a message to its sender and to its recipient.
 * What a row's own columns hold is one person's, where the map does not say otherwise, and where the row points at
 * somebody as well, theirs; of pointers by the same columns (to a user, or to an order) one leads somewhere; and all
 * that points back at a row counts as one way.
 */
export const ownersOf = ({ belongs }: MappedTable): readonly Owner[] => {
  const isThrough = belongs.some(({ kind }) => kind !== "column");
  const owners: Owner[] = [];
  for (const each of belongs) {
    if (each.kind === "column" && (each.shared || (isThrough && each.identifies !== false))) continue;
    const at = owners.findIndex(([other]) => isOfOne(each, other));
    const owner = owners[at];
    if (owner === undefined) owners.push([each]);
    else owners[at] = [...owner, each];
  }
  return owners;
};

const isOfOne = (one: ResolvedBelonging, other: ResolvedBelonging): boolean => {
  if (one.kind === "column") {
    return other.kind === "column" && one.identifies !== false && other.identifies !== false;
  }
  if (other.kind === "column" || one.kind !== other.kind) return false;
  return (
    one.kind === "referenced-by" ||
    one.pairs.some(({ here }) => other.pairs.some((pair) => pair.here === here))
  );
};

/** Whether a row may be of several people by ways that the map has to say something about. */
export const isOfSeveral = (table: MappedTable): boolean => ownersOf(table).length > 1;

/** Whether rows belong through rows that belong through these. */
export const isInCircle = (map: ResolvedMap, table: MappedTable): boolean => {
  const group = reachOrder(map, [table]).find((each) => each.includes(table));
  return group !== undefined && isRecursive(group);
};

/** Whether an erasure looks at all ways in which a row belongs, and leaves it where one leads to somebody else. */
export const isLeftToOthers = (map: ResolvedMap, table: MappedTable): boolean =>
  isOfSeveral(table) && table.kept.isSaid && !table.kept.isNever && !isSharedInCircle(map, table);

/** Whether a back reference is among what a table belongs through in a circle: then nobody can tell who shares its rows. */
const isSharedInCircle = (map: ResolvedMap, table: MappedTable): boolean => {
  const group = reachOrder(map, [table]).find((each) => each.includes(table)) ?? [];
  return group.some(({ belongs }) =>
    belongs.some(
      (each) => each.kind === "referenced-by" && group.some((other) => other.table.oid === each.other),
    ),
  );
};

/**
 * Whether a row stays where a row that it belongs through stays: it does unless it goes with the first of those whose it
 * is, or its own columns say whose it is.
 */
export const staysWithWays = (table: MappedTable): boolean =>
  !(isOfSeveral(table) && table.kept.isNever) &&
  !ownersOf(table).some(([each]) => each.kind === "column" && each.identifies !== false);

/** Whether rows of a table itself stay as somebody else's too; those that belong through such rows stay with them. */
export const decidesWhoShares = (map: ResolvedMap, table: MappedTable): boolean =>
  (table.belongs.some(({ kind }) => kind === "referenced-by") && !table.kept.isNever) ||
  isLeftToOthers(map, table);

/**
 * Whether a row `t` is somebody else's too: one of the ways in which it belongs leads to a row that is not in the sets
 * of the people whose rows are looked for, or to an identifier that is not theirs.
 */
export const isOthersToo = (
  map: ResolvedMap,
  table: MappedTable,
  set: (table: MappedTable) => Sql,
  isTheirs: (match: ResolvedMatch) => Sql,
): Sql => {
  const owners = ownersOf(table).map((owner) => {
    const said = owner.map((each) => {
      const other = each.kind === "column" ? undefined : otherOf(map, each);
      return other === undefined
        ? isStillSaid(map, table, each, row)
        : isStillSaid(
            map,
            table,
            each,
            row,
            (alias) => sql`not exists (select from ${set(other)} s where ${sameKey(other, alias, sql`s`)})`,
          );
    });
    const theirs = owner.flatMap((each) => (each.kind === "column" ? [isTheirs(each)] : []));
    const isSaid = sql`(${join(said, sql` or `)})`;
    return {
      isSaid,
      isOthers:
        theirs.length === 0 ? isSaid : sql`(${isSaid} and not coalesce(${join(theirs, sql` or `)}, false))`,
      isWhoItIs: owner[0].kind === "column" && owner[0].identifies !== false,
    };
  });
  const whoItIs = owners.find((each) => each.isWhoItIs);
  const others = join(
    owners.flatMap((each) => (each === whoItIs ? [] : [each.isOthers])),
    sql` or `,
  );
  // A record of Ann with Bob as her contact is Ann's, and goes with her; where nothing says whose it is, it is of both.
  return whoItIs === undefined
    ? sql`(${others})`
    : sql`(${whoItIs.isOthers} or (not ${whoItIs.isSaid} and (${others})))`;
};

const row = sql`t`;

/** The way of belonging that a foreign key to unlink is, in rows that may stay for whom another way leads to. */
export const ownWayOf = (
  map: ResolvedMap,
  { table, foreignKey }: ResolvedUnlink,
): ResolvedReference | null => {
  const mapped = map.tables.find((each) => each.table.oid === table.oid);
  if (mapped === undefined || !isLeftToOthers(map, mapped)) return null;
  const isThis = (each: ResolvedBelonging): each is ResolvedReference =>
    each.kind === "references" &&
    each.other === foreignKey.to &&
    each.pairs.length === foreignKey.columns.length &&
    each.pairs.every(
      ({ here, there }) => foreignKey.toColumns[foreignKey.columns.indexOf(here.name)] === there.name,
    );
  return mapped.belongs.find(isThis) ?? null;
};
