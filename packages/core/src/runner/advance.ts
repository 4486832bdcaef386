import {
  ChangedMeanwhile,
  Damaged,
  KeyDestroyed,
  NoProgress,
  NotPossibleNow,
  StorageFailed,
} from "../errors.ts";
import { DamagedPart } from "../export/damaged-part.ts";
import { type Instant, instant, latest } from "../instant.ts";
import type { WakeUp } from "../ports/dispatcher.ts";
import { stepOf } from "../request/change.ts";
import type { RequestEvent } from "../request/events.ts";
import { anything, everything, isHeld, lookingAtHold, troublesOf } from "../request/trouble.ts";
import { ok, orThrow } from "../result.ts";
import { type Action, dueActions, isForgotten, isLast, needsNoKey, workOf } from "../workflows/actions.ts";
import { missingSteps, stepsKnownAgain } from "../workflows/transitions/registering.ts";
import { foundAlone } from "./answers.ts";
import { lookAtHold } from "./effects/look-at-hold.ts";
import { perform } from "./effects/perform.ts";
import { jitter } from "./jitter.ts";
import { useRequestKey } from "./keys.ts";
import type { Services } from "./services.ts";
import { openSession, type Session } from "./session.ts";
import { holdStateOf } from "./stored-hold.ts";
import { liftOthersNames } from "./suppressing.ts";
import { goOnWithoutKey } from "./without-key.ts";

/**
 * Takes a request as far as it gets now: does everything that is due, side by side, until nothing is due any
 * more. May be called at any time and any number of times; whatever it does is decided by the stored request.
 *
 * @param stop fires when the library stops: calls are told, and what they were doing is taken up again later
 * @param onError is told of errors inside the library, which stay with the request
 * @throws StorageFailed and the like, after everything under way has ended; the request is as it was last stored
 */
export const advanceRequest = async (
  services: Services,
  wakeUp: WakeUp,
  stop: AbortSignal,
  onError: (error: unknown, requestId: string) => void,
): Promise<void> => {
  const key = { tenant: wakeUp.tenant, id: wakeUp.id };
  const session = await openSession(services, key);
  const lost = () => onError(new KeyDestroyed(), wakeUp.id);
  if (session === null) return goOnWithoutKey(services, key, stop, lost);
  await unlocked(session);
  await askWhoIsNew(services, session);
  await letOthersIn(services, session);
  const over = new AbortController();
  const wasOpen = session.current().request.phase !== "closed";
  let wasWaiting = session.current().request.waitingFor !== null;
  const stopListening = services.signals.listen(key, ({ phase, reason, waitingFor }) => {
    const isEnded = wasOpen && phase === "closed" && reason !== null;
    // Once it waits for another request of the same person, that one may begin: nothing of this one goes on. While it
    // waits it may only look whether its turn has come, and that is not to be broken off by what it finds out.
    const isPutOff = waitingFor !== null && !wasWaiting;
    wasWaiting = waitingFor !== null;
    if (isEnded || isPutOff) over.abort(new NotPossibleNow("The request is over, or put off."));
  });
  // Sources are told to stop when the request is ended or put off; messages that are on their way are let go.
  const whileOpen = AbortSignal.any([stop, over.signal]);
  const run: Run = { services, session, onError: (error) => onError(error, wakeUp.id) };
  const spins = spinWatch();
  const underWay = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  // It was woken for a time, so that time has come, even where the clock was set back meanwhile.
  let now = latest(instant(services.clock.now()), wakeUp.runAt);
  try {
    while (!whileOpen.aborted && failures.length === 0) {
      for (const action of await actionsHere(services, session, now)) {
        const name = workOf(action);
        if (underWay.has(name)) continue;
        const signal = action.do === "send" ? stop : whileOpen;
        const work = (spins(name) ? stopSpinning(run, action) : performAndRecord(run, action, signal))
          .catch((thrown: unknown) => void failures.push(thrown))
          .finally(() => underWay.delete(name));
        underWay.set(name, work);
      }
      if (underWay.size === 0) break;
      await Promise.race(underWay.values());
      now = instant(services.clock.now());
    }
    await Promise.all(underWay.values());
    if (!whileOpen.aborted && failures.length === 0) await lookForWhatIsLeft(run);
  } finally {
    stopListening();
  }
  const [failure] = failures;
  // Another process may be ending the request at this moment, and begins with its key.
  if (failure instanceof KeyDestroyed) return goOnWithoutKey(services, key, stop, lost);
  if (failures.length > 0) throw failure;
};

