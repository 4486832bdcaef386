import { emailSchema, type FoundIdentifier, subjectOf } from "@subject-rights/core";
import { z } from "zod";
import type { MappedTable, ResolvedMap, ResolvedMatch } from "../data-map/resolved-map.ts";
import type { Session } from "../database/database.ts";
import { sameKey, tableName } from "../reach/columns.ts";
import { type Person, reach } from "../reach/reach.ts";
import { join, name, sql } from "../sql/sql.ts";

/** More than this many of one type are not those of one person: the map matches too much. */
export const mostOfOneType = 1_000;

/** In characters; what is longer is no identifier. */
const longestValue = 1_000;

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
    const values = found[index] ?? [];
    if (values.length > mostOfOneType) {
      throw new Error(
        `${table.map.title}: more than ${mostOfOneType} values of ${identifier} for one person.`,
      );
    }
    const usable = values.flatMap((value) => usableValue(identifier, value) ?? []);
    return [...new Set(usable)].map((value) => ({ type: identifier, value, shared }));
  });
};

/** A blank, or an "n/a" for an address, is what many rows hold that are not of one person. */
export const usableValue = (type: string, value: string): string | undefined => {
  if (type === "email") return emailSchema.safeParse(value).data;
  return value.trim() === "" || value.length > longestValue ? undefined : value;
};

/** How many times one identifier may lead to another. */
export const mostRounds = 5;

/**
 * The person with every identifier that their own rows tell, where some kind of it is not known yet: what is found by
 * an address must still be found by a number when the address is gone. One that others may share is not followed.
 */
export const knownPerson = async (
  session: Session,
  map: ResolvedMap,
  { tenant, subject }: Person,
): Promise<Person> => {
  const types = map.tables
    .flatMap(matchesOf)
    .flatMap(({ identifier, shared }) => (shared ? [] : [identifier]));
  let known = subject;
  for (let round = 0; round < mostRounds; round += 1) {
    if (types.every((type) => known.values(type).length > 0)) break;
    const found = (await identifyPerson(session, map, { tenant, subject: known })).filter(
      ({ type, value, shared }) => shared !== true && !known.values(type).includes(value),
    );
    if (found.length === 0) break;
    const identifiers = [...known.identifiers, ...found.map(({ type, value }) => ({ type, value }))];
    known = subjectOf(identifiers);
  }
  return { tenant, subject: known };
};

export const matchesOf = ({ belongs }: MappedTable): readonly ResolvedMatch[] =>
  belongs.filter((each): each is ResolvedMatch => each.kind === "column");
