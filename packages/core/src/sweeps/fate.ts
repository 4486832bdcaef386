import { asJson } from "../as-json.ts";
import type { AuditDraft } from "../audit/entry.ts";
import type { CallFailed } from "../errors.ts";
import type { Instant } from "../instant.ts";
import { systemActorId } from "../request/actor.ts";
import { datedAll, foundIn, leftBefore, notTold, withLeftBefore } from "../request/left-before.ts";
import type { LeftPackage } from "../request/left-packages.ts";
import { type CollectionOutcome, isStaying, mergeOutcomes } from "../request/outcomes.ts";
import { type Earlier, earlierAt } from "../runner/erased-before.ts";
import { type FoundIdentifier, type Identifier, includesIdentifier } from "../subject/identifier.ts";
import { numbersOf } from "../subject/numbers.ts";
import type { Known } from "./erase-at.ts";
import type { PartDraft, SweepChange } from "./journal.ts";
import type { KeptPart } from "./kept-person.ts";
import { stayedDraft } from "./stayed.ts";
import {
  type PersonOutcome,
  personOutcome,
  type SourceOutcomes,
  type Sweep,
  type SweepCounts,
  type SweepProblem,
  summaryOf,
  withRecords,
} from "./sweep.ts";

/** What has become of one person so far. */
export interface Fate extends Known {
  /** As the stream gave it, to be kept where the person is left behind. */
  readonly given: unknown;
  readonly identifiers: readonly FoundIdentifier[];
  /** Addresses among `shared` that were the person's, and that nobody has vouched for since: they are only looked at by them. */
  readonly uncertain?: readonly Identifier[] | undefined;
  /** Those of them that a household has: so it stays. Left out: none. */
  readonly households?: readonly Identifier[] | undefined;
  /** When the stream has named them. */
  readonly namedAt?: Instant | undefined;
  /** When everybody was asked who they are. */
  readonly askedAt?: Instant | undefined;
  /** One for each identifier; the first stands for the person in the audit. */
  readonly pseudonyms: readonly string[];
  /** Of each in `shared`: a hold is met by these too. */
  readonly sharedPseudonyms: readonly string[];
  /** What was done in this try. */
  readonly outcomes: SourceOutcomes;
  /** What earlier tries did, before they left the person behind. */
  readonly before: SourceOutcomes;
  readonly problem: SweepProblem | null;
  /** What became of export packages that were made of them before. Left out: not looked yet. */
  readonly packages?: readonly LeftPackage[];
  /** Earlier erasures of them that have left something. Left out: not looked yet. */
  readonly earlier?: readonly Earlier[];
  /** The part that kept the person until now. */
  readonly part: KeptPart | null;
  /** Another part says what stays of them by earlier tries. Left out: as `part` has it. */
  readonly stayed?: boolean | undefined;
  /** The sweep has come to them before, and has counted them and what stays of them. Left out: no. */
  readonly again?: boolean | undefined;
}

/** The pseudonym that stands for the person in the audit. */
const pseudonymOf = ({ pseudonyms, sharedPseudonyms, uncertain = [] }: Fate): string | null =>
  pseudonyms[0] ?? sharedPseudonyms[sharedPseudonyms.length - uncertain.length] ?? null;

/** The pseudonyms of what only this person goes by. */
export const ownNames = ({ pseudonyms, identifiers }: Fate): string[] =>
  pseudonyms.filter((_, index) => identifiers[index]?.shared !== true);

export const problemOf = (error: CallFailed): SweepProblem => ({
  code: error.problem,
  source: error.adapter,
  retryable: error.retryable,
});

export const withOutcome = (fate: Fate, source: string, outcomes: readonly CollectionOutcome[]): Fate => ({
  ...fate,
  outcomes: { ...fate.outcomes, [source]: mergeOutcomes(fate.outcomes[source] ?? [], outcomes) },
});

const isDone = (each: CollectionOutcome): boolean => !isStaying(each);

/**
 * Earlier tries and this one; what is retained is what the newest says. So is what is kept, where it speaks of that: a
 * source may find nothing that leads there any more.
 */
export const altogether = ({ before, outcomes }: Fate): SourceOutcomes => {
  const sources = new Set([...Object.keys(before), ...Object.keys(outcomes)]);
  return Object.fromEntries(
    [...sources].map((source) => {
      const [earlier = [], now] = [before[source], outcomes[source]];
      if (now === undefined) return [source, earlier];
      const isSaid = ({ collection }: CollectionOutcome) =>
        now.some((each) => each.collection === collection && each.outcome === "kept");
      const lasting = earlier.filter((each) => isDone(each) || (each.outcome === "kept" && !isSaid(each)));
      return [source, [...lasting, ...now]];
    }),
  );
};

