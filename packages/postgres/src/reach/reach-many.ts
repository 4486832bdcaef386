import type { Column } from "../catalog/catalog.ts";
import { findColumn } from "../data-map/resolve.ts";
import type { MappedTable, ResolvedMap, ResolvedMatch, Through } from "../data-map/resolved-map.ts";
import { emptySql, join, name, type Sql, sql } from "../sql/sql.ts";
import { isJudgedInCircle, ownInCircle } from "./circles.ts";
import { keyColumns, linkColumns, linkName, tableName } from "./columns.ts";
import { matches, matchesEach, namingValues } from "./match.ts";
import { isFound, otherOf } from "./named-references.ts";
import { isRecursive, reachOrder } from "./order.ts";
import { ownPointers } from "./own-pointers.ts";
import { isInCircle, isLeftToOthers, isOthersToo } from "./owners.ts";
import {
  type Facts,
  type Keeping,
  keptColumns,
  noFacts,
  type Person,
  type Reach,
  type SetColumn,
  type Share,
  selected,
  sharing,
} from "./reach.ts";
import { isStrangerToEach } from "./strangers.ts";
import { matchesLookedFor, meantIn, namedLookedFor, waysThrough } from "./ways.ts";

/** Whose row it is: the place of the person in the list, from 0. A row of several people is there for each. */
export const owner = name("owner");

interface Context {
  readonly map: ResolvedMap;
  readonly people: readonly Person[];
  readonly share: Share;
  readonly set: (table: MappedTable) => Sql;
  readonly columnsOf: (table: MappedTable, alias: Sql) => readonly SetColumn[];
}

const row = sql`t`;

/**
 * As `reach` for what is one's own, for several people of one tenant at once: each set says in `owner` whose its rows
 * are. What belongs to several of them, and to nobody else, is theirs.
 */
export const reachMany = (
  map: ResolvedMap,
  wanted: readonly MappedTable[],
  people: readonly Person[],
  facts: Facts = noFacts,
  keeping: Keeping | null = null,
): Reach => {
  const set = (table: MappedTable): Sql => name(`reached_${map.tables.indexOf(table)}`);
  const columnsOf = (table: MappedTable, alias: Sql): readonly SetColumn[] => [
    ...[...keyColumns(table), ...linkColumns(table, map)].map(
      ({ as, from, type }): SetColumn => ({ as, value: from(alias), type }),
    ),
    ...facts(table, alias),
  ];
  const context: Context = { map, people, share: "own", set, columnsOf };
  const setsIn = (of: Context, groups: ReturnType<typeof reachOrder>, prefix: string): readonly Sql[] =>
    groups.flatMap((group, index) =>
      isRecursive(group)
        ? recursiveSets(of, group, name(`${prefix}_${index}`))
        : group.map((table) => {
            const columns = selected(columnsOf(table, row));
            return sql`${of.set(table)} as (${branches(of, table, [], columns)})`;
          }),
    );
  const sets = [...setsIn(context, reachOrder(map, wanted), "group")];
  const shared = sharing(map, wanted, keeping, set);
  if (shared !== null) {
    sets.push(...setsIn({ ...context, share: "all", set: shared.all }, shared.groups, "all_group"));
    sets.push(...shared.kept((table) => [owner, ...keptColumns(table, facts)]));
  }
  return { sets: sql`with recursive ${join(sets)}`, set, kept: (table) => shared?.name(table) ?? null };
};

/** How rows are found: from what they are joined with, on what, and where that says whose they are. */
export interface Branch {
  readonly from: Sql;
  readonly where: Sql;
  readonly owner: Sql;
  /** Whether a row may come twice for one person. */
  readonly repeats: boolean;
}

