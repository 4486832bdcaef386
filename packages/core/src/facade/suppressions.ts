import { z } from "zod";
import { type SuppressionStore, storedSuppressionSchema } from "../bridge/define-suppression-store.ts";
import { checkInput } from "../bridge/issues.ts";
import {
  ConfigurationMistake,
  Damaged,
  InvalidInput,
  KeyDestroyed,
  type NotAllowed,
  StorageFailed,
} from "../errors.ts";
import { instant } from "../instant.ts";
import type { StoredSuppression } from "../ports/suppression-store.ts";
import type { Actor } from "../request/actor.ts";
import type { Category } from "../request/kinds.ts";
import { okAsync, orThrow, ResultAsync } from "../result.ts";
import { recordedAs } from "../runner/recorded-actor.ts";
import { keysOfList, lookIntoList, standingIn } from "../runner/suppressing.ts";
import {
  keyMarks,
  pseudonymChain,
  renewedPseudonym,
  suppressionKeyName,
} from "../runner/suppression-keys.ts";
import { householdMark } from "../runner/suppression-marks.ts";
import { type Identifier, includesIdentifier, isSteady, spellingsOf } from "../subject/identifier.ts";
import { numbersOf } from "../subject/numbers.ts";
import type { FacadeContext } from "./context.ts";
import type { Sweeps } from "./erase-many.ts";
import { inBatches, lookedUpAhead } from "./looked-up-ahead.ts";
import { authorise } from "./policy.ts";
import { checkNamesNobody } from "./reason.ts";
import { type ReplayError, type ReplayInput, type ReplayReport, replay } from "./replay.ts";

export type LookUpError = NotAllowed | LookUpFailure;
type LookUpFailure = InvalidInput | StorageFailed | KeyDestroyed;
export type LiftSuppressionError = LookUpError;
/** `Damaged` where some cannot be read: all others are done by then. It says what caused them. */
export type KeepSuppressionsError = LookUpError | Damaged;

export interface CopiedSuppression extends StoredSuppression {
  /**
   * Tells the keys that it was made with from others of the same number. Left out: they were gone, or the copy is of a
   * version that did not say so.
   */
  readonly key?: string | undefined;
}

/** Why a row of an import was left out: the person was erased, or nobody can be looked up by what the row says. */
export type WhyLeftOut = "suppressed" | "unreadable";

export interface FilterInput<Row> {
  readonly actor: Actor;
  readonly rows: AsyncIterable<Row> | Iterable<Row>;
  /** What the person of a row is known by; a row without anything is nobody's, and goes through. */
  readonly identifiers: (row: Row) => readonly Identifier[];
  /** Called for each row that is left out. */
  readonly leftOut: (row: Row, why: WhyLeftOut) => void;
  /** Whether only those are left out who were erased in this category. Default: in any. */
  readonly category?: Category;
  /** Rows that are looked up at once, and held in memory twice; 1 to 20,000. Default: 5,000. */
  readonly batchSize?: number;
}

/**
 * Who was erased, and is not to be taken in again: by pseudonyms, nobody is named. Without a `suppressionStore` every
 * call throws ConfigurationMistake. Never answer a stranger with what these calls say: it tells who was known.
 */
export interface Suppressions {
  /**
   * Whether a person may be taken in: by an import, a sign-up, a webhook. False where somebody was erased on request
   * under one of these identifiers, in this category if one is given, and it was not lifted.
   *
   * Errors: `KeyDestroyed` where the list cannot be read any more, and nobody can say.
   */
  mayTakeIn(input: {
    readonly actor: Actor;
    readonly identifiers: readonly Identifier[];
    readonly category?: Category;
  }): ResultAsync<boolean, LookUpError>;

  /**
   * The rows of an import without those of people who must not be taken in; one look-up a batch, in order, in bounded
   * memory. While a batch is handed on, the next one is looked up already.
   *
   * @throws the errors of `mayTakeIn`: no row is let through that was not looked up
   */
  filter<Row>(input: FilterInput<Row>): AsyncGenerator<Row, void, undefined>;

  /**
   * Lets a person be taken in again, because they want to be, and leaves them alone when a backup is restored. Whoever
   * has another number is not lifted with them, though both have had one address. With a category, it is what an erasure of
   * that very category put there: one of `user-data`, which reaches `user-telemetry`, is lifted in `user-data`. Resolves to
   * how many suppressions that were. Errors: those of `mayTakeIn`.
   */
  lift(input: {
    readonly actor: Actor;
    readonly identifiers: readonly Identifier[];
    readonly reason: string;
    readonly category?: Category;
  }): ResultAsync<number, LiftSuppressionError>;

