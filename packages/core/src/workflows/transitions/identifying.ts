import { NotPossibleNow } from "../../errors.ts";
import type { Instant } from "../../instant.ts";
import {
  askedBy,
  confirmedBy,
  confirmedSince,
  doAddressesLead,
  isConfirmedLongBefore,
  isLongConfirmed,
  isSaidLately,
  isToldNoMore,
  saidToBeTheirs,
  toldByNumber,
  toldNow,
  undisputed,
} from "../../request/addresses.ts";
import { plannedAnew } from "../../request/approval.ts";
import {
  after,
  type Change,
  changed,
  changedConfidential,
  changedStep,
  changedSteps,
  confidentialOf,
  identifierAdded,
  identifierVouched,
  noticeDue,
  recorded,
  stepOf,
} from "../../request/change.ts";
import { ownClaims, withoutOthersNames } from "../../request/claims.ts";
import type { PseudonymisedIdentifier } from "../../request/events.ts";
import { isOfHousehold, isSharedWithOthers, toldOfNobody } from "../../request/households.ts";
import { mayGiveWay, placeBefore, placeOf } from "../../request/line.ts";
import { newsInLine } from "../../request/news-in-line.ts";
import { type IdentifierDecision, isDecided, type Request } from "../../request/request.ts";
import { backoff, type Rules } from "../../request/rules.ts";
import { isEverybodyAsked, type SourceStep } from "../../request/steps.ts";
import { heard } from "../../request/too-late.ts";
import { err, ok, type Result } from "../../result.ts";
import {
  type FoundIdentifier,
  type Identifier,
  includesIdentifier,
  isSteady,
  sameIdentifier,
} from "../../subject/identifier.ts";
import {
  areTooMany,
  type Known,
  type Learnt,
  learntFrom,
  ledTo,
  mayHavePassedOn,
  sharingWith,
  takenBack,
  toldOfTheirs,
} from "../../subject/identifying.ts";
import { isLeading, leading } from "../../subject/vouching.ts";
import { stageAfterIdentifying } from "../workflow.ts";
import { askedByOwn, isErasedAt, saidNow } from "./asking-again.ts";
import { type EventOf, stepFor } from "./events.ts";
import { outageOver } from "./outages.ts";
import { inDoubt, packageDecided } from "./packaging.ts";
import { begunAgain, workReopened } from "./reopening.ts";
import { failed } from "./working.ts";

/** From here on no other request may work on anybody who goes by one of these identifiers. */
export const claim = (change: Change): Change =>
  changed(change, {
    claims: ownClaims(change.request),
    waitingFor: null,
    otherWaitsFor: [],
    looks: 0,
    blockedUntil: null,
  });

/** Whoever ends wakes those behind it; that a process died before it could is noticed at the next look. */
const looking = ({ blockedDelay }: Rules) => ({
  firstDelay: blockedDelay,
  factor: 2,
  longestDelay: Math.max(blockedDelay, hour),
});
const hour = 3_600_000;

/** Somebody lets it go before every other request of the person that waits; whoever is at work is waited for. */
export const putFirst = (change: Change, event: EventOf<"put-first">): Result<Change, NotPossibleNow> => {
  if (change.request.claims.length > 0)
    return err(new NotPossibleNow("It waits for no other request: it is at work."));
  const { reason, actor, firstPlace } = event;
  const first = changed(change, {
    place: placeBefore(firstPlace, placeOf(change.request)),
    putFirst: { reason, by: actor, at: change.at },
    blockedUntil: null,
  });
  return ok(recorded(first, "put-first", { reason }));
};

/** Whoever it waits for has moved on: it looks again now, and as often as in the beginning. */
export const lookAgain = (change: Change): Result<Change, NotPossibleNow> =>
  change.request.waitingFor === null
    ? err(new NotPossibleNow("It waits for no other request."))
    : ok(changed(change, { blockedUntil: null, looks: 0 }));

/** Puts it off for a request that somebody put first. */
export const giveWay = (
  change: Change,
  event: EventOf<"gave-way">,
  rules: Rules,
): Result<Change, NotPossibleNow> =>
  mayGiveWay(change.request, event.begunBefore)
    ? ok(block(recorded(change, "gave-way"), event, rules))
    : err(new NotPossibleNow("It is at work, or has made its package."));

