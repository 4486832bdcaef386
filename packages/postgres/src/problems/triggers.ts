import type { Table, Trigger } from "../catalog/catalog.ts";
import type { MapProblem } from "../data-map/problem.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import { changedColumns } from "./changed-columns.ts";
import { decidesPartition, familyOf, foreignKeysTo, mappedOver } from "./family.ts";
import { assignedBy, computedBy, isHarmless } from "./harmless-trigger.ts";
import { problemAt } from "./problem-at.ts";
import { isDeletedSometime } from "./what-happens.ts";

/** What an erasure does to a table, and what the map says about that. */
interface Touched {
  readonly table: Table;
  readonly isDeleted: boolean;
  readonly updated: ReadonlySet<string>;
  readonly reasons: Readonly<Record<string, string>>;
  readonly isMapped: boolean;
}

const where = ({ isMapped }: Touched): string =>
  isMapped ? "under `triggers`" : "under `triggers` of an `unlink` of its foreign key";

/** Triggers and rules that would run, that may write elsewhere, and for which the map gives no reason. */
export const triggerProblems = (map: ResolvedMap): readonly MapProblem[] =>
  touchedTables(map).flatMap((touched) => [
    ...runningTriggers(map, touched),
    ...runningRules(touched),
    ...unknownNames(map, touched),
  ]);

const touchedTables = (map: ResolvedMap): readonly Touched[] => {
  const reasonsOf = (table: Table): Touched["reasons"] =>
    Object.fromEntries(
      map.unlinks
        .filter((unlink) => unlink.table === table)
        .flatMap(({ triggers }) => Object.entries(triggers)),
    );
  const changed = changedColumns(map);
  const updatedIn = (table: Table): Touched["updated"] => changed.get(table) ?? new Set();
  const mapped = map.tables.map((each) => ({
    table: each.table,
    isDeleted: isDeletedSometime(each),
    updated: updatedIn(each.table),
    reasons: { ...reasonsOf(each.table), ...each.map.triggers },
    isMapped: true,
  }));
  const others = map.catalog.tables
    .filter(({ oid }) => mappedOver(map, oid) === undefined)
    .map((table) => ({
      table,
      isDeleted: false,
      updated: updatedIn(table),
      reasons: reasonsOf(table),
      isMapped: false,
    }));
  return [...mapped, ...others.filter(({ updated }) => updated.size > 0)];
};

const triggersOf = (map: ResolvedMap, table: Table): readonly Trigger[] =>
  familyOf(map.catalog, table).flatMap(({ triggers }) => triggers);

const runsAtUpdate = ({ updated }: Touched, { onUpdate, columns }: Trigger): boolean =>
  onUpdate && updated.size > 0 && (columns.length === 0 || columns.some((name) => updated.has(name)));

/** The triggers that may give columns a value where an erasure changes rows. */
const assigning = (map: ResolvedMap, touched: Touched): readonly Trigger[] =>
  triggersOf(map, touched.table).filter(
    (trigger) => trigger.isBefore && trigger.isForEachRow && runsAtUpdate(touched, trigger),
  );

/** The columns that triggers give a value where an erasure changes rows; null for any of them. */
const assignedIn = (map: ResolvedMap, touched: Touched): readonly string[] | null => {
  const assigned = assigning(map, touched).map(assignedBy);
  return assigned.some((names) => names === null) ? null : assigned.flatMap((names) => names ?? []);
};

/** The columns of a table to which triggers give a value when an erasure changes its rows, as far as their text says. */
export const assignedColumns = (map: ResolvedMap, table: Table): readonly string[] =>
  touchedTables(map)
    .filter((touched) => touched.table === table)
    .flatMap((touched) => assignedIn(map, touched) ?? []);

/** The trigger that computes a column anew where an erasure changes rows, so that nothing else stays in it. */
export const computingTrigger = (map: ResolvedMap, table: Table, column: string): Trigger | undefined =>
  touchedTables(map)
    .filter((touched) => touched.table === table)
    .flatMap((touched) => assigning(map, touched))
    .find((trigger) => computedBy(trigger).includes(column));

/** The tables in which a trigger runs of which nobody but the map says that it takes nothing over from what goes. */
export const tablesOnTrust = (map: ResolvedMap): ReadonlySet<Table> =>
  new Set(
    touchedTables(map)
      .filter((touched) =>
        triggersOf(map, touched.table).some(
          (trigger) => runs(map, touched, trigger) && !isHarmless(trigger, goingIn(touched)),
        ),
      )
      .map(({ table }) => table),
  );

/**
 * Whether an erasure fires it. A row that an UPDATE takes to another partition, by what is anonymised or by what a trigger
 * makes of it, is deleted in the one and inserted in the other, and the triggers of rows for that run as well.
 */
const runs = (map: ResolvedMap, touched: Touched, trigger: Trigger): boolean => {
  const { table, isDeleted, updated } = touched;
  const { onDelete, onInsert, isForEachRow } = trigger;
  if ((onDelete && isDeleted) || runsAtUpdate(touched, trigger)) return true;
  if (!(onDelete || onInsert) || !isForEachRow || updated.size === 0) return false;
  const assigned = assignedIn(map, touched) ?? table.columns.map(({ name }) => name);
  return decidesPartition(map.catalog, table, new Set([...updated, ...assigned]));
};

const goingIn = ({ table, isDeleted, updated }: Touched): ReadonlySet<string> =>
  isDeleted ? new Set(table.columns.map(({ name }) => name)) : updated;

const runningTriggers = (map: ResolvedMap, touched: Touched) =>
  triggersOf(map, touched.table)
    .filter((trigger) => runs(map, touched, trigger))
    .filter(
      (trigger) => !Object.hasOwn(touched.reasons, trigger.name) && !isHarmless(trigger, goingIn(touched)),
    )
    .map(({ name }) =>
      problemAt(
        "trigger",
        touched.table,
        null,
        `The trigger "${name}" would run, and may write the person's data elsewhere, or back into the row. Look at ` +
          `what it does, and name it ${where(touched)} with why that is fine.`,
      ),
    );

const runningRules = (touched: Touched) => {
  const { table, isDeleted, updated, reasons } = touched;
  return table.rules
    .filter(({ on }) => (on === "delete" && isDeleted) || (on === "update" && updated.size > 0))
    .filter(({ name }) => !Object.hasOwn(reasons, name))
    .map(({ name, on }) =>
      problemAt(
        "rule",
        table,
        null,
        `The rule "${name}" changes what ${on === "delete" ? "DELETE" : "UPDATE"} does here. Look at what that is, and ` +
          `name it ${where(touched)} with why that is fine.`,
      ),
    );
};

const unknownNames = (map: ResolvedMap, touched: Touched) => {
  const { table, reasons } = touched;
  const triggers = triggersOf(map, table).filter(
    (trigger) => trigger.onDelete || trigger.onUpdate || runs(map, touched, trigger),
  );
  const keys = foreignKeysTo(map.catalog, table).filter(({ onDelete }) => onDelete === "set default");
  const known = new Set([...triggers, ...table.rules, ...keys].map(({ name }) => name));
  return Object.keys(reasons)
    .filter((name) => !known.has(name))
    .map((name) =>
      problemAt(
        "trigger",
        table,
        null,
        `The map names the trigger "${name}", and no trigger or rule of that name runs at a DELETE or UPDATE here. ` +
          "Correct the name, or take it out.",
      ),
    );
};
