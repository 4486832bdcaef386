import type { DataSource } from "../../bridge/define-data-source.ts";
import type { CallFailed } from "../../errors.ts";
import { instant } from "../../instant.ts";
import {
  isConfirmedSince,
  isGone,
  isSaidToBeAnothers,
  isToldSince,
  isVouchedFor,
  ledToSince,
  saidToBeTheirs,
  toldByNumber,
} from "../../request/addresses.ts";
import { confidentialOf } from "../../request/change.ts";
import type { SaidOfNumber } from "../../request/events.ts";
import { mayGoOn } from "../../request/guard.ts";
import { isOfSomebodyElse, type Request } from "../../request/request.ts";
import { isRetaining } from "../../request/retention.ts";
import { isStuck, type SourceStep } from "../../request/steps.ts";
import {
  type FoundIdentifier,
  type Identifier,
  includesIdentifier,
  isSteady,
  normaliseIdentifier,
} from "../../subject/identifier.ts";
import { isOfAnother, toldOfTheirs } from "../../subject/identifying.ts";
import { identifiedSubject, type Subject, subjectOf } from "../../subject/subject.ts";
import { isErasedAt } from "../../workflows/transitions/asking-again.ts";
import { askSource, canFind } from "../ask-who.ts";
import { passFor } from "../guard.ts";
import { callFor, type Effect, subjectOfRequest } from "./effect.ts";

type About = Pick<Effect, "services" | "request" | "signal" | "heard">;

/** What addresses of the person are by now. */
interface ByNow {
  /** Those that are not theirs any more, or may be somebody else's: no letter of theirs goes there. */
  readonly gone: readonly Identifier[];
  /**
   * Those that lead to somebody else, or that somebody has confirmed since and no source tells of the person: nothing is done by
   * them. A household's address that leads to the other one alone is among these; a letter goes there still.
   */
  readonly anothers: readonly Identifier[];
  /** Those of which a source could say it that cannot be asked now, and no other has said it. */
  readonly unsaid: readonly Identifier[];
  /** Why it cannot be asked; null where nothing is unsaid. */
  readonly failed: CallFailed | null;
  /** Those that no source tells of the person right now, and of whom none says that they lead to somebody else. */
  readonly open: readonly Identifier[];
  /** Why sources cannot be asked that could say whose those are. */
  readonly silent: readonly CallFailed[];
  /** What sources tell right now that were asked by the person's numbers alone. */
  readonly said: readonly SaidOfNumber[];
}

/**
 * Whether addresses are the person's still, right before they are told something there, or others are told these as theirs.
 * For a day after the confirmation they are. After that the sources are asked that know the person by a number, unless one
 * has told the address within the last day; and where none of them tells any address, or one tells it and another does not
 * any more, whom the address itself leads to. Where nobody can say, it is taken to be theirs.
 *
 * @param without sources that are not asked
 * @throws StorageFailed
 */
export const noLongerTheirs = async (
  about: About,
  addresses: readonly Identifier[],
  without: readonly string[] = [],
): Promise<ByNow> => {
  const { services, request } = about;
  const now = instant(services.clock.now());
  const { identifiers, addresses: before = [] } = confidentialOf(request);
  const numbers = subjectOfRequest(request).identifiers.filter(isSteady);
  const uncertain = addresses.filter(
    (each) => !isSteady(each) && numbers.length > 0 && !isVouchedFor(request, each, now),
  );
  if (uncertain.length === 0) return nothingToSay;
  if (!mayGoOn(request, "find")) {
    const gone = uncertain.filter(
      (each) => isGone({ addresses: before }, each) || isConfirmedSince({ addresses: before }, each),
    );
    return { ...nothingToSay, gone };
  }
  const able = ableToSay(request).filter(({ source }) => !without.includes(source));
  const there = able.filter((step) => isThere(request, step));
  const byNumber = await answersOf(about, there, identifiedSubject(numbers), "number");
  const said = byNumber.answers.flatMap(({ source, found }): SaidOfNumber[] => {
    const theirs = toldOfTheirs({ identifiers: numbers }, found, saidToBeTheirs(request), true);
    return theirs === null ? [] : [{ source, told: theirs }];
  });
  const told = toldByNumber({ identifiers, addresses: before }, said, now);
  const leads = await Promise.all(
    uncertain.map(async (address, index) => {
      // Where it was decided whose it is, nobody is asked.
      if (isSaidToBeAnothers({ addresses: told }, address))
        return [{ address, isAnothers: true, isNotTheirs: true, failed: null, silent: [] }];
      if (isToldSince({ addresses: told }, address, now)) return [];
      const { answers, failures } = await answersOf(about, able, subjectOf([address]), `address ${index}`);
      const leadsToAnother = answers.some(({ found }) => isAnothersNow(request, numbers, found));
      const hasPassedOn = answers.some(({ found }) =>
        isOfAnother({ identifiers: numbers }, ledToSince({ addresses: told }, address, found)),
      );
      const silent = [...byNumber.failures, ...failures];
      const [couldSay = null] = silent;
      const isConfirmed = isConfirmedSince({ addresses: told }, address);
      const isNotTheirs =
        hasPassedOn || isGone({ addresses: told }, address) || (isConfirmed && couldSay === null);
      const isAnothers = leadsToAnother || isConfirmed;
      return [{ address, isAnothers, isNotTheirs, failed: isNotTheirs ? null : couldSay, silent }];
    }),
  );
  const asked = leads.flat();
  const unsaid = asked.filter(({ failed }) => failed !== null);
  const open = asked.filter(({ isAnothers }) => !isAnothers);
  return {
    said,
    gone: asked.filter(({ isNotTheirs }) => isNotTheirs).map(({ address }) => address),
    anothers: asked.filter(({ isAnothers }) => isAnothers).map(({ address }) => address),
    unsaid: unsaid.map(({ address }) => address),
    failed: unsaid[0]?.failed ?? null,
    open: open.map(({ address }) => address),
    silent: open.flatMap(({ silent }) => silent),
  };
};

