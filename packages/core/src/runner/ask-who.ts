import { askedBeside, type Call } from "../bridge/call.ts";
import type { DataSource } from "../bridge/define-data-source.ts";
import { sha256 } from "../crypto.ts";
import { CallFailed } from "../errors.ts";
import { err, ok, okAsync, type Result } from "../result.ts";
import {
  type FoundIdentifier,
  type Identifier,
  includesIdentifier,
  isSteady,
  normaliseIdentifier,
} from "../subject/identifier.ts";
import {
  areTooMany,
  type Known,
  learntFrom,
  ledTo,
  namesAnotherToo,
  namesUnknownNumber,
  takenBack,
  toldBack,
} from "../subject/identifying.ts";
import { identifiedSubject, type Subject, subjectOf } from "../subject/subject.ts";
import { bounded } from "./bounded.ts";

/** Somebody of whom it is to be found out what else they are known by. */
interface Asked {
  /** Tells them from the others in idempotency keys; not personal. */
  readonly mark: string;
  /** What whoever asks has named. */
  readonly asked: readonly Identifier[];
  /** What one record holds beside these: theirs, unless some source calls it shared. Left out: nothing. */
  readonly found?: readonly Identifier[];
  /** What was found out at an earlier time, when everybody was asked. Left out: nobody was asked before. */
  readonly knownSince?: readonly Identifier[];
  /** What was found out then that others may go by too: it stays so, whoever names it. Left out: nothing. */
  readonly sharedSince?: readonly Identifier[];
  /** The addresses that were found out then to be a household's: they stay so too. Left out: none. */
  readonly householdsSince?: readonly Identifier[];
}

interface Found {
  /** Everything that they are known by. */
  readonly identifiers: readonly Identifier[];
  /** What others may go by too, as some source says. */
  readonly shared: readonly Identifier[];
  /** Addresses among these that their own record has, and somebody else's of another number too. */
  readonly households: readonly Identifier[];
}

interface AskingWho {
  /** All that are registered: who holds nothing of this category may still know the person by another name. */
  readonly sources: readonly DataSource[];
  /** Without the key, which depends on who is asked about. */
  readonly call: Omit<Call, "idempotencyKey">;
  /** As many identifiers as one person can have. */
  readonly most: number;
  /**
   * Whether an address that alone has led to a number of somebody else leads to nobody from then on: nobody is there to
   * decide whose it is.
   */
  readonly letsGo: boolean;
}

/** How many people one source is asked about at the same moment, where it cannot do several at once. */
const atOnce = 8;

/** Whether a person is known by anything that the source can find people by. */
export const canFind = ({ needs }: Pick<DataSource, "needs">, identifiers: readonly Identifier[]): boolean =>
  identifiers.some(({ type }) => needs.includes(type));

/**
 * Asks one source what else a person is known by. Who cannot find the person cannot know them by another name either;
 * more names may turn up later, and then it is asked again.
 */
export const askSource = async (
  source: DataSource,
  subject: Subject,
  call: Call,
): Promise<Result<readonly FoundIdentifier[], CallFailed>> =>
  source.identify !== null && canFind(source, subject.identifiers)
    ? source.identify(subject, call)
    : okAsync<readonly FoundIdentifier[], CallFailed>([]);

/** Asks a source what else a person is known by whom it knows by one of their numbers: whoever has their addresses. */
export const askByNumbers = (
  source: DataSource,
  subject: Subject,
  call: Call,
): Promise<Result<readonly FoundIdentifier[], CallFailed>> => {
  const numbers = subject.identifiers.filter(isSteady);
  const byNumbers = subject.isIdentified
    ? identifiedSubject(numbers, subject.shared)
    : subjectOf(numbers, subject.asked.filter(isSteady), subject.shared);
  return askSource(source, byNumbers, askedBeside(call, "by numbers"));
};

/**
 * What a source tells of a person, without the addresses that it tells for no other reason than that it was asked by them: only
 * what knows the person by a number vouches for an address. So it is asked by their numbers alone, where it finds people by
 * these, which of them it tells then.
 */
