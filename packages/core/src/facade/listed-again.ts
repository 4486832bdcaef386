import type { Call } from "../bridge/call.ts";
import type { DataSource } from "../bridge/define-data-source.ts";
import type { SuppressionStore } from "../bridge/define-suppression-store.ts";
import type { ListedPeople } from "../bridge/listed-people.ts";
import { newId } from "../crypto.ts";
import type { CallFailed } from "../errors.ts";
import type { Instant } from "../instant.ts";
import { type Category, categoriesReached } from "../request/kinds.ts";
import { type CollectionCount, totalCount } from "../request/outcomes.ts";
import { err, ok, orThrow, type Result } from "../result.ts";
import { canFind } from "../runner/ask-who.ts";
import type { Services } from "../runner/services.ts";
import { lookIntoList, standingIn } from "../runner/suppressing.ts";
import { type PseudonymChain, pseudonymChain } from "../runner/suppression-keys.ts";
import { markFor } from "../runner/suppression-marks.ts";
import { type Identifier, isSteady, normaliseIdentifier } from "../subject/identifier.ts";
import { subjectOf } from "../subject/subject.ts";
import type { SweptPerson } from "../sweeps/people.ts";

export interface ListingContext {
  readonly services: Services;
  readonly suppressionStore: SuppressionStore;
  readonly stopping: AbortSignal;
}

/** Whose erasures a replay is about. */
export interface AskedFor {
  readonly tenant: string;
  readonly since: Instant;
  readonly category: Category;
}

const callOf = (
  { services, stopping }: ListingContext,
  tenant: string,
  categories: readonly Category[],
  source: DataSource,
  question: string,
): Call => {
  const requestId = `replay-${newId(services.randomness)}`;
  return {
    tenant,
    requestId,
    categories,
    idempotencyKey: `${requestId}/${source.descriptor.id}/${question}`,
    signal: stopping,
    clock: services.clock,
    deadline: services.callDeadline,
  };
};

/** Everybody whom a source holds, page by page; at the end why it cannot say so any further. Nobody where it cannot list. */
export async function* listedIn(
  context: ListingContext,
  { tenant, category }: AskedFor,
  source: DataSource,
): AsyncGenerator<Result<ListedPeople, CallFailed>, void, undefined> {
  const categories = categoriesReached("erasure", category);
  const pages = source.identifiers?.(callOf(context, tenant, categories, source, "identifiers"));
  if (pages === undefined) return;
  try {
    for (;;) {
      const page = await pages.next();
      if (page.isErr()) {
        yield err(page.error);
        return;
      }
      if (page.value === null) return;
      yield ok(page.value);
    }
  } finally {
    await pages.close();
  }
}

/** What a source finds of somebody; null where it cannot say. */
export const countedAt = async (
  context: ListingContext,
  { tenant }: AskedFor,
  source: DataSource,
  identifiers: readonly Identifier[],
  categories: readonly Category[],
): Promise<readonly CollectionCount[] | null> => {
  const count = source.locate ?? source.remaining;
  if (count === null || !canFind(source, identifiers)) return null;
  const counted = await count(subjectOf(identifiers), callOf(context, tenant, categories, source, "locate"));
  return counted.isOk() ? counted.value : null;
};

/** Whether somebody who is listed was erased by an address: an erasure leaves none, as it may leave a number in an anonymous row. */
export const isByAddress = ({ identifiers }: SweptPerson): boolean =>
  identifiers.some((each) => !isSteady(each));

/**
 * Of those who were erased, and whom a source lists by an address, those of whom it finds nothing by all that it has listed, in
 * whatever category: its row holds the address otherwise than the source looks for it. What it calls nothing is no sign that
 * they are gone.
 */
export const foundByNothing = async (
  context: ListingContext,
  asked: AskedFor,
  source: DataSource,
  erased: readonly SweptPerson[],
): Promise<SweptPerson[]> => {
  const categories = [...categoriesReached("erasure", asked.category), ...source.descriptor.holds];
  const lost: SweptPerson[] = [];
  for (const person of erased.filter(isByAddress)) {
    const all = [...person.identifiers, ...(person.found ?? [])];
    const counted = await countedAt(context, asked, source, all, categories);
    if (counted === null || totalCount(counted) === 0) lost.push(person);
  }
  return lost;
};

/** Of those who were erased, whose rest was called off since: nobody says whether what they have here is that. */
export const apart = async (
  { services, suppressionStore }: ListingContext,
  { tenant, since, category }: AskedFor,
  people: readonly SweptPerson[],
): Promise<{ readonly erased: readonly SweptPerson[]; readonly calledOff: readonly SweptPerson[] }> => {
  if (people.length === 0) return { erased: [], calledOff: [] };
  const { marked } = orThrow(
    await lookIntoList(services, tenant, (keys) => {
      const chain = pseudonymChain(keys);
      const marks = people.map(({ identifiers }) => identifiers.flatMap((each) => chain(markFor(each))));
      return standingIn(suppressionStore, { tenant, pseudonyms: marks.flat(), category, since }).map(
        (found) => {
          const standing = new Set(found.pseudonyms);
          return {
            marked: new Set(people.filter((_, index) => marks[index]?.some((each) => standing.has(each)))),
            generation: found.generation,
          };
        },
      );
    }),
  );
  return {
    erased: people.filter((each) => !marked.has(each)),
    calledOff: people.filter((each) => marked.has(each)),
  };
};

/** The bound of a person in a sweep. */
const mostIdentifiers = 20;

/** Those of a page who were erased, by what of them stands in the list, and by what else one record holds of them. */
export const erasedAmong = async (
  { services, suppressionStore }: ListingContext,
  { tenant, since, category }: AskedFor,
  { people }: ListedPeople,
): Promise<SweptPerson[]> => {
  const { erased } = orThrow(
    await lookIntoList(services, tenant, (keys) => {
      const chain: PseudonymChain = pseudonymChain(keys);
      const listed = people.map((found) => {
        // An identifier that others share says nothing about whose it is.
        const identifiers = found.filter(({ shared }) => shared !== true).map(normaliseIdentifier);
        return { identifiers, pseudonyms: identifiers.map(chain) };
      });
      const pseudonyms = listed.flatMap((each) => each.pseudonyms.flat());
      return standingIn(suppressionStore, { tenant, pseudonyms, category, since }).map((found) => {
        const standing = new Set(found.pseudonyms);
        return {
          erased: listed.flatMap((each) => standingOf(each, standing)),
          generation: found.generation,
        };
      });
    }),
  );
  return erased;
};

const standingOf = (
  {
    identifiers,
    pseudonyms,
  }: {
    readonly identifiers: readonly Identifier[];
    /** Of each identifier. */
    readonly pseudonyms: readonly (readonly string[])[];
  },
  standing: ReadonlySet<string>,
): SweptPerson[] => {
  const isSuppressed = (index: number) => pseudonyms[index]?.some((each) => standing.has(each)) === true;
  const hits = identifiers.filter((_, index) => isSuppressed(index));
  if (hits.length === 0) return [];
  const others = identifiers.filter((_, index) => !isSuppressed(index));
  // Only those are known to be theirs: another source may call the others shared.
  const found = others.slice(0, mostIdentifiers);
  return [{ identifiers: hits.slice(0, mostIdentifiers), ...(found.length > 0 && { found }) }];
};
