import {
  type MappedTable,
  matchesOf,
  type ResolvedMap,
  type ResolvedMatch,
} from "../data-map/resolved-map.ts";
import { isPlain, namedReferencesOf, otherOf } from "./named-references.ts";

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

/** A column that tells what a person is known by. */
export interface TellingColumn {
  readonly table: MappedTable;
  readonly match: ResolvedMatch;
  /** In which rows: those found by a column of their own, or all, however they were reached. */
  readonly rows: "matched" | "reached";
}

/** A row that is reached only through another table never tells identifiers, unless the map says that they are the person's. */
export const tellingColumns = (map: ResolvedMap): readonly TellingColumn[] =>
  map.tables.flatMap((table) => {
    const own = ownMatchesOf(map, table);
    return matchesOf(table).flatMap((match): TellingColumn[] => {
      if (match.identifies === true && isReachedThrough(table)) return [{ table, match, rows: "reached" }];
      return own.includes(match) ? [{ table, match, rows: "matched" }] : [];
    });
  });

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
  const [only, second] = compared;
  return only === undefined ? false : second !== undefined || !isKey(only.table, only.column.name);
};

const isKey = ({ table }: MappedTable, column: string): boolean =>
  table.uniques.some(({ isPlain, columns }) => isPlain && columns.length === 1 && columns[0] === column);

/**
 * Whether the person's rows may tell an identifier that is not known yet and leads to further rows. Where all that
 * leads to a table's rows is the very column, they tell what is known.
 */
export const mayTellMore = (map: ResolvedMap, isKnown: (type: string) => boolean): boolean =>
  tellingColumns(map).some(
    ({ table, match, rows }) =>
      !match.shared &&
      leadsOn(map, match.identifier) &&
      (rows === "reached" ||
        isFoundInOtherForms(match) ||
        ownMatchesOf(map, table).some((other) => other !== match && isKnown(other.identifier))),
  );

/** Whether rows found by a value may hold it written otherwise: `ABC` by `abc`, 1 by `01`. */
const isFoundInOtherForms = ({ identifier, column: { type } }: ResolvedMatch): boolean =>
  identifier !== "email" && (type.category !== "S" || type.base === "citext" || type.base === "bpchar");
