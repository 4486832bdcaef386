import { type FoundIdentifier, subjectOf } from "@subject-rights/core";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import type { Session } from "../database/session.ts";
import { type Person, reach } from "../reach/reach.ts";
import { join, sql } from "../sql/sql.ts";
import { knownPeople } from "./identify.ts";

/**
 * Says of each identifier that others may share how many rows it would add to the person's: those that hold it or lead to
 * it, and what belongs to these. What they would lead to by further identifiers is not followed, so that it may be more.
 */
export const withOthers = async (
  session: Session,
  map: ResolvedMap,
  asked: Person,
  found: readonly FoundIdentifier[],
): Promise<readonly FoundIdentifier[]> => {
  if (found.every(({ shared }) => shared !== true)) return found;
  const [person = asked] = await knownPeople(session, map, [asked]);
  const { identifiers, asked: named } = person.subject;
  const shared = [...person.subject.shared, ...found.filter((each) => each.shared === true)];
  const own = await rowsOf(session, map, { ...person, subject: subjectOf(identifiers, named, shared) });
  const counted: FoundIdentifier[] = [];
  for (const each of found) {
    if (each.shared !== true) {
      counted.push(each);
      continue;
    }
    const { type, value } = each;
    const others = shared.filter((other) => other.type !== type || other.value !== value);
    const subject = subjectOf([...identifiers, { type, value }], undefined, others);
    const all = await rowsOf(session, map, { ...person, subject });
    counted.push({ ...each, others: Math.max(0, all - own) });
  }
  return counted;
};

const rowsOf = async (session: Session, map: ResolvedMap, person: Person): Promise<number> => {
  const { sets, set } = reach(map, map.tables, person, "all");
  const counts = map.tables.map((table) => sql`(select count(*) from ${set(table)})`);
  const [row] = await session.query(sql`${sets} select (${join(counts, sql` + `)})::text as rows`);
  return Number(row?.["rows"] ?? 0);
};