  /**
   * Makes a new key, and puts the whole list under it: with the keys until now alone, nobody can try out any more who is
   * in it. Look-ups go on meanwhile. Where it is broken off, `renew` again finishes it. Resolves to how many it were.
   */
  rotate(input: { readonly actor: Actor }): ResultAsync<number, KeepSuppressionsError>;

  /** Puts what is still under older keys under the newest: the second half of `rotate`. */
  renew(input: { readonly actor: Actor }): ResultAsync<number, KeepSuppressionsError>;

  /**
   * The list, to be kept where a restored backup does not reach it. Nothing in it is personal; it is of use only together
   * with the key ring.
   *
   * @throws the errors of reading; behind all others `Damaged`, where some cannot be read. It says what caused them
   */
  copy(input: { readonly actor: Actor }): AsyncGenerator<CopiedSuppression, void, undefined>;

  /**
   * Puts a copy back, of whichever key; what is there already stays, but that it is lifted where the copy says so, and that
   * the copy says whether it is lifted where nobody can read that any more. Resolves to how many were read.
   *
   * Errors: `KeyDestroyed` where some are under a key that the key ring does not have, or has another one in place of: all
   * others are in the list by then, and those (`notTakenIn`) are not, because nobody could be found by them. Bring the key
   * back, and restore the same copy again. **Until then a replay does not know whom they are about.**
   */
  restore(input: {
    readonly actor: Actor;
    readonly suppressions: AsyncIterable<unknown> | Iterable<unknown>;
  }): ResultAsync<number, KeepSuppressionsError>;

  /**
   * Erases everybody again whom a restored backup has brought back: whose erasure was not over before `since`, the moment
   * of the backup. The sources list whom they hold (`identifiers`); pseudonyms are compared. It only looks, and changes
   * nothing, unless `dryRun` is false.
   */
  replay(input: ReplayInput): ResultAsync<ReplayReport, ReplayError>;
}

const copiedSchema = storedSuppressionSchema.extend({ key: z.string().optional() });
const pageSize = 1_000;
const mostNamed = 10;

export const suppressionsOf = (
  context: FacadeContext,
  sweeps: Sweeps,
  stopping: AbortSignal,
): Suppressions => {
  const { suppressionStore } = context.services;
  return suppressionStore === null
    ? nothingKept
    : suppressionsIn(suppressionStore, context, sweeps, stopping);
};

