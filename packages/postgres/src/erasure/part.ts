import type { MappedTable, ResolvedMap, Through } from "../data-map/resolved-map.ts";
import { retentionOf } from "../data-map/resolved-map.ts";
import { reachOrder } from "../reach/order.ts";
import { type Sql, sql } from "../sql/sql.ts";
import { dateOnce, type Today } from "./counts.ts";
import { untilDate } from "./facts.ts";

/**
 * What is worked on where only some tables are meant: the request was opened again for what was retained in them. With
 * their rows that go, everything goes along that belongs through these, in tables of the same categories: what was kept
 * for as long as they were there, and what would point at nothing. Such rows are looked for through these alone: what came
 * in elsewhere since, nobody has asked to have erased, and where it points at one of them, that stays. What hangs on a row
 * that goes along is looked for whether that goes now or becomes the person's alone, and is retained by its own date: then
 * both are told, and the next time both are meant.
 *
 * @param tables all that may be worked on
 * @param meant which of them are meant
 * @param wide which others are looked for through rows that stay as well
 */
export const partOf = (
  map: ResolvedMap,
  tables: readonly MappedTable[],
  meant: readonly MappedTable[],
  day: Today,
  wide: readonly MappedTable[] = [],
): { readonly map: ResolvedMap; readonly tables: readonly MappedTable[] } => {
  const needed = reachOrder(map, meant).flat();
  const along = new Set<MappedTable>();
  const leadsTo = (from: MappedTable) => (other: number) => {
    const table = [...meant, ...along].find((each) => each.table.oid === other);
    return table === undefined ? undefined : { table, isWhole: along.has(table) || wide.includes(from) };
  };
  const waysTo = (table: MappedTable) => waysFrom(table, leadsTo(table), day);
  for (let before = -1; before !== along.size; ) {
    before = along.size;
    for (const table of tables) {
      if (needed.includes(table)) continue;
      if (waysTo(table).length > 0) along.add(table);
    }
  }
  const narrowed = new Map(
    map.tables.map((table) => {
      const isAlone = needed.includes(table);
      return [table, isAlone ? table : { ...table, through: along.has(table) ? waysTo(table) : [] }];
    }),
  );
  const inPart = (some: readonly MappedTable[]) => some.flatMap((table) => narrowed.get(table) ?? []);
  return {
    map: { ...map, tables: inPart(map.tables) },
    tables: inPart(tables.filter((table) => meant.includes(table) || along.has(table))),
  };
};

/** The ways in which rows belong through rows that go now, or along. Those that are made anonymous stay. */
const waysFrom = (
  { belongs }: MappedTable,
  leads: (other: number) => { readonly table: MappedTable; readonly isWhole: boolean } | undefined,
  day: Today,
): readonly Through[] =>
  belongs.flatMap((reference): Through[] => {
    const lead = reference.kind === "column" ? undefined : leads(reference.other);
    if (reference.kind === "column" || lead === undefined || lead.table.erasure === "anonymise") return [];
    const { table: other, isWhole } = lead;
    if (isWhole) return [{ reference, isMeant: null }];
    const retention = retentionOf(other.erasure);
    const isMeant = (alias: Sql) =>
      retention === null
        ? sql`true`
        : sql`${untilDate(other, retention.until, alias, day.timeZone)} < ${dateOnce(day.today)}`;
    return [{ reference, isMeant }];
  });