const branches = (context: Context, table: MappedTable, group: readonly MappedTable[], columns: Sql): Sql => {
  const found = branchesOf(context, table, group);
  const t = sql`${tableName(table)} t`;
  if (found.length === 0) return sql`select null::int as ${owner}, ${columns} from ${t} where false`;
  const repeats = found.length === 1 && found.some((each) => each.repeats);
  const isOwn = ownCondition(context, table);
  const each = found.map(
    ({ from, where, owner: whose }) =>
      sql`select ${repeats ? sql`distinct ` : sql``}${whose} as ${owner}, ${columns} from ${from} join ${t} on ${where}${isOwn}`,
  );
  return join(each, sql` union `);
};

/** As in `reach`: no way in which the row belongs leads to anybody but these people. */
const ownCondition = ({ map, share, set, people }: Context, table: MappedTable): Sql => {
  if (share === "all" || !isLeftToOthers(map, table) || isInCircle(map, table)) return emptySql;
  return sql` and not ${isOthersToo(map, table, set, theirs(people))}`;
};

const theirs =
  (people: readonly Person[]) =>
  (match: ResolvedMatch): Sql => {
    const values = people.flatMap(({ subject }) => subject.values(match.identifier));
    return matches(row, match.column, match.identifier, namingValues(match, values));
  };

const branchesOf = (
  context: Context,
  table: MappedTable,
  group: readonly MappedTable[],
): readonly Branch[] => [
  ...matchedBranches(context, table),
  ...namedBranches(context, table),
  ...waysThrough(table).flatMap((each) =>
    group.some((member) => member.table.oid === each.reference.other)
      ? []
      : throughBranch(context, table, each),
  ),
];

/** How rows `t` of a table are found by these columns of theirs. */
export const matchedBranches = (
  { map, people }: Pick<Context, "map" | "people">,
  table: MappedTable,
  matches: readonly ResolvedMatch[] = matchesLookedFor(table),
): readonly Branch[] => {
  const tenantIs = tenantCondition(map, table, people);
  return matches.flatMap((each) => {
    const isSomebodyElses = isStrangerToEach(map, table, each, subjectsOf(people), row);
    return valueBranch(
      people,
      each,
      isSomebodyElses === null ? tenantIs : sql`${tenantIs} and not ${isSomebodyElses}`,
    );
  });
};

/** How rows `t` are found that hold, in this column, an address of somebody, and a number of somebody else. */
export const strangersBranches = (
  { map, people }: Pick<Context, "map" | "people">,
  table: MappedTable,
  found: ResolvedMatch,
): readonly Branch[] => {
  const isSomebodyElses = isStrangerToEach(map, table, found, subjectsOf(people), row);
  return isSomebodyElses === null
    ? []
    : valueBranch(people, found, sql`${tenantCondition(map, table, people)} and ${isSomebodyElses}`);
};

const subjectsOf = (people: readonly Person[]) => people.map(({ subject }) => subject);

/** Rows that point at somebody by a value that is known, whatever became of the row there. */
const namedBranches = ({ map, people }: Context, table: MappedTable): readonly Branch[] =>
  namedLookedFor(map, table).flatMap(({ reference, other, match, known, tenant }) => {
    const isSomebodyElses = isStrangerToEach(map, other, known, subjectsOf(people), sql`o`);
    const isTheirs =
      isSomebodyElses === null ? emptySql : sql` and not ${isFound(reference, other, isSomebodyElses)}`;
    return valueBranch(
      people,
      match,
      sql`${tenant === null ? emptySql : isOfTenant(tenant, people)}${isTheirs}`,
    );
  });

const valueBranch = (people: readonly Person[], match: ResolvedMatch, tenantIs: Sql): readonly Branch[] => {
  const { column, identifier } = match;
  const values = people.flatMap(({ subject }, person) =>
    namingValues(match, subject.values(identifier)).map((value) => ({ person, value })),
  );
  const matched = matchesEach(row, column, identifier, values);
  if (matched === null) return [];
  return [{ from: matched.from, where: sql`${matched.on}${tenantIs}`, owner: sql`k.person`, repeats: true }];
};

const tenantCondition = ({ tenant }: ResolvedMap, table: MappedTable, people: readonly Person[]): Sql => {
  if ("only" in tenant) return emptySql;
  const column = findColumn(table.table, tenant.column);
  return column === undefined ? sql` and false` : isOfTenant(column, people);
};