/** What is due and for this process: where newer code knows a source that is not known here, the end of it is for that. */
const actionsHere = async (services: Services, session: Session, now: Instant): Promise<Action[]> => {
  const due = dueActions(session.current().request, services.rules, now);
  return due.some(isLast) && (await services.newerSources.areThere())
    ? due.filter((action) => !isLast(action))
    : due;
};

/**
 * Nothing is due, then or later, and nobody is waited for: such a request would stand still for good, and nobody would
 * know. It is no state that a request may be in.
 */
const lookForWhatIsLeft = async (run: Run): Promise<void> => {
  const { request } = run.session.current();
  if (!isForgotten(request, run.services.rules)) await getsOn(run.session, anything);
  else if (!isTroubled(run.session, anything))
    await troubled(run, anything, "no-progress", new NoProgress(anything));
};

/**
 * A source that was registered since the request was acknowledged is asked too, before anything else is done; and what
 * nobody could do, because nobody knew the source, is done.
 */
const askWhoIsNew = async (services: Services, session: Session): Promise<void> => {
  const { tenant } = session.current().request;
  const registered = services.sources.of(tenant).map(({ descriptor }) => descriptor);
  if (missingSteps(session.current().request, registered).length > 0) {
    await session.record({ type: "sources-registered", sources: registered });
  }
  for (const { source } of stepsKnownAgain(session.current().request, registered)) {
    await session.record({ type: "source-retried", source });
  }
};

/** Where the key of the list is lost, whatever needs it next says so. */
const letOthersIn = async (services: Services, session: Session): Promise<void> => {
  const lifted = await liftOthersNames(services, session.current().request);
  if (lifted.isErr() && !(lifted.error instanceof KeyDestroyed)) throw lifted.error;
};

/** One run over one request. */
interface Run {
  readonly services: Services;
  readonly session: Session;
  readonly onError: (error: unknown) => void;
}

const performAndRecord = async (run: Run, action: Action, signal: AbortSignal): Promise<void> => {
  const { services, session } = run;
  const { request, key } = session.current();
  if (key === null && !needsNoKey(action)) return;
  const record = async (event: RequestEvent) => {
    if (!(await session.record(event))) throw new NotPossibleNow("The request has moved on.");
  };
  try {
    const event = await perform(
      {
        services,
        request,
        key: key ?? new Uint8Array(),
        signal,
        record,
        recordTogether: session.recordTogether,
      },
      action,
    );
    services.answers.note(request.tenant, action, event);
    // A call that was broken off because the library stops, or the request is over, has failed at nothing.
    const isBrokenOff =
      signal.aborted && (event?.type === "source-failed" || event?.type === "notice-failed");
    if (isBrokenOff) return;
    await Promise.all([
      event && session.record(foundAlone(services, request, event)),
      isPutBack(event) || getsOn(session, workOf(action), action.do),
    ]);
    if (event?.type === "held") await liftedMeanwhile(run);
    if (event?.type === "held" || event?.type === "copy-held") await tellOfHold(run, event.by);
  } catch (thrown) {
    // Somebody else has changed it: what is to be done now is for its newest state to say.
    if (thrown instanceof NotPossibleNow) return session.reload();
    // Not the key of this request, but another one that this work needs.
    const needsKey = thrown instanceof KeyDestroyed && (await useRequestKey(services, request)).isOk();
    if (isOfStorage(thrown) && !needsKey) throw thrown;
    if (thrown instanceof DamagedPart) return partDamaged(run, thrown);
    // What is named can be given up, or mended where it stands; anything else is an error of the work itself.
    const isNamed = thrown instanceof Damaged && thrown.sweep !== null;
    const code = isNamed ? "damaged" : "internal-error";
    await troubled(run, workOf(action), needsKey ? "key-lost" : code, thrown, action.do);
  }
};

