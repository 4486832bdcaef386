import type { KeyDestroyed, StorageFailed } from "../errors.ts";
import { type Instant, instant, later, liesAhead } from "../instant.ts";
import { err, type Result } from "../result.ts";
import { addressesOfOthers } from "../runner/addresses-of-others.ts";
import { askWho, canFind } from "../runner/ask-who.ts";
import { pseudonymsOf } from "../runner/keys.ts";
import {
  type FoundIdentifier,
  type Identifier,
  includesIdentifier,
  isSteady,
} from "../subject/identifier.ts";
import { addressLeadsFor, mayHavePassedOn } from "../subject/identifying.ts";
import { isLeading, leading, sharedTypesOf, withShared } from "../subject/vouching.ts";
import { type Fate, problemOf } from "./fate.ts";
import { haveOtherNumbers } from "./other-numbers.ts";
import type { Candidate } from "./people.ts";
import type { SourceOutcomes, SweepProblem } from "./sweep.ts";
import type { SweepRun } from "./sweep-run.ts";

const invalidPerson: SweepProblem = { code: "invalid-person", source: null, retryable: false };
export const otherNumber: SweepProblem = { code: "other-number", source: null, retryable: false };

/** Who somebody is, as sources say it now. */
export interface Identified {
  readonly identifiers: readonly FoundIdentifier[];
  readonly shared: readonly Identifier[];
  /** Addresses of theirs that nobody vouches for any more, and those that a household has: the last of `shared`. */
  readonly uncertain: readonly Identifier[];
  /** Those that a household has. */
  readonly households: readonly Identifier[];
  /** Why it could not be found out; null where it could. */
  readonly problem: SweepProblem | null;
}

/**
 * Finds out who people are. An address is as good as the day on which the stream has named it: from a day after that they are
 * asked for by their numbers alone, and are known by the addresses that sources tell of these by then. Where no number of
 * theirs is known, nobody can say who has the address.
 */
const whoTheyAre = async (
  run: SweepRun,
  candidates: readonly Candidate[],
): Promise<readonly Identified[]> => {
  const { identifying: sources } = run.sources;
  const most = run.services.rules.identifiers;
  const now = instant(run.services.clock.now());
  const sharedTypes = sharedTypesOf(run.services.sources.of(run.tenant));
  const given = candidates.map(({ identifiers }) => withShared(identifiers ?? [], sharedTypes));
  const others = await ofOthers(run, candidates, given);
  // Nobody is there to decide whose such an address is: it leads to nobody.
  const named = given.map((each, index) => withoutLead(each, others?.[index]));
  const people = candidates.map((candidate, index) => {
    const { mark, found = [], knownSince, sharedSince, householdsSince, namedAt } = candidate;
    const asked = leading(named[index] ?? []);
    const beside = leading(withoutLead(withShared(found, sharedTypes), others?.[index]));
    const known = knownSince && leading(withoutLead(knownSince, others?.[index]));
    const isLong = namedAt !== undefined && mayHavePassedOn(namedAt, now);
    const all = [...asked, ...beside, ...(known ?? [])];
    const since = {
      ...(sharedSince !== undefined && { sharedSince }),
      ...(householdsSince !== undefined && { householdsSince }),
    };
    return isLong
      ? {
          mark,
          asked: asked.filter(isSteady),
          found: all.filter((each) => isSteady(each) && !includesIdentifier(asked, each)),
          ...since,
          addresses: all.filter((each) => !isSteady(each)),
        }
      : {
          mark,
          asked,
          found: beside,
          ...(known !== undefined && { knownSince: known }),
          ...since,
          addresses: [],
        };
  });
  const answers = await askWho({ sources, call: run.call, most, letsGo: true }, people);
  return candidates.map(({ knownSince, sharedSince = [], householdsSince = [] }, index): Identified => {
    const answer = answers[index];
    const { asked = [], found = [], addresses = [] } = people[index] ?? {};
    const isNobody = addresses.length > 0 && asked.length + found.length === 0;
    if (answer === undefined || answer.isErr()) {
      const known = knownSince ?? named[index] ?? [];
      return {
        identifiers: known.filter((each) => !includesIdentifier(householdsSince, each)),
        shared: [...sharedSince, ...householdsSince],
        uncertain: householdsSince,
        households: householdsSince,
        problem: answer === undefined ? null : problemOf(answer.error),
      };
    }
    const unvouched = (named[index] ?? []).filter((each) => !isLeading(each));
    const { identifiers, shared, households } = answer.value;
    const unsaid = addresses.filter(
      (each, at) => !includesIdentifier([...identifiers, ...shared, ...addresses.slice(0, at)], each),
    );
    // What is there by these may be hers, and may be his: nothing is erased by them, and it is told that something is there.
    const uncertain = [...unsaid, ...households];
    return {
      identifiers: [...identifiers, ...unvouched],
      shared: [...shared.filter((each) => !includesIdentifier(households, each)), ...uncertain],
      uncertain,
      households,
      problem: others === null ? cannotSay(run) : isNobody ? otherNumber : null,
    };
  });
};