const isOfTenant = (column: Column, [first]: readonly Person[]): Sql =>
  sql` and ${matches(row, column, "tenant", [first?.tenant ?? ""])}`;

const throughBranch = (context: Context, table: MappedTable, through: Through): readonly Branch[] => {
  const { map, share, set } = context;
  const { reference } = through;
  const { kind, pairs } = reference;
  const other = otherOf(map, reference);
  if (other === undefined) return [];
  const isLinked = join(
    [
      ...pairs.map((pair) => sql`t.${name(pair.here.name)} = s.${name(linkName(pair.there))}`),
      ...meantIn(sql`s`, other, through),
    ],
    sql` and `,
  );
  const from = sql`${set(other)} s`;
  const whose = sql`s.${owner}`;
  if (kind === "references") {
    const isKey =
      other.key !== null &&
      other.key.length === pairs.length &&
      pairs.every(({ there }) => other.key?.includes(there));
    return [{ from, where: isLinked, owner: whose, repeats: !isKey }];
  }
  if (share === "all" || table.kept.isNever) return [{ from, where: isLinked, owner: whose, repeats: true }];
  // What rows of none of these people point at as well is left alone, as in `reach`.
  const here = join(pairs.map((pair) => sql`t.${name(pair.here.name)}`));
  const isOwn = sql`(${here}) in (${ownPointers(map, set, table, through)})`;
  return [{ from, where: sql`${isLinked} and ${isOwn}`, owner: whose, repeats: true }];
};

/** Sets of tables that belong through each other, as in `reach`; each row also says whose it is. */
const recursiveSets = (context: Context, group: readonly MappedTable[], shared: Sql): readonly Sql[] => {
  const { columnsOf, set, map, share, people } = context;
  const isJudged = share === "own" && isJudgedInCircle(map, group);
  const found = (table: MappedTable): Sql =>
    isJudged ? name(`found_${map.tables.indexOf(table)}`) : set(table);
  const column = (tableIndex: number, columnIndex: number): Sql => name(`c${tableIndex}_${columnIndex}`);
  const wide = (table: MappedTable): Sql =>
    join([
      sql`${group.indexOf(table)}::int as tag`,
      ...group.flatMap((member, tableIndex) =>
        columnsOf(member, row).map(
          ({ value, type }, columnIndex) =>
            sql`${member === table ? value : sql`null`}::${type} as ${column(tableIndex, columnIndex)}`,
        ),
      ),
    ]);
  const start = join(
    group.map((table) => branches(context, table, group, wide(table))),
    sql` union `,
  );
  const further = group.flatMap((table) =>
    table.belongs.flatMap((each) => {
      const parent = group.findIndex((member) => each.kind !== "column" && member.table.oid === each.other);
      const parentTable = group[parent];
      if (each.kind === "column" || parentTable === undefined) return [];
      const names = columnsOf(parentTable, row).map(({ as }) => as.compile().text);
      const conditions = each.pairs.map(({ here, there }) => {
        const at = names.indexOf(name(linkName(there)).compile().text);
        return sql`t.${name(here.name)} = g.${column(parent, at)}`;
      });
      return [
        sql`select g.${owner}, ${wide(table)} from ${tableName(table)} t
          where g.tag = ${parent}::int and ${join(conditions, sql` and `)}`,
      ];
    }),
  );
  return [
    sql`${shared} as ((${start}) union select x.* from ${shared} g cross join lateral (${join(further, sql` union all `)}) x)`,
    ...group.map((table, tableIndex) => {
      const own = columnsOf(table, row).map(
        ({ as }, columnIndex) => sql`${column(tableIndex, columnIndex)} as ${as}`,
      );
      return sql`${found(table)} as (
        select distinct ${join([owner, ...own])} from ${shared} where tag = ${tableIndex}::int)`;
    }),
    ...(isJudged ? ownInCircle({ map, group, found, set, isTheirs: theirs(people) }) : []),
  ];
};
