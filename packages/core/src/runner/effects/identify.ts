import type { RequestEvent } from "../../request/events.ts";
import type { SourceStep } from "../../request/steps.ts";
import { orThrow } from "../../result.ts";
import { type FoundIdentifier, normaliseIdentifier } from "../../subject/identifier.ts";
import { askSource } from "../ask-who.ts";
import { pseudonymsOf } from "../keys.ts";
import { type Effect, failure, workFor } from "./effect.ts";

/** A shared identifier is nothing to ask anybody about where it leads to nobody: here, or in any other source. */
const leadsToOthers = (
  { services }: Effect,
  { source }: SourceStep,
  { type, shared, others }: FoundIdentifier,
): boolean =>
  shared !== true ||
  others !== 0 ||
  [...services.sources.values()].some(
    ({ descriptor, needs }) => descriptor.id !== source && needs.includes(type),
  );

/** Asks a source what else the person is known by. */
export const identify = async (effect: Effect, step: SourceStep): Promise<RequestEvent> => {
  const work = workFor(effect, step, "identify", "ask");
  if (work.isErr()) return failure(effect, step, work.error);
  const { source, subject, call, identifiers } = work.value;
  const answer = await askSource(source, subject, call);
  if (answer.isErr()) return failure(effect, step, answer.error);
  const found = answer.value
    .filter((each) => leadsToOthers(effect, step, each))
    .map((each) => ({
      identifier: normaliseIdentifier(each),
      shared: each.shared ?? false,
      ...(each.others !== undefined && { others: each.others }),
    }));
  const pseudonyms = orThrow(
    await pseudonymsOf(
      effect.services,
      effect.request.tenant,
      found.map(({ identifier }) => identifier),
    ),
  );
  const isListed = source.descriptor.directory === true;
  const address = found.find(({ identifier, shared }) => identifier.type === "email" && !shared);
  return {
    type: "source-identified",
    source: step.source,
    generation: step.generation,
    asked: identifiers,
    found: found.map((each, index) => ({ ...each, pseudonym: pseudonyms[index] ?? "" })),
    ...(isListed && address !== undefined && { address: address.identifier.value }),
  };
};
