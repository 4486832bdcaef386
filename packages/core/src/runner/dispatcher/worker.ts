import { Damaged } from "../../errors.ts";
import type { Dispatcher, WakeUp } from "../../ports/dispatcher.ts";
import { advanceRequest } from "../advance.ts";
import type { Services } from "../services.ts";
import type { UnreadableRequests } from "./unreadable.ts";
import type { WakeOrder } from "./wake-order.ts";
import { wake, wakingStore } from "./waking-store.ts";

export interface WorkerParts {
  readonly services: Services;
  readonly dispatcher: Dispatcher;
  readonly order: WakeOrder;
  /** Fires when the library stops. */
  readonly stop: AbortSignal;
  readonly unreadable: UnreadableRequests;
  /** Is told of what ended the work on a request for the time being. */
  readonly onError: (error: unknown, requestId: string) => void;
}

/** What a dispatcher calls: takes the request as far as it gets now, or throws and is called again. */
export const workerOf = ({ services, dispatcher, order, stop, unreadable, onError }: WorkerParts) => {
  const { requestStore, clock } = services;
  const inHand = {
    ...services,
    requestStore: wakingStore({ requestStore, dispatcher, clock, order }, { inHand: true }),
  };
  return async (wakeUp: WakeUp): Promise<void> => {
    const notYet = unreadable.notYet(wakeUp);
    if (notYet !== null) throw notYet;
    try {
      await advanceRequest(inHand, wakeUp, stop, onError);
      unreadable.isReadable(wakeUp);
      // What was broken off here is for somebody else.
      if (stop.aborted) await wake(dispatcher, wakeUp, wakeUp.runAt);
    } catch (thrown) {
      if (!(thrown instanceof Damaged) || unreadable.met(wakeUp, thrown)) onError(thrown, wakeUp.id);
      throw thrown;
    }
  };
};
