import type { Instant } from "../instant.ts";
import { confidentialOf } from "../request/change.ts";
import { type Category, categoriesReached, type RequestKind } from "../request/kinds.ts";
import type { ErasedBefore } from "../request/left-before.ts";
import type { Request } from "../request/request.ts";
import { toldAt } from "../request/retention.ts";
import { orThrow } from "../result.ts";
import { type Numbers, numbersOf } from "../subject/numbers.ts";
import { stayedIn, type UnreadablePart, unreadableIn } from "../sweeps/stayed.ts";
import { damagedSweep } from "../sweeps/stored-sweep.ts";
import type { SourceOutcomes } from "../sweeps/sweep.ts";
import { fromStored, hasLeftSomething } from "./record.ts";
import type { Services } from "./services.ts";
import { ownIdentifiers } from "./suppressing.ts";

/** Who asks what was left before: a request, or a sweep. */
interface Asking {
  readonly tenant: string;
  readonly id: string;
  readonly kind: RequestKind;
  readonly category: Category;
}

/** An erasure that has left something, by a request or in a sweep. One that gave way to whoever asks now is open still. */
export interface Earlier {
  /** The pseudonyms of all that it knew the person by. */
  readonly names: readonly string[];
  readonly numbers?: Numbers | undefined;
  readonly at: Instant;
  /** Left out: `at`. */
  readonly confirmedAt?: Instant | undefined;
  /** It was found by a number of another one, and by no name that is asked under now. */
  readonly onlyAnswers?: boolean | undefined;
  readonly sources: SourceOutcomes;
}

export interface ErasedEarlier {
  readonly earlier: readonly Earlier[];
  /** What sweeps have kept of what they left, and nobody can read: something may stay, or nothing. */
  readonly unreadable: readonly UnreadablePart[];
}

/** Those that have left something of people, and those that have the number of one of these and may have answered since. */
export const erasedBefore = async (
  services: Pick<Services, "requestStore" | "sweepStore">,
  asking: Asking,
  pseudonyms: readonly string[],
): Promise<ErasedEarlier> => {
  const { earlier, unreadable } = await erasuresOf(services, asking, pseudonyms);
  const numbers = earlier.flatMap((each) => Object.values(each.numbers ?? {}).flat());
  const others = [...new Set(numbers)].filter((each) => !pseudonyms.includes(each));
  const found = await erasuresOf(services, asking, others);
  const answering = found.earlier.filter(({ names }) => !names.some((name) => pseudonyms.includes(name)));
  return {
    earlier: [...earlier, ...answering.map((each) => ({ ...each, onlyAnswers: true }))],
    unreadable,
  };
};

/**
 * The same for the person of a request, of one source.
 *
 * @throws StorageFailed; Damaged where nobody can read what a sweep has left of them: nothing that is said of them would be
 *   known to be true
 */
export const earlierOfRequest = async (
  services: Pick<Services, "requestStore" | "sweepStore">,
  request: Request,
  source: string,
): Promise<ErasedBefore[]> => {
  const { earlier, unreadable } = await erasedBefore(services, request, ownPseudonyms(request));
  const [first] = unreadable;
  if (first !== undefined) throw damagedSweep(first.sweep);
  return earlierAt(earlier, source);
};

/**
 * Earlier erasures that have left something of people, of all who go by these pseudonyms: requests, sweeps and replays. A
 * customer number may have led to it that nobody knows any more by the address that is asked under now: without this, one
 * erasure would say that nothing is there, and the other until when it is.
 *
 * @throws StorageFailed
 */
const erasuresOf = async (
  { requestStore, sweepStore }: Pick<Services, "requestStore" | "sweepStore">,
  { tenant, id, kind, category }: Asking,
  pseudonyms: readonly string[],
): Promise<ErasedEarlier> => {
  if (pseudonyms.length === 0) return { earlier: [], unreadable: [] };
  const reached = categoriesReached(kind, category);
  const isMeant = (by: string, of: Category): boolean =>
    by !== id && categoriesReached("erasure", of).some((each) => reached.includes(each));
  const requests = orThrow(await requestStore.findAbout({ tenant, pseudonyms })).flatMap((stored) => {
    const read = fromStored(stored);
    // Whoever can read it knows what it has left.
    if (read.isErr() && read.error.isNewer && stored.kind === "erasure" && stored.id !== id) throw read.error;
    // One that cannot be read is named where requests are listed.
    const request = read.unwrapOr(null);
    const isFound = request !== null && (request.phase !== "closed" || hasLeftSomething(request));
    return isFound && request.kind === "erasure" && isMeant(request.id, request.category)
      ? [earlierOf(request)]
      : [];
  });
  const parts = sweepStore === null ? [] : orThrow(await sweepStore.findAbout({ tenant, pseudonyms }));
  const sweeps = stayedIn(parts).filter((each) => isMeant(each.sweep, each.category));
  const unreadable = unreadableIn(parts).filter(({ sweep }) => sweep !== id);
  return { earlier: [...requests, ...sweeps], unreadable };
};

const earlierOf = (request: Request): Earlier => ({
  names: request.pseudonyms,
  numbers: request.numbers,
  at: request.closedAt ?? request.updatedAt,
  confirmedAt: confirmedAt(request),
  // Also what somebody has closed by hand: the request sees to it no more, and it stays all the more.
  sources: Object.fromEntries(
    request.steps.map((step) => [step.source, toldAt(request, step, step.outcomes)]),
  ),
});

/** The same of one source. */
export const earlierAt = (earlier: readonly Earlier[], source: string): ErasedBefore[] =>
  earlier.flatMap(({ sources, ...each }) => {
    const outcomes = sources[source];
    return outcomes === undefined ? [] : [{ ...each, outcomes }];
  });

/** What others go by too says nothing about whose an earlier erasure was. */
const ownPseudonyms = (request: Request): string[] => {
  const own = ownIdentifiers(request);
  return confidentialOf(request).identifiers.flatMap(({ type, value }, index) =>
    own.some((each) => each.type === type && each.value === value) ? (request.pseudonyms[index] ?? []) : [],
  );
};

/** When the addresses of a request were good. */
export const confirmedAt = ({ acknowledgement, receivedAt }: Request): Instant =>
  acknowledgement.acknowledgedAt ?? receivedAt;

/** What says who the person of a request is. */
export const ownNumbers = (request: Request): Numbers =>
  numbersOf(confidentialOf(request).identifiers, request.pseudonyms);