export const asVouchedFor = async (
  source: DataSource,
  subject: Subject,
  found: readonly FoundIdentifier[],
  call: Call,
): Promise<Result<readonly FoundIdentifier[], CallFailed>> => {
  const back = toldBack(subject, found);
  if (back.length === 0 || !canFind(source, subject.identifiers.filter(isSteady))) return ok(found);
  const answer = await askByNumbers(source, subject, call);
  return answer.map((told) => {
    const theirs = told.map(normaliseIdentifier);
    return found.filter((each) => {
      const identifier = normaliseIdentifier(each);
      return !includesIdentifier(back, identifier) || includesIdentifier(theirs, identifier);
    });
  });
};

/** One person on the way through the rounds. */
interface Underway extends Known {
  readonly mark: string;
  identifiers: readonly Identifier[];
  shared: readonly Identifier[];
  vouched: readonly Identifier[];
  found: readonly Identifier[];
  households: readonly Identifier[];
  /** What they were known by before anybody was asked this time. */
  readonly before: readonly Identifier[];
  /** What every source is asked by in this round, whatever others have told in it. */
  askedBy: readonly Identifier[];
  /** With how many identifiers each source was asked. */
  readonly askedWith: Map<DataSource, number>;
  /** How often it was begun anew. */
  begun: number;
  failed: CallFailed | null;
}

/**
 * Finds out who people are: asks the sources in rounds, each of a round with all that was known before it, until nothing new
 * turns up. So whoever knows a number to be somebody else's is asked before another's word for it is followed, whichever source
 * comes first. What others may share is not followed: that is for somebody to decide, and here is nobody.
 *
 * @returns who each is, in order; an error where a source could not say, or mixes people up
 */
export const askWho = async (
  asking: AskingWho,
  people: readonly Asked[],
): Promise<readonly Result<Found, CallFailed>[]> => {
  const known = people.map(beginning);
  for (let someAsked = true; someAsked; ) {
    someAsked = false;
    for (const each of known) each.askedBy = each.identifiers;
    for (const source of asking.sources) {
      const due = known.filter((each) => isDue(source, each));
      if (due.length === 0) continue;
      someAsked = true;
      for (const each of due) each.askedWith.set(source, each.askedBy.length);
      await askAbout(asking, source, due);
    }
  }
  return known.map(({ identifiers, shared, households, failed }) =>
    failed === null ? ok({ identifiers, shared, households }) : err(failed),
  );
};

/** Nobody is asked for by what was found out before to be others' too. */
const beginning = ({
  mark,
  asked,
  found = [],
  knownSince,
  sharedSince = [],
  householdsSince = [],
}: Asked): Underway => {
  const shared = [...sharedSince, ...householdsSince];
  const stays = (each: Identifier) => !includesIdentifier(shared, each);
  const before = (knownSince ?? [...asked, ...found]).filter(stays);
  return {
    mark,
    identifiers: before,
    vouched: asked.filter(stays),
    found: found.filter(stays),
    shared,
    households: householdsSince,
    before,
    askedBy: before,
    isLongKnown: knownSince !== undefined,
    askedWith: new Map(),
    begun: 0,
    failed: null,
  };
};

const isDue = (source: DataSource, { askedBy, askedWith, failed }: Underway): boolean =>
  failed === null &&
  source.identify !== null &&
  canFind(source, askedBy) &&
  askedWith.get(source) !== askedBy.length;

const askAbout = async (
  asking: AskingWho,
  source: DataSource,
  people: readonly Underway[],
): Promise<void> => {
  if (source.identifyMany !== null && people.length > 1) {
    const answers = await source.identifyMany(people.map(asSubject), callFor(asking, source, people));
    if (answers.isOk()) {
      await bounded([...people.entries()], width(asking), ([index, each]) =>
        learnVouchedFor(asking, source, each, answers.value[index] ?? []),
      );
      return;
    }
  }
  // One by one, also where it could not be said of all together: it may be because of one of them.
  await bounded(people, width(asking), async (each) => {
    const answer = await askSource(source, asSubject(each), callFor(asking, source, [each]));
    if (answer.isErr()) each.failed = answer.error;
    else await learnVouchedFor(asking, source, each, answer.value);
  });
};

const width = ({ call }: AskingWho): number => (call.transaction === undefined ? atOnce : 1);

const asSubject = ({ askedBy, vouched, found, shared }: Underway): Subject =>
  subjectOf(askedBy, [...vouched, ...found], shared);

