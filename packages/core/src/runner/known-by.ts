import { type Identifier, spellingsOf } from "../subject/identifier.ts";
import { askWho } from "./ask-who.ts";
import type { Services } from "./services.ts";

export interface KnownBy {
  /** What was named, and what else sources know whoever goes by that by: their own spelling of it too. */
  readonly identifiers: readonly Identifier[];
  /** The sources that could not say it. */
  readonly notAsked: readonly string[];
}

/**
 * What somebody is known by of whom no request is. A source that fails costs what it would have told, and is named.
 *
 * @param mark tells this asking from others in idempotency keys; not personal
 */
export const knownBy = async (
  services: Services,
  tenant: string,
  mark: string,
  identifiers: readonly Identifier[],
): Promise<KnownBy> => {
  const call = {
    tenant,
    requestId: null,
    categories: [],
    signal: new AbortController().signal,
    clock: services.clock,
    timeZone: services.timeZone,
    deadline: services.callDeadline,
  };
  const named = identifiers.flatMap(spellingsOf);
  const notAsked: string[] = [];
  for (let sources = services.sources.of(tenant); ; ) {
    const asking = { sources, call, most: services.rules.identifiers, letsGo: false };
    const [answer] = await askWho(asking, [{ mark, asked: named }]);
    if (answer === undefined || answer.isOk()) {
      return { identifiers: answer?.value.identifiers ?? named, notAsked };
    }
    const { adapter } = answer.error;
    notAsked.push(adapter);
    sources = sources.filter(({ descriptor }) => descriptor.id !== adapter);
  }
};
