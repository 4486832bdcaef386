import type { SuppressionStore } from "../bridge/define-suppression-store.ts";
import { KeyDestroyed, type StorageFailed } from "../errors.ts";
import { type Instant, instant } from "../instant.ts";
import type { StoredSuppression } from "../ports/suppression-store.ts";
import { systemActorId } from "../request/actor.ts";
import { confidentialOf } from "../request/change.ts";
import { type Category, categoriesReaching } from "../request/kinds.ts";
import { isRestCalledOff } from "../request/phases.ts";
import { isOfSomebodyElse, notFollowed, type Request } from "../request/request.ts";
import { errAsync, okAsync, ResultAsync } from "../result.ts";
import { type Identifier, includesIdentifier, isSteady } from "../subject/identifier.ts";
import { leading } from "../subject/vouching.ts";
import type { Sweep } from "../sweeps/sweep.ts";
import type { Services } from "./services.ts";
import { pseudonymChain, suppressionKeyName, suppressionPseudonyms, theList } from "./suppression-keys.ts";
import { causeOfMark, householdMark, isMark, markFor, markOf, shownMark } from "./suppression-marks.ts";

type Failure = StorageFailed | KeyDestroyed;

interface Suppressing {
  readonly tenant: string;
  readonly cause: string;
  readonly category: Category;
  readonly reason: StoredSuppression["reason"];
}

/** What one person goes by, and what keeps them apart from the others of the same cause, where that has more than one. */
interface Suppressed {
  readonly identifiers: readonly Identifier[];
  readonly person?: string;
}

const suppress = (
  services: Services,
  about: Suppressing,
  people: readonly Suppressed[],
  lifted: StoredSuppression["lifted"] = null,
): ResultAsync<void, Failure> => {
  const { suppressionStore, tenantKeys, clock } = services;
  const of = people.flatMap(({ identifiers, person }) => identifiers.map(() => person));
  if (suppressionStore === null || of.length === 0) return okAsync(undefined);
  const begunAt = instant(clock.now());
  const all = people.flatMap(({ identifiers }) => identifiers);
  return suppressionPseudonyms(tenantKeys, about.tenant, all).andThen(({ newest, generation }) =>
    suppressionStore.add(
      [...new Set(newest)].map((pseudonym) => {
        const index = newest.indexOf(pseudonym);
        const [person, identifier] = [of[index], all[index]];
        return {
          ...about,
          pseudonym,
          ...(person !== undefined && { person }),
          ...(identifier !== undefined &&
            isSteady(identifier) &&
            !isMark(identifier) && { numberType: identifier.type }),
          generation,
          begunAt,
          endedAt: null,
          lifted,
        };
      }),
    ),
  );
};

/**
 * From before the first record is erased, the person is not to be taken in again. An identifier that others share bars
 * nobody: the household would be kept out with one of its members.
 *
 * @param gone addresses that are not theirs any more: whoever has them by now is not kept out
 */
export const suppressRequest = (
  services: Services,
  request: Request,
  gone: readonly Identifier[],
): ResultAsync<void, Failure> => {
  const { tenant, id: cause, category } = request;
  const about = { tenant, cause, category, reason: "request" } as const;
  const identifiers = ownIdentifiers(request).filter((each) => !includesIdentifier(gone, each));
  const others = notFollowed(request).flatMap(({ id }) => request.confidential?.candidates[id] ?? []);
  const marks = identifiers
    .filter((each) => !isSteady(each))
    .flatMap((address) => others.filter(isSteady).map((number) => householdMark(address, number)));
  return suppress(services, about, [{ identifiers: [...identifiers, ...marks] }]);
};

/**
 * An address of which somebody has decided since that it is somebody else's keeps nobody out: not whoever has it, of whom it
 * was just said that they are not the person. It stays listed as lifted, so that no copy of the list brings it back.
 */
export const liftOthersNames = (services: Services, request: Request): ResultAsync<void, Failure> => {
  const { tenant, id: cause, kind, category, updatedAt: at } = request;
  const identifiers = confidentialOf(request).identifiers.filter((each) => isOfSomebodyElse(request, each));
  if (kind !== "erasure" || identifiers.length === 0) return okAsync(undefined);
  const lifted = { at, by: systemActorId, reason: "somebody-else" };
  return suppress(services, { tenant, cause, category, reason: "request" }, [{ identifiers }], lifted);
};

/** What only this person goes by. Where somebody decided that it is the same person, others may still go by it too. */
export const ownIdentifiers = (request: Request): Identifier[] => {
  const shared = request.decisions.filter(({ answer }) => answer === "same-person").map(({ type }) => type);
  return leading(confidentialOf(request).identifiers).filter(({ type }) => !shared.includes(type));
};

/** What a replay erases again is in the list already. */
export const suppressOfSweep = (
  services: Services,
  { tenant, id: cause, category, reason }: Sweep,
  people: readonly { readonly mark: string; readonly identifiers: readonly Identifier[] }[],
): ResultAsync<void, Failure> =>
  reason === "backup-replay"
    ? okAsync(undefined)
    : suppress(
        services,
        { tenant, cause, category, reason },
        people.map(({ mark, identifiers }) => ({ identifiers, person: mark.slice(0, personLength) })),
      );

