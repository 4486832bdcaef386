import { instant } from "../../instant.ts";
import { isTakenSince, isVouchedFor, toldByNumber } from "../../request/addresses.ts";
import { confidentialOf } from "../../request/change.ts";
import type { RequestEvent } from "../../request/events.ts";
import { beyondStaying, totalCount } from "../../request/outcomes.ts";
import { type SourceStep, settlementAt } from "../../request/steps.ts";
import { isLeftUnsaid } from "../../request/unsaid.ts";
import { type Identifier, includesIdentifier, isSteady } from "../../subject/identifier.ts";
import { canFind as canFindBy } from "../ask-who.ts";
import { Stopped } from "../guard.ts";
import { jitter } from "../jitter.ts";
import { foundByAddresses, moreThanStayed } from "./come-since.ts";
import { type Effect, failure, workFor } from "./effect.ts";
import { leadingToNumbers, noLongerTheirs } from "./no-longer-theirs.ts";

/**
 * Right before a request that was opened again erases what was retained: whether a source finds anything there by an address
 * that nobody has vouched for within a day, and by nothing that is certain. The person's own record may be gone from under that
 * address by then, and somebody else's be there in its place: that there are as many says nothing. Where that is so,
 *
 * 1. more than was retained is for somebody to look at;
 * 2. whoever knows the person by a number is asked whether the address is theirs, and is waited for while down;
 *    not where somebody has confirmed it since;
 * 3. where they say otherwise, a person has closed one that could say it, or somebody has confirmed it since, somebody decides whose it is. Where nobody has anything to say
 *    against it, or nobody could, it is believed: the days of guests would all wait for somebody who knows no more.
 *
 * Null where nothing is found by it: then the work goes on by what is certain.
 */
export const foundUnvouched = async (effect: Effect, step: SourceStep): Promise<RequestEvent | null> => {
  const { request, services } = effect;
  const { source, generation } = step;
  const work = workFor(effect, step, "locate", "ask");
  // The work itself meets that, and that its collections are there no more.
  if (work.isErr() || work.value.call.collections?.length === 0) return null;
  const { source: asked, known, certain } = work.value;
  const unvouched = known.filter(
    (each) => asked.needs.includes(each.type) && !includesIdentifier(certain, each),
  );
  if (unvouched.length === 0) return null;
  const found = await foundByAddresses(step, work.value);
  if (found.isErr()) return failure(effect, step, found.error);
  const counted = found.value;
  // Where nobody can count, what is certain is gone by, and nobody can look afterwards either.
  if (counted === null ? canFindBy(asked, certain) : counted.beside.length === 0) return null;
  const before = request.closedBefore?.steps.find((each) => each.source === source) ?? step;
  const more = beyondStaying(counted?.all ?? [], before.outcomes);
  if (more.length > 0) return failure(effect, step, moreThanStayed(step, more));
  const now = instant(services.clock.now());
  const { anothers, gone, open, silent, said } = await (known.some(isSteady)
    ? noLongerTheirs(effect, unvouched)
    : leadingToNumbers(effect, unvouched));
  const stopped = silent.find((each) => each instanceof Stopped);
  if (stopped !== undefined) return failure(effect, step, stopped);
  const confidential = confidentialOf(request);
  const told = {
    ...request,
    confidential: { ...confidential, addresses: toldByNumber(confidential, said, now) },
  };
  if (unvouched.some((each) => isVouchedFor(told, each, now) && !isTakenSince(confidential, each)))
    return { type: "addresses-told", source, generation, said, undisputed: [] };
  const by = [...new Set(silent.map(({ adapter }) => adapter))].filter((each) => each !== source);
  if (open.length > 0 && by.length > 0 && !isLeftUnsaid(request, step, true))
    return { type: "addresses-unsaid", source, generation, by, jitter: jitter(services.randomness) };
  const isDisputed = (each: Identifier): boolean =>
    includesIdentifier([...anothers, ...gone], each) || isTakenSince(confidential, each);
  const couldSay = request.steps.some(
    (each) => each.source !== source && each.canIdentify && settlementAt(each) !== null,
  );
  if (!couldSay && !unvouched.some(isDisputed))
    return { type: "addresses-told", source, generation, said, undisputed: unvouched };
  return {
    type: "addresses-passed-on",
    source,
    generation,
    addresses: unvouched,
    ...(counted !== null && { others: totalCount(counted.beside) }),
  };
};