/** Whose an address is matters where it may have led to somebody else. */
const learnVouchedFor = async (
  asking: AskingWho,
  source: DataSource,
  person: Underway,
  found: readonly FoundIdentifier[],
): Promise<void> => {
  if (!asking.letsGo) return learn(asking, source, person, found);
  const call = callFor(asking, source, [person]);
  const answer = namesUnknownNumber(person, found)
    ? await asVouchedFor(source, asSubject(person), found, call)
    : ok(found);
  const others = await othersBehind(source, person, call);
  if (answer.isErr()) person.failed = answer.error;
  else if (others.isErr()) person.failed = others.error;
  else learn(asking, source, person, [...answer.value, ...others.value]);
};

/**
 * The numbers of somebody else to which the person's addresses lead in a source, among those of which that is known already: it
 * was told that these lead to nobody, and does not name them. So it is asked back without that. Whoever shared one address with
 * them may share the next one, which was found out since.
 */
const othersBehind = async (
  source: DataSource,
  person: Underway,
  call: Call,
): Promise<Result<readonly FoundIdentifier[], CallFailed>> => {
  const { askedBy, vouched, found, shared } = person;
  const isOther = (each: Identifier) =>
    isSteady(each) && askedBy.some((known) => isSteady(known) && known.type === each.type);
  const addresses = askedBy.filter((each) => !isSteady(each));
  if (!shared.some(isOther) || !canFind(source, addresses)) return ok([]);
  const unsaid = shared.filter((each) => !isOther(each));
  const subject = subjectOf(askedBy, [...vouched, ...found], unsaid);
  const answer = await askSource(source, subject, askedBeside(call, "others"));
  return answer.map((told) =>
    told
      .map(normaliseIdentifier)
      .filter((each) => isOther(each) && includesIdentifier(shared, each))
      .map((each) => ({ ...each, shared: true })),
  );
};

/**
 * Where all that a source tells of the person has led to another number as well, a household has it: `households`. What an
 * address that is let go has led to is let go with it: what else leads there tells it anew.
 */
const learn = (
  { most, letsGo }: AskingWho,
  source: DataSource,
  person: Underway,
  found: readonly FoundIdentifier[],
): void => {
  const { own, shared, isTakenBack } = learntFrom(person, found);
  const isLed = letsGo && shared.some(isSteady);
  const led = isLed ? ledTo({ identifiers: person.askedBy }, found) : [];
  const households =
    led.length === 0 && (isLed || (letsGo && namesAnotherToo(person, found)))
      ? [...person.askedBy, ...own].filter((each) => !isSteady(each))
      : [];
  person.households = [...person.households, ...households];
  const another = [...led, ...households];
  person.shared = [...person.shared, ...shared, ...another];
  if (another.length > 0) {
    const stays = (each: Identifier) => !includesIdentifier(person.shared, each);
    person.vouched = person.vouched.filter(stays);
    person.found = person.found.filter(stays);
    person.identifiers = person.before.filter(stays);
    person.askedBy = person.identifiers;
    person.askedWith.clear();
    person.begun += 1;
  } else if (isTakenBack) {
    const { found: beside, shared: others } = person;
    person.identifiers = [
      ...takenBack(person),
      ...beside.filter((each) => !includesIdentifier(others, each)),
    ];
    person.askedBy = person.identifiers;
    person.askedWith.clear();
    person.begun += 1;
  } else {
    person.identifiers = [...person.identifiers, ...own];
  }
  if (areTooMany(person.identifiers.length + person.shared.length, most)) {
    person.failed = new CallFailed(source.descriptor.id, "too-many-identifiers", false);
  }
};

/** The same question carries the same key; one that knows more of the person is another one. */
const callFor = ({ call }: AskingWho, source: DataSource, people: readonly Underway[]): Call => {
  const whom = people.map(({ mark, askedBy, begun }) =>
    begun === 0 ? `${mark}/${askedBy.length}` : `${mark}/${askedBy.length}/${begun}`,
  );
  const asked = whom.length === 1 ? whom.join() : sha256(whom.join()).slice(0, 32);
  return { ...call, idempotencyKey: [call.requestId, source.descriptor.id, "identify", asked].join("/") };
};
