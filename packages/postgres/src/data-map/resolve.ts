import type { Catalog, Column, ForeignKey, Table } from "../catalog/catalog.ts";
import type {
  BackReference,
  Belonging,
  ColumnMap,
  DataMap,
  Reference,
  TableMap,
  TableName,
} from "./data-map.ts";
import { listed } from "./listed.ts";
import type { MapProblem, MapProblemCode } from "./problem.ts";
import {
  type ColumnPair,
  type MappedColumn,
  type MappedTable,
  type ResolvedBelonging,
  type ResolvedMap,
  type ResolvedUnlink,
  titleOf,
} from "./resolved-map.ts";

export const fullName = (name: TableName): { readonly schema: string; readonly name: string } =>
  typeof name === "string" ? { schema: "public", name } : name;

const findTable = (catalog: Catalog, name: TableName): Table | undefined => {
  const wanted = fullName(name);
  return catalog.tables.find((table) => table.schema === wanted.schema && table.name === wanted.name);
};

/** What is to be written instead, where that can be guessed. */
const unknownTable = (catalog: Catalog, name: TableName): string => {
  const written = fullName(name).name;
  const [schema = "", ...rest] = written.replaceAll('"', "").split(".");
  const meant = [
    { schema, name: rest.join(".") },
    { schema: "public", name: schema },
  ].find((each) => (rest.length > 0 || each.schema === "public") && findTable(catalog, each) !== undefined);
  if (meant === undefined || meant.name === written) {
    return "There is no such table. Check its name, its schema, and letter case.";
  }
  const instead =
    meant.schema === "public" ? `"${meant.name}"` : `{ schema: "${meant.schema}", name: "${meant.name}" }`;
  return `There is no table of this name. Write ${instead}: names without quotes, and a schema apart from them.`;
};

export const findColumn = (table: Table, name: string): Column | undefined =>
  table.columns.find((column) => column.name === name);

/**
 * Finds every name of a map in the live schema.
 *
 * @returns what was found, and a problem for each name that was not; with problems, the map is not to be used
 */
export const resolveMap = (
  dataMap: DataMap,
  catalog: Catalog,
): { readonly map: ResolvedMap; readonly problems: readonly MapProblem[] } => {
  const problems: MapProblem[] = [];
  const found = new Map<TableMap, Table>();
  for (const map of dataMap.tables) {
    const table = findTable(catalog, map.table);
    const complain = complaining(problems, titleOf(fullName(map.table)));
    if (table === undefined) {
      complain("unknown-table", null, unknownTable(catalog, map.table));
    } else if (table.kind !== "table" && table.kind !== "partitioned table") {
      complain("not-a-table", null, `This is a ${table.kind}. Map the tables that it is made of.`);
    } else if ([...found.values()].includes(table)) {
      complain("mapped-twice", null, "Two entries map this table. Make them one.");
    } else {
      found.set(map, table);
    }
  }
  const mapped = [...found.values()];
  const tables = [...found].map(([map, table]) => resolveTable(map, table, catalog, mapped, problems));
  const unlinks = (dataMap.unlink ?? []).flatMap((unlink) => resolveUnlink(unlink, catalog, problems));
  return {
    map: { tenant: dataMap.tenant, tables, unlinks, waivers: dataMap.waivers ?? [], catalog },
    problems,
  };
};

type Complain = (code: MapProblemCode, column: string | null, message: string) => void;

const complaining =
  (problems: MapProblem[], table: string): Complain =>
  (code, column, message) => {
    // A column that is named in two places is missing once.
    const isKnown = problems.some(
      (each) =>
        each.code === code && each.table === table && each.column === column && each.message === message,
    );
    if (!isKnown) problems.push({ code, table, column, message });
  };

const resolveTable = (
  map: TableMap,
  table: Table,
  catalog: Catalog,
  mapped: readonly Table[],
  problems: MapProblem[],
): MappedTable => {
  const complain = complaining(problems, titleOf(table));
  const columnNamed = (name: string): Column | undefined => {
    const column = findColumn(table, name);
    if (column === undefined) complain("unknown-column", name, "The table has no such column.");
    return column;
  };
  const columns = Object.entries(map.columns).flatMap(([name, detail]) => {
    const column = columnNamed(name);
    return column === undefined ? [] : [mappedColumn(column, detail)];
  });
  if (typeof map.erasure === "object" && typeof map.erasure.retain.until === "object") {
    columnNamed(map.erasure.retain.until.column);
  }
  const kept = map.kept === undefined || map.kept === "never" ? {} : map.kept;
  return {
    map,
    table,
    categories: listed(map.category),
    belongs: listed<Belonging>(map.belongs).flatMap((belonging): ResolvedBelonging[] => {
      if ("column" in belonging) {
        const column = columnNamed(belonging.column);
        const { identifier, shared = false, identifies = null } = belonging;
        if (column === undefined) return [];
        const anonymise = columns.find((each) => each.column === column)?.anonymise;
        const isConstant = typeof anonymise === "object" && anonymise !== null && "constant" in anonymise;
        const replacement = isConstant && map.erasure !== "delete" && String(anonymise.constant);
        return [
          {
            kind: "column",
            column,
            identifier,
            shared,
            identifies,
            ...(replacement !== false && { replacement }),
          },
        ];
      }
      return resolveReference(belonging, table, catalog, mapped, complain);
    }),
    columns: columns.toSorted((one, other) => one.column.number - other.column.number),
    erasure: map.erasure,
    kept: {
      isSaid: map.kept !== undefined,
      isNever: map.kept === "never",
      reason: kept.reason ?? "It is somebody else's too",
      columns: Object.entries(kept.anonymise ?? {}).flatMap(([name, anonymise]) => {
        const column = columnNamed(name);
        return column === undefined ? [] : [{ column, anonymise }];
      }),
    },
    key: keyOf(table),
  };
};

