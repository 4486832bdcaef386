import { setTimeout as pause } from "node:timers/promises";
import { isLockedOut, isRefusal, isUndone } from "../database/failure.ts";
import type { Session } from "../database/session.ts";
import { sql } from "../sql/sql.ts";
import { RowsChanged } from "./rows-changed.ts";

/** An erasure in its parts, each in the transaction that it is handed. */
export interface Act<Found, Value> {
  /** Finds out what there is to know beforehand. */
  readonly prepare: (session: Session) => Promise<Found>;
  /** Waits for everybody who works on the rows, and has them wait in turn. */
  readonly wait: (session: Session, found: Found) => Promise<unknown>;
  /** @throws RowsChanged where what it has found is not so any more */
  readonly act: (session: Session, found: Found) => Promise<Value>;
}

/** How often it is begun for rows that are changed. Those that it has waited for, nobody else changes any more. */
const tries = 3;

/**
 * Erases what is somebody's at the moment of the act. A statement acts on what it has found in the state in which the
 * data was when it began: where it has to wait for a transaction of the application, rows may be somebody else's behind
 * that, and so may what hangs on them. So it waits first, and finds out everything anew in the state that is there behind
 * the wait. What would have to wait all the same while it acts is undone, and begun again.
 */
export const undisturbed = async <Found, Value>(
  session: Session,
  { prepare, wait, act }: Act<Found, Value>,
): Promise<Value> => {
  const began = performance.now();
  const [bound] = await session.query(settings);
  const { told = null, milliseconds = null } = bound ?? {};
  for (let attempt = 1, locked = 0; ; attempt += 1) {
    let isWaiting = true;
    try {
      const value = await session.transaction(async (part) => {
        await part.query(waitingFor(told));
        await wait(part, await prepare(part));
        await part.query(waitingFor(atOnce));
        isWaiting = false;
        return act(part, await prepare(part));
      });
      await session.query(waitingFor(told));
      return value;
    } catch (thrown) {
      if (isLockedOut(thrown)) {
        const isLate = isWaiting || performance.now() - began > Number(milliseconds);
        if (isLate) throw thrown;
        locked += 1;
        // It is locked by what nobody could wait for. Nothing is locked here meanwhile, so that others go on.
        await pause(Math.random() * longestPause);
        continue;
      }
      // A foreign key may be in the way because a row that points was changed, and so was not touched.
      const isWorthIt =
        thrown instanceof RowsChanged || isUndone(thrown) || (attempt === 1 && isRefusal(thrown));
      if (!isWorthIt || attempt - locked === tries) throw thrown;
    }
  }
};

/** The shortest bound that the server knows. */
const atOnce = "1ms";

/** In milliseconds. */
const longestPause = 100;

const waitingFor = (bound: string | null) =>
  sql`select set_config('lock_timeout', ${bound}, true)`.prepared();

/**
 * Somebody else's transaction may hold a row for hours. Then this one gives up, holds nothing up itself, and is tried
 * again later (SQLSTATE 55P03). A bound that the application has set stays, for what waits.
 *
 * Merge joins are never the best here, and thinking about them looks into every index: a third of the planning.
 */
const settings = sql`select b.told, (extract(epoch from b.told::interval) * 1000)::text as milliseconds,
    set_config('enable_mergejoin', 'off', true)
  from (select case current_setting('lock_timeout') when '0' then '10s' else current_setting('lock_timeout') end as told
    offset 0) b`.prepared();
