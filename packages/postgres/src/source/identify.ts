import {
  emailSchema,
  type FoundIdentifier,
  type Identifier,
  identifiedSubject,
  isSteady,
  subjectOf,
} from "@subject-rights/core";
import { z } from "zod";
import type { Column } from "../catalog/catalog.ts";
import type { MappedTable, ResolvedMap } from "../data-map/resolved-map.ts";
import type { Session } from "../database/session.ts";
import { sameKey, tableName } from "../reach/columns.ts";
import { namingValues, toldAs } from "../reach/match.ts";
import type { Person, Reach } from "../reach/reach.ts";
import { type Branch, matchedBranches, owner, reachMany, strangersBranches } from "../reach/reach-many.ts";
import { strangersColumns } from "../reach/strangers.ts";
import {
  type Above,
  asTold,
  everyTellingColumn,
  identifyingMatchesOf,
  leadsOn,
  mayTellMore,
  ownMatchesOf,
  type TellingColumn,
} from "../reach/telling.ts";
import { emptySql, join, name, type Sql, sql } from "../sql/sql.ts";

/** More than this many of one type are not those of one person: the map matches too much. */
const mostOfOneType = 1_000;

/** In characters; what is longer is no identifier. */
const longestValue = 1_000;

/** A blank, or an "n/a" for an address, is what many rows hold that are not of one person. */
export const usableValue = (type: string, value: string): string | undefined => {
  if (type === "email") return emailSchema.safeParse(value).data;
  return value.trim() === "" || value.length > longestValue ? undefined : value;
};

/**
 * People of one tenant with everything that they are known by here: what their rows tell, what is found by that, and
 * so on until nothing new is told. What others may share is not followed. This is the only way in which it is found
 * out: whatever is counted, handed out or erased is so under the same names.
 */
export const knownPeople = async (
  session: Session,
  map: ResolvedMap,
  asked: readonly Person[],
): Promise<readonly Person[]> => {
  const people = [...asked];
  let left = [...people.keys()];
  while (left.length > 0) {
    const told = await identifyPeople(
      session,
      map,
      left.map((index) => people[index] as Person),
    );
    left = left.filter((index, place) => {
      const person = people[index] as Person;
      const further = furtherOf(person, told[place] ?? []);
      const identifiers = [...person.subject.identifiers, ...further];
      const { isIdentified, asked: named, shared } = person.subject;
      const subject = isIdentified
        ? identifiedSubject(identifiers, shared)
        : subjectOf(identifiers, named, shared);
      people[index] = { ...person, subject };
      // Rows without end that lead to each other are not of one person either.
      if (identifiers.length > mostOfOneType) throw tooMany("identifiers");
      return further.some(({ type }) => leadsOn(map, type));
    });
  }
  return people;
};

/** The same for counting, which needs no name that leads to no further rows: where there is none, nobody is asked. */
export const knownEnough = async (
  session: Session,
  map: ResolvedMap,
  asked: readonly Person[],
): Promise<readonly Person[]> => {
  const isEnough = ({ subject }: Person) => !mayTellMore(map, (type) => subject.values(type).length > 0);
  return asked.every(isEnough) ? asked : knownPeople(session, map, asked);
};

/** Whether something is told that leads to rows which are not found yet. */
export const isLedOn = (map: ResolvedMap, person: Person, told: readonly FoundIdentifier[]): boolean =>
  furtherOf(person, told).some(({ type }) => leadsOn(map, type));

/**
 * What is told of a person and not known yet, without what others may share. Once everybody was asked who they are, no
 * number is taken in any more: it is of somebody who came since.
 */
const furtherOf = ({ subject }: Person, told: readonly FoundIdentifier[]): readonly Identifier[] =>
  told.flatMap(({ type, value, shared }) =>
    shared === true ||
    subject.values(type).includes(value) ||
    subject.shared.some((each) => each.type === type && each.value === value) ||
    (subject.isIdentified && isSteady({ type }))
      ? []
      : [{ type, value }],
  );

/** What the rows of each person that are found by what is known now tell of them, in the order of the people. */
export const identifyPeople = async (
  session: Session,
  map: ResolvedMap,
  people: readonly Person[],
): Promise<readonly (readonly FoundIdentifier[])[]> => {
  const telling = tellingOf(map, people);
  if (telling === null) return people.map(() => []);
  const { sets, found, read } = telling;
  const [row] = await session.query(sql`${sets ?? emptySql} select ${found}::text as found`);
  return read(row?.["found"]);
};

/** How it is asked what the rows of people tell of them. */
export interface Telling {
  /** What has to stand before; null where nothing has to. */
  readonly sets: Sql | null;
  /** An expression of the type `json`. */
  readonly found: Sql;
  /** Reads its text. */
  readonly read: (text: string | null | undefined) => readonly (readonly FoundIdentifier[])[];
}