const mappedColumn = (column: Column, detail: ColumnMap): MappedColumn =>
  typeof detail === "string"
    ? { column, isExported: detail === "exported", because: null, anonymise: null }
    : {
        column,
        isExported: detail.export ?? true,
        because: detail.because ?? null,
        anonymise: detail.anonymise ?? null,
      };

/** The primary key, or another that has a value in every row. */
const keyOf = (table: Table): readonly Column[] | null => {
  for (const unique of table.uniques) {
    const columns = unique.columns.flatMap((name) => findColumn(table, name) ?? []);
    if (unique.isPlain && !unique.isExclusion && columns.every(({ isNotNull }) => isNotNull)) return columns;
  }
  return null;
};

const resolveReference = (
  belonging: Reference | BackReference,
  table: Table,
  catalog: Catalog,
  mapped: readonly Table[],
  complain: Complain,
): ResolvedBelonging[] => {
  const isBack = "referencedBy" in belonging;
  const otherName = isBack ? belonging.referencedBy : belonging.references;
  const otherTitle = titleOf(fullName(otherName));
  const other = findTable(catalog, otherName);
  if (other === undefined || !mapped.includes(other)) {
    complain("unknown-reference", null, `It belongs through ${otherTitle}, which the map does not have.`);
    return [];
  }
  const pairs =
    belonging.on === undefined
      ? pairsOfForeignKey(table, other, isBack, catalog, complain)
      : Object.entries(belonging.on).flatMap(([here, there]) => pairOf(table, here, other, there, complain));
  return pairs.length === 0
    ? []
    : [{ kind: isBack ? "referenced-by" : "references", other: other.oid, pairs }];
};

const pairOf = (
  here: Table,
  hereName: string,
  there: Table,
  thereName: string,
  complain: Complain,
): ColumnPair[] => {
  const [one, other] = [findColumn(here, hereName), findColumn(there, thereName)];
  if (one === undefined) complain("unknown-column", hereName, "The table has no such column.");
  if (other === undefined) {
    complain(
      "unknown-column",
      hereName,
      `It points at ${titleOf(there)}, which has no column "${thereName}".`,
    );
  }
  return one === undefined || other === undefined ? [] : [{ here: one, there: other }];
};

const pairsOfForeignKey = (
  table: Table,
  other: Table,
  isBack: boolean,
  catalog: Catalog,
  complain: Complain,
): ColumnPair[] => {
  const [from, to] = isBack ? [other, table] : [table, other];
  const keys = catalog.foreignKeys.filter((key) => key.from === from.oid && key.to === to.oid);
  const [key] = keys;
  if (key === undefined) {
    complain(
      "no-foreign-key",
      null,
      `No foreign key leads from ${titleOf(from)} to ${titleOf(to)}. Say with \`on\` which columns belong together.`,
    );
    return [];
  }
  if (keys.length > 1) {
    const names = keys.map(({ columns }) => columns.join(", ")).join("; ");
    complain(
      "ambiguous-foreign-key",
      null,
      `Several foreign keys lead from ${titleOf(from)} to ${titleOf(to)} (${names}). Say with \`on\` which one is meant.`,
    );
    return [];
  }
  const [hereNames, thereNames] = isBack ? [key.toColumns, key.columns] : [key.columns, key.toColumns];
  return hereNames.flatMap((here, index) => pairOf(table, here, other, thereNames[index] ?? "", complain));
};

const resolveUnlink = (
  unlink: NonNullable<DataMap["unlink"]>[number],
  catalog: Catalog,
  problems: MapProblem[],
): ResolvedUnlink[] => {
  const complain = complaining(problems, titleOf(fullName(unlink.table)));
  const table = findTable(catalog, unlink.table);
  if (table === undefined) {
    complain("unknown-table", null, "There is no such table to unlink rows in.");
    return [];
  }
  const isMeant = ({ from, columns }: ForeignKey) =>
    from === table.oid &&
    columns.length === unlink.columns.length &&
    unlink.columns.every((name) => columns.includes(name));
  const keys = catalog.foreignKeys.filter(isMeant);
  if (keys.length === 0) {
    complain("no-foreign-key", unlink.columns.join(", "), "No foreign key has just these columns.");
  }
  return keys.map((foreignKey) => ({
    table,
    foreignKey,
    columns: foreignKey.columns.flatMap((name) => findColumn(table, name) ?? []),
    triggers: unlink.triggers ?? {},
  }));
};
