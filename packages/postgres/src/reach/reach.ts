import type { Subject } from "@subject-rights/core";
import { findColumn } from "../data-map/resolve.ts";
import type { MappedTable, ResolvedMap, ResolvedMatch, Through } from "../data-map/resolved-map.ts";
import { emptySql, join, name, type Sql, sql } from "../sql/sql.ts";
import { isJudgedInCircle, ownInCircle } from "./circles.ts";
import { keyColumns, linkColumns, linkName, type ReachedColumn, tableName } from "./columns.ts";
import { matches, namingValues } from "./match.ts";
import { isFound, otherOf } from "./named-references.ts";
import { isRecursive, reachOrder } from "./order.ts";
import { ownPointers } from "./own-pointers.ts";
import { decidesWhoShares, isInCircle, isLeftToOthers, isOthersToo } from "./owners.ts";
import { isStranger } from "./strangers.ts";
import { linksIn, matchesLookedFor, namedLookedFor, waysThrough } from "./ways.ts";

/** Whose rows are looked for. */
export interface Person {
  readonly tenant: string;
  readonly subject: Subject;
}

/**
 * `all`: every row that belongs to the person, to be handed out. `own`: without those that belong to somebody else
 * as well, to be erased.
 */
export type Share = "all" | "own";

/** What else a set carries of each of its rows. */
export type Facts = (table: MappedTable, alias: Sql) => readonly Fact[];

export interface Fact {
  readonly as: Sql;
  readonly value: Sql;
  readonly type: Sql;
  /** Whether the set of rows that are somebody else's too carries it as well. Left out: no. */
  readonly isOfKept?: true;
}

/** The sets of rows that belong to a person, one a table, for the front of a statement: `with recursive …`. */
export interface Reach {
  readonly sets: Sql;
  /** The set of a table's rows, by its name. */
  readonly set: (table: MappedTable) => Sql;
  /** The keys of the rows that are somebody else's too, by the name of their set; null where there can be none. */
  readonly kept: (table: MappedTable) => Sql | null;
}

/** Which of the rows that are somebody else's too are asked for, by what the set carries of each. */
export type Keeping = (table: MappedTable) => Sql;

export const noFacts: Facts = () => [];

/**
 * Puts together how the rows of a person are found: each set is made once, from the sets of the tables that its rows
 * belong through. The whole statement sees one state of the data.
 */
export const reach = (
  map: ResolvedMap,
  wanted: readonly MappedTable[],
  person: Person,
  share: Share,
  facts: Facts = noFacts,
  keeping: Keeping | null = null,
): Reach => {
  const set = (table: MappedTable): Sql => name(`reached_${map.tables.indexOf(table)}`);
  const columnsOf = (table: MappedTable, alias: Sql): readonly SetColumn[] => [
    ...[...keyColumns(table), ...linkColumns(table, map)].map(
      ({ as, from, type }: ReachedColumn): SetColumn => ({ as, value: from(alias), type }),
    ),
    ...facts(table, alias),
  ];
  const context: Context = { map, person, share, set, columnsOf };
  const setsIn = (of: Context, groups: ReturnType<typeof reachOrder>, prefix: string): readonly Sql[] =>
    groups.flatMap((group, index) =>
      isRecursive(group)
        ? recursiveSets(of, group, name(`${prefix}_${index}`))
        : group.map((table) => sql`${of.set(table)} as (${branches(of, table, [])})`),
    );
  const sets = [...setsIn(context, reachOrder(map, wanted), "group")];
  const shared = sharing(map, wanted, keeping, set);
  if (shared !== null) {
    sets.push(...setsIn({ ...context, share: "all", set: shared.all }, shared.groups, "all_group"));
    sets.push(...shared.kept((table) => keptColumns(table, facts)));
  }
  return { sets: sql`with recursive ${join(sets)}`, set, kept: (table) => shared?.name(table) ?? null };
};