/**
 * Another request works on the same person. Everything held is given back, or two requests could wait for each
 * other for ever; the work starts again from identifying, because the other one may change what there is to find.
 */
export const block = (change: Change, event: EventOf<"blocked" | "gave-way">, rules: Rules): Change => {
  const { waitingFor, looks: before = 0 } = change.request;
  const looks = waitingFor === event.by ? before + 1 : 1;
  const waiting = changed(change, {
    phase: "acknowledged",
    claims: [],
    apart: [],
    approval: change.request.approval && plannedAnew(change.request.approval),
    waitingFor: event.by,
    otherWaitsFor: event.otherWaitsFor ?? [],
    looks,
    blockedUntil: after(change, backoff(looking(rules), looks, event.jitter)),
  });
  const restarted = changedSteps(waiting, (step) => ({
    ...(step.settlement === null && startedAnew(step)),
    // Somebody has decided that what the other one leaves is what there is.
    ...(event.type === "gave-way" && letGo),
  }));
  // Without the other's name: two audits are not to show that they are about one person.
  const told = change.request.waitingFor === event.by ? restarted : recorded(restarted, "blocked");
  return changedConfidential(told, { cursors: {} });
};

/** What was collected at a source is not handed out any more, also where that was closed by hand since. */
const letGo: Partial<SourceStep> = { collected: [], collectedBefore: [], askedAgain: null };

const startedAnew = (step: SourceStep): Partial<SourceStep> => ({
  ...begunAgain(step, step.canIdentify ? "identify" : stageAfterIdentifying(step)),
  identifiersAsked: 0,
});

