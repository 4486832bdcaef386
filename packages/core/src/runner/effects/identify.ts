import { askedBeside, type Call } from "../../bridge/call.ts";
import type { DataSource } from "../../bridge/define-data-source.ts";
import { CallFailed } from "../../errors.ts";
import { instant } from "../../instant.ts";
import { neverAskedBy } from "../../request/addresses.ts";
import { confidentialOf } from "../../request/change.ts";
import type { PseudonymisedIdentifier, RequestEvent } from "../../request/events.ts";
import { isSharedWithOthers } from "../../request/households.ts";
import type { SourceStep } from "../../request/steps.ts";
import { ok, orThrow, type Result } from "../../result.ts";
import {
  type FoundIdentifier,
  type Identifier,
  includesIdentifier,
  isSteady,
  normaliseIdentifier,
} from "../../subject/identifier.ts";
import { type Subject, subjectOf } from "../../subject/subject.ts";
import { addressesOfOthers } from "../addresses-of-others.ts";
import { askByNumbers, askSource, asVouchedFor } from "../ask-who.ts";
import { pseudonymsOf } from "../keys.ts";
import { type Effect, failure, workFor } from "./effect.ts";

/** A shared identifier is nothing to ask anybody about where it leads to nobody: here, or in any other source. */
const leadsToOthers = (
  effect: Effect,
  step: SourceStep,
  { identifier: { type }, shared, others }: PseudonymisedIdentifier,
): boolean => !shared || others !== 0 || isUsedElsewhere(effect, step, type);

/** Whether another source finds anybody by this type. */
const isUsedElsewhere = ({ services, request }: Effect, { source }: SourceStep, type: string): boolean =>
  services.sources
    .of(request.tenant)
    .some(({ descriptor, needs }) => descriptor.id !== source && needs.includes(type));

/** @throws StorageFailed */
const othersHave = async (
  { services, request }: Effect,
  identifiers: readonly Identifier[],
): Promise<readonly Identifier[]> => {
  const [addresses = []] = await addressesOfOthers(services, request.tenant, [identifiers]);
  return addresses;
};

/** What a source told, with pseudonyms. @throws StorageFailed */
const withPseudonyms = async (
  { services, request }: Effect,
  found: readonly FoundIdentifier[],
): Promise<PseudonymisedIdentifier[]> => {
  const told = found.map(({ shared = false, others, ...identifier }) => ({
    identifier: normaliseIdentifier(identifier),
    shared,
    ...(others !== undefined && { others }),
  }));
  const names = told.map(({ identifier }) => identifier);
  const pseudonyms = orThrow(await pseudonymsOf(services, request.tenant, names));
  return told.map((each, index) => ({ ...each, pseudonym: pseudonyms[index] ?? "" }));
};

/**
 * Asks a source by the person's numbers, and by addresses that are theirs right now and that it was never asked by, as for
 * the first time: whoever it knows by these alone is found by nobody else. Null where there is no such address.
 */
const askByOwn = async (
  { request }: Effect,
  source: DataSource,
  { identifiers, shared }: Subject,
  addresses: readonly Identifier[],
  call: Call,
): Promise<Result<readonly FoundIdentifier[], CallFailed> | null> => {
  if (addresses.length === 0) return null;
  const { identifiers: all, asked } = confidentialOf(request);
  const own = [...identifiers.filter(isSteady), ...addresses];
  const named = all.slice(0, asked).filter((each) => includesIdentifier(own, each));
  const subject = subjectOf(own, named, shared);
  return askSource(source, subject, askedBeside(call, "own"));
};

/**
 * Asks a source by addresses that were told to be the person's, and that somebody else may have by now: whoever it knows by
 * these alone is most likely the person, and somebody has to say so.
 */
const askByOld = (
  source: DataSource,
  { shared }: Subject,
  addresses: readonly Identifier[],
  call: Call,
): Promise<Result<readonly FoundIdentifier[], CallFailed>> =>
  askSource(source, subjectOf(addresses, [], shared), askedBeside(call, "old"));

/** What a source tells of their numbers alone, where others may have their addresses, and it has told anything new. */
const toldOfNumbers = async (
  source: DataSource,
  subject: Subject,
  found: readonly FoundIdentifier[],
  call: Call,
): Promise<Result<readonly Identifier[], CallFailed>> => {
  const isNews = found.some(
    (each) => each.shared !== true && !includesIdentifier(subject.identifiers, normaliseIdentifier(each)),
  );
  const answer = isNews ? await askByNumbers(source, subject, call) : ok([]);
  return answer.map((told) => told.map(normaliseIdentifier));
};

/** Asks a source what else the person is known by. */
export const identify = async (effect: Effect, step: SourceStep): Promise<RequestEvent> => {
  const work = workFor(effect, step, "identify", "ask");
  if (work.isErr()) return failure(effect, step, work.error);
  const { source, subject, call, identifiers } = work.value;
  const { own, old } = subject.isIdentified
    ? neverAskedBy(effect.request, step.source, instant(effect.services.clock.now()))
    : { own: subject.identifiers.filter((each) => !isSteady(each)), old: [] };
  const said = await askSource(source, subject, call);
  if (said.isErr()) return failure(effect, step, said.error);
  const answer = await asVouchedFor(source, subject, said.value, call);
  if (answer.isErr()) return failure(effect, step, answer.error);
  const byOwn = (subject.isIdentified && (await askByOwn(effect, source, subject, own, call))) || ok([]);
  if (byOwn.isErr()) return failure(effect, step, byOwn.error);
  const byOld = await askByOld(source, subject, old, call);
  if (byOld.isErr()) return failure(effect, step, byOld.error);
  const isShared = isSharedWithOthers(effect.request, step.source);
  const answers = [answer, byOwn, byOld].map(({ value }) => value);
  const byNumbers = isShared ? await toldOfNumbers(source, subject, answers.flat(), call) : ok(undefined);
  if (byNumbers.isErr()) return failure(effect, step, byNumbers.error);
  const told = await Promise.all(answers.map((some) => withPseudonyms(effect, some)));
  const all = told.flat();
  const [found = [], foundByOwn = [], foundByOld = []] = told.map((some) =>
    some.filter((each) => leadsToOthers(effect, step, each)),
  );
  const isListed = source.descriptor.directory === true;
  const address = found.find(({ identifier, shared }) => identifier.type === "email" && !shared);
  const names = all.filter(({ shared }) => !shared).map(({ identifier }) => identifier);
  const ofOthers =
    isListed && isUsedElsewhere(effect, step, "email")
      ? await othersHave(effect, [...subject.identifiers, ...names]).catch(() => null)
      : [];
  if (ofOthers === null) return failure(effect, step, new CallFailed(step.source, "unavailable", true));
  return {
    type: "source-identified",
    source: step.source,
    generation: step.generation,
    asked: identifiers,
    found,
    ...(own.length > 0 && { askedBy: own }),
    ...(foundByOwn.length > 0 && { foundByOwn }),
    ...(old.length > 0 && { askedByOld: old }),
    ...(foundByOld.length > 0 && { foundByOld }),
    ...(byNumbers.value !== undefined && { byNumbers: byNumbers.value }),
    shared: all.flatMap(({ shared, pseudonym }) => (shared ? [pseudonym] : [])),
    ...(ofOthers.length > 0 && { ofOthers }),
    ...(isListed && address !== undefined && { address: address.identifier.value }),
  };
};