const suppressionsIn = (
  store: SuppressionStore,
  { services, policy }: FacadeContext,
  sweeps: Sweeps,
  stopping: AbortSignal,
): Suppressions => {
  const { keyRing, clock } = services;
  const keysOf = (tenant: string) => keyRing.useAll(suppressionKeyName(tenant));

  /** What of what each of these people goes by stands in the list. */
  const standingOf = (
    tenant: string,
    people: readonly (readonly Identifier[])[],
    category: Category | undefined,
  ): ResultAsync<readonly (readonly Identifier[])[], StorageFailed | KeyDestroyed> =>
    lookIntoList(services, tenant, (keys) => {
      const chain = pseudonymChain(keys);
      const pseudonyms: string[] = [];
      /** Where those of each identifier end. */
      const ends = people.map((identifiers) =>
        identifiers.map((identifier) => pseudonyms.push(...spellingsOf(identifier).flatMap(chain))),
      );
      return standingIn(store, { tenant, pseudonyms, category, reason: "request" }).map((found) => {
        const standing = new Set(found.pseudonyms);
        let at = 0;
        const all = people.map((identifiers, person) =>
          identifiers.filter((_, index) => {
            const end = ends[person]?.[index] ?? at;
            let stands = false;
            for (; at < end; at += 1) stands ||= standing.has(pseudonyms[at] ?? "");
            return stands;
          }),
        );
        return { all, generation: found.generation };
      });
    }).map(({ all }) => all);

  /** Which of these people stand in the list: not the other member of a household, by its address alone. */
  const suppressed = (
    tenant: string,
    people: readonly (readonly Identifier[])[],
    category: Category | undefined,
  ): ResultAsync<readonly boolean[], StorageFailed | KeyDestroyed> =>
    standingOf(tenant, people, category).andThen((standing) => {
      const marksFor = (person: number, address: Identifier): Identifier[] =>
        (people[person] ?? []).filter(isSteady).map((number) => householdMark(address, number));
      const marks = standing.map((each, person) =>
        each.some(isSteady) ? [] : each.flatMap((address) => marksFor(person, address)),
      );
      if (marks.every(({ length }) => length === 0)) return okAsync(standing.map(({ length }) => length > 0));
      return standingOf(tenant, marks, category).map((marked) =>
        standing.map((each, person) =>
          each.some(
            (address) =>
              !marksFor(person, address).some((mark) => includesIdentifier(marked[person] ?? [], mark)),
          ),
        ),
      );
    });

  /** Whoever is put under a further key meanwhile is lifted under that. */
  const lift = (
    tenant: string,
    identifiers: readonly Identifier[],
    keys: readonly Uint8Array[],
    how: Pick<Parameters<SuppressionStore["lift"]>[0], "category" | "lifted">,
  ): ResultAsync<number, StorageFailed> => {
    const chain = pseudonymChain(keys);
    const named = identifiers.flatMap((identifier) =>
      chain(identifier).map((pseudonym) => ({ identifier, pseudonym })),
    );
    const pseudonyms = named.map(({ pseudonym }) => pseudonym);
    const numbers = numbersOf(
      named.map(({ identifier }) => identifier),
      pseudonyms,
    );
    return store
      .lift({ tenant, pseudonyms, numbers, ...how })
      .andThen((count) =>
        keysOf(tenant).andThen((now) =>
          now.length > keys.length
            ? lift(tenant, identifiers, now, how).map((others) => count + others)
            : okAsync<number, StorageFailed>(count),
        ),
      );
  };

  /** How many it were, and what caused those that cannot be read. */
  const renewAll = (tenant: string) =>
    keysOfList(services, store, tenant).andThen((keys) =>
      caught(async () => {
        const renewed = renewedPseudonym(keys);
        let count = 0;
        const damaged = new Set<string>();
        let cursor: string | undefined;
        do {
          const below = keys.length;
          const page = orThrow(await store.list({ tenant, below, cursor, limit: pageSize }));
          const all = page.suppressions.map((from) => ({
            from,
            to: renewed(from.pseudonym, from.generation),
            generation: keys.length,
          }));
          if (all.length > 0) orThrow(await store.rename(all));
          count += all.length;
          for (const each of page.damaged) damaged.add(each);
          cursor = page.cursor;
        } while (cursor !== undefined);
        return { count, damaged };
      }),
    );
  const renew = (tenant: string): ResultAsync<number, LookUpFailure | Damaged> =>
    renewAll(tenant).andThen(({ count, damaged }) =>
      caught(async () => {
        named(damaged);
        return count;
      }),
    );

  return {
    mayTakeIn: ({ actor, identifiers, category }) =>
      authorise(policy, actor, "look-up-suppressions")
        .andThen(() => suppressed(actor.tenant, [identifiers], category))
        .map(([found]) => found === false),

    async *filter({ actor, rows, identifiers, leftOut, category, batchSize = 5_000 }) {
      orThrow(await authorise(policy, actor, "look-up-suppressions"));
      const lookUp = (people: readonly (readonly Identifier[])[]) =>
        suppressed(actor.tenant, people, category);
      for await (const { rows: read, found } of lookedUpAhead(rows, batchSize, identifiers, lookUp)) {
        const left = orThrow(await found);
        for (const [index, { row, known }] of read.entries()) {
          if (known === null) leftOut(row, "unreadable");
          else if (left[index] === false) yield row;
          else leftOut(row, "suppressed");
        }
      }
    },

    lift: ({ actor, identifiers, reason, category }) =>
      authorise(policy, actor, "lift-suppression")
        .andThen(() => checkNamesNobody(reason, actor, identifiers))
        .andThen(() =>
          ResultAsync.combine([
            // A list that cannot be read must not look as if nobody stood in it.
            keysOfList(services, store, actor.tenant),
            recordedAs(services, actor),
          ]).andThen(([keys, by]) => {
            const named = identifiers.flatMap(spellingsOf);
            return lift(actor.tenant, named, keys, {
              category,
              lifted: { at: instant(clock.now()), by, reason },
            });
          }),
        ),

    rotate: ({ actor }) =>
      authorise(policy, actor, "keep-suppressions").andThen(({ tenant }) =>
        services.tenantKeys
          .suppressions(tenant)
          .andThen(() => keysOfList(services, store, tenant))
          .andThen(() => keyRing.rotate(suppressionKeyName(tenant)))
          .andThen(() => renew(tenant)),
      ),

    renew: ({ actor }) =>
      authorise(policy, actor, "keep-suppressions").andThen(({ tenant }) => renew(tenant)),

    async *copy({ actor }) {
      const { tenant } = orThrow(await authorise(policy, actor, "keep-suppressions"));
      const damaged = new Set<string>();
      let cursor: string | undefined;
      do {
        const page = orThrow(await store.list({ tenant, cursor, limit: pageSize }));
        // Read after the page: whoever has made a further key meanwhile has put no row under it before.
        const marks = keyMarks(orThrow(await keysOf(tenant)));
        yield* page.suppressions.map((each) => {
          const key = marks[each.generation - 1];
          return { ...each, ...(key !== undefined && { key }) };
        });
        for (const each of page.damaged) damaged.add(each);
        cursor = page.cursor;
      } while (cursor !== undefined);
      named(damaged);
    },

    restore: ({ actor, suppressions }) =>
      authorise(policy, actor, "keep-suppressions").andThen(({ tenant }) =>
        caught(async () => {
          // One person under two keys would be two in the list, and who was lifted under one would stand under the other.
          const { damaged } = orThrow(await renewAll(tenant));
          let count = 0;
          let unreadable = 0;
          for await (const batch of inBatches(suppressions, pageSize)) {
            // Read after the batch, as a copy of this moment may be under a key of this moment.
            const keys = orThrow(await keysOf(tenant));
            const renewed = renewedPseudonym(keys);
            const marks = keyMarks(keys);
            const own = orThrow(checkInput(z.array(copiedSchema), batch, "suppressions"));
            const stranger = own.findIndex((each) => each.tenant !== tenant);
            if (stranger !== -1) {
              throw new InvalidInput([{ path: `${count + stranger}.tenant`, message: "is another tenant" }]);
            }
            const readable = own.filter(({ generation, key }) => {
              const mark = marks[generation - 1];
              return mark !== undefined && (key === undefined || key === mark);
            });
            const newest = readable.map(({ key: _, ...each }) => ({
              ...each,
              pseudonym: renewed(each.pseudonym, each.generation),
              generation: keys.length,
            }));
            orThrow(await store.add(newest));
            count += own.length;
            unreadable += own.length - readable.length;
          }
          // In the list, they would make every question an error, and every erasure wait, until their key is there.
          if (unreadable > 0) throw new KeyDestroyed(suppressionKeyName(tenant), null, unreadable);
          named(damaged);
          return count;
        }),
      ),

    replay: (input) =>
      authorise(policy, input.actor, "erase-many").andThen(() =>
        replay({ services, suppressionStore: store, sweeps, stopping }, input),
      ),
  };
};

/** After all that can be read. @throws Damaged which names the causes of those that cannot, some of them */
const named = (damaged: ReadonlySet<string>): void => {
  if (damaged.size === 0) return;
  const some = [...damaged].slice(0, mostNamed);
  const others = damaged.size > some.length ? ` and of ${damaged.size - some.length} others` : "";
  throw new Damaged(`The suppression of ${some.join(", ")}${others}`);
};

const refuse = (): never => {
  throw new ConfigurationMistake("Suppressions need a `suppressionStore`; hand it to createSubjectRights.");
};

/** Every call is a mistake, at once. */
const nothingKept: Suppressions = {
  mayTakeIn: refuse,
  filter: refuse,
  lift: refuse,
  rotate: refuse,
  renew: refuse,
  copy: refuse,
  restore: refuse,
  replay: refuse,
};

const caught = <Value>(work: () => Promise<Value>): ResultAsync<Value, LookUpFailure | Damaged> =>
  ResultAsync.fromPromise(work(), (thrown) =>
    thrown instanceof InvalidInput ||
    thrown instanceof StorageFailed ||
    thrown instanceof KeyDestroyed ||
    thrown instanceof Damaged
      ? thrown
      : new StorageFailed("suppression-store", "add", { cause: thrown }),
  );
