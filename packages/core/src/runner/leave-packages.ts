import { ChangedMeanwhile, StorageFailed } from "../errors.ts";
import { type Instant, instant } from "../instant.ts";
import type { StoredRequest } from "../ports/request-store.ts";
import { type Category, categoriesReached } from "../request/kinds.ts";
import { fetchesLeft, isUsedUp, type LeftPackage } from "../request/left-packages.ts";
import { type ExportPackage, packagesIn } from "../request/request.ts";
import type { Rules } from "../request/rules.ts";
import { orThrow } from "../result.ts";
import { mayBeTwo, type Numbers } from "../subject/numbers.ts";
import { apply } from "./apply.ts";
import { confirmedAt } from "./erased-before.ts";
import { holdsOn } from "./holds.ts";
import { fromStored } from "./record.ts";
import type { Services } from "./services.ts";

/** What erases people: a request, or a sweep. */
interface Erasing {
  readonly tenant: string;
  readonly id: string;
  readonly category: Category;
}

/** Whose packages are looked for: by pseudonyms, and by those of them that say who somebody is. */
interface Erased {
  readonly names: readonly string[];
  readonly numbers: Numbers;
  /** When their addresses were confirmed. */
  readonly at: Instant;
}

/** Of whom there is a package that an erasure has to do with, in order. @throws StorageFailed */
export const havePackages = async (
  services: Pick<Services, "requestStore">,
  erasing: Erasing,
  people: readonly (readonly string[])[],
): Promise<readonly boolean[]> => {
  const about = await packagesAbout(services, erasing, people);
  return people.map((names) => about.some((stored) => names.some((name) => stored.about.includes(name))));
};

const packagesAbout = async (
  { requestStore }: Pick<Services, "requestStore">,
  { tenant, category }: Erasing,
  people: readonly (readonly string[])[],
): Promise<readonly StoredRequest[]> => {
  const pseudonyms = [...new Set(people.flat())];
  if (pseudonyms.length === 0) return [];
  const reached = categoriesReached("erasure", category);
  const found = orThrow(await requestStore.findAbout({ tenant, pseudonyms }));
  return found.filter((each) => reached.includes(each.category));
};

/**
 * Sees to it that nobody but the person can fetch an export package of what is being erased, before the erasure says that
 * it is done. Safe to do twice: a package remembers which erasure left it. One that a hold stands on is never deleted.
 * That of whoever had the address before, and may be somebody else, is nobody's here.
 *
 * @returns what became of the packages of each, in order
 * @throws StorageFailed, ChangedMeanwhile
 */
export const leavePackages = async (
  services: Services,
  erasing: Erasing,
  people: readonly Erased[],
): Promise<readonly (readonly LeftPackage[])[]> => {
  const none = people.map((): LeftPackage[] => []);
  const names = people.map((each) => each.names);
  const about = await packagesAbout(services, erasing, names);
  const endsAnyway = services.packagesEndWithErasure && about.length > 0;
  const holds = endsAnyway ? orThrow(await holdsOn(services, erasing.tenant, names)) : [];
  for (const stored of about) {
    const known = knownIn(stored);
    const theirs = people.flatMap((each, index) =>
      each.names.some((name) => stored.about.includes(name)) && !(known !== null && mayBeTwo(known, each))
        ? [index]
        : [],
    );
    if (theirs.length === 0) continue;
    const ends = endsAnyway && theirs.every((index) => (holds[index] ?? null) === null);
    const left = await leave(services, erasing.id, stored, ends);
    for (const index of theirs) none[index]?.push(...left);
  }
  return none;
};

/** Nobody is told apart by what cannot be read, or was stored before this was kept. */
const knownIn = (stored: StoredRequest) =>
  fromStored(stored)
    .map((request) => ({ numbers: request.numbers, at: confirmedAt(request) }))
    .unwrapOr(null);

/** Nothing where nobody can fetch any of them any more, by an earlier erasure or by itself. */
const leave = async (
  services: Services,
  by: string,
  stored: StoredRequest,
  ends: boolean,
): Promise<readonly LeftPackage[]> => {
  const read = fromStored(stored);
  // Whoever wanted to fetch what cannot be read could not either.
  const held = read.isOk() ? read.value.package : null;
  if (held === null) return [];
  const packages = packagesIn({ package: held });
  const { rules } = services;
  const at = instant(services.clock.now());
  if (held.left?.by === by) return leftOf(held, rules, at);
  const isOver = at >= held.expiresAt || stored.sealed === null;
  if (isOver) return [];
  if (held.left !== undefined && !ends && !isUsedUp(packages, rules)) return leftOf(held, rules, at);
  const others = { ...services, requestStore: services.otherRequests };
  const applied = await apply(others, stored, { type: "person-erased", by, ends });
  if (applied.isOk()) return leftOf(applied.value.request.package, rules, at);
  const { error } = applied;
  if (error instanceof StorageFailed || error instanceof ChangedMeanwhile) throw error;
  // It has expired meanwhile, or nobody can open it.
  return [];
};

/** Each that can still be fetched, by the link of its own that was sent with it; of those that ended, one for all. */
const leftOf = (held: ExportPackage | null, rules: Rules, at: Instant): readonly LeftPackage[] => {
  const { left } = held ?? {};
  if (held === null || left === undefined) return [];
  const { until, ended } = left;
  if (ended) return [{ until, ended }];
  return packagesIn({ package: held }).flatMap((each): LeftPackage[] => {
    const downloads = fetchesLeft(each, rules);
    const isThere = each.tokenHash !== null && downloads !== 0 && at < each.expiresAt;
    const last = each === held ? until : each.expiresAt;
    return isThere ? [{ until: last, ended, ...(downloads !== null && { downloads }) }] : [];
  });
};