/** How rows that are somebody else's too are found beside one's own: all that are reached, without those. */
export const sharing = (
  map: ResolvedMap,
  wanted: readonly MappedTable[],
  keeping: Keeping | null,
  set: (table: MappedTable) => Sql,
) => {
  const shareable = shareableTables(map);
  const tables = keeping === null ? [] : wanted.filter((table) => shareable.has(table));
  if (tables.length === 0 || keeping === null) return null;
  const named = (prefix: string, table: MappedTable) => name(`${prefix}_${map.tables.indexOf(table)}`);
  const all = (table: MappedTable): Sql => (shareable.has(table) ? named("all", table) : set(table));
  return {
    all,
    groups: reachOrder(map, tables).filter((group) => group.some((table) => shareable.has(table))),
    name: (table: MappedTable): Sql | null => (tables.includes(table) ? named("kept", table) : null),
    kept: (columnsOf: (table: MappedTable) => readonly Sql[]): readonly Sql[] =>
      tables.map((table) => {
        const columns = join(columnsOf(table));
        return sql`${named("kept", table)} as (select ${columns} from ${all(table)} where ${keeping(table)}
          except select ${columns} from ${set(table)})`;
      }),
  };
};

/** Tables of which a row may be somebody else's too, by itself, or by what it belongs through. */
const shareableTables = (map: ResolvedMap): ReadonlySet<MappedTable> =>
  new Set(
    map.tables.filter((table) =>
      reachOrder(map, [table])
        .flat()
        .some((each) => decidesWhoShares(map, each)),
    ),
  );

/** What is known of rows that are somebody else's too. */
export const keptColumns = (table: MappedTable, facts: Facts): readonly Sql[] =>
  [...keyColumns(table), ...facts(table, row).filter(({ isOfKept }) => isOfKept === true)].map(
    ({ as }) => as,
  );

export interface SetColumn {
  readonly as: Sql;
  readonly value: Sql;
  readonly type: Sql;
}

interface Context {
  readonly map: ResolvedMap;
  readonly person: Person;
  readonly share: Share;
  readonly set: (table: MappedTable) => Sql;
  readonly columnsOf: (table: MappedTable, alias: Sql) => readonly SetColumn[];
}

const row = sql`t`;

export const selected = (columns: readonly SetColumn[]): Sql =>
  join(columns.map(({ as, value }) => sql`${value} as ${as}`));

/** The rows of a table that are found without going through `group`: what a cycle starts from, or all of them. */
const branches = (context: Context, table: MappedTable, group: readonly MappedTable[], select?: Sql): Sql => {
  const columns = select ?? selected(context.columnsOf(table, row));
  const conditions = conditionsOf(context, table, group);
  const isOwn = ownCondition(context, table);
  const each = conditions.map(
    (condition) => sql`select ${columns} from ${tableName(table)} t where ${condition}${isOwn}`,
  );
  return each.length === 0
    ? sql`select ${columns} from ${tableName(table)} t where false`
    : join(each, sql` union `);
};

/** What is to be true beside: nothing, or that no other way in which the row belongs leads to somebody else. */
const ownCondition = ({ map, share, set, person: { subject } }: Context, table: MappedTable): Sql => {
  // In a circle that is looked at when all of its rows are found.
  if (share === "all" || !isLeftToOthers(map, table) || isInCircle(map, table)) return emptySql;
  return sql` and not ${isOthersToo(map, table, set, theirs(subject))}`;
};

const theirs =
  (subject: Subject) =>
  (match: ResolvedMatch): Sql =>
    matches(row, match.column, match.identifier, valuesIn(subject, match));

const valuesIn = (subject: Subject, match: ResolvedMatch): readonly string[] =>
  namingValues(match, subject.values(match.identifier));

const conditionsOf = (
  context: Context,
  table: MappedTable,
  group: readonly MappedTable[],
): readonly Sql[] => {
  const matched = matchedCondition(context, table);
  return [
    ...(matched === null ? [] : [matched]),
    ...namedConditions(context, table),
    ...waysThrough(table)
      .filter(({ reference }) => !group.some((member) => member.table.oid === reference.other))
      .map((each) => throughCondition(context, table, each)),
  ];
};

