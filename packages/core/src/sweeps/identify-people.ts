import type { KeyDestroyed, StorageFailed } from "../errors.ts";
import { err, type Result } from "../result.ts";
import { addressesOfOthers } from "../runner/addresses-of-others.ts";
import { askWho, canFind } from "../runner/ask-who.ts";
import { pseudonymsOf } from "../runner/keys.ts";
import { type FoundIdentifier, type Identifier, includesIdentifier } from "../subject/identifier.ts";
import { isLeading, leading, sharedTypesOf, withShared } from "../subject/vouching.ts";
import { type Fate, problemOf } from "./fate.ts";
import { haveOtherNumbers } from "./other-numbers.ts";
import type { Candidate } from "./people.ts";
import type { SourceOutcomes, SweepProblem } from "./sweep.ts";
import type { SweepRun } from "./sweep-run.ts";

const invalidPerson: SweepProblem = { code: "invalid-person", source: null, retryable: false };
const otherNumber: SweepProblem = { code: "other-number", source: null, retryable: false };

/** Finds out what else people are known by, as a request does. */
export const identifyPeople = async (
  run: SweepRun,
  candidates: readonly Candidate[],
  before: (candidate: Candidate) => SourceOutcomes = () => ({}),
): Promise<Result<readonly Fate[], StorageFailed | KeyDestroyed>> => {
  const { identifying: sources } = run.sources;
  const most = run.services.rules.identifiers;
  const sharedTypes = sharedTypesOf(run.services.sources.of(run.tenant));
  const given = candidates.map(({ identifiers }) => withShared(identifiers ?? [], sharedTypes));
  const others = await ofOthers(run, candidates, given);
  // Nobody is there to decide whose such an address is: it leads to nobody.
  const named = given.map((each, index) => withoutLead(each, others?.[index]));
  const people = candidates.map(({ mark, found = [], knownSince, sharedSince }, index) => ({
    mark,
    asked: leading(named[index] ?? []),
    found: leading(withoutLead(withShared(found, sharedTypes), others?.[index])),
    ...(knownSince !== undefined && { knownSince: leading(withoutLead(knownSince, others?.[index])) }),
    ...(sharedSince !== undefined && { sharedSince }),
  }));
  const answers = await askWho({ sources, call: run.call, most, letsGo: true }, people);
  const known = candidates.map((candidate, index) => {
    const answer = answers[index];
    const unvouched = (named[index] ?? []).filter((each) => !isLeading(each));
    const { identifiers, shared } = answer?.isOk()
      ? { ...answer.value, identifiers: [...answer.value.identifiers, ...unvouched] }
      : { identifiers: candidate.knownSince ?? named[index] ?? [], shared: candidate.sharedSince ?? [] };
    const failed = answer?.isErr() ? problemOf(answer.error) : others === null ? cannotSay(run) : null;
    return {
      candidate,
      identifiers,
      shared,
      problem: candidate.identifiers === null ? invalidPerson : failed,
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
    return known.map(({ candidate, identifiers, shared, problem }, index): Fate => {
      const [first, behind] = [taken, taken + identifiers.length];
      taken = behind + shared.length;
      return {
        mark: candidate.mark,
        given: candidate.given,
        identifiers,
        shared,
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