/** Finds out what else people are known by, as a request does. */
export const identifyPeople = async (
  run: SweepRun,
  candidates: readonly Candidate[],
  before: (candidate: Candidate) => SourceOutcomes = () => ({}),
): Promise<Result<readonly Fate[], StorageFailed | KeyDestroyed>> => {
  const now = instant(run.services.clock.now());
  const found = await whoTheyAre(run, candidates);
  const known = candidates.map((candidate, index) => {
    const { identifiers = [], shared = [], uncertain = [], households = [] } = found[index] ?? {};
    const { problem = null } = found[index] ?? {};
    return {
      candidate,
      identifiers,
      shared,
      uncertain,
      households,
      problem: candidate.identifiers === null ? invalidPerson : problem,
    };
  });
  const isAnother = await haveOtherNumbers(
    run,
    known.map(({ identifiers }) => identifiers),
  );
  if (isAnother.isErr()) return err(isAnother.error);
  const all = known.flatMap(({ identifiers, shared }) => [...identifiers, ...shared]);
  const pseudonyms = await pseudonymsOf(run.services, run.tenant, all);
  return pseudonyms.map((texts) => {
    let taken = 0;
    return known.map(({ candidate, identifiers, shared, uncertain, households, problem }, index): Fate => {
      const [first, behind] = [taken, taken + identifiers.length];
      taken = behind + shared.length;
      return {
        mark: candidate.mark,
        given: candidate.given,
        identifiers,
        shared,
        uncertain,
        households,
        namedAt: namedBefore(candidate, now),
        askedAt: now,
        pseudonyms: texts.slice(first, behind),
        sharedPseudonyms: texts.slice(behind, taken),
        outcomes: {},
        before: before(candidate),
        problem: problem ?? (isAnother.value[index] === true ? otherNumber : missing(run, identifiers)),
        part: candidate.part,
      };
    });
  });
};

/** By a clock that was ahead it would be of today once more when that day comes: how long ago it was nobody can say. */
const namedBefore = ({ namedAt }: Candidate, now: Instant): Instant =>
  namedAt !== undefined && liesAhead(namedAt, now) ? later(now, -addressLeadsFor) : (namedAt ?? now);

/** The addresses of each that the list of users has for somebody else by now; null where it cannot be asked. */
const ofOthers = async (
  { services, tenant, sources: { identifying } }: SweepRun,
  candidates: readonly Candidate[],
  given: readonly (readonly FoundIdentifier[])[],
): Promise<readonly (readonly Identifier[])[] | null> => {
  if (!identifying.some(({ descriptor }) => descriptor.directory === true)) return [];
  const people = candidates.map(({ found = [], knownSince = [] }, index) =>
    [...(given[index] ?? []), ...found, ...knownSince].map(({ type, value }) => ({ type, value })),
  );
  return addressesOfOthers(services, tenant, people).catch(() => null);
};

const withoutLead = (
  known: readonly FoundIdentifier[],
  others: readonly Identifier[] = [],
): readonly FoundIdentifier[] =>
  known.map((each) => (includesIdentifier(others, each) ? { ...each, shared: true } : each));

const cannotSay = ({ sources: { identifying } }: SweepRun): SweepProblem => ({
  code: "unavailable",
  source: identifying.find(({ descriptor }) => descriptor.directory === true)?.descriptor.id ?? null,
  retryable: true,
});

/** A source that lacks the identifier it needs is never skipped in silence. */
const missing = ({ sources }: SweepRun, identifiers: readonly FoundIdentifier[]): SweepProblem | null => {
  const { origins, erasedAfter, refreshed, directory } = sources;
  const source = [...origins, ...erasedAfter, ...refreshed, ...(directory === null ? [] : [directory])].find(
    (each) => !canFind(each, leading(identifiers)),
  );
  return source === undefined
    ? null
    : { code: "identifier-missing", source: source.descriptor.id, retryable: false };
};
