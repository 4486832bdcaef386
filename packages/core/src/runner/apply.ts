import { ChangedMeanwhile } from "../errors.ts";
import type { RequestKey } from "../ports/request-store.ts";
import { type RecordedActor, systemActorId } from "../request/actor.ts";
import type { RequestEvent } from "../request/events.ts";
import { isInLine } from "../request/line.ts";
import type { Request } from "../request/request.ts";
import { waitingOf } from "../request/waiting.ts";
import { err, ok, type Result, ResultAsync } from "../result.ts";
import type { Refusal } from "../workflows/decide.ts";
import { type Committed, decideAndCommit } from "./commit.ts";
import { confirmationToTell } from "./confirmation-to-tell.ts";
import { othersUnder } from "./line.ts";
import { type LoadError, load, type Opened } from "./load.ts";
import type { Services } from "./services.ts";
import { toldInLine } from "./told-in-line.ts";

export type ApplyError = LoadError | ChangedMeanwhile | Refusal;

/** How often a decision is made again because somebody else was faster. */
export const tries = 25;

/**
 * Lets something happen to a request, and stores what was decided: the new state, the audit and the next
 * wake-up, together or not at all. Where another commit came first, the decision is made again on what is there
 * now; where another request works on the same person, this one is put off.
 *
 * Errors: what `load` and `decide` answer; `ChangedMeanwhile` where others were faster again and again.
 */
export const apply = (
  services: Services,
  key: RequestKey,
  event: RequestEvent,
  actor: RecordedActor = systemActorId,
  known?: Opened,
): ResultAsync<Opened, ApplyError> =>
  applyAll(services, key, [event], actor, known).andThen(
    ({ request, key: secret, refusals: [refusal] }): Result<Opened, ApplyError> =>
      refusal ? err(refusal) : ok({ request, key: secret }),
  );

/** The same for several things that happened one after the other, in one commit; says which of them were refused. */
export const applyAll = (
  services: Services,
  key: RequestKey,
  events: readonly RequestEvent[],
  actor: RecordedActor = systemActorId,
  known?: Opened,
): ResultAsync<Committed, LoadError | ChangedMeanwhile> =>
  new ResultAsync(
    (async () => {
      let opened: Result<Opened, LoadError> = known === undefined ? await load(services, key) : ok(known);
      for (let attempt = 0; attempt < tries; attempt += 1) {
        if (opened.isErr()) return err(opened.error);
        const done = await decideAndCommit(services, services.requestStore, opened.value, events, actor);
        if (done.isErr()) return err(done.error);
        if (done.value !== null) {
          if (done.value.request !== opened.value.request) {
            announce(services, done.value.request);
            await letOthersOn(services, opened.value.request, done.value.request);
          }
          return ok(done.value);
        }
        opened = await load(services, key);
      }
      return err(new ChangedMeanwhile());
    })(),
  );

/** Tells whoever follows the request in this process. Its wake-up went into the store with it. */
export const announce = (services: Services, request: Request): void => services.signals.changed(request);

/**
 * Wakes the requests of the person that wait for one which has left the line, was put off, or waits for something else than
 * before, so that they begin, or say what they wait for. Call it once that is stored. What fails here is left to them: they
 * look by themselves, ever more seldom.
 */
export const letOthersOn = async (services: Services, before: Request, after: Request): Promise<void> => {
  await tellConfirmed(services, before, after);
  if (!isInLine(before) || (isInLine(after) && !hasMoved(before, after))) return;
  const others = { ...services, requestStore: services.otherRequests };
  // Also one of which it has turned out since that it is about somebody else.
  const line = await othersUnder(services, after, after.pseudonyms);
  for (const other of line.unwrapOr([])) {
    if (other.waitingFor !== after.id) continue;
    const told = toldInLine(services, after, other);
    await applyAll(others, other, [...(told === null ? [] : [told]), { type: "line-moved" }]);
  }
};

/**
 * Whoever had an address before is told at once that it was confirmed since, and what was decided of whoever did, as long as
 * there is somebody to tell it. A process that dies before that tells it when the request looks whether it may begin.
 */
const tellConfirmed = async (services: Services, before: Request, after: Request): Promise<void> => {
  const isNews = isInLine(before) !== isInLine(after) || answered(before) !== answered(after);
  if (!isNews || after.phase === "received") return;
  const others = { ...services, requestStore: services.otherRequests };
  const told = (await confirmationToTell(services, after)).unwrapOr(null);
  if (told === null) return;
  for (const other of told.others) await applyAll(others, other, [told.event]);
};

const answered = ({ decisions }: Request): number => decisions.filter(({ answer }) => answer !== null).length;

const hasMoved = (before: Request, after: Request): boolean =>
  (before.claims.length > 0 && after.claims.length === 0) || whatFor(before) !== whatFor(after);

const whatFor = (request: Request): string =>
  [...new Set(waitingOf(request).map((waiting) => waiting.for))].sort().join(" ");
