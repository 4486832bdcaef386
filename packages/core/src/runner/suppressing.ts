import type { SuppressionStore } from "../bridge/define-suppression-store.ts";
import { KeyDestroyed, type StorageFailed } from "../errors.ts";
import { type Instant, instant } from "../instant.ts";
import type { StoredSuppression } from "../ports/suppression-store.ts";
import { confidentialOf } from "../request/change.ts";
import { type Category, categoriesReaching } from "../request/kinds.ts";
import type { Request } from "../request/request.ts";
import { errAsync, okAsync, ResultAsync } from "../result.ts";
import type { Identifier } from "../subject/identifier.ts";
import { leading } from "../subject/vouching.ts";
import type { Sweep } from "../sweeps/sweep.ts";
import type { Services } from "./services.ts";
import { suppressionPseudonyms } from "./suppression-keys.ts";

type Failure = StorageFailed | KeyDestroyed;

interface Suppressing {
  readonly tenant: string;
  readonly cause: string;
  readonly category: Category;
  readonly reason: StoredSuppression["reason"];
}

const suppress = (
  services: Services,
  about: Suppressing,
  identifiers: readonly Identifier[],
): ResultAsync<void, Failure> => {
  const { suppressionStore, tenantKeys, clock } = services;
  if (suppressionStore === null || identifiers.length === 0) return okAsync(undefined);
  const begunAt = instant(clock.now());
  return suppressionPseudonyms(tenantKeys, about.tenant, identifiers).andThen(({ newest, generation }) =>
    suppressionStore.add(
      newest.map((pseudonym) => ({
        ...about,
        pseudonym,
        generation,
        begunAt,
        endedAt: null,
        lifted: null,
      })),
    ),
  );
};

/**
 * From before the first record is erased, the person is not to be taken in again. An identifier that others share bars
 * nobody: the household would be kept out with one of its members.
 */
export const suppressRequest = (services: Services, request: Request): ResultAsync<void, Failure> => {
  const { tenant, id: cause, category } = request;
  return suppress(services, { tenant, cause, category, reason: "request" }, ownIdentifiers(request));
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
  identifiers: readonly Identifier[],
): ResultAsync<void, Failure> =>
  reason === "backup-replay"
    ? okAsync(undefined)
    : suppress(services, { tenant, cause, category, reason }, identifiers);

/** One that came to nothing keeps nobody out. */
export const endSuppressions = (
  services: Services,
  { tenant, id: cause, kind, outcome, closedAt }: Request,
): ResultAsync<void, StorageFailed> => {
  const { suppressionStore } = services;
  if (suppressionStore === null || kind !== "erasure" || closedAt === null) return okAsync(undefined);
  return outcome === "completed" || outcome === "completed-with-exceptions"
    ? suppressionStore.end({ tenant, cause, at: closedAt })
    : suppressionStore.withdraw({ tenant, cause });
};

export const endSuppressionsOf = (
  { suppressionStore }: Services,
  { tenant, id: cause }: Pick<Sweep, "tenant" | "id">,
  at: Instant,
): ResultAsync<void, StorageFailed> =>
  suppressionStore === null ? okAsync(undefined) : suppressionStore.end({ tenant, cause, at });

/** What stands in the list of these, in any category, or in whichever had this one erased. */
export const standingIn = (
  store: SuppressionStore,
  { category, ...query }: Parameters<SuppressionStore["standing"]>[0],
): ReturnType<SuppressionStore["standing"]> =>
  ResultAsync.combine(
    (category === undefined ? [undefined] : categoriesReaching(category)).map((each) =>
      store.standing({ ...query, category: each }),
    ),
  ).map((found) => ({
    pseudonyms: found.flatMap(({ pseudonyms }) => pseudonyms),
    generation: Math.max(...found.map(({ generation }) => generation)),
  }));

/** Errors: `KeyDestroyed` where the list knows of more keys than are there: nobody could be found in it. */
export const enoughKeys = <Value extends { readonly generation: number }>(
  keys: number,
  found: Value,
): ResultAsync<Value, KeyDestroyed> =>
  found.generation > keys ? errAsync(new KeyDestroyed()) : okAsync(found);
