import { isSteady, type Subject } from "@subject-rights/core";
import type { Column } from "../catalog/catalog.ts";
import {
  type MappedTable,
  matchesOf,
  type ResolvedMap,
  type ResolvedMatch,
} from "../data-map/resolved-map.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { tableName } from "./columns.ts";
import { matches, matchesEach, type OwnedValue } from "./match.ts";
import { otherOf } from "./named-references.ts";
import { type Above, identifiersAbove, ownMatchesOf, type TellingColumn } from "./telling.ts";

/** A column of a row that says for good who the row is of. */
interface SteadyColumn {
  readonly column: Column;
  readonly identifier: string;
}

const isSteadyMatch = ({ identifier, shared }: ResolvedMatch): boolean =>
  !shared && isSteady({ type: identifier });

/**
 * What stands in a row beside an address by which it is found, and says whose the address is: the row's own numbers,
 * and where the map says that the address is the same person's, the numbers of the row that it points at.
 */
const steadyBeside = (
  map: ResolvedMap,
  table: MappedTable,
  match: ResolvedMatch,
): readonly SteadyColumn[] => {
  if (isSteadyMatch(match)) return [];
  const own = ownMatchesOf(map, table).filter(isSteadyMatch);
  return match.identifies === true ? [...own, ...pointersOf(map, table)] : own;
};

/** The columns that hold the number of a row that is pointed at. */
const pointersOf = (map: ResolvedMap, table: MappedTable): readonly SteadyColumn[] =>
  table.belongs.flatMap((each) => {
    const other = each.kind === "references" ? otherOf(map, each) : undefined;
    if (each.kind !== "references" || other === undefined) return [];
    return each.pairs.flatMap(({ here, there }) =>
      matchesOf(other)
        .filter((known) => known.column === there && isSteadyMatch(known))
        .map(({ identifier }) => ({ column: here, identifier })),
    );
  });

/** Whether rows can say that they are not of somebody: everybody was asked who that is, or such a number was named. */
const canBeTold = ({ isIdentified, asked }: Subject, { identifier }: SteadyColumn): boolean =>
  isIdentified || asked.some(({ type }) => type === identifier);

const isSaid = (alias: Sql, { column }: SteadyColumn): Sql =>
  column.type.category === "S"
    ? sql`coalesce(btrim(${alias}.${name(column.name)}::text), '') <> ''`
    : sql`${alias}.${name(column.name)} is not null`;

const strange = (known: readonly Sql[], said: readonly Sql[]): Sql =>
  sql`((${join(said, sql` or `)}) and not coalesce(${join(known, sql` or `)}, false))`;

/** The numbers of whomever the rows of a table point at that are found by an address: at once, or over rows in between. */
const numbersAbove = (
  map: ResolvedMap,
  table: MappedTable,
  match: ResolvedMatch,
): readonly (SteadyColumn & Above)[] => {
  if (isSteadyMatch(match)) return [];
  const further = identifiersAbove(map, table).filter(
    ({ match: known, rows }) => isSteadyMatch(known) && rows.above.length > 0,
  );
  return [
    ...pointersOf(map, table).map((each) => ({ ...each, above: [] })),
    ...further.map(({ match: { column, identifier }, rows: { above } }) => ({ column, identifier, above })),
  ];
};

/** Whether a row leads to a number, where `isSo` says of the row at the end that it holds it. */
const leadsTo = (alias: Sql, above: Above["above"], isSo: (alias: Sql) => Sql): Sql => {
  if (above.length === 0) return isSo(alias);
  const step = (index: number): Sql => name(`above_${index}`);
  const steps = above.map(({ reference, other }, index) => {
    const from = index === 0 ? alias : step(index - 1);
    const isThere = reference.pairs.map(
      ({ here, there }) => sql`${step(index)}.${name(there.name)} = ${from}.${name(here.name)}`,
    );
    return { from: sql`${tableName(other)} ${step(index)}`, on: join(isThere, sql` and `) };
  });
  return sql`exists (select from ${join(steps.map(({ from }) => from))}
    where ${join([...steps.map(({ on }) => on), isSo(step(above.length - 1))], sql` and `)})`;
};

/**
 * Whether a row leads to a number that is somebody else's: it was decided so, or nobody has decided. That an address of
 * the person stands in it as well does not make it theirs.
 */