/**
 * Whether what an address leads to is somebody else. A number that was decided to be somebody else's is one like any other, also
 * where the person had the address together with that one: whether they have it still is told of their own number.
 */
const isAnothersNow = (
  request: Request,
  numbers: readonly Identifier[],
  found: readonly FoundIdentifier[],
): boolean => {
  const told = found.map(normaliseIdentifier).filter(isSteady);
  return (
    isOfAnother({ identifiers: numbers }, found) ||
    (told.some((each) => isOfSomebodyElse(request, each)) &&
      !told.some((each) => includesIdentifier(numbers, each)))
  );
};

const nothingToSay: ByNow = {
  ...{ gone: [], anothers: [], unsaid: [], failed: null },
  ...{ open: [], silent: [], said: [] },
};

/** Where it can be asked who somebody is: a part that a person has closed is asked nothing. */
const ableToSay = ({ steps }: Request): readonly SourceStep[] =>
  steps.filter(({ canIdentify, settlement }) => canIdentify && settlement === null);

/**
 * Whether a source knows the person still: it has not erased them, or, where the request was opened again, the law keeps them
 * there.
 */
const isThere = (request: Request, step: SourceStep): boolean =>
  !isErasedAt(request, step) ||
  (request.reopened > 0 && request.phase !== "closed" && isRetaining(request, step));

/**
 * The same of somebody of whom no number is known, long after: whoever an address leads to by a number may be somebody else.
 *
 * @throws StorageFailed
 */
export const leadingToNumbers = async (about: About, addresses: readonly Identifier[]): Promise<ByNow> => {
  const able = ableToSay(about.request);
  const asked = await Promise.all(
    addresses.map(async (address, index) => {
      const { answers, failures } = await answersOf(about, able, subjectOf([address]), `address ${index}`);
      return { address, failures, leads: answers.some(({ found }) => found.some(isSteady)) };
    }),
  );
  const open = asked.filter(({ leads }) => !leads);
  return {
    ...nothingToSay,
    anothers: asked.filter(({ leads }) => leads).map(({ address }) => address),
    open: open.map(({ address }) => address),
    silent: open.flatMap(({ failures }) => failures),
  };
};

/**
 * The same of somebody of whom no number is known: whoever an address leads to may be them. Of sources that have not answered
 * for a while it is not known whether they would say so.
 *
 * @throws StorageFailed
 */
export const notHeardOf = async (
  about: About,
  addresses: readonly Identifier[],
): Promise<Pick<ByNow, "open" | "silent">> => {
  const { services, request } = about;
  const now = instant(services.clock.now());
  const open = addresses.filter((each) => !isSteady(each) && !isVouchedFor(request, each, now));
  const stuck = request.steps.filter((step) => step.canIdentify && isStuck(step));
  const asked = await Promise.all(
    open.map((address, index) => answersOf(about, stuck, subjectOf([address]), `address ${index}`)),
  );
  return { open, silent: asked.flatMap(({ failures }) => failures) };
};

interface Answers {
  readonly answers: readonly { readonly source: string; readonly found: readonly FoundIdentifier[] }[];
  /** What keeps sources from saying it for now. */
  readonly failures: readonly CallFailed[];
}

const asks = (source: DataSource, { identifiers }: Subject): boolean =>
  source.identify !== null && canFind(source, identifiers);

/** Whom sources know by the same names. One that never will say it, or is not registered any more, cannot be waited for. */
const answersOf = async (
  about: About,
  steps: readonly SourceStep[],
  subject: Subject,
  question: string,
): Promise<Answers> => {
  // Another question than when it was asked last: what was answered then may be so no more.
  const at = instant(about.services.clock.now());
  const asked = await Promise.all(
    steps.flatMap(({ source: id }) => {
      const source = about.services.sources.find(about.request.tenant, id);
      const call = { ...callFor(about, id, "find", question, at), pass: passFor(about, id, "find") };
      return source === undefined
        ? []
        : [
            askSource(source, subject, call).then((answer) => ({
              source: id,
              answer,
              isAsked: asks(source, subject),
            })),
          ];
    }),
  );
  for (const { source, answer, isAsked } of asked) if (isAsked && answer.isOk()) about.heard?.add(source);
  const failures = asked.flatMap(({ answer }) =>
    answer.isErr() && answer.error.retryable ? [answer.error] : [],
  );
  return {
    answers: asked.flatMap(({ source, answer }) => (answer.isOk() ? [{ source, found: answer.value }] : [])),
    failures,
  };
};
