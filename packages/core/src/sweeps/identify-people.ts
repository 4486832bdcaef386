import type { KeyDestroyed, StorageFailed } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { pseudonymsOf } from "../runner/keys.ts";
import { type Identifier, normaliseIdentifier, sameIdentifier } from "../subject/identifier.ts";
import { subjectOf } from "../subject/subject.ts";
import { bounded } from "./bounded.ts";
import { canFind } from "./erase-at.ts";
import { type Fate, problemOf } from "./fate.ts";
import type { Candidate } from "./people.ts";
import type { SourceOutcomes, SweepProblem } from "./sweep.ts";
import type { SweepRun } from "./sweep-run.ts";

/** How many people sources are asked about at the same moment. */
const atOnce = 8;

/**
 * Finds out what else people are known by, in rounds until nothing new turns up. An identifier that others may
 * share is not followed: nobody is there to decide whose it is.
 */
export const identifyPeople = async (
  run: SweepRun,
  candidates: readonly Candidate[],
  before: (candidate: Candidate) => SourceOutcomes = () => ({}),
): Promise<Result<readonly Fate[], StorageFailed | KeyDestroyed>> => {
  const found = new Map<Candidate, Result<readonly Identifier[], SweepProblem>>();
  await bounded(candidates, atOnce, async (candidate) => {
    found.set(candidate, await identifiersOf(run, candidate));
  });
  const known = candidates.map((candidate) => {
    const answer = found.get(candidate);
    const identifiers = answer?.isOk() ? answer.value : (candidate.identifiers ?? []);
    return { candidate, identifiers, problem: answer?.isErr() ? answer.error : null };
  });
  const all = known.flatMap(({ identifiers }) => identifiers);
  const pseudonyms = await pseudonymsOf(run.services, run.tenant, all);
  return pseudonyms.map((texts) => {
    let taken = 0;
    return known.map(({ candidate, identifiers, problem }): Fate => {
      taken += identifiers.length;
      return {
        mark: candidate.mark,
        given: candidate.given,
        identifiers,
        pseudonyms: texts.slice(taken - identifiers.length, taken),
        outcomes: {},
        before: before(candidate),
        problem: problem ?? missing(run, identifiers),
        part: candidate.part,
      };
    });
  });
};

const identifiersOf = async (
  run: SweepRun,
  { mark, identifiers }: Candidate,
): Promise<Result<readonly Identifier[], SweepProblem>> => {
  if (identifiers === null) return err({ code: "invalid-person", source: null, retryable: false });
  const known = [...identifiers];
  for (let asked = -1; asked !== known.length; ) {
    asked = known.length;
    for (const source of run.sources.identifying) {
      const { id } = source.descriptor;
      if (source.identify === null || !canFind(source, known)) continue;
      const idempotencyKey = [run.id, id, "identify", mark, known.length].join("/");
      const answer = await source.identify(subjectOf(known), { ...run.call, idempotencyKey });
      if (answer.isErr()) return err(problemOf(answer.error));
      for (const { shared, ...each } of answer.value) {
        const identifier = normaliseIdentifier(each);
        if (shared !== true && !known.some((other) => sameIdentifier(other, identifier))) {
          known.push(identifier);
        }
      }
      if (known.length > run.services.rules.identifiers) {
        return err({ code: "too-many-identifiers", source: id, retryable: false });
      }
    }
  }
  return ok(known);
};

/** A source that lacks the identifier it needs is never skipped in silence. */
const missing = ({ sources }: SweepRun, identifiers: readonly Identifier[]): SweepProblem | null => {
  const source = [...sources.origins, ...sources.erasedAfter, ...sources.refreshed].find(
    (each) => !canFind(each, identifiers),
  );
  return source === undefined
    ? null
    : { code: "identifier-missing", source: source.descriptor.id, retryable: false };
};
