import { instant } from "../../instant.ts";
import { saidToBeTheirs } from "../../request/addresses.ts";
import { stepOf } from "../../request/change.ts";
import type { RequestEvent } from "../../request/events.ts";
import { type NoticeRecord, tryOf } from "../../request/notices.ts";
import type { SourceStep } from "../../request/steps.ts";
import { isByNumberOnly, isLeftUnsaid } from "../../request/unsaid.ts";
import { ok, orThrow } from "../../result.ts";
import { type Identifier, includesIdentifier, isSteady } from "../../subject/identifier.ts";
import type { Action } from "../../workflows/actions.ts";
import { toAskAgain } from "../../workflows/transitions/asking-again.ts";
import { Stopped } from "../guard.ts";
import { jitter } from "../jitter.ts";
import { endSuppressions, isMarkedCalledOff } from "../suppressing.ts";
import { outgrownBy } from "./approved.ts";
import { claim, reopen } from "./claim.ts";
import { collect } from "./collect.ts";
import { type Effect, failure, subjectOfRequest, workFor } from "./effect.ts";
import { erase } from "./erase.ts";
import { finalise } from "./finalise.ts";
import { identify } from "./identify.ts";
import { leadingFurther } from "./leading-further.ts";
import { leaveEarlierPackages } from "./leave-packages.ts";
import { locate } from "./locate.ts";
import { lookAtHold } from "./look-at-hold.ts";
import { noLongerTheirs, notHeardOf } from "./no-longer-theirs.ts";
import { onlyJust } from "./only-just.ts";
import { foundUnvouched } from "./opened-again.ts";
import { makePackage } from "./package.ts";
import { passOn } from "./pass-on.ts";
import { makePlan } from "./plan.ts";
import { probe } from "./probe.ts";
import { notSent, send } from "./send.ts";
import { verify } from "./verify.ts";

/** Does what is to be done, and says what came of it; null where that is stored already. @throws StorageFailed, Damaged */
export const perform = async (effect: Effect, action: Action): Promise<RequestEvent | null> => {
  if (isOfRest(effect, action)) {
    const ended = await calledOffBefore(effect);
    if (ended !== null) return ended;
  }
  switch (action.do) {
    case "send":
      return action.notice.kind === "manual-task"
        ? askOwner(effect, action.notice)
        : send(effect, action.notice);
    case "claim":
      return claim(effect);
    case "identify":
      return identify(effect, action.step);
    case "locate":
      return locate(effect, action.step);
    case "perform": {
      const { step } = action;
      const outdated = namesOutdated(effect, step);
      if (outdated !== null) return outdated;
      const passedOn = await addressesPassedOn(effect, step);
      if (passedOn !== null) return passedOn;
      await effect.record({ type: "source-started", source: step.source, generation: step.generation });
      return step.task === "export" ? collect(effect, step) : erase(effect, step);
    }
    case "verify":
      return verify(effect, action.step);
    case "probe":
      return probe(effect, action.step);
    case "pass-on":
      return passOn(effect, action.news);
    case "plan":
      return makePlan(effect.request);
    case "replan":
      return { type: "plan-expired" };
    case "remind":
      return { type: "reminder-due" };
    case "look-at-hold":
      return lookAtHold(effect);
    case "reopen":
      return reopen(effect);
    case "package":
      return makePackage(effect);
    case "leave-packages":
      return leaveEarlierPackages(effect);
    case "lapse":
      return { type: "lapsed" };
    case "lift-suppressions":
      orThrow(await endSuppressions(effect.services, effect.request));
      return { type: "suppressions-lifted" };
    case "finalise":
      return finalise(effect);
  }
};

/** Whether it opens a closed request again, or has somebody erase for one that was. */
const isOfRest = ({ request }: Effect, action: Action): boolean =>
  action.do === "reopen" ||
  (request.reopened > 0 &&
    (action.do === "perform" || (action.do === "send" && action.notice.kind === "manual-task")));

/**
 * The record came back from a backup, and the list of suppressions knows what was said since: the rest was called off. It is
 * once more, before anything of it is erased.
 */
