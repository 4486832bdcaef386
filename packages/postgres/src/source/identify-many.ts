import { subjectOf } from "@subject-rights/core";
import { z } from "zod";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import type { Session } from "../database/database.ts";
import { sameKey, tableName } from "../reach/columns.ts";
import type { Person } from "../reach/reach.ts";
import { owner, reachMany } from "../reach/reach-many.ts";
import { join, name, sql } from "../sql/sql.ts";
import { matchesOf, mostOfOneType, mostRounds, usableValue } from "./identify.ts";

const foundSchema = z.array(z.array(z.tuple([z.number().int(), z.array(z.string())])));

/** As `knownPerson`, for several people of one tenant at once. */
export const knownPeople = async (
  session: Session,
  map: ResolvedMap,
  asked: readonly Person[],
): Promise<readonly Person[]> => {
  const types = map.tables
    .flatMap(matchesOf)
    .flatMap(({ identifier, shared }) => (shared ? [] : [identifier]));
  const people = [...asked];
  const isComplete = ({ subject }: Person) => types.every((type) => subject.values(type).length > 0);
  let left = [...people.keys()];
  for (let round = 0; round < mostRounds && left.length > 0; round += 1) {
    left = left.filter((index) => !isComplete(people[index] as Person));
    if (left.length === 0) break;
    const some = left.map((index) => people[index] as Person);
    const found = await identifyRound(session, map, some);
    left = left.filter((index, place) => {
      const person = people[index] as Person;
      const known = person.subject;
      const further = (found[place] ?? []).filter(({ type, value }) => !known.values(type).includes(value));
      people[index] = { ...person, subject: subjectOf([...known.identifiers, ...further]) };
      return further.length > 0;
    });
  }
  return people;
};

const identifyRound = async (session: Session, map: ResolvedMap, people: readonly Person[]) => {
  const carrying = map.tables.filter(({ belongs }) => belongs.some(({ kind }) => kind === "column"));
  const { sets, set } = reachMany(map, carrying, people);
  const asked = carrying.flatMap((table) =>
    matchesOf(table).flatMap((match) => (match.shared ? [] : [{ table, match }])),
  );
  const lists = asked.map(
    ({
      table,
      match: { column },
    }) => sql`(select coalesce(json_agg(json_build_array(d.${owner}, d.values)), '[]')
      from (select r.${owner}, json_agg(distinct (t.${name(column.name)})::text) as values
        from ${tableName(table)} t join ${set(table)} r on ${sameKey(table, sql`t`, sql`r`)}
        where t.${name(column.name)} is not null group by r.${owner}) d)`,
  );
  const [row] = await session.query(sql`${sets} select json_build_array(${join(lists)})::text as found`);
  const found = foundSchema.parse(JSON.parse(row?.["found"] ?? "null"));
  const identifiers = people.map((): { type: string; value: string }[] => []);
  for (const [index, { table, match }] of asked.entries()) {
    for (const [person, values] of found[index] ?? []) {
      const type = match.identifier;
      if (values.length > mostOfOneType) {
        throw new Error(`${table.map.title}: more than ${mostOfOneType} values of ${type} for one person.`);
      }
      const usable = new Set(values.flatMap((value) => usableValue(type, value) ?? []));
      identifiers[person]?.push(...[...usable].map((value) => ({ type, value })));
    }
  }
  return identifiers;
};
