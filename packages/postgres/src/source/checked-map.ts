import { PermanentFailure } from "@subject-rights/core";
import { fingerprint } from "../catalog/fingerprint.ts";
import type { DataMap } from "../data-map/data-map.ts";
import { DataMapUnfit } from "../data-map/data-map-unfit.ts";
import type { MapProblem } from "../data-map/problem.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import type { Database, Session } from "../database/database.ts";
import { checkMap } from "../problems/check-map.ts";

/** A data map, checked against the schema as it is: again whenever that has changed. */
export interface CheckedMap {
  problems(): Promise<readonly MapProblem[]>;
  /**
   * The map, to be used in this session.
   *
   * @throws PermanentFailure with `DataMapUnfit` as its cause, where it does not fit the schema
   */
  use(session: Session): Promise<ResolvedMap>;
}

export const checkedMap = (database: Database, dataMap: DataMap): CheckedMap => {
  let known: { readonly map: ResolvedMap; readonly fingerprint: string } | undefined;

  const check = async (session: Session): Promise<ResolvedMap> => {
    const { map, problems } = await checkMap(dataMap, session);
    if (problems.length > 0) {
      const cause = new DataMapUnfit(problems);
      throw new PermanentFailure(cause.message, { cause });
    }
    known = { map, fingerprint: await fingerprint(session, oidsOf(map)) };
    return map;
  };

  return {
    problems: async () => (await database.transaction((session) => checkMap(dataMap, session))).problems,
    use: async (session) => {
      if (known === undefined) return check(session);
      const { map } = known;
      return (await fingerprint(session, oidsOf(map))) === known.fingerprint ? map : check(session);
    },
  };
};

const oidsOf = ({ tables, unlinks }: ResolvedMap): readonly number[] => [
  ...new Set([...tables.map(({ table }) => table.oid), ...unlinks.map(({ table }) => table.oid)]),
];