const calledOffBefore = async ({ services, request }: Effect): Promise<RequestEvent | null> =>
  orThrow(await isMarkedCalledOff(services, request))
    ? { type: "cancelled", reason: "It had been called off before a backup was restored." }
    : null;

/**
 * Whatever the work has waited for, right before it everybody has said who the person is: a source may know them by another
 * name by now, and would act on that. Null where that was only just.
 */
const namesOutdated = (
  { services, request }: Effect,
  { source, generation }: SourceStep,
): RequestEvent | null => {
  const since = onlyJust(services);
  return toAskAgain(request, source, since, instant(services.clock.now())).length === 0
    ? null
    : { type: "names-outdated", source, generation, since };
};

/**
 * A source that finds the person by their addresses takes whoever has them by now: right before its work it is asked whom they
 * lead to in others, once they were confirmed that long ago; and one that somebody has confirmed since, and that is not told
 * of the person, is theirs. One that finds the person by a number is stopped only where such an address adds something. Who
 * could say it and is down is waited for, as by a letter; where the source finds the person by a number, it goes on with that.
 * Where nobody will ever say it, somebody decides. Null where they are the person's, or nobody can say.
 */
const addressesPassedOn = async (effect: Effect, step: SourceStep): Promise<RequestEvent | null> => {
  const { request, services } = effect;
  const { source, generation, task } = step;
  if (request.reopened > 0) return task === "erase" ? foundUnvouched(effect, step) : null;
  const needs = services.sources.find(request.tenant, source)?.needs ?? [];
  const { identifiers } = subjectOfRequest(request);
  const found = identifiers.filter(({ type }) => needs.includes(type));
  const findsByAddress = task === "erase" || task === "export";
  if (!findsByAddress || isByNumberOnly(step)) return null;
  const { anothers, gone, open, silent } = identifiers.some(isSteady)
    ? await noLongerTheirs(effect, found)
    : { anothers: [], gone: [], ...(await notHeardOf(effect, found)) };
  const stopped = silent.find((each) => each instanceof Stopped);
  if (stopped !== undefined) return failure(effect, step, stopped);
  const isNumbered = found.some(isSteady);
  const byNumber = isNumbered && task === "erase";
  const by = [...new Set(silent.map(({ adapter }) => adapter))].filter((each) => each !== source);
  const left = !byNumber && isLeftUnsaid(request, step, by.length > 0) ? open : [];
  const further = async (addresses: readonly Identifier[]) =>
    isNumbered ? leadingFurther(effect, step, addresses) : ok(addresses);
  // What led to nobody before somebody had said that it is theirs is not followed where it is told of them no more.
  const said = saidToBeTheirs(request);
  const goneToo = gone.filter((each) => includesIdentifier(said, each));
  const passedOn = await further([...new Set([...anothers, ...goneToo, ...left])]);
  if (passedOn.isErr()) return failure(effect, step, passedOn.error);
  const addresses = passedOn.value;
  if (addresses.length > 0) return { type: "addresses-passed-on", source, generation, addresses };
  const unsaid = await further(by.length > 0 ? open : []);
  if (unsaid.isErr()) return failure(effect, step, unsaid.error);
  return unsaid.value.length === 0
    ? null
    : {
        type: "addresses-unsaid",
        source,
        generation,
        by,
        ...(byNumber && { byNumber }),
        jitter: jitter(services.randomness),
      };
};

/** Asking an owner to erase is erasing: what was approved, and what nothing stops. */
const askOwner = async (effect: Effect, notice: NoticeRecord): Promise<RequestEvent> => {
  const step = stepOf(effect.request, notice.source ?? "");
  const outdated = step === undefined ? null : namesOutdated(effect, step);
  if (outdated !== null) return outdated;
  if (step !== undefined) {
    const work = workFor(effect, step, "ask", "ask");
    if (work.isErr()) return notSent(effect, tryOf(notice), work.error);
    const outgrown = await outgrownBy(effect, step, work.value);
    if (outgrown.isErr()) return notSent(effect, tryOf(notice), outgrown.error);
    if (outgrown.value !== null) return outgrown.value;
  }
  return send(effect, notice);
};
