import { z } from "zod";
import type { HoldStore } from "../bridge/define-hold-store.ts";
import type { DamagedRecord } from "../bridge/readable.ts";
import { newId } from "../crypto.ts";
import {
  ChangedMeanwhile,
  ConfigurationMistake,
  type Damaged,
  HoldNotFound,
  type IdempotencyKeyReused,
  InvalidInput,
  KeyDestroyed,
  NotPossibleNow,
  StorageFailed,
} from "../errors.ts";
import { type Instant, instant } from "../instant.ts";
import type { StoredHold } from "../ports/hold-store.ts";
import type { Actor } from "../request/actor.ts";
import { dayIn } from "../request/deadline/time-zone.ts";
import { heldUnder } from "../request/request.ts";
import { hasTaskOut } from "../request/tasks.ts";
import { err, errAsync, ok, okAsync, orThrow, type Result, ResultAsync } from "../result.ts";
import { apply } from "../runner/apply.ts";
import { readableRequests } from "../runner/every-request.ts";
import { pseudonymsOf } from "../runner/keys.ts";
import { knownBy, knownByNow } from "../runner/known-by.ts";
import { recordedAs, recordedWithoutKey } from "../runner/recorded-actor.ts";
import { type NamedTypes, namedTypes } from "../runner/served.ts";
import type { Services } from "../runner/services.ts";
import { holdStateOf, liftedState, newHoldState } from "../runner/stored-hold.ts";
import type { Identifier } from "../subject/identifier.ts";
import { mayHavePassedOn } from "../subject/identifying.ts";
import { caught } from "./caught.ts";
import type { FacadeContext, ReadError } from "./context.ts";
import { type OnceOnly, onceOnly, sameAsBefore } from "./idempotency.ts";
import { pageOf } from "./list-cursor.ts";
import { authorise } from "./policy.ts";
import { readEach } from "./read-each.ts";
import { checkNamesNobody } from "./reason.ts";
import { whatIsErasing } from "./under-way.ts";

/** A hold as an application reads it. Nothing in it is personal, apart from reasons that people typed. */
export interface HoldView {
  readonly id: string;
  readonly placedAt: Instant;
  readonly placedBy: string;
  readonly reason: string;
  /** The last day on which it stands, `YYYY-MM-DD`; null until it is lifted. */
  readonly until: string | null;
  readonly lifted: { readonly at: Instant; readonly by: string; readonly reason: string } | null;
}

export interface PlacedHold extends NamedTypes {
  readonly hold: HoldView;
  /**
   * Requests that are erasing the person at this moment, or filling a copy anew that would lose them: what they had begun
   * is not stopped. So do those of which an owner was asked to erase by hand, and has not answered: the owner is told not to.
   */
  readonly underWay: readonly string[];
  /** Sweeps that run and have begun with the person, or may have: what they had begun is not stopped. */
  readonly sweepsUnderWay: readonly string[];
  /**
   * Sources that could not say what else the person is known by, or were not asked any more after `stop()`: what one of them alone spells otherwise, or knows, the
   * hold does not have. Call again with the same idempotency key once they answer, or place another hold. From a day after it
   * was placed, an address leads to nobody whose number the hold does not have: a source stays here that can say it by
   * nothing else, until another hold names a number.
   */
  readonly notAsked: readonly string[];
}

export interface HoldList {
  readonly holds: readonly HoldView[];
  /** Holds whose record cannot be read: they stand, and nobody can say why. */
  readonly damaged: readonly DamagedRecord[];
  readonly cursor: string | null;
}

export type PlaceHoldError = ReadError | KeyDestroyed | IdempotencyKeyReused | NotPossibleNow;
export type HoldError = ReadError | HoldNotFound;
export type LiftHoldError = HoldError | KeyDestroyed | NotPossibleNow | ChangedMeanwhile;

/**
 * Holds: while one stands, nothing of a person is erased, on no path (Art. 17(3)(e), Art. 18 GDPR): a claim in court, an
 * authority's order. Requests wait, sweeps leave the person behind. Exports go on. Without a `holdStore` every call
 * throws ConfigurationMistake.
 */
export interface Holds {
  /**
   * Places a hold on whoever goes by one of these identifiers. It stands at once, and under everything else that sources
   * know them by now, in their own spelling, when this has resolved. Every erasure that begins after that is stopped by it. Errors: `InvalidInput` without an
   * identifier or a reason, for a reason that names the person, or for an `until` that is over; `NotPossibleNow` where the
   * hold that the idempotency key placed was lifted since.
   */
  place(input: {
    readonly actor: Actor;
    readonly identifiers: readonly Identifier[];
    readonly reason: string;
    readonly until?: string;
    /**
     * As for `requests.submit`: the same actor with the same key gets the hold that the first call placed, while it stands.
     * Who is to be held again takes a new key.
     */
    readonly idempotencyKey?: string;
  }): ResultAsync<PlacedHold, PlaceHoldError>;

