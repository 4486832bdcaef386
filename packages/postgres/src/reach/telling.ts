import {
  type MappedTable,
  matchesOf,
  type ResolvedMap,
  type ResolvedMatch,
  type ResolvedReference,
} from "../data-map/resolved-map.ts";
import { isPlain, namedReferencesOf, otherOf } from "./named-references.ts";
import { isCaseless, spellingOf } from "./spelling.ts";

export const isReachedThrough = ({ belongs }: MappedTable): boolean =>
  belongs.some(({ kind }) => kind !== "column");

/**
 * Whether a matched column is that by which the row points at a row of another table which is known by the same: it
 * says whose that other row is, and nothing about who else this one names.
 */
export const isPointer = (map: ResolvedMap, { belongs }: MappedTable, match: ResolvedMatch): boolean =>
  belongs.some((each) => {
    if (each.kind !== "references") return false;
    const other = otherOf(map, each);
    const known = other === undefined ? [] : matchesOf(other);
    return each.pairs.some(
      ({ here, there }) =>
        here === match.column &&
        known.some(({ column, identifier }) => column === there && identifier === match.identifier),
    );
  });

/** The columns by which rows of a table are found directly, as the person's own. */
export const ownMatchesOf = (map: ResolvedMap, table: MappedTable): readonly ResolvedMatch[] =>
  matchesOf(table).filter((match) => !isPointer(map, table, match));

/**
 * The map as it says who somebody is: without columns that may name somebody else. A row that is found by such a column is
 * theirs who are named there, and says nothing of who they are; nor does what belongs to it.
 */
export const asTold = (map: ResolvedMap): ResolvedMap => ({
  ...map,
  tables: map.tables.map((table) => ({
    ...table,
    belongs: table.belongs.filter((each) => each.kind !== "column" || each.identifies !== false),
  })),
});

/** A column that tells what a person is known by. */
export interface TellingColumn {
  readonly table: MappedTable;
  readonly match: ResolvedMatch;
  /**
   * In which rows: those found by a column of their own, or all, however they were reached; those that are found by this
   * column and are somebody else's; or those that rows of the table point at, step by step, where these were found by a
   * column that says who they are.
   */
  readonly rows: "matched" | "reached" | { readonly strangersBy: ResolvedMatch } | Above;
}

/** The way up from a row to whose it is: no step where a column of the row itself says it. */
export interface Above {
  readonly above: readonly { readonly reference: ResolvedReference; readonly other: MappedTable }[];
}

/** By which the rows of a table say who they are, whomever they belong through. */
export const identifyingMatchesOf = (map: ResolvedMap, table: MappedTable): readonly ResolvedMatch[] =>
  isReachedThrough(table) ? ownMatchesOf(map, table).filter(({ identifies }) => identifies === true) : [];

/** What identifies whoever is found at the end of a reference: the column that points, or others over there. */
export const identifiersAbove = (
  map: ResolvedMap,
  table: MappedTable,
  { above }: Above = { above: [] },
  through: readonly MappedTable[] = [table],
): readonly { readonly match: ResolvedMatch; readonly rows: Above }[] =>
  table.belongs.flatMap((reference) => {
    const other = reference.kind === "references" ? otherOf(map, reference) : undefined;
    if (reference.kind !== "references" || other === undefined || through.includes(other)) return [];
    const known = ownMatchesOf(map, other).filter(
      ({ shared, identifies }) => !shared && identifies !== false,
    );
    const pointing = reference.pairs.flatMap(({ here, there }) =>
      known.filter(({ column }) => column === there).map((match) => ({ ...match, column: here })),
    );
    if (pointing.length > 0) return pointing.map((match) => ({ match, rows: { above } }));
    const rows = { above: [...above, { reference, other }] };
    return known.length > 0
      ? known.map((match) => ({ match, rows }))
      : identifiersAbove(map, other, rows, [...through, other]);
  });

/** A row that says who it is, and points at one that is known by something else: that is the same person's. */
const columnsAbove = (map: ResolvedMap, table: MappedTable): readonly TellingColumn[] =>
  identifyingMatchesOf(map, table).length === 0
    ? []
    : identifiersAbove(map, table).map((each) => ({ table, ...each }));

/**
 * A row that is reached only through another table never tells identifiers, unless the map says that they are the person's.
 *
 * @param map as it is told
 */
export const tellingColumns = (map: ResolvedMap): readonly TellingColumn[] =>
  map.tables.flatMap((table) => {
    const own = ownMatchesOf(map, table);
    return matchesOf(table).flatMap((match): TellingColumn[] => {
      if (match.identifies === true && isReachedThrough(table)) return [{ table, match, rows: "reached" }];
      return own.includes(match) ? [{ table, match, rows: "matched" }] : [];
    });
  });

/** All that may be told of a person: by their rows, and by those that these point at. */
export const everyTellingColumn = (map: ResolvedMap): readonly TellingColumn[] => [
  ...tellingColumns(map),
  ...map.tables.flatMap((table) => columnsAbove(map, table)),
];

/**
 * Whether an identifier of this type leads to any rows but those that told it. The key of a table does not, where
 * nothing else is matched by it.
 */
export const leadsOn = (map: ResolvedMap, type: string): boolean => {
  const compared = map.tables.flatMap((table) =>
    [
      ...matchesOf(table),
      ...namedReferencesOf(map, table).flatMap((named) => (isPlain(named) ? [] : [named.match])),
    ]
      .filter(({ identifier }) => identifier === type)
      .map(({ column }) => ({ table, column })),
  );
  // Its key is told by rows of another table too, that point at it.
  if (map.tables.some((table) => columnsAbove(map, table).some(({ match }) => match.identifier === type))) {
    return compared.length > 0;
  }
  const [only, second] = compared;
  return only === undefined ? false : second !== undefined || !isKey(only.table, only.column.name);
};

const isKey = ({ table }: MappedTable, column: string): boolean =>
  table.uniques.some(({ isPlain, columns }) => isPlain && columns.length === 1 && columns[0] === column);

/**
 * Whether the person's rows may tell an identifier that is not known yet and leads to further rows. Where all that
 * leads to a table's rows is the very column, they tell what is known.
 */
export const mayTellMore = (map: ResolvedMap, isKnown: (type: string) => boolean): boolean => {
  const told = asTold(map);
  return everyTellingColumn(told).some(
    ({ table, match, rows }) =>
      !match.shared &&
      leadsOn(map, match.identifier) &&
      (rows === "reached" ||
        (typeof rows === "object" &&
          identifyingMatchesOf(told, table).some(({ identifier }) => isKnown(identifier))) ||
        isFoundInOtherForms(match) ||
        ownMatchesOf(told, table).some((other) => other !== match && isKnown(other.identifier))),
  );
};

/** Whether rows found by a value may hold it written otherwise: `ABC` by `abc`, 1 by `01`. */
const isFoundInOtherForms = ({ identifier, column: { type } }: ResolvedMatch): boolean =>
  identifier !== "email" && (spellingOf(type) !== null || isCaseless(type));