/** What a source has handed over cannot be read back: that is the trouble of this source, and of nobody beside it. */
const partDamaged = async ({ services, session, onError }: Run, damaged: DamagedPart): Promise<void> => {
  onError(damaged);
  const step = stepOf(session.current().request, damaged.source);
  if (step === undefined) return;
  const { source, generation, stage } = step;
  await session.record({
    type: "source-failed",
    source,
    generation,
    stage,
    problem: { code: damaged.problem, retryable: false },
    isUnreadable: true,
    jitter: jitter(services.randomness),
  });
};

/**
 * Whoever lifts a hold lets those go on that it keeps by then, and what it keeps was seen before that was stored: without
 * another look it would be held for as long as until the next one.
 */
const liftedMeanwhile = async ({ services, session }: Run): Promise<void> => {
  const event = await lookAtHold({ services, request: session.current().request });
  if (event.type === "hold-lifted") await session.record(event);
};

/**
 * A hold stops what it stops, also where nobody can read it any more; and that is told, because nobody knows why it stands, or
 * until when.
 */
const tellOfHold = async (run: Run, id: string): Promise<void> => {
  const { request } = run.session.current();
  if (!isHeld(request)) return;
  const stored = orThrow(
    (await run.services.holdStore?.read({ tenant: request.tenant, id })) ?? ok(undefined),
  );
  const read = stored === undefined ? ok(null) : holdStateOf(stored);
  // What a newer version has stored is read by its processes.
  if (read.isErr() && !read.error.isNewer) await troubled(run, lookingAtHold, "damaged", read.error);
  else await getsOn(run.session, lookingAtHold);
};

/** What ends the whole run, to be taken up again: without its store nothing can be said about a request either. */
const isOfStorage = (thrown: unknown): boolean =>
  thrown instanceof StorageFailed || thrown instanceof KeyDestroyed || thrown instanceof ChangedMeanwhile;

const isTroubled = (session: Session, work: string): boolean =>
  troublesOf(session.current().request).some((trouble) => trouble.work === work);

const getsOn = async (session: Session, work: string, doing?: string): Promise<void> => {
  if (isTroubled(session, work)) await session.record({ type: "work-done", work, ...doingOf(doing) });
};

const doingOf = (doing: string | undefined) => doing !== undefined && { doing };

/** Whether something else has to come first, so that the work itself was not begun, or not ended. */
const isPutBack = (event: RequestEvent | null): boolean =>
  event?.type === "names-outdated" ||
  event?.type === "plan-outgrown" ||
  event?.type === "held" ||
  event?.type === "copy-held";

/** The key is there again. */
const unlocked = (session: Session): Promise<void> => getsOn(session, everything);

/** An error inside the library, or what cannot be read, stays with the work that met it: shown, told, and tried again later. */
const troubled = async (
  { services, session, onError }: Run,
  work: string,
  code: "internal-error" | "no-progress" | "key-lost" | "damaged",
  cause: unknown,
  doing?: string,
): Promise<void> => {
  onError(cause);
  const { sweep, hold } = cause instanceof Damaged ? cause : { sweep: null, hold: null };
  const which = { ...(sweep !== null && { sweep }), ...(hold !== null && { hold }) };
  const problem = { code, retryable: code === "internal-error", ...which };
  await session.record({
    type: "work-failed",
    work,
    ...doingOf(doing),
    problem,
    jitter: jitter(services.randomness),
  });
};

/** More often than this no work of one request is rightly due within one run. */
const mostTimes = 500;

/** Says of a work that was due too often whether it is to be stopped. */
const spinWatch = (): ((work: string) => boolean) => {
  const times = new Map<string, number>();
  return (work) => {
    const now = (times.get(work) ?? 0) + 1;
    times.set(work, now);
    return now > mostTimes;
  };
};

/** What is due at once again and again, and does not get on, would take the process with it. */
const stopSpinning = (run: Run, action: Action): Promise<void> => {
  const work = workOf(action);
  return troubled(run, work, "no-progress", new NoProgress(work), action.do);
};
