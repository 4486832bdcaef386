import type { Column, ForeignKey } from "../catalog/catalog.ts";
import { findColumn } from "../data-map/resolve.ts";
import {
  type ColumnPair,
  type MappedTable,
  type ResolvedMap,
  type ResolvedReference,
  retentionOf,
} from "../data-map/resolved-map.ts";
import { foreignKeysFrom, foreignKeysTo } from "../problems/family.ts";
import { lasts } from "../problems/lasts.ts";
import { anonymisationOf, isLasting, reached } from "../problems/what-happens.ts";
import { rowName } from "../reach/columns.ts";
import type { Facts, Reach } from "../reach/reach.ts";
import { join, name, printedByServer, type Sql, sql } from "../sql/sql.ts";
import { keptUntil } from "./facts.ts";

/** Rows of one retained table because of which rows of another stay for as long as they do. */
interface Holding {
  readonly holder: MappedTable;
  readonly held: MappedTable;
  /** `here` of the holder, `there` of what is held. */
  readonly pairs: readonly ColumnPair[];
}

/**
 * Retained rows that stay because others are retained for longer: those that a payment points at, which could not go
 * before it; and those through which a payment is found, which nobody would find again. Only where each has a date of its
 * own: where the map says both, it is looked at once, when the map is checked.
 */
const holdingsOf = (map: ResolvedMap): readonly Holding[] => {
  const retained = map.tables.filter(({ erasure }) => retentionOf(erasure) !== null);
  return retained.flatMap((holder) =>
    retained.flatMap((held) => {
      const isTogether = held.categories.some((category) => holder.categories.includes(category));
      if (!isTogether || lasts(held, holder) !== "unknown") return [];
      const ways = [...pointersOf(map, holder, held), ...waysOf(map, holder, held)];
      const named = new Map(ways.map((pairs) => [pairs.map(numbersOf).sort().join(), pairs]));
      return [...named.values()].map((pairs) => ({ holder, held, pairs }));
    }),
  );
};

const numbersOf = ({ here, there }: ColumnPair): string => `${here.number}>${there.number}`;

/** The foreign keys by which retained rows still point at others when the time of those has come. */
const pointersOf = (map: ResolvedMap, holder: MappedTable, held: MappedTable) => {
  const own = foreignKeysFrom(map.catalog, holder.table);
  return foreignKeysTo(map.catalog, held.table)
    .filter((key) => own.includes(key) && isInTheWay(map, holder, key))
    .flatMap(({ columns, toColumns }) => {
      const pairs = columns.flatMap((column, index): ColumnPair[] => {
        const here = findColumn(holder.table, column);
        const there = findColumn(held.table, toColumns[index] ?? "");
        return here === undefined || there === undefined ? [] : [{ here, there }];
      });
      return pairs.length === columns.length ? [pairs] : [];
    });
};

const isInTheWay = (map: ResolvedMap, holder: MappedTable, key: ForeignKey): boolean =>
  key.onDelete !== "set null" &&
  key.onDelete !== "set default" &&
  !key.columns.some((column) => anonymisationOf(holder, column) === "null") &&
  !map.unlinks.some(({ foreignKey }) => foreignKey === key);

/** The ways through other retained rows by which rows are found again, where nothing that stays for good leads there. */
const waysOf = (map: ResolvedMap, holder: MappedTable, held: MappedTable) => {
  const lastsByItself = (each: MappedTable) => each === holder || each.erasure === "anonymise";
  if (reached(map, lastsByItself, isLasting).has(holder.table.oid)) return [];
  return holder.belongs
    .filter((each): each is ResolvedReference => each.kind !== "column" && each.other === held.table.oid)
    .filter((each) => isLasting(holder, each, held))
    .map(({ pairs }) => pairs);
};

/** Until when a row would stay by its own date. */
const ownUntil = name("own_until");

const heldColumn = ({ number }: Column): Sql => name(`h${number}`);

/**
 * Puts together how the rows of people are found, so that `keptUntil` says until when they stay: by their own date, or for
 * longer, as long as rows of the same people are retained that need them.
 *
 * @param reachOf as `reach`, and `reachMany`
 */
export const reachHeld = (
  map: ResolvedMap,
  wanted: readonly MappedTable[],
  facts: Facts,
  reachOf: (wanted: readonly MappedTable[], facts: Facts) => Reach,
): Reach => {
  const holdings = holdingsFor(map, wanted);
  if (holdings.length === 0) return reachOf(wanted, facts);
  const held = [...new Set(holdings.map((each) => each.held))];
  const involved = [...new Set([...holdings.map(({ holder }) => holder), ...held])];
  const { sets, set, kept } = reachOf([...new Set([...wanted, ...involved])], (table, alias) => [
    ...facts(table, alias).map((each) =>
      each.as === keptUntil && held.includes(table) ? { ...each, as: ownUntil } : each,
    ),
    ...columnsFor(holdings, table).map((column) => ({
      as: heldColumn(column),
      value: sql`${alias}.${name(column.name)}`,
      type: printedByServer(column.type.sql),
    })),
  ]);
  const untilIn = (table: MappedTable) => (held.includes(table) ? ownUntil : keptUntil);
  const keyOf = (table: MappedTable, alias: Sql): Sql => rowName(map, table, alias);
  const nodes = involved.map(
    (table) =>
      sql`select ${keyOf(table, sql`r`)} as key, r.${untilIn(table)} as until from ${set(table)} r
        where r.${untilIn(table)} is not null`,
  );
  const edges = holdings.map(({ holder, held: other, pairs }) => {
    const isLinked = pairs.map(({ here, there }) => sql`x.${heldColumn(here)} = y.${heldColumn(there)}`);
    return sql`select ${keyOf(holder, sql`x`)} as holder, ${keyOf(other, sql`y`)} as key, y.${ownUntil} as own
      from ${set(holder)} x join ${set(other)} y on ${join(isLinked, sql` and `)}`;
  });
  const staying = (table: MappedTable): Sql => name(`staying_${map.tables.indexOf(table)}`);
  return {
    sets: sql`${sets},
      held_edges as (${join(edges, sql` union `)}),
      held_each (key, until) as (${join(nodes, sql` union `)} union
        select e.key, h.until from held_each h join held_edges e on e.holder = h.key where h.until > e.own),
      held_until (key, until) as (select key, max(until) from held_each group by key),
      ${join(
        held.map(
          (table) => sql`${staying(table)} as (select r.*, u.until as ${keptUntil}
            from ${set(table)} r left join held_until u on u.key = ${keyOf(table, sql`r`)})`,
        ),
      )}`,
    set: (table) => (held.includes(table) ? staying(table) : set(table)),
    kept,
  };
};

const known = new WeakMap<ResolvedMap, readonly Holding[]>();

/** What holds rows of these tables, and what holds that in turn. */
const holdingsFor = (map: ResolvedMap, wanted: readonly MappedTable[]): readonly Holding[] => {
  const all = known.get(map) ?? holdingsOf(map);
  known.set(map, all);
  const needed = new Set(wanted);
  for (const table of needed) {
    for (const { holder, held } of all) if (held === table) needed.add(holder);
  }
  return all.filter(({ held }) => needed.has(held));
};

const columnsFor = (holdings: readonly Holding[], table: MappedTable): readonly Column[] => [
  ...new Set(
    holdings.flatMap(({ holder, held, pairs }) => [
      ...(holder === table ? pairs.map(({ here }) => here) : []),
      ...(held === table ? pairs.map(({ there }) => there) : []),
    ]),
  ),
];