/** The rows of a table `t` that are the person's by an identifier of theirs; null where none is looked for. */
export const matchedCondition = (
  { map, person }: Pick<Context, "map" | "person">,
  table: MappedTable,
): Sql | null => {
  const { subject } = person;
  const matched = matchesLookedFor(table).map((match) => {
    const isHeld = matches(row, match.column, match.identifier, valuesIn(subject, match));
    const isSomebodyElses = isStranger(map, table, match, subject, row);
    return isSomebodyElses === null ? isHeld : sql`(${isHeld} and not ${isSomebodyElses})`;
  });
  return matched.length === 0 ? null : inTenant(map, person, table, sql`(${join(matched, sql` or `)})`);
};

/**
 * The rows of a table `t` that hold an address of the person, and a number of somebody else; null where there can be
 * none.
 */
export const strangersCondition = (map: ResolvedMap, person: Person, table: MappedTable): Sql | null => {
  const { subject } = person;
  const matched = matchesLookedFor(table).flatMap((match) => {
    const values = valuesIn(subject, match);
    const isSomebodyElses = values.length === 0 ? null : isStranger(map, table, match, subject, row);
    return isSomebodyElses === null
      ? []
      : [sql`(${matches(row, match.column, match.identifier, values)} and ${isSomebodyElses})`];
  });
  return matched.length === 0 ? null : inTenant(map, person, table, sql`(${join(matched, sql` or `)})`);
};

const inTenant = (map: ResolvedMap, { tenant }: Person, table: MappedTable, condition: Sql): Sql => {
  if ("only" in map.tenant) return condition;
  const column = findColumn(table.table, map.tenant.column);
  return column === undefined
    ? sql`false`
    : sql`${condition} and ${matches(row, column, "tenant", [tenant])}`;
};

/** The rows of a table `t` that point at the person by a value that is known, whatever became of the row there. */
export const namedConditions = (
  { map, person: { tenant, subject } }: Pick<Context, "map" | "person">,
  table: MappedTable,
): readonly Sql[] =>
  namedLookedFor(map, table).flatMap((named) => {
    const { column, identifier } = named.match;
    const { tenant: tenantColumn } = named;
    const values = valuesIn(subject, named.match);
    if (values.length === 0) return [];
    const isSomebodyElses = isStranger(map, named.other, named.known, subject, sql`o`);
    const matched = matches(row, column, identifier, values);
    const isNamed =
      isSomebodyElses === null
        ? matched
        : sql`(${matched} and not ${isFound(named.reference, named.other, isSomebodyElses)})`;
    return tenantColumn === null
      ? [isNamed]
      : [sql`${isNamed} and ${matches(row, tenantColumn, "tenant", [tenant])}`];
  });

const throughCondition = (context: Context, table: MappedTable, through: Through): Sql => {
  const { map, share, set } = context;
  const { kind, pairs } = through.reference;
  const { reference } = through;
  const other = otherOf(map, reference);
  if (other === undefined) return sql`false`;
  const here = join(pairs.map((pair) => sql`t.${name(pair.here.name)}`));
  return kind === "references" || share === "all" || table.kept.isNever
    ? sql`(${here}) in (${linksIn(set(other), other, through)})`
    : sql`(${here}) in (${ownPointers(map, set, table, through)})`;
};

/**
 * Sets of tables that belong through each other. PostgreSQL lets one set refer to itself once, so that all of them
 * are one: each row says which table it is of, and leaves the columns of the others empty.
 */
const recursiveSets = (context: Context, group: readonly MappedTable[], shared: Sql): readonly Sql[] => {
  const { columnsOf, set, map, share, person } = context;
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
        sql`select ${wide(table)} from ${tableName(table)} t where g.tag = ${parent}::int and ${join(conditions, sql` and `)}`,
      ];
    }),
  );
  return [
    sql`${shared} as ((${start}) union select x.* from ${shared} g cross join lateral (${join(further, sql` union all `)}) x)`,
    ...group.map((table, tableIndex) => {
      const own = columnsOf(table, row).map(
        ({ as }, columnIndex) => sql`${column(tableIndex, columnIndex)} as ${as}`,
      );
      return sql`${found(table)} as (select distinct ${join(own)} from ${shared} where tag = ${tableIndex}::int)`;
    }),
    ...(isJudged ? ownInCircle({ map, group, found, set, isTheirs: theirs(person.subject) }) : []),
  ];
};