export const identified = (
  change: Change,
  event: EventOf<"source-identified">,
  rules: Rules,
): Result<Change, NotPossibleNow> =>
  stepFor(change, event, isAskedAgain(change, event) ? "verify" : "identify").andThen((step) => {
    const { address } = event;
    // Opened again, it is about the person as they were known: who goes by the same address now has asked for nothing.
    // So it is where they are erased: that one was asked so that it is known to answer.
    const isOver = change.request.reopened > 0 || isErasedAt(change.request, step);
    const told = isOver ? [] : event.found.map(asFound);
    const toldByOwn = isOver ? [] : (event.foundByOwn ?? []).map(asFound);
    const toldByOld = isOver ? [] : (event.foundByOld ?? []).map(asFound);
    const known = whoItIs(change, step);
    const { sharedPseudonyms = [] } = change.request;
    const learnt = learntFrom(known, told);
    const byOwn = learntFrom({ ...alsoKnown(known, learnt), isAskedByOwn: true }, toldByOwn);
    // Somebody else may have these addresses by now: what does not say whose it is is for somebody to decide.
    const byOld = learntFrom({ ...alsoKnown(alsoKnown(known, learnt), byOwn), isLongKnown: true }, toldByOld);
    const learntOwn = [...learnt.own, ...byOwn.own, ...byOld.own];
    const isShared = !known.isLongKnown && isSharedWithOthers(change.request, step.source);
    // It was asked before it was known that others may have the person's addresses.
    if (isShared && learntOwn.length > 0 && event.byNumbers === undefined && step.stage === "identify")
      return ok(changedStep(change, step.source, startedAnew(step)));
    const doubted = isShared
      ? learntOwn.filter((each) => !includesIdentifier(event.byNumbers ?? [], each))
      : [];
    const own = learntOwn.filter((each) => !doubted.includes(each));
    const isHeldBack = doubted.length > 0 && step.stage === "identify" && !isDecided(change.request);
    const addressed = address === undefined ? change : changedConfidential(change, { address });
    const answered = changedStep(addressed, step.source, {
      identifiersAsked: event.asked,
      lastAsked: { at: change.now, names: event.asked },
      ...heard(step, change.now),
      ...(isHeldBack !== (step.heldBack === true) && { heldBack: isHeldBack }),
      nextAttemptAt: null,
      ...(step.askedAgain == null
        ? { attempts: 0, problem: null, triedAgain: false, status: "pending" }
        : { status: step.status === "warning" ? "pending" : step.status }),
    });
    const isTakenBack = learnt.isTakenBack || byOwn.isTakenBack || byOld.isTakenBack;
    const alsoShared = isOver ? [] : event.shared;
    const reached = changed(step.askedAgain?.isOut === true ? answered : outageOver(answered, step), {
      sharedPseudonyms: [...new Set([...sharedPseudonyms, ...alsoShared])],
    });
    const parted = (event.ofOthers ?? []).reduce(
      (left, each) => leadsToAnother(left, each, step.source),
      reached,
    );
    const ledBy = ledTo({ identifiers: leading(known.identifiers) }, told);
    const isFirstShared = !known.isLongKnown && learnt.shared.some((each) => isNewOther(change, each, ledBy));
    const alone = isFirstShared ? withoutLed(parted, known, told) : parted;
    const begun = isTakenBack ? knownAs(parted, takenBack(known)) : alone;
    const all = [...event.found, ...(event.foundByOwn ?? []), ...(event.foundByOld ?? [])];
    const added = (isTakenBack ? [] : own).reduce(
      (growing, each) => identifierAdded(growing, each, pseudonymIn(all, each)),
      begun,
    );
    const ledByAlone = isShared ? toldOfNobody(confidentialOf(change.request), ledBy) : ledBy;
    const alsoAsked = isHeldBack ? [] : doubted;
    const stays = ledBy.filter((each) => !includesIdentifier(ledByAlone, each));
    const asked = [...learnt.shared, ...alsoAsked].reduce(
      (growing, each) =>
        isSteady(each)
          ? withCandidate(growing, each, step.source, ledByAlone, stays)
          : withCandidate(growing, each, step.source),
      added,
    );
    const ledByOld = ledTo({ identifiers: event.askedByOld ?? [] }, toldByOld);
    const askedOfOld = byOld.shared.reduce(
      (growing, each) => withCandidate(growing, each, step.source, isSteady(each) ? ledByOld : []),
      asked,
    );
    const grown = addressesNoted(
      // The addresses that led to these are the person's, as a source has just said: whoever they are.
      byOwn.shared.reduce((growing, each) => withCandidate(growing, each, step.source), askedOfOld),
      step,
      event,
      toldOfTheirs({ identifiers: leading(known.identifiers) }, told, saidToBeTheirs(change.request)),
      sharingWith({ identifiers: leading(known.identifiers) }, told),
    );
    const { candidates } = confidentialOf(grown.request);
    const names = grown.request.pseudonyms.length + Object.keys(candidates).length;
    if (areTooMany(names, rules.identifiers)) {
      return failed(change, { ...event, type: "source-failed", ...tooMany }, rules);
    }
    const found = grown.request.pseudonyms.length - begun.request.pseudonyms.length;
    const lost = change.request.pseudonyms.length - begun.request.pseudonyms.length;
    const detail = { found, ...(lost > 0 && { takenBack: lost }) };
    const reopened = workReopened(saidNow(grown, step.source));
    return ok(recorded(askedByOwn(reopened), "identified", detail, step.source));
  });

/** Whether an answer names somebody else for the first time to whom the person's addresses lead. */
const isNewOther = (
  { request, now }: Change,
  number: FoundIdentifier,
  ledBy: readonly Identifier[],
): boolean => !isAskedAbout(request, number, now) && isOfHousehold(confidentialOf(request), number, ledBy);

/**
 * What was found out before anybody had said that the person's addresses lead to somebody else as well may be that one's: everybody
 * is asked anew without it. What the one tells who tells them apart is the person's.
 */
const withoutLed = (change: Change, { vouched }: Known, told: readonly FoundIdentifier[]): Change => {
  const { identifiers } = confidentialOf(change.request);
  const own = [...vouched, ...told.filter(({ shared }) => shared !== true)];
  const kept = identifiers.filter((each) => !isLeading(each) || includesIdentifier(own, each));
  return kept.length === identifiers.length ? change : knownAs(change, kept);
};

/** Whoever told something because of an address is asked anew, now that somebody has said whose it may be. */
const heldBackAsked = (change: Change): Change =>
  changedSteps(change, (step) =>
    step.heldBack === true && step.settlement === null ? { ...startedAnew(step), heldBack: false } : null,
  );

