import { PermanentFailure } from "@subject-rights/core";
import { readFingerprint, withoutCompiling } from "../catalog/fingerprint.ts";
import type { DataMap } from "../data-map/data-map.ts";
import { DataMapUnfit } from "../data-map/data-map-unfit.ts";
import type { MapProblem } from "../data-map/problem.ts";
import type { ResolvedMap } from "../data-map/resolved-map.ts";
import type { Database, Session } from "../database/database.ts";
import { changedColumns } from "../problems/changed-columns.ts";
import { checkMap } from "../problems/check-map.ts";
import { familyOf } from "../problems/family.ts";
import { sql } from "../sql/sql.ts";

/** A data map, checked against the schema as it is: again whenever that has changed. */
export interface CheckedMap {
  problems(): Promise<readonly MapProblem[]>;
  /**
   * The map, to be used in this session.
   *
   * @throws PermanentFailure with `DataMapUnfit` as its cause, where it does not fit the schema
   */
  use(session: Session): Promise<ResolvedMap>;
  /** What was checked last, to be used only where the schema still has this fingerprint; null before that. */
  last(): LastChecked | null;
}

export interface LastChecked {
  readonly map: ResolvedMap;
  readonly oids: readonly number[];
  readonly fingerprint: string;
}

const nothing = (): void => undefined;

export const checkedMap = (database: Database, dataMap: DataMap): CheckedMap => {
  let last: LastChecked | null = null;
  let underWay: Promise<void> | null = null;

  /** What fits is remembered, whoever asked: nobody has to look again before the schema changes. */
  const ask = async (session: Session) => {
    await session.query(sql`select ${withoutCompiling} as jit`);
    const checked = await checkMap(dataMap, session);
    if (checked.problems.length > 0) return checked;
    const oids = oidsOf(checked.map);
    last = { map: checked.map, oids, fingerprint: await readFingerprint(session, oids) };
    return checked;
  };

  const check = async (session: Session): Promise<ResolvedMap> => {
    const { map, problems } = await ask(session);
    if (problems.length > 0) {
      const cause = new DataMapUnfit(problems);
      throw new PermanentFailure(cause.message, { cause });
    }
    return map;
  };

  return {
    problems: async () => (await database.transaction(ask)).problems,
    use: async (session) => {
      // One looks, whoever else comes meanwhile waits for it: dozens at once would each take longer than a call may,
      // and none of them would come to its end.
      for (;;) {
        const known = last;
        if (known !== null && (await readFingerprint(session, known.oids)) === known.fingerprint)
          return known.map;
        if (underWay === null) break;
        await underWay;
      }
      const map = check(session);
      const settled = map.then(nothing, nothing).finally(() => {
        if (underWay === settled) underWay = null;
      });
      underWay = settled;
      return map;
    },
    last: () => last,
  };
};

/** Everything in which the erasures of this map may write, partitions included. */
const oidsOf = (map: ResolvedMap): readonly number[] => {
  const tables = [
    ...map.tables.map(({ table }) => table),
    ...map.unlinks.map(({ table }) => table),
    ...changedColumns(map).keys(),
  ];
  return [...new Set(tables.flatMap((table) => familyOf(map.catalog, table)).map(({ oid }) => oid))];
};
