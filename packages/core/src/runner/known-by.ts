import { orThrow } from "../result.ts";
import { type Identifier, isSteady, normaliseIdentifier, spellingsOf } from "../subject/identifier.ts";
import { subjectOf } from "../subject/subject.ts";
import { isLeading } from "../subject/vouching.ts";
import { askSource, askWho, canFind } from "./ask-who.ts";
import { pseudonymsOf } from "./keys.ts";
import type { Services } from "./services.ts";

export interface KnownBy {
  /** What was named, and what else sources know whoever goes by that by: their own spelling of it too. */
  readonly identifiers: readonly Identifier[];
  /** The sources that have said it, or have no name to be asked by. */
  readonly asked: readonly string[];
  /** The sources that could not say it. */
  readonly notAsked: readonly string[];
}

/** Of whom no request is: who is asked, and what tells this asking from others in idempotency keys; not personal. */
interface Asking {
  readonly services: Services;
  readonly tenant: string;
  readonly mark: string;
}

const callOf = ({ services, tenant }: Asking) => ({
  tenant,
  requestId: null,
  categories: [],
  signal: services.stopped,
  clock: services.clock,
  timeZone: services.timeZone,
  deadline: services.callDeadline,
});

const whoCanSay = ({ services, tenant }: Asking) =>
  services.sources.of(tenant).filter(({ identify }) => identify !== null);

/** What somebody is known by. A source that fails costs what it would have told, and is named. */
export const knownBy = async (asking: Asking, identifiers: readonly Identifier[]): Promise<KnownBy> => {
  const { services, mark } = asking;
  const call = callOf(asking);
  const named = identifiers.flatMap(spellingsOf);
  const notAsked: string[] = [];
  for (let sources = whoCanSay(asking); ; ) {
    const [answer] = await askWho({ sources, call, most: services.rules.identifiers, letsGo: false }, [
      { mark, asked: named },
    ]);
    if (answer === undefined || answer.isOk()) {
      const asked = sources.map(({ descriptor }) => descriptor.id);
      return { identifiers: answer?.value.identifiers ?? named, asked, notAsked };
    }
    const { adapter } = answer.error;
    notAsked.push(adapter);
    sources = sources.filter(({ descriptor }) => descriptor.id !== adapter);
  }
};

/**
 * What somebody is known by now of whom it was asked on another day. Whoever has an address of theirs by now may be somebody
 * else: it leads to nobody but whose number is known of that day. By that, and by the numbers that were named, they are asked
 * for, and by whatever that leads to today.
 *
 * @param before the pseudonyms of what they were known by then, and who had said that
 * @throws StorageFailed, KeyDestroyed
 */
export const knownByNow = async (
  asking: Asking,
  identifiers: readonly Identifier[],
  before: { readonly pseudonyms: readonly string[]; readonly asked: readonly string[] },
): Promise<KnownBy> => {
  const named = identifiers.flatMap(spellingsOf);
  const numbers = named.filter(isSteady);
  const told = await numbersBehind(
    asking,
    named.filter((each) => !isSteady(each)),
  );
  const pseudonyms = orThrow(await pseudonymsOf(asking.services, asking.tenant, told));
  const theirs = told.filter((_, index) => before.pseudonyms.includes(pseudonyms[index] ?? ""));
  const known = await knownBy(asking, [...numbers, ...theirs]);
  const sources = whoCanSay(asking);
  const asked = sources.flatMap((source) => {
    const { id } = source.descriptor;
    const hasSaid = known.asked.includes(id) && canFind(source, known.identifiers);
    return hasSaid || before.asked.includes(id) ? [id] : [];
  });
  const never = sources.map(({ descriptor }) => descriptor.id).filter((id) => !asked.includes(id));
  return {
    identifiers: known.identifiers,
    asked,
    notAsked: [...new Set([...known.notAsked, ...never])],
  };
};

/** The numbers to which addresses lead today. A source that does not answer leads nowhere. */
const numbersBehind = async (asking: Asking, addresses: readonly Identifier[]): Promise<Identifier[]> => {
  const subject = subjectOf(addresses, addresses, []);
  const answers = await Promise.all(
    whoCanSay(asking).map((source) => {
      const idempotencyKey = ["", source.descriptor.id, "identify", asking.mark, "again"].join("/");
      return askSource(source, subject, { ...callOf(asking), idempotencyKey });
    }),
  );
  return answers
    .flatMap((answer) => answer.unwrapOr([]))
    .filter((each) => isLeading(each) && isSteady(each))
    .map(({ type, value }) => normaliseIdentifier({ type, value }));
};