  /**
   * Lifts it, and lets the requests go on that it kept. One whose record cannot be read is lifted as well: who had placed it,
   * and why, is `damaged` from then on. Errors: `NotPossibleNow` where it is lifted already; `Damaged` with `isNewer` where a
   * newer version has stored it: that one can read it, and lifts it.
   */
  lift(input: {
    readonly actor: Actor;
    readonly holdId: string;
    readonly reason: string;
  }): ResultAsync<HoldView, LiftHoldError>;

  read(input: { readonly actor: Actor; readonly holdId: string }): ResultAsync<HoldView, HoldError>;

  /** Newest first, at most 100 a page; `open` for those that were not lifted. */
  list(query: {
    readonly actor: Actor;
    readonly open?: boolean;
    readonly cursor?: string;
  }): ResultAsync<HoldList, ReadError>;
}

const mostListed = 100;

const viewOf = (hold: StoredHold): Result<HoldView, Damaged> =>
  holdStateOf(hold).map((state) => ({
    id: hold.id,
    placedAt: hold.placedAt,
    until: hold.until,
    ...state,
  }));

/** A hold whose last day is over would hold nobody, and look as if it did. */
const checkUntil = ({ clock, timeZone }: Services, until: string | null): Result<void, InvalidInput> =>
  until === null || until >= dayIn(timeZone, instant(clock.now()))
    ? ok(undefined)
    : err(new InvalidInput([{ path: "until", message: "is over: nobody would be held" }]));

/**
 * What an idempotency key has placed is not placed anew where it was lifted since: a call whose answer was lost may come
 * late, behind the lift. Nor is it answered as if somebody were held.
 */
const standsStill = (hold: StoredHold): Result<StoredHold, NotPossibleNow> =>
  hold.open
    ? ok(hold)
    : err(
        new NotPossibleNow(
          `The hold ${hold.id} that this idempotency key placed was lifted: nobody is held by it. To hold them again, place a new one under a new idempotency key.`,
        ),
      );

export const holdsOf = ({ services, policy }: FacadeContext): Holds => {
  const store = (): HoldStore => {
    if (services.holdStore === null) {
      throw new ConfigurationMistake("Holds need a `holdStore`; hand it to createSubjectRights.");
    }
    return services.holdStore;
  };
  const find = (
    holds: HoldStore,
    tenant: string,
    id: string,
  ): ResultAsync<StoredHold, HoldNotFound | StorageFailed> =>
    holds
      .read({ tenant, id })
      .andThen((hold) => (hold === undefined ? errAsync(new HoldNotFound()) : okAsync(hold)));

  return {
    place: ({ actor, identifiers, reason, until = null, idempotencyKey }) => {
      const holds = store();
      return authorise(policy, actor, "place-hold")
        .andThen(() => checkUntil(services, until))
        .andThen(() => checkNamesNobody(reason, actor, identifiers))
        .andThen(() =>
          idempotencyKey === undefined
            ? okAsync<OnceOnly | null, PlaceHoldError>(null)
            : onceOnly(services, actor, idempotencyKey, [identifiers, reason, until]),
        )
        .andThen((once) =>
          ResultAsync.combine([
            pseudonymsOf(services, actor.tenant, identifiers),
            recordedAs(services, actor),
          ]).andThen(([pseudonyms, by]) => {
            const hold: StoredHold = {
              tenant: actor.tenant,
              id: once?.id ?? newId(services.randomness),
              version: 1,
              pseudonyms,
              placedAt: instant(services.clock.now()),
              until,
              open: true,
              state: newHoldState({
                placedBy: by,
                reason,
                lifted: null,
                ...(once === null ? {} : { submission: once.submission }),
              }),
            };
            return holds
              .put(hold)
              .andThen(
                ({
                  outcome,
                }): ResultAsync<
                  StoredHold,
                  HoldNotFound | StorageFailed | Damaged | IdempotencyKeyReused | NotPossibleNow
                > => {
                  if (outcome === "stored") return okAsync(hold);
                  // Only an idempotency key gives an id that is there already.
                  return find(holds, actor.tenant, hold.id).andThen((before) => {
                    const read = holdStateOf(before);
                    if (read.isErr() && read.error.isNewer) return err(read.error);
                    const { submission } = before.state;
                    return once === null
                      ? ok(before)
                      : sameAsBefore(once, String(submission)).andThen(() => standsStill(before));
                  });
                },
              )
              .mapErr((error) =>
                error instanceof HoldNotFound
                  ? new StorageFailed("hold-store", "read", { cause: error })
                  : error,
              )
              .andThen((placed) => underAllNames(services, holds, placed, identifiers))
              .andThen(({ hold: placed, notAsked }) =>
                viewOf(placed).asyncAndThen((view) =>
                  caught(() => whatIsErasing(services, placed.tenant, placed.pseudonyms)).andThen(
                    ({ requests, sweeps }) =>
                      ownersStopped(services, placed).map(() => ({
                        hold: view,
                        underWay: requests,
                        sweepsUnderWay: sweeps,
                        notAsked,
                        ...namedTypes(services, placed.tenant, identifiers),
                      })),
                  ),
                ),
              );
          }),
        );
    },

    lift: ({ actor, holdId, reason }) => {
      const holds = store();
      return authorise(policy, actor, "lift-hold")
        .andThen(() => checkNamesNobody(reason, actor, []))
        .andThen(() => recordedWithoutKey(services, actor))
        .andThen((by) =>
          find(holds, actor.tenant, holdId).andThen((hold) => {
            if (!hold.open) return errAsync(new NotPossibleNow("The hold is lifted already."));
            const lifted = { at: instant(services.clock.now()), by, reason };
            return liftedState(hold, lifted).asyncAndThen((state) => {
              const next = { ...hold, version: hold.version + 1, open: false, state };
              return holds
                .put(next)
                .andThen(({ outcome }) =>
                  outcome === "changed" ? errAsync(new ChangedMeanwhile()) : okAsync(next),
                );
            });
          }),
        )
        .andThen((hold) => goOn(services, hold).andThen(() => viewOf(hold)));
    },

    read: ({ actor, holdId }) => {
      const holds = store();
      return authorise(policy, actor, "read-holds")
        .andThen(({ tenant }) => find(holds, tenant, holdId))
        .andThen(viewOf);
    },

    list: ({ actor, open, cursor }) => {
      const holds = store();
      return authorise(policy, actor, "read-holds")
        .andThen(({ tenant }) =>
          pageOf(["holds", tenant, open], cursor, (from) =>
            holds.list({ tenant, open, cursor: from, limit: mostListed }),
          ),
        )
        .map(({ holds: stored, cursor: next = null }) => {
          const { read, damaged } = readEach(stored, viewOf);
          return { holds: read, damaged, cursor: next };
        });
    },
  };
};

