import { instant, later } from "../../instant.ts";
import { namesOf } from "../../request/change.ts";
import { ownNames } from "../../request/claims.ts";
import type { RequestEvent } from "../../request/events.ts";
import { isAhead, mayGiveWay } from "../../request/line.ts";
import { newsInLine } from "../../request/news-in-line.ts";
import { orThrow } from "../../result.ts";
import { confirmationToTell } from "../confirmation-to-tell.ts";
import { jitter } from "../jitter.ts";
import { lastPlaceOf, lineOf } from "../line.ts";
import { load } from "../load.ts";
import { tellOther } from "../tell-other.ts";
import { toldInLine } from "../told-in-line.ts";
import type { Effect } from "./effect.ts";
import { identify } from "./identify.ts";

/**
 * Takes everything the person is known by. Where somebody put the request first, those behind it that only wait for people
 * are put off before: safe to do twice, and to be broken off, because they stay behind it.
 *
 * @throws StorageFailed, ChangedMeanwhile, NotPossibleNow
 */
export const claim = async (effect: Effect): Promise<RequestEvent> => {
  const { services, request } = effect;
  await askWhileWaiting(effect);
  await takeOver(effect);
  await tellConfirmed(effect);
  if (request.putFirst != null) {
    const begunBefore = later(instant(services.clock.now()), -services.callDeadline);
    for (const other of orThrow(await lineOf(services, request, ownNames(request)))) {
      if (!isAhead(request, other) || !mayGiveWay(other, begunBefore)) continue;
      const by = { by: request.id, jitter: jitter(services.randomness) };
      await tellOther(services, other, { type: "gave-way", begunBefore, ...by });
    }
  }
  return { type: "claimed" };
};

/**
 * Whoever has to wait for another request is asked about while they still have the address that they have confirmed: who
 * has it when their turn comes may be somebody else. A source that cannot say it now is asked at the next look.
 */
const askWhileWaiting = async (effect: Effect): Promise<void> => {
  const { request } = effect;
  if (request.waitingFor === null || request.reopened > 0) return;
  const names = namesOf(request);
  for (const step of request.steps) {
    const { stage, settlement, lastAsked } = step;
    if (stage !== "identify" || settlement !== null || (lastAsked?.names ?? 0) >= names) continue;
    const event = await identify(effect, step);
    if (event.type === "source-identified") await effect.record(event);
  }
};

/**
 * What those know of the person that go first: they may erase, and be called off, and then nobody else knows it any more.
 * One that cannot be opened tells nothing.
 */
const takeOver = async ({ services, request, record }: Effect): Promise<void> => {
  // Whoever can be told another number by a source is of another person.
  const isAsked = request.steps.every(
    ({ canIdentify, settlement, lastAsked }) =>
      !canIdentify || settlement !== null || lastAsked !== undefined,
  );
  for (const other of orThrow(await lineOf(services, request, request.pseudonyms))) {
    const isFirst = isAhead(other, request) || other.claims.some((name) => request.pseudonyms.includes(name));
    const opened = isFirst ? await load(services, other) : null;
    if (opened?.isErr() && opened.error.code === "storage-failed") throw opened.error;
    const told = opened?.isOk() ? toldInLine(services, opened.value.request, request) : null;
    const news = told && newsInLine(request, told);
    if (told && news && (isAsked || news.isCertain)) await record(told);
  }
};

/** Whoever had an address before is told that it was confirmed since, before this one can come to its end. */
const tellConfirmed = async ({ services, request }: Effect): Promise<void> => {
  const told = orThrow(await confirmationToTell(services, request));
  if (told === null) return;
  for (const other of told.others) await tellOther(services, other, told.event);
};

/** It is opened again behind everybody who is in line by now. @throws StorageFailed */
export const reopen = async ({ services, request }: Effect): Promise<RequestEvent> => {
  const line = orThrow(await lineOf(services, request, ownNames(request)));
  return { type: "retention-ended", lastPlace: lastPlaceOf(line) };
};