/** What was done in this try, and what stays since an earlier one. */
const withKeptBefore = (fate: Fate): SourceOutcomes =>
  Object.fromEntries(
    Object.entries(altogether(fate)).map(([source, all]) => [
      source,
      [
        ...(fate.outcomes[source] ?? []).filter(({ outcome }) => outcome !== "kept"),
        ...all.filter(({ outcome }) => outcome === "kept"),
      ],
    ]),
  );

const eachSource = (
  sources: SourceOutcomes,
  change: (outcomes: readonly CollectionOutcome[], source: string) => readonly CollectionOutcome[],
): SourceOutcomes =>
  Object.fromEntries(Object.entries(sources).map(([source, each]) => [source, change(each, source)]));

/** What earlier erasures left where this one has looked, and it has not said itself. */
const leftEarlier = (
  { earlier = [], identifiers, pseudonyms }: Fate,
  all: SourceOutcomes,
  at: Instant,
): SourceOutcomes =>
  eachSource(all, (outcomes, source) => {
    const numbers = numbersOf(identifiers, pseudonyms);
    const now = {
      names: pseudonyms,
      numbers,
      found: foundIn(outcomes),
      today: at.slice(0, 10),
      confirmedAt: at,
    };
    return notTold(leftBefore(earlierAt(earlier, source), now), outcomes);
  });

/** Who is erased in the origins, as it is kept until the copies are refreshed, and the list of users is asked. */
export interface WaitingPerson {
  readonly mark: string;
  readonly given: unknown;
  readonly identifiers: readonly FoundIdentifier[];
  /** Left out: nothing. */
  readonly shared?: readonly Identifier[];
  /** Left out: nothing. */
  readonly uncertain?: readonly Identifier[] | undefined;
  /** Left out: one of an earlier version, which has not kept it. */
  readonly households?: readonly Identifier[] | undefined;
  /** Left out, and `askedAt`: one of an earlier version, which has not kept it. */
  readonly namedAt?: Instant | undefined;
  readonly askedAt?: Instant | undefined;
  readonly pseudonyms: readonly string[];
  /** Left out: none. */
  readonly sharedPseudonyms?: readonly string[];
  readonly outcomes: SourceOutcomes;
  /** Whether a part of its own says what stays of them. Left out: none does. */
  readonly stayed?: boolean | undefined;
  /** Left out: not that. */
  readonly again?: boolean | undefined;
}

interface Landed {
  readonly fates: readonly Fate[];
  readonly at: Instant;
  /** Where copies are to follow, or the list of users is to be asked, nobody is done yet. */
  readonly moreFollows: boolean;
  /** What these people were counted as until now. */
  readonly countedAs: "nothing" | "leftBehind" | "waiting";
}

/** What has become of a person by now, and what earlier erasures left of them. */
export const toldOf = (fate: Fate, at: Instant): SourceOutcomes => {
  const all = altogether(fate);
  const left = leftEarlier(fate, all, at);
  return eachSource(all, (each, source) => withLeftBefore(each, left[source] ?? []));
};