/**
 * A database may take for equal what is spelt otherwise, a UUID in capitals or a number with a zero before it, and
 * pseudonyms are compared as they are. So a hold stands under what the sources call the person too. Placed again on another
 * day, it stands under what they are known by then, and on nobody who has their address by then.
 */
const underAllNames = (
  services: Services,
  holds: HoldStore,
  placed: StoredHold,
  identifiers: readonly Identifier[],
): ResultAsync<Widened, StorageFailed | KeyDestroyed | Damaged> => {
  const { tenant, id, pseudonyms: held } = placed;
  const isLater = mayHavePassedOn(placed.placedAt, instant(services.clock.now()));
  const asking = { services, tenant, mark: isLater ? `${id}/${placed.version}` : id };
  const before = { pseudonyms: held, asked: askedIn(placed) };
  return caught(() =>
    isLater ? knownByNow(asking, identifiers, before) : knownBy(asking, identifiers),
  ).andThen(({ identifiers: known, asked, notAsked }) =>
    pseudonymsOf(services, tenant, known).andThen((all) => {
      const pseudonyms = [...new Set([...held, ...all])];
      // Only one that may be placed again remembers who has said who it is on.
      const said = "submission" in placed.state ? [...new Set([...before.asked, ...asked])] : [];
      if (pseudonyms.length === held.length && said.length === before.asked.length)
        return okAsync({ hold: placed, notAsked });
      const wider = {
        ...placed,
        version: placed.version + 1,
        pseudonyms,
        state: { ...placed.state, ...(said.length > 0 && { asked: said }) },
      };
      // Lifted meanwhile, or made wider by another call of the same key.
      return holds
        .put(wider)
        .map(({ outcome }) => ({ hold: outcome === "stored" ? wider : placed, notAsked }));
    }),
  );
};

/** Who has said who a hold is on. One that was placed before this was kept does not tell. */
const askedIn = ({ state }: StoredHold): readonly string[] =>
  z.object({ asked: z.array(z.string()) }).safeParse(state).data?.asked ?? [];

interface Widened {
  readonly hold: StoredHold;
  readonly notAsked: readonly string[];
}

/** Lets every request go on that the hold kept; one that is missed here looks by itself (`rules.holdDelay`). */
const goOn = (services: Services, { tenant, id }: StoredHold) =>
  caught(async () => {
    for await (const request of readableRequests(services, tenant, true)) {
      if (request.held?.by !== id && !request.steps.some(({ heldBy }) => heldBy === id)) continue;
      const applied = await apply(services, request, { type: "hold-lifted" });
      // Another process was faster, or somebody has ended the request.
      if (applied.isErr() && !(applied.error instanceof NotPossibleNow)) orThrow(applied);
    }
  });

/**
 * An owner who was asked to erase the person by hand meets no guard: the requests that wait for one meet the hold now, and have
 * them told.
 */
const ownersStopped = (services: Services, { tenant, id, pseudonyms }: StoredHold) =>
  caught(async () => {
    for await (const request of readableRequests(services, tenant, true)) {
      const isTheirs = heldUnder(request).some((each) => pseudonyms.includes(each));
      if (!isTheirs || request.held !== null || !hasTaskOut(request)) continue;
      const applied = await apply(services, request, { type: "held", by: id });
      // It has moved on, or its key is lost, and nobody is asked any more.
      const isOver =
        applied.isErr() && (applied.error instanceof NotPossibleNow || applied.error instanceof KeyDestroyed);
      if (!isOver) orThrow(applied);
    }
  });
