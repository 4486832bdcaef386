import { CallFailed } from "../../errors.ts";
import type { PseudonymisedIdentifier, RequestEvent } from "../../request/events.ts";
import type { SourceStep } from "../../request/steps.ts";
import { orThrow } from "../../result.ts";
import { type Identifier, normaliseIdentifier } from "../../subject/identifier.ts";
import { addressesOfOthers } from "../addresses-of-others.ts";
import { askSource } from "../ask-who.ts";
import { pseudonymsOf } from "../keys.ts";
import { type Effect, failure, workFor } from "./effect.ts";

/** A shared identifier is nothing to ask anybody about where it leads to nobody: here, or in any other source. */
const leadsToOthers = (
  effect: Effect,
  step: SourceStep,
  { identifier: { type }, shared, others }: PseudonymisedIdentifier,
): boolean => !shared || others !== 0 || isUsedElsewhere(effect, step, type);

/** Whether another source finds anybody by this type. */
const isUsedElsewhere = ({ services }: Effect, { source }: SourceStep, type: string): boolean =>
  [...services.sources.values()].some(
    ({ descriptor, needs }) => descriptor.id !== source && needs.includes(type),
  );

/** @throws StorageFailed */
const othersHave = async (
  { services, request }: Effect,
  identifiers: readonly Identifier[],
): Promise<readonly Identifier[]> => {
  const [addresses = []] = await addressesOfOthers(services, request.tenant, [identifiers]);
  return addresses;
};

/** Asks a source what else the person is known by. */
export const identify = async (effect: Effect, step: SourceStep): Promise<RequestEvent> => {
  const work = workFor(effect, step, "identify", "ask");
  if (work.isErr()) return failure(effect, step, work.error);
  const { source, subject, call, identifiers } = work.value;
  const answer = await askSource(source, subject, call);
  if (answer.isErr()) return failure(effect, step, answer.error);
  const told = answer.value.map(({ shared = false, others, ...identifier }) => ({
    identifier: normaliseIdentifier(identifier),
    shared,
    ...(others !== undefined && { others }),
  }));
  const names = told.map(({ identifier }) => identifier);
  const pseudonyms = orThrow(await pseudonymsOf(effect.services, effect.request.tenant, names));
  const all = told.map((each, index) => ({ ...each, pseudonym: pseudonyms[index] ?? "" }));
  const found = all.filter((each) => leadsToOthers(effect, step, each));
  const isListed = source.descriptor.directory === true;
  const address = found.find(({ identifier, shared }) => identifier.type === "email" && !shared);
  const own = told.filter(({ shared }) => !shared).map(({ identifier }) => identifier);
  const ofOthers =
    isListed && isUsedElsewhere(effect, step, "email")
      ? await othersHave(effect, [...subject.identifiers, ...own]).catch(() => null)
      : [];
  if (ofOthers === null) return failure(effect, step, new CallFailed(step.source, "unavailable", true));
  return {
    type: "source-identified",
    source: step.source,
    generation: step.generation,
    asked: identifiers,
    found,
    shared: all.flatMap(({ shared, pseudonym }) => (shared ? [pseudonym] : [])),
    ...(ofOthers.length > 0 && { ofOthers }),
    ...(isListed && address !== undefined && { address: address.identifier.value }),
  };
};
