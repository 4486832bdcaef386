import { type Call, invalidAnswer, Refused } from "../bridge/call.ts";
import type { DataSource } from "../bridge/define-data-source.ts";
import { sha256 } from "../crypto.ts";
import { CallFailed } from "../errors.ts";
import { instant, later } from "../instant.ts";
import { beyondStaying, type CollectionCount, type CollectionOutcome, unkept } from "../request/outcomes.ts";
import { err, errAsync, ok, type Result } from "../result.ts";
import { canFind } from "../runner/ask-who.ts";
import { bounded } from "../runner/bounded.ts";
import { type FoundIdentifier, type Identifier, includesIdentifier } from "../subject/identifier.ts";
import { identifiedSubject, type Subject } from "../subject/subject.ts";
import { leading } from "../subject/vouching.ts";
import type { Guard, Holdable, NotNow } from "./guard.ts";

/** A person, as sources are asked about them. */
export interface Known extends Holdable {
  readonly identifiers: readonly FoundIdentifier[];
  /** What others may go by too, as some source says. */
  readonly shared: readonly Identifier[];
  /** Those of them that were the person's own. Left out: none. */
  readonly uncertain?: readonly Identifier[] | undefined;
}

/** What calls to a source are made with. */
export interface AtSource {
  readonly source: DataSource;
  /** Without the key of the effect, which depends on who it is for. */
  readonly call: Omit<Call, "idempotencyKey">;
  /** How many are worked on at once, where the source cannot do several. One, inside a transaction. */
  readonly atOnce: number;
  /** Passed right before anybody is erased. */
  readonly guard: Guard;
}

type Effect = "erase" | "check" | "verify" | "verify-uncertain" | "locate-uncertain" | "verify-held";

type Outcomes = readonly CollectionOutcome[];

/** What a source said it did, for each person in turn. */
export interface ErasedAt {
  readonly outcomes: readonly Outcomes[];
  /** What came of asking it afterwards, where somebody among them may not be erased; null where all are. */
  readonly failure: CallFailed | null;
}

/**
 * Erases people at one source and asks it afterwards: where it answers an error, it has told of nothing that it did.
 * `HeldBack` where holds stand on some of them: these were not touched.
 */
export const eraseAt = async (
  at: AtSource,
  people: readonly Known[],
): Promise<Result<ErasedAt, CallFailed | NotNow>> => {
  const { source } = at;
  const { eraseMany } = source;
  const passed = (some: readonly Known[]) => at.guard(some, at.call.transaction);
  const erased =
    eraseMany === null
      ? await each(at, "erase", people, async (subject, call, person) =>
          (await passed([person])).asyncAndThen(
            () => source.erase?.(subject, call) ?? errAsync(unable(source)),
          ),
        )
      : await (await passed(people)).asyncAndThen(() =>
          eraseMany(subjectsOf(at, "erase", people), callFor(at, "erase", people)),
        );
  if (erased.isErr()) return err(erased.error);
  // A duty to keep something that has ended keeps nothing. A day is allowed for, because days have time zones.
  const yesterday = later(instant(at.call.clock.now()), -24 * 3_600 * 1_000).slice(0, 10);
  const isOver = erased.value.flat().some((one) => one.outcome === "retained" && one.until < yesterday);
  if (isOver) {
    const why = new Refused("something is retained until a day that is over");
    return err(invalidAnswer(source.descriptor.id, why));
  }
  const checked = await checkAt(at, people, (index) => erased.value[index] ?? []);
  return ok({ outcomes: erased.value, failure: checked.isErr() ? checked.error : null });
};

/**
 * Asks a source whether it still holds people, and takes nobody's word for it: `still-present` where more is left
 * than was said to be retained. A source without a way to answer says nothing here.
 *
 * @param outcomes what may stay of each person, by what is found, and by whether that was by all their names
 * @param effect `verify` for the last look, when all sources have done their work
 */
