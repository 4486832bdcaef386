import type { FoundIdentifier } from "@subject-rights/core";
import { z } from "zod";
import type { MappedTable, ResolvedMap, ResolvedMatch } from "../data-map/resolved-map.ts";
import type { Session } from "../database/database.ts";
import { sameKey, tableName } from "../reach/columns.ts";
import { type Person, reach } from "../reach/reach.ts";
import { join, name, sql } from "../sql/sql.ts";

/** More than this many of one type are not those of one person: the map matches too much. */
const mostOfOneType = 1_000;

const valuesSchema = z.array(z.string());

/** Every other identifier that the person's rows carry in the columns that people are matched by. */
export const identifyPerson = async (
  session: Session,
  map: ResolvedMap,
  person: Person,
): Promise<readonly FoundIdentifier[]> => {
  const carrying = map.tables.filter(({ belongs }) => belongs.some(({ kind }) => kind === "column"));
  if (carrying.length === 0) return [];
  const { sets, set } = reach(map, carrying, person, "own");
  const asked = carrying.flatMap((table) => matchesOf(table).map((match) => ({ table, match })));
  const lists = asked.map(
    ({ table, match: { column } }) => sql`(select coalesce(json_agg(v), '[]') from (
      select distinct (t.${name(column.name)})::text as v
      from ${tableName(table)} t join ${set(table)} r on ${sameKey(table, sql`t`, sql`r`)}
      where t.${name(column.name)} is not null limit ${mostOfOneType + 1}::int) d)`,
  );
  const [row] = await session.query(sql`${sets} select json_build_array(${join(lists)})::text as found`);
  const found = z.array(valuesSchema).parse(JSON.parse(row?.["found"] ?? "null"));
  return asked.flatMap(({ table, match: { identifier, shared } }, index) => {
    const values = (found[index] ?? []).filter((value) => value.trim() !== "");
    if (values.length > mostOfOneType) {
      throw new Error(
        `${table.map.title}: more than ${mostOfOneType} values of ${identifier} for one person.`,
      );
    }
    return values.map((value) => ({ type: identifier, value, shared }));
  });
};

const matchesOf = ({ belongs }: MappedTable): readonly ResolvedMatch[] =>
  belongs.filter((each): each is ResolvedMatch => each.kind === "column");