const leadingElsewhere = (
  map: ResolvedMap,
  table: MappedTable,
  match: ResolvedMatch,
  { shared }: Subject,
  alias: Sql,
): readonly Sql[] =>
  shared.some(isSteady)
    ? numbersAbove(map, table, match).flatMap(({ column, identifier, above }) => {
        const numbers = shared.flatMap(({ type, value }) => (type === identifier ? [value] : []));
        return numbers.length === 0
          ? []
          : [
              leadsTo(
                alias,
                above,
                (end) => sql`coalesce(${matches(end, column, identifier, numbers)}, false)`,
              ),
            ];
      })
    : [];

/** As `leadingElsewhere`, for several people at once. */
const leadingElsewhereOfEach = (
  map: ResolvedMap,
  table: MappedTable,
  match: ResolvedMatch,
  subjects: readonly Subject[],
  alias: Sql,
): readonly Sql[] =>
  subjects.some(({ shared }) => shared.some(isSteady))
    ? numbersAbove(map, table, match).flatMap(({ column, identifier, above }) => {
        const numbers = subjects.flatMap(({ shared }, person) =>
          shared.flatMap(({ type, value }) => (type === identifier ? [{ person, value }] : [])),
        );
        return numbers.length === 0
          ? []
          : [leadsTo(alias, above, (end) => isOfOne(end, column, identifier, numbers))];
      })
    : [];

/** Whether a column holds one of the values of `k.person`. */
const isOfOne = (alias: Sql, column: Column, identifier: string, values: readonly OwnedValue[]): Sql => {
  const matched = matchesEach(alias, column, identifier, values);
  return matched === null
    ? sql`false`
    : sql`k.person in (select k.person from ${matched.from} where ${matched.on})`;
};

/**
 * Whether a row that is found by this column says that it is somebody else's: by a number that is not among those that
 * the person is known by, or by leading to one that is somebody else's. Null where no row can.
 */
export const isStranger = (
  map: ResolvedMap,
  table: MappedTable,
  match: ResolvedMatch,
  subject: Subject,
  alias: Sql,
): Sql | null => {
  const beside = steadyBeside(map, table, match);
  const telling = beside.filter((each) => canBeTold(subject, each));
  const elsewhere = leadingElsewhere(map, table, match, subject, alias);
  if (telling.length === 0) return eitherOf(elsewhere);
  const known = beside.map(({ column, identifier }) =>
    matches(alias, column, identifier, subject.values(identifier)),
  );
  const isStrange = strange(
    known,
    telling.map((each) => isSaid(alias, each)),
  );
  return eitherOf([isStrange, ...elsewhere]);
};

const eitherOf = (conditions: readonly Sql[]): Sql | null =>
  conditions.length === 0 ? null : sql`(${join(conditions, sql` or `)})`;

/** As `isStranger`, for several people at once: in a statement in which the person is `k.person`. */
export const isStrangerToEach = (
  map: ResolvedMap,
  table: MappedTable,
  match: ResolvedMatch,
  subjects: readonly Subject[],
  alias: Sql,
): Sql | null => {
  const beside = steadyBeside(map, table, match);
  const said = beside.flatMap((each) => {
    const told = [...subjects.keys()].filter((index) => canBeTold(subjects[index] as Subject, each));
    if (told.length === 0) return [];
    return told.length === subjects.length
      ? [isSaid(alias, each)]
      : [sql`(k.person = any (${told.map(String)}::int[]) and ${isSaid(alias, each)})`];
  });
  const elsewhere = leadingElsewhereOfEach(map, table, match, subjects, alias);
  if (said.length === 0) return eitherOf(elsewhere);
  const known = beside.flatMap(({ column, identifier }) => {
    const values = subjects.flatMap((subject, person) =>
      subject.values(identifier).map((value) => ({ person, value })),
    );
    return values.length === 0 ? [] : [isOfOne(alias, column, identifier, values)];
  });
  return eitherOf([strange(known.length === 0 ? [sql`false`] : known, said), ...elsewhere]);
};

/**
 * What rows of strangers say of who they are. It may be the same person all the same, with two accounts: that is for
 * somebody to decide.
 */
export const strangersColumns = (map: ResolvedMap): readonly TellingColumn[] =>
  map.tables.flatMap((table) =>
    matchesOf(table).flatMap((match) =>
      steadyBeside(map, table, match).map(({ column, identifier }): TellingColumn => {
        const told: ResolvedMatch = { kind: "column", column, identifier, shared: true, identifies: null };
        return { table, match: told, rows: { strangersBy: match } };
      }),
    ),
  );