export const checkAt = async (
  at: AtSource,
  people: readonly Known[],
  outcomes: (index: number, found: readonly CollectionCount[], isByAll: boolean) => Outcomes,
  effect: "check" | "verify" = "check",
): Promise<Result<void, CallFailed>> => {
  const { locate, remaining, remainingMany, descriptor } = at.source;
  if (remaining === null) return ok(undefined);
  const look = async (by: Effect, whom: readonly Known[]): Promise<Result<void, CallFailed>> => {
    if (whom.length === 0) return ok(undefined);
    const counts =
      remainingMany === null
        ? await each(at, by, whom, remaining)
        : await remainingMany(subjectsOf(at, by, whom), callFor(at, by, whom));
    return counts.andThen((found) =>
      whom.some((person, index) => {
        const remains = found[index] ?? [];
        const staying = outcomes(people.indexOf(person), remains, isByAll(at, by, person));
        return (by === "verify-uncertain" ? beyondStaying : unkept)(remains, staying).length > 0;
      })
        ? err(new CallFailed(descriptor.id, "still-present", true))
        : ok(undefined),
    );
  };
  const looked = await look(effect, people);
  if (looked.isErr() || effect !== "verify") return looked;
  const uncertain = people.filter(
    (each) => canFind(at.source, each.uncertain ?? []) && canFind(at.source, leading(each.identifiers)),
  );
  const more = await look("verify-uncertain", uncertain);
  const [person] = uncertain;
  const isLeft = more.isErr() && more.error.problem === "still-present";
  if (!isLeft || person === undefined || uncertain.length > 1 || locate === null) return more;
  // What has another's number is left as well, and is not counted as theirs.
  const call = callFor(at, "locate-uncertain", [person]);
  const theirs = await locate(subjectOf(at, "verify-uncertain", person), call);
  return theirs.andThen((found) =>
    beyondStaying(found, outcomes(people.indexOf(person), found, true)).length > 0 ? more : ok(undefined),
  );
};

/**
 * By which names a source is asked. In the last look it is asked by the addresses that were the person's as well: at once where
 * it finds them by nothing that is certain, otherwise in a look of its own behind the other. What is there is not erased by that,
 * and whoever is there is left for somebody to look at.
 */
const subjectOf = (at: AtSource, effect: Effect, person: Known): Subject => {
  const { identifiers, shared, uncertain = [] } = person;
  const certain = leading(identifiers);
  return !isByAll(at, effect, person)
    ? identifiedSubject(certain, shared)
    : identifiedSubject(
        [...certain, ...uncertain],
        shared.filter((each) => !includesIdentifier(uncertain, each)),
      );
};

/** Whether that is by addresses that nobody vouches for any more as well. */
const isByAll = ({ source }: AtSource, effect: Effect, { identifiers, uncertain = [] }: Known): boolean =>
  uncertain.length > 0 &&
  (effect === "verify-uncertain" ||
    effect === "verify-held" ||
    (effect === "verify" && !canFind(source, leading(identifiers))));

/** What a source holds by all the names that were a person's, whosever it is; nothing where it cannot say. */
export const heldAt = async (at: AtSource, person: Known): Promise<readonly CollectionCount[]> => {
  const { remaining } = at.source;
  if (remaining === null) return [];
  const held = await remaining(subjectOf(at, "verify-held", person), callFor(at, "verify-held", [person]));
  return held.unwrapOr([]);
};

const subjectsOf = (at: AtSource, effect: Effect, people: readonly Known[]): readonly Subject[] =>
  people.map((person) => subjectOf(at, effect, person));

/** Every try of the same effect for the same people carries the same key. */
const callFor = ({ source, call }: AtSource, effect: Effect, people: readonly Known[]): Call => {
  const marks = people.map(({ mark }) => mark);
  const whom = marks.length === 1 ? marks.join() : sha256(marks.join()).slice(0, 32);
  return {
    ...call,
    idempotencyKey: [call.requestId, source.descriptor.id, effect, whom].join("/"),
  };
};

const unable = ({ descriptor }: DataSource): CallFailed =>
  new CallFailed(descriptor.id, "not-supported", false);

const each = async <Answer, Failure>(
  at: AtSource,
  effect: Effect,
  people: readonly Known[],
  work: (subject: Subject, call: Call, person: Known) => PromiseLike<Result<Answer, Failure>>,
): Promise<Result<readonly Answer[], Failure>> => {
  let failed: Failure | null = null;
  const values: Answer[] = [];
  await bounded([...people.entries()], at.atOnce, async ([index, person]) => {
    // Once one has failed, all of them are tried anew: nothing more is begun.
    if (failed !== null) return;
    const answer = await work(subjectOf(at, effect, person), callFor(at, effect, [person]), person);
    if (answer.isOk()) values[index] = answer.value;
    else failed ??= answer.error;
  });
  return failed === null ? ok(values) : err(failed);
};
