import { isSteady, type Subject } from "@subject-rights/core";
import type { Column } from "../catalog/catalog.ts";
import {
  type MappedTable,
  matchesOf,
  type ResolvedMap,
  type ResolvedMatch,
} from "../data-map/resolved-map.ts";
import { join, name, type Sql, sql } from "../sql/sql.ts";
import { matches, matchesEach } from "./match.ts";
import { otherOf } from "./named-references.ts";
import { ownMatchesOf, type TellingColumn } from "./telling.ts";

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

/**
 * Whether a row that is found by an address points at somebody by a number that is put before people to decide, or was
 * decided to be somebody else's: then whatever it says beside, the row is theirs. Null where none does.
 */
const pointsAtOther = (
  map: ResolvedMap,
  table: MappedTable,
  match: ResolvedMatch,
  subject: Subject,
  alias: Sql,
): Sql | null => {
  if (isSteadyMatch(match)) return null;
  const pointed = pointersOf(map, table).flatMap(({ column, identifier }) => {
    const values = subject.shared.flatMap(({ type, value }) => (type === identifier ? [value] : []));
    return values.length === 0 ? [] : [sql`coalesce(${matches(alias, column, identifier, values)}, false)`];
  });
  return pointed.length === 0 ? null : sql`(${join(pointed, sql` or `)})`;
};

/** Whether rows can say that they are not of somebody: everybody was asked who that is, or such a number was named. */
const canBeTold = ({ isIdentified, asked }: Subject, { identifier }: SteadyColumn): boolean =>
  isIdentified || asked.some(({ type }) => type === identifier);

const isSaid = (alias: Sql, { column }: SteadyColumn): Sql =>
  column.type.category === "S"
    ? sql`coalesce(btrim(${alias}.${name(column.name)}::text), '') <> ''`
    : sql`${alias}.${name(column.name)} is not null`;

const strange = (known: readonly Sql[], said: readonly Sql[]): Sql =>
  sql`((${join(said, sql` or `)}) and not coalesce(${join(known, sql` or `)}, false))`;

/**
 * Whether a row that is found by this column says that it is somebody else's: by a number that is not among those that
 * the person is known by. Null where no row can.
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
  const points = pointsAtOther(map, table, match, subject, alias);
  if (telling.length === 0) return points;
  const known = beside.map(({ column, identifier }) =>
    matches(alias, column, identifier, subject.values(identifier)),
  );
  const said = strange(
    known,
    telling.map((each) => isSaid(alias, each)),
  );
  return points === null ? said : sql`(${said} or ${points})`;
};

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
  const points = subjects.flatMap((subject, person) => {
    const pointed = pointsAtOther(map, table, match, subject, alias);
    return pointed === null ? [] : [sql`(k.person = ${person}::int and ${pointed})`];
  });
  const pointing = points.length === 0 ? null : sql`(${join(points, sql` or `)})`;
  if (said.length === 0) return pointing;
  const known = beside.flatMap(({ column, identifier }) => {
    const values = subjects.flatMap((subject, person) =>
      subject.values(identifier).map((value) => ({ person, value })),
    );
    const matched = matchesEach(alias, column, identifier, values);
    return matched === null
      ? []
      : [sql`k.person in (select k.person from ${matched.from} where ${matched.on})`];
  });
  const isSaidToBe = strange(known.length === 0 ? [sql`false`] : known, said);
  return pointing === null ? isSaidToBe : sql`(${isSaidToBe} or ${pointing})`;
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
