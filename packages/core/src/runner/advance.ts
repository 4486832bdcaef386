import { KeyDestroyed, NotPossibleNow } from "../errors.ts";
import { instant, latest } from "../instant.ts";
import type { WakeUp } from "../ports/dispatcher.ts";
import { type Action, dueActions } from "../workflows/actions.ts";
import { missingSteps } from "../workflows/transitions/registering.ts";
import { foundAlone } from "./answers.ts";
import { perform } from "./effects/perform.ts";
import { finishDestroyed } from "./finish-destroyed.ts";
import type { Services } from "./services.ts";
import { openSession, type Session } from "./session.ts";

/**
 * Takes a request as far as it gets now: does everything that is due, side by side, until nothing is due any
 * more. May be called at any time and any number of times; whatever it does is decided by the stored request.
 *
 * @param stop fires when the library stops: calls are told, and what they were doing is taken up again later
 * @throws StorageFailed and the like, after everything under way has ended; the request is as it was last stored
 */
export const advanceRequest = async (
  services: Services,
  wakeUp: WakeUp,
  stop: AbortSignal,
): Promise<void> => {
  const key = { tenant: wakeUp.tenant, id: wakeUp.id };
  const session = await openSession(services, key);
  if (session === null) return;
  await askWhoIsNew(services, session);
  const over = new AbortController();
  const stopListening = services.signals.listen(key, ({ outcome, waitingFor }) => {
    // Once it waits for another request of the same person, that one may begin: nothing of this one goes on.
    if (outcome === "cancelled" || outcome === "declined" || waitingFor !== null)
      over.abort(new NotPossibleNow("The request is over, or put off."));
  });
  // Sources are told to stop when the request is ended or put off; messages that are on their way are let go.
  const whileOpen = AbortSignal.any([stop, over.signal]);
  const underWay = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  // It was woken for a time, so that time has come, even where the clock was set back meanwhile.
  let now = latest(instant(services.clock.now()), wakeUp.runAt);
  try {
    while (!whileOpen.aborted && failures.length === 0) {
      for (const action of dueActions(session.current().request, services.rules, now)) {
        const name = nameOf(action);
        if (underWay.has(name)) continue;
        const work = performAndRecord(services, session, action, action.do === "send" ? stop : whileOpen)
          .catch((thrown: unknown) => void failures.push(thrown))
          .finally(() => underWay.delete(name));
        underWay.set(name, work);
      }
      if (underWay.size === 0) return;
      await Promise.race(underWay.values());
      now = instant(services.clock.now());
    }
    await Promise.all(underWay.values());
  } finally {
    stopListening();
  }
  const [failure] = failures;
  // Another process may be ending the request at this moment, and begins with its key.
  if (failure instanceof KeyDestroyed) return void (await finishDestroyed(services, key));
  if (failures.length > 0) throw failure;
};

/** A source that was registered since the request was acknowledged is asked too, before anything else is done. */
const askWhoIsNew = async ({ sources }: Services, session: Session): Promise<void> => {
  const registered = [...sources.values()].map(({ descriptor }) => descriptor);
  if (missingSteps(session.current().request, registered).length === 0) return;
  await session.record({ type: "sources-registered", sources: registered });
};

const nameOf = (action: Action): string => {
  switch (action.do) {
    case "send":
      return `send ${action.notice.id}`;
    case "identify":
    case "locate":
    case "perform":
    case "verify":
    case "probe":
      return `work ${action.step.source}`;
    case "pass-on":
      return `pass on ${action.news.news} ${action.news.source}`;
    default:
      return action.do;
  }
};

const performAndRecord = async (
  services: Services,
  session: Session,
  action: Action,
  signal: AbortSignal,
): Promise<void> => {
  const { request, key } = session.current();
  if (key === null) return;
  const record = async (event: Parameters<Session["record"]>[0]) => {
    if (!(await session.record(event))) throw new NotPossibleNow("The request has moved on.");
  };
  try {
    const event = await perform(
      { services, request, key, signal, record, recordTogether: session.recordTogether },
      action,
    );
    services.answers.note(request.tenant, action, event);
    if (event === null) return;
    // A call that was broken off because the library stops, or the request is over, has failed at nothing.
    const isBrokenOff = signal.aborted && (event.type === "source-failed" || event.type === "notice-failed");
    if (!isBrokenOff) await session.record(foundAlone(services, request, event));
  } catch (thrown) {
    if (!(thrown instanceof NotPossibleNow)) throw thrown;
    // Somebody else has changed it: what is to be done now is for its newest state to say.
    await session.reload();
  }
};