const asFound = ({ identifier, shared, others }: PseudonymisedIdentifier): FoundIdentifier => ({
  ...identifier,
  shared,
  ...(others !== undefined && { others }),
});

/** Who they are beside what an answer has told. */
const alsoKnown = (known: Known, { own, shared }: Learnt): Known => ({
  ...known,
  identifiers: [...known.identifiers, ...own],
  shared: [...known.shared, ...shared],
});

/**
 * By which addresses a source was asked as for the first time, of which it says that they are theirs right now, and with
 * which numbers of others they are shared.
 */
const addressesNoted = (
  change: Change,
  { source }: SourceStep,
  { askedBy: byOwn = [], askedByOld = [] }: EventOf<"source-identified">,
  told: readonly Identifier[] | null,
  sharing: readonly Identifier[],
): Change => {
  const asked = [...byOwn, ...askedByOld];
  if (asked.length === 0 && told === null) return change;
  const { identifiers, ...confidential } = confidentialOf(change.request);
  const addresses = askedBy(confidential, source, asked);
  if (told === null) return changedConfidential(change, { addresses });
  const isLate = isLongConfirmed(change.request, change.now);
  const others = sharing.filter((each) => !includesIdentifier(leading(identifiers), each));
  return changedConfidential(change, {
    addresses: toldNow({ identifiers, addresses }, { source, at: change.now, told, others, isLate }),
  });
};

/**
 * Two requests that wait for each other because of one address are about one person: what the first knows by numbers counts
 * for the second, though nobody else may be left who could say it. Where they were confirmed further apart than an address is
 * good for, somebody decides; where each knows another number, they are of two people.
 */
export const toldInLine = (change: Change, event: EventOf<"line-told">): Result<Change, NotPossibleNow> => {
  const told = newsInLine(change.request, event);
  if (told === null) return err(new NotPossibleNow("The other one knows nothing that is new here."));
  const { news, isCertain } = told;
  if (!isCertain) {
    return ok(news.reduce((asked, each) => withCandidate(asked, asFound(each), event.source), change));
  }
  const added = news.reduce(
    (growing, { identifier, pseudonym }) => identifierAdded(growing, identifier, pseudonym),
    change,
  );
  return ok(recorded(workReopened(added), "identified", { found: news.length }));
};

/**
 * Somebody has confirmed an address since that the person had. Unless that is the person, by their number, it is kept with
 * the address: that request may be over when something is done by the address, or sent there.
 */
export const confirmedByAnother = (
  change: Change,
  { by, confirmedAt, names, notTheirs }: EventOf<"address-confirmed">,
): Result<Change, NotPossibleNow> => {
  const { request } = change;
  const { identifiers, ...confidential } = confidentialOf(request);
  const own = leading(identifiers);
  const shared = identifiers
    .map(({ type, value }) => ({ type, value }))
    .filter((each) => !isSteady(each) && includesIdentifier(names, each));
  const isNumberAmong = (among: readonly Identifier[]) =>
    own.some((each) => isSteady(each) && includesIdentifier(among, each));
  const isPerson = isNumberAmong(names) || !isConfirmedLongBefore(request, confirmedAt);
  const isDecided = isNumberAmong(notTheirs) && { isDecided: true as const };
  const said = isPerson ? undefined : { request: by, ...isDecided };
  const news = shared.filter((each) => {
    const before = confirmedBy(confidential, each).find((known) => known.request === by);
    return (before === undefined) !== isPerson || before?.isDecided !== said?.isDecided;
  });
  return news.length === 0
    ? err(new NotPossibleNow("It is known already who has confirmed the addresses since."))
    : ok(changedConfidential(change, { addresses: confirmedSince(confidential, by, news, said) }));
};

