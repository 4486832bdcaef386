import type { Transaction } from "../bridge/transaction.ts";
import { CallFailed, NotPossibleNow } from "../errors.ts";
import type { RequestEvent } from "../request/events.ts";
import { type Act, mayGoOn } from "../request/guard.ts";
import { heldUnder, type Request } from "../request/request.ts";
import { ok, orThrow, type Result } from "../result.ts";
import { type HoldServices, holdsOn } from "./holds.ts";
import { fromFound } from "./record.ts";
import type { Services } from "./services.ts";

/** The guard did not let a call through: nothing was asked of the adapter. */
export class Stopped extends CallFailed {
  /** What happened to the request by it; null where it has moved on already. */
  readonly event: RequestEvent | null;

  constructor(adapter: string, event: RequestEvent | null) {
    super(adapter, "interrupted", true);
    this.event = event;
  }
}

/** What a call passes right before it acts, with nothing awaited between its answer and the act. */
export type Pass = () => Promise<CallFailed | null>;

export interface Guarded {
  readonly services: Pick<Services, "requestStore" | HoldServices>;
  readonly request: Request;
}

/**
 * Reads whether a request may still do something: in its record, whoever wrote it, and for what erases also in the
 * holds, under any name that is known.
 *
 * @param isWanted whether this very piece of work is still to be done
 * @throws StorageFailed, Damaged, RequestNotFound where that could not be read: then nothing is done
 */
export const passFor =
  (
    { services, request }: Guarded,
    adapter: string,
    act: Act,
    isWanted: (now: Request) => boolean = () => true,
  ): Pass =>
  async () => {
    const [stored, holds] = await Promise.all([
      services.requestStore.read(request),
      act === "erase" ? holdsOn(services, request.tenant, [heldUnder(request)]) : noHolds,
    ]);
    const now = orThrow(stored.andThen(fromFound));
    const [by] = orThrow(holds);
    if (!mayGoOn(now, act) || !isWanted(now)) return new Stopped(adapter, null);
    return by ? new Stopped(adapter, { type: "held", by }) : null;
  };

const noHolds: Result<(string | null)[], never> = ok([null]);

/**
 * The same behind an act inside a transaction of the store, and inside that: whatever was said before it ends undoes the
 * act with it.
 *
 * @throws StorageFailed, where the holds could not be asked
 */
export const isUndone = async (
  services: Guarded["services"],
  { handle }: Transaction,
  now: Request,
  act: Act,
): Promise<boolean> => {
  if (!mayGoOn(now, act)) return true;
  if (act !== "erase") return false;
  const [by] = orThrow(await holdsOn(services, now.tenant, [heldUnder(now)], handle));
  return by !== null;
};

/** For an effect: what the guard says becomes what happened, or the end of this piece of work. @throws NotPossibleNow */
export const eventOf = ({ event }: Stopped): RequestEvent => {
  if (event === null) throw new NotPossibleNow("The request has moved on.");
  return event;
};