/** What is stored of what became of some people: counts, records, the audit, and who is left behind. */
export const fatesChange = (
  sweep: Sweep,
  { fates, at, moreFollows, countedAs }: Landed,
): Pick<SweepChange, "entries" | "add" | "remove"> & { readonly sweep: Sweep } => {
  const counts: Record<keyof SweepCounts, number> = { ...sweep.counts };
  if (countedAs !== "nothing") counts[countedAs] -= fates.length;
  const add: PartDraft[] = [];
  const waiting: Fate[] = [];
  const entries: AuditDraft[] = [];
  const alsoLeft: SourceOutcomes[] = [];
  for (const fate of fates) {
    const all = altogether(fate);
    const lasting = eachSource(all, (each) => datedAll(each, at));
    const left = leftEarlier(fate, all, at);
    const told = toldOf(fate, at);
    const shown = fate.again === true ? eachSource(told, (each) => each.filter(isDone)) : told;
    const outcome = personOutcome(shown);
    const said = fate.stayed ?? fate.part?.info["stayed"] === true;
    const numbers = numbersOf(fate.identifiers, fate.pseudonyms);
    const stays = stayedDraft(
      sweep,
      {
        ...fate,
        names: ownNames(fate),
        numbers,
        said,
        answers: (fate.earlier ?? []).length > 0,
        counted: fate.problem === null,
      },
      lasting,
      at,
    );
    const stayed = said || stays.length > 0;
    add.push(...stays);
    if (fate.problem !== null) {
      counts.leftBehind += 1;
      add.push(leftBehind({ ...fate, stayed }, fate.problem, lasting));
    } else if (moreFollows) {
      counts.waiting += 1;
      waiting.push({ ...fate, stayed });
    } else {
      counts[fate.again === true ? "absent" : outcome] += 1;
      if (fate.again !== true) alsoLeft.push(left);
    }
    entries.push(entryOf(fate, outcome, shown, at, moreFollows));
  }
  add.push(...waitingDraft(waiting, at));
  // Of who is left behind, what stays is counted when that is settled.
  const records = fates.map((fate) => {
    const { outcomes, problem, again = false } = fate;
    if (problem === null && !again) return countedAs === "leftBehind" ? withKeptBefore(fate) : outcomes;
    return Object.fromEntries(
      Object.entries(outcomes).map(([source, each]) => [source, each.filter(isDone)]),
    );
  });
  return {
    sweep: { ...sweep, counts, records: withRecords(sweep.records, [...records, ...alsoLeft]) },
    entries,
    add,
    remove: fates.flatMap(({ part }) => part?.number ?? []),
  };
};

/** What is kept of those who wait for copies; nothing where nobody does. */
export const waitingDraft = (fates: readonly Fate[], at: Instant): readonly PartDraft[] => {
  const personal = fates.map((fate): WaitingPerson => {
    const { mark, given, identifiers, shared, pseudonyms, sharedPseudonyms, stayed, again } = fate;
    const { uncertain, households = [], namedAt, askedAt } = fate;
    const outcomes = eachSource(altogether(fate), (each) => datedAll(each, at));
    const addresses = { uncertain, households, namedAt, askedAt };
    const names = { identifiers, shared, ...addresses, pseudonyms, sharedPseudonyms };
    return { mark, given, ...names, outcomes, stayed, again };
  });
  return personal.length === 0 ? [] : [{ kind: "waiting", info: { people: personal.length }, personal }];
};

const leftBehind = (
  fate: Fate,
  { code, source, retryable, hold }: SweepProblem,
  all: SourceOutcomes,
): PartDraft => ({
  kind: "left-behind",
  info: {
    pseudonym: pseudonymOf(fate),
    code,
    source,
    retryable,
    ...(hold === undefined ? {} : { hold }),
    ...(fate.stayed === true && { stayed: true }),
    outcomes: asJson(all),
  },
  personal: keptOf(fate),
});

/** What is kept of one person, encrypted. */
export const keptOf = (fate: Fate) => {
  const { mark, given, identifiers, shared, uncertain = [], households = [], namedAt } = fate;
  return {
    mark,
    given,
    identifiers: [...identifiers, ...uncertain],
    shared: shared.filter((each) => !includesIdentifier(uncertain, each)),
    households,
    namedAt,
  };
};

const entryOf = (
  fate: Fate,
  outcome: PersonOutcome,
  all: SourceOutcomes,
  at: Instant,
  moreFollows: boolean,
): AuditDraft => {
  const { records, kept, until } = summaryOf(all);
  const pseudonym = pseudonymOf(fate);
  if (fate.problem !== null) {
    const { code, source, hold } = fate.problem;
    return {
      at,
      actor: systemActorId,
      action: "person-left-behind",
      source,
      detail: { pseudonym, problem: code, ...(hold === undefined ? {} : { hold }), records },
    };
  }
  return {
    at,
    actor: systemActorId,
    action: `person-${outcome}${moreFollows ? "-in-origins" : ""}`,
    source: null,
    detail: {
      pseudonym,
      records,
      ...(kept > 0 && { kept }),
      ...(outcome === "retained" && { kept, until }),
      ...packagesOf(fate),
    },
  };
};

/** How many earlier packages are left to the person alone, and how many ended with the erasure; nothing where there are none. */
const packagesOf = ({ packages = [] }: Fate): AuditDraft["detail"] => {
  const ended = packages.filter((each) => each.ended).length;
  return packages.length === 0 ? {} : { packagesLeft: packages.length - ended, packagesEnded: ended };
};