/** Who the person is as far as this request knows, for what a source answers. */
const whoItIs = ({ request, now }: Change, step: SourceStep): Known => {
  const confidential = confidentialOf(request);
  const { identifiers, asked, candidates } = confidential;
  // Whoever confirmed it had that address then, whether anybody was asked on that day or not.
  const knownAt = request.identifiedAt ?? request.acknowledgement.acknowledgedAt;
  const isOld =
    request.acknowledgement.wasAhead === true || (knownAt !== null && mayHavePassedOn(knownAt, now));
  return {
    identifiers,
    vouched: [...identifiers.slice(0, asked), ...saidToBeTheirs(request)],
    shared: Object.values(candidates),
    // A source that was down when the others were asked is asked as they were: within the day an address leads there too,
    // unless one of them says that it does not any more.
    isLongKnown:
      isOld ||
      !doAddressesLead(request, step) ||
      (request.isAskedAgain === true &&
        leading(identifiers).some((each) => isToldNoMore(confidential, each))),
  };
};

/** Known by these alone from now on: everybody is asked anew, and the work goes on under them. */
const knownAs = (change: Change, kept: readonly Identifier[]): Change => {
  const { identifiers } = confidentialOf(change.request);
  const stays = (each: Identifier) => kept.some((other) => sameIdentifier(other, each));
  const fewer = changed(change, {
    pseudonyms: change.request.pseudonyms.filter((_, index) => {
      const identifier = identifiers[index];
      return identifier !== undefined && stays(identifier);
    }),
  });
  return allAnew(changedConfidential(fewer, { identifiers: identifiers.filter(stays) }));
};

/** Everybody is asked anew under fewer names: what was collected by the others may be somebody else's. */
const allAnew = (change: Change): Change => {
  const { package: held } = change.request;
  const begun = changed(change, { package: held && inDoubt(held) });
  return changedSteps(changedConfidential(begun, { cursors: {}, columns: {} }), (step) => ({
    ...(step.settlement === null && { ...startedAnew(step), identifiersUsed: 0 }),
    ...letGo,
  }));
};

/**
 * An address that came with the request, or was found out, and that somebody else has by now: nobody is found by it before
 * somebody has said whose it is.
 */
const leadsToAnother = (change: Change, address: FoundIdentifier, source: string): Change => {
  const { identifiers } = confidentialOf(change.request);
  if (isAskedAbout(change.request, address, change.now)) return change;
  if (!includesIdentifier(leading(identifiers), address)) return change;
  return withCandidate(leadingNobody(change, address), address, source);
};

/** Whether somebody is asked about it already, or has said whose it is, as far as that holds still. */
const isAskedAbout = (request: Request, identifier: Identifier, now: Instant): boolean =>
  request.decisions.some((decision) => {
    const candidate = request.confidential?.candidates[decision.id];
    const holds = decision.answer !== "same-person" || isSaidLately(request, decision, now);
    return holds && candidate !== undefined && sameIdentifier(candidate, identifier);
  });

/** A source that cannot tell two people apart who had one address after the other does nothing before somebody has. */
export const passedOn = (
  change: Change,
  event: EventOf<"addresses-passed-on">,
): Result<Change, NotPossibleNow> =>
  stepFor(change, event, "perform").andThen(({ source }) => {
    const counted = event.others !== undefined && { others: event.others };
    const asked = event.addresses.reduce(
      (left, each) => leadsToAnother(left, { ...each, ...counted }, source),
      change,
    );
    return asked === change
      ? err(new NotPossibleNow("Somebody was asked already whose these addresses are."))
      : ok(workReopened(asked));
  });

/**
 * Whoever knows the person by a number has told which addresses are theirs, right before what was retained is erased: it is
 * counted anew by these.
 */
export const addressesTold = (
  change: Change,
  event: EventOf<"addresses-told">,
): Result<Change, NotPossibleNow> =>
  stepFor(change, event, "perform").map(({ source }) => {
    const { identifiers, ...confidential } = confidentialOf(change.request);
    const told = toldByNumber({ identifiers, ...confidential }, event.said, change.now);
    const addresses = undisputed({ addresses: told }, event.undisputed, change.now);
    return changedStep(changedConfidential(change, { addresses }), source, { stage: "locate" });
  });

/** It stays known, because holds and other requests are looked up by it; everybody is asked anew without it. */
const leadingNobody = (change: Change, address: Identifier): Change => {
  const { identifiers } = confidentialOf(change.request);
  const marked = identifiers.map((each) =>
    sameIdentifier(each, address) ? { ...each, shared: true } : each,
  );
  return allAnew(changedConfidential(change, { identifiers: marked }));
};