/** Null where no row could tell anything. */
export const tellingOf = (wholeMap: ResolvedMap, people: readonly Person[]): Telling | null => {
  const map = asTold(wholeMap);
  // Nobody is asked about them any more once everybody was asked who this is.
  const isAsked = people.some(({ subject }) => !subject.isIdentified);
  const columns = [...everyTellingColumn(map), ...(isAsked ? strangersColumns(wholeMap) : [])];
  const through = columns.flatMap(({ table, rows }) => (rows === "reached" ? [table] : []));
  const reached = through.length === 0 ? null : reachMany(map, [...new Set(through)], people);
  const asked = columns.flatMap((column) => {
    const told = toldIn(map, column, people, reached);
    return told === null ? [] : [{ column, told }];
  });
  if (asked.length === 0) return null;
  return {
    sets: reached?.sets ?? null,
    found: sql`json_build_array(${join(asked.map(({ told }) => listOf(told, people.length)))})`,
    read: (text) => {
      const found = foundSchema.parse(JSON.parse(text ?? "null"));
      const identifiers = people.map((): FoundIdentifier[] => []);
      for (const [index, { column }] of asked.entries()) {
        const { identifier: type, shared } = column.match;
        for (const [person, values] of found[index] ?? []) {
          if (values.length > mostOfOneType) throw tooMany(`values of ${type} in ${column.table.map.title}`);
          const naming = namingValues(column.match, values);
          const usable = new Set(
            naming.flatMap((value) => usableValue(type, toldAs(column.match, value)) ?? []),
          );
          identifiers[person]?.push(...[...usable].map((value) => ({ type, value, shared })));
        }
      }
      return identifiers;
    },
  };
};

const foundSchema = z.array(z.array(z.tuple([z.number().int(), z.array(z.string())])));

/** Whose each value of a column is, as `owner` and `v`; null where no row could be found. */
const toldIn = (
  map: ResolvedMap,
  { table, match: { column }, rows }: TellingColumn,
  people: readonly Person[],
  reached: Reach | null,
): Sql | null => {
  const ofMatched = (branches: readonly Branch[], above: Above["above"] = []): Sql | null =>
    branches.length === 0 ? null : ownedValues(branches, table, column, above);
  if (rows === "reached") {
    return reached === null
      ? null
      : sql`select r.${owner}, ${asWritten(sql`t.${name(column.name)}`)} as v from ${tableName(table)} t
          join ${reached.set(table)} r on ${sameKey(table, sql`t`, sql`r`)} where t.${name(column.name)} is not null`;
  }
  const asked = { map, people };
  if (rows === "matched") return ofMatched(matchedBranches(asked, table, ownMatchesOf(map, table)));
  return "above" in rows
    ? ofMatched(matchedBranches(asked, table, identifyingMatchesOf(map, table)), rows.above)
    : ofMatched(strangersBranches(asked, table, rows.strangersBy));
};

/** Whose each value of a column is: of rows `t`, or of those that they point at, step by step. */
const ownedValues = (
  branches: readonly Branch[],
  table: MappedTable,
  column: Column,
  above: Above["above"],
): Sql => {
  const alias = (step: number): Sql => (step === 0 ? sql`t` : name(`a${step}`));
  const steps = above.map(({ reference, other }, step) => {
    const isPointedAt = reference.pairs.map(
      ({ here, there }) => sql`${alias(step + 1)}.${name(there.name)} = ${alias(step)}.${name(here.name)}`,
    );
    return sql` join ${tableName(other)} ${alias(step + 1)} on ${join(isPointedAt, sql` and `)}`;
  });
  const held = sql`${alias(above.length)}.${name(column.name)}`;
  return join(
    branches.map(
      ({ from, where, owner: whose }) =>
        sql`select ${whose} as ${owner}, ${asWritten(held)} as v from ${from}
          join ${tableName(table)} t on ${where}${join(steps, emptySql)} where ${held} is not null`,
    ),
    sql` union `,
  );
};

/** Its text, of which each spelling counts: by the column's own collation several may be one, and only one be told. */
const asWritten = (held: Sql): Sql => sql`(${held})::text collate pg_catalog."C"`;

const listOf = (told: Sql, people: number): Sql =>
  sql`(select coalesce(json_agg(json_build_array(d.${owner}, d.values)), '[]') from (
    select l.${owner}, json_agg(l.v) as values from (
      select distinct f.${owner}, f.v from (${told}) f limit ${(mostOfOneType + 1) * people}::bigint) l
    group by l.${owner}) d)`;

const tooMany = (what: string): Error => new Error(`More than ${mostOfOneType} ${what} for one person.`);