/** Enough of a keyed hash to tell apart the people of a sweep: it is stored with each of their names. */
const personLength = 16;

/**
 * One that came to nothing keeps nobody out, whichever copy of the list is brought back; and of one that was opened again, every
 * copy says that its rest was called off.
 */
export const endSuppressions = (services: Services, request: Request): ResultAsync<void, Failure> => {
  const { tenant, id: cause, kind, outcome, closedAt } = request;
  const { suppressionStore } = services;
  if (suppressionStore === null || kind !== "erasure" || closedAt === null) return okAsync(undefined);
  return outcome === "completed" || outcome === "completed-with-exceptions"
    ? markedRest(services, request, closedAt).andThen(() =>
        suppressionStore.end({ tenant, cause, at: closedAt }),
      )
    : suppressionStore.withdraw({
        tenant,
        cause,
        lifted: { at: closedAt, by: systemActorId, reason: outcome ?? "" },
      });
};

/** By the request alone where its key is lost, and nobody knows any more whom it was about. */
const markedRest = (services: Services, request: Request, at: Instant): ResultAsync<void, Failure> => {
  if (!isRestCalledOff(request)) return okAsync(undefined);
  const { tenant, id: cause, category } = request;
  const about = { tenant, cause, category, reason: "request" } as const;
  const lifted = { at, by: systemActorId, reason: "called-off" };
  return suppress(services, about, [{ identifiers: ownIdentifiers(request).map(markFor) }])
    .andThen(() => suppress(services, about, [{ identifiers: [shownMark(cause)] }], lifted))
    .andThen(() =>
      suppress(services, { ...about, cause: causeOfMark(cause) }, [{ identifiers: [markOf(cause)] }]),
    );
};

/** Whether the list says that the rest of a request was called off: the request itself may have come back from a backup. */
export const isMarkedCalledOff = (
  services: Pick<Services, "keyRing" | "suppressionStore">,
  { tenant, id }: Pick<Request, "tenant" | "id">,
): ResultAsync<boolean, Failure> => {
  const { suppressionStore } = services;
  return suppressionStore === null
    ? okAsync(false)
    : lookIntoList(services, tenant, (keys) =>
        standingIn(suppressionStore, { tenant, pseudonyms: pseudonymChain(keys)(markOf(id)) }),
      ).map(({ pseudonyms }) => pseudonyms.length > 0);
};

export const endSuppressionsOf = (
  { suppressionStore }: Services,
  { tenant, id: cause }: Pick<Sweep, "tenant" | "id">,
  at: Instant,
): ResultAsync<void, StorageFailed> =>
  suppressionStore === null ? okAsync(undefined) : suppressionStore.end({ tenant, cause, at });

/** So many pseudonyms a look-up. */
const mostLookedUp = 20_000;

/** What stands in the list of these, in any category, or in whichever had this one erased. */
export const standingIn = (
  store: SuppressionStore,
  { category, pseudonyms, ...query }: Parameters<SuppressionStore["standing"]>[0],
): ReturnType<SuppressionStore["standing"]> => {
  const categories = category === undefined ? [undefined] : categoriesReaching(category);
  const parts = Array.from({ length: Math.max(1, Math.ceil(pseudonyms.length / mostLookedUp)) }, (_, part) =>
    pseudonyms.slice(part * mostLookedUp, (part + 1) * mostLookedUp),
  );
  return ResultAsync.combine(
    parts.flatMap((some) =>
      categories.map((each) => store.standing({ ...query, pseudonyms: some, category: each })),
    ),
  ).map((found) => ({
    pseudonyms: found.flatMap((each) => each.pseudonyms),
    generation: Math.max(...found.map(({ generation }) => generation)),
  }));
};

/**
 * Looks into the list by its keys, oldest first. Where it knows of more than were read, they are read once more before one
 * of them is called lost: another process may have made one meanwhile, and put names under it.
 *
 * Errors: `KeyDestroyed` where one is missing still: nobody could be found in the list.
 */
export const lookIntoList = <Found extends { readonly generation: number }>(
  { keyRing }: Pick<Services, "keyRing">,
  tenant: string,
  look: (keys: readonly Uint8Array[]) => ResultAsync<Found, StorageFailed>,
): ResultAsync<Found, Failure> => {
  const name = suppressionKeyName(tenant);
  const lookBy = (keys: readonly Uint8Array[]): ResultAsync<Found, Failure> =>
    look(keys).andThen((found) => {
      if (found.generation <= keys.length) return okAsync<Found, Failure>(found);
      return keyRing
        .useAll(name)
        .andThen((now) =>
          now.length > keys.length ? lookBy(now) : errAsync<Found, Failure>(new KeyDestroyed(name, theList)),
        );
    });
  return keyRing.useAll(name).andThen(lookBy);
};

/**
 * The keys of the list, oldest first. A further one over a lost one would be taken for it, and nobody found in silence.
 *
 * Errors: those of `lookIntoList`.
 */
export const keysOfList = (
  services: Pick<Services, "keyRing">,
  store: SuppressionStore,
  tenant: string,
): ResultAsync<readonly Uint8Array[], Failure> =>
  lookIntoList(services, tenant, (keys) =>
    standingIn(store, { tenant, pseudonyms: [] }).map(({ generation }) => ({ keys, generation })),
  ).map(({ keys }) => keys);