/** The list of users, which is asked again before the end, may know the person by another name by then. */
const isAskedAgain = (change: Change, { source }: EventOf<"source-identified">): boolean => {
  const step = stepOf(change.request, source);
  return step?.task === "identify" && step.stage === "verify";
};

const tooMany = {
  stage: "identify",
  problem: { code: "too-many-identifiers", retryable: false },
  jitter: 0,
} as const;

const pseudonymIn = (found: readonly PseudonymisedIdentifier[], identifier: Identifier): string =>
  found.find((each) => sameIdentifier(each.identifier, identifier))?.pseudonym ?? "";

/** Others may go by it too: somebody is asked, once, whether it is the same person. */
export const withCandidate = (
  change: Change,
  { type, value, others }: FoundIdentifier,
  source: string,
  ledBy: readonly Identifier[] = [],
  household: readonly Identifier[] = [],
): Change => {
  const identifier = { type, value };
  const { candidates, ledBy: ledBefore, householdAt } = confidentialOf(change.request);
  if (isAskedAbout(change.request, identifier, change.now)) return change;
  const id = `decision-${change.request.decisions.length + 1}`;
  const asked = changed(change, {
    decisions: [
      ...change.request.decisions,
      {
        id,
        source,
        type,
        ...(others !== undefined && { others }),
        answer: null,
        reason: null,
        decidedBy: null,
      },
    ],
  });
  const kept = changedConfidential(asked, {
    candidates: { ...candidates, [id]: identifier },
    ...(ledBy.length > 0 && { ledBy: { ...ledBefore, [id]: ledBy } }),
    ...(household.length > 0 && { householdAt: { ...householdAt, [id]: household } }),
  });
  return recorded(noticeDue(kept, id, "decision", source), "decision-asked", { decision: id }, source);
};

export const decideIdentifier = (
  change: Change,
  event: EventOf<"identifier-decided">,
): Result<Change, NotPossibleNow> => {
  const decision = change.request.decisions.find(({ id }) => id === event.decision);
  const identifier = confidentialOf(change.request).candidates[event.decision];
  if (decision?.answer !== null || identifier === undefined) {
    return err(new NotPossibleNow("There is no decision of this id to make."));
  }
  const { answer, reason, actor } = event;
  const answered = changed(change, {
    decisions: change.request.decisions.map((each) =>
      each.id === decision.id ? { ...each, answer, reason, decidedBy: actor, answeredAt: change.now } : each,
    ),
  });
  const told = heldBackAsked(
    recorded(answered, "decided", { decision: decision.id, answer, reason }, decision.source),
  );
  if (answer === "somebody-else") {
    const ledBy = confidentialOf(told.request).ledBy?.[decision.id] ?? [];
    const alike = { ...decision, answer, reason, decidedBy: actor, answeredAt: change.now };
    const decided = ledBy.reduce((left, each) => decidedAlike(left, alike, each), told);
    return ok(packageDecided(withoutOthersNames(decided), answer));
  }
  // It stays among those that were decided: whoever calls it shared once more is not news.
  const added = identifierAdded(packageDecided(told, answer), identifier, event.pseudonym);
  return ok(workReopened(identifierVouched(added, identifier)));
};

/**
 * Whoever a number is that is not the person's has the address that led to it: what was decided of the number is decided of
 * the address, and nobody is found by it any more.
 */
const decidedAlike = (change: Change, decision: IdentifierDecision, address: Identifier): Change => {
  const { identifiers, candidates } = confidentialOf(change.request);
  if (!leading(identifiers).some((each) => sameIdentifier(each, address))) return change;
  const { decisions } = change.request;
  const id = `decision-${decisions.length + 1}`;
  const { others: _, ...alike } = { ...decision, id, type: address.type };
  const { answer, reason } = alike;
  const decided = changedConfidential(changed(change, { decisions: [...decisions, alike] }), {
    candidates: { ...candidates, [id]: address },
  });
  const told = recorded(decided, "decided", { decision: id, answer, reason }, decision.source);
  return workReopened(leadingNobody(told, address));
};

/** Every source that can was asked with every identifier, and nothing is left for somebody to decide. */
export const isIdentified = (request: Request): boolean => isEverybodyAsked(request) && isDecided(request);
