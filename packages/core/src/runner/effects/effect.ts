import type { Call } from "../../bridge/call.ts";
import type { DataSource } from "../../bridge/define-data-source.ts";
import { CallFailed, KnownOtherwise } from "../../errors.ts";
import { instant, later } from "../../instant.ts";
import { doAddressesLead } from "../../request/addresses.ts";
import { confidentialOf, stepOf } from "../../request/change.ts";
import type { RequestEvent } from "../../request/events.ts";
import type { Act } from "../../request/guard.ts";
import { categoriesReached } from "../../request/kinds.ts";
import { namesToAskBy } from "../../request/names-to-ask-by.ts";
import type { CollectionCount, CollectionOutcome } from "../../request/outcomes.ts";
import type { Request } from "../../request/request.ts";
import { isStillAsked } from "../../request/sources.ts";
import type { SourceStep } from "../../request/steps.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Identifier, includesIdentifier, normaliseEmail } from "../../subject/identifier.ts";
import { identifiedSubject, type Subject, subjectOf } from "../../subject/subject.ts";
import { leading } from "../../subject/vouching.ts";
import { isWorthAsking } from "../../workflows/transitions/asking-again.ts";
import { otherTask } from "../../workflows/transitions/registering.ts";
import { canFind as canFindBy } from "../ask-who.ts";
import { eventOf, passFor, Stopped } from "../guard.ts";
import { jitter } from "../jitter.ts";
import { namesToAskFor, stayingBeside, underNamesOnRecord } from "../named-collections.ts";
import type { Services } from "../services.ts";
import type { RecordTogether } from "../session.ts";

/** What an effect works with. */
export interface Effect {
  readonly services: Services;
  readonly request: Request;
  readonly key: Uint8Array;
  readonly signal: AbortSignal;
  /** Stores something that happened on the way; the effect goes on when it is stored. Throws where it cannot be. */
  readonly record: (event: RequestEvent) => Promise<void>;
  readonly recordTogether: RecordTogether | null;
  /** Where whoever answers before a letter goes out is taken note of. Left out: nobody asks. */
  readonly heard?: Set<string>;
}

/** A source that is at hand for a step, and everything that a call to it takes. */
export interface Work {
  readonly source: DataSource;
  readonly subject: Subject;
  /** Those of its names that lead to nobody else. */
  readonly certain: readonly Identifier[];
  /** Everything that the person is known by and that is in no doubt, whether the source is asked by it or not. */
  readonly known: readonly Identifier[];
  readonly call: Call;
  /** How many identifiers were known. */
  readonly identifiers: number;
}

export const callFor = (
  { services, request, signal }: Pick<Effect, "services" | "request" | "signal">,
  ...effect: readonly (string | number)[]
): Call => ({
  tenant: request.tenant,
  requestId: request.id,
  categories: categoriesReached(request.kind, request.category),
  // Every try of one effect carries the same key. Work that begins anew has a new generation, and the same work
  // for more identifiers is other work: both have a new key.
  idempotencyKey: [request.id, ...effect].join("/"),
  timeZone: services.timeZone,
  signal,
  clock: services.clock,
  deadline: services.callDeadline,
});

export const subjectOfRequest = (request: Request): Subject => {
  const { identifiers, asked, candidates } = confidentialOf(request);
  const known = leading(identifiers);
  const shared = Object.values(candidates).filter((each) => !includesIdentifier(known, each));
  return subjectOf(known, leading(identifiers.slice(0, asked)), shared);
};

/** The address of the request as it was given: in other letters it may be another mailbox. */
export const mailboxOf = (request: Request): string | undefined => {
  const [email, { mailbox }] = [emailOf(request), confidentialOf(request)];
  return mailbox !== undefined && normaliseEmail(mailbox) === email ? mailbox : email;
};

/** What somebody looks a person up by, in the letters in which it was given. */
export const asGiven = <Named extends Identifier>(request: Request, named: Named): Named =>
  named.type === "email" && named.value === emailOf(request)
    ? { ...named, value: mailboxOf(request) ?? named.value }
    : named;

/**
 * Nobody of that name is there for this tenant and these categories. Another process may know one: in a rolling update two
 * versions run side by side.
 */
export const notRegistered = (source: string): CallFailed => new CallFailed(source, "not-registered", true);

/** The address that the request is about, whether it leads to anybody or not. */
export const emailOf = (request: Request): string | undefined =>
  confidentialOf(request).identifiers.find(({ type }) => type === "email")?.value;

/**
 * Errors: `not-registered` where the source is not registered, is not of this tenant or these categories any more, or is of
 * another kind, and cannot do what the step wants of it.
 *
 * @param act what the guard is asked for right before each call
 */
export const workFor = (
  effect: Effect,
  step: SourceStep,
  name: string,
  act: Act,
): Result<Work, CallFailed> => {
  const { services, request } = effect;
  const registered = services.sources.find(request.tenant, step.source);
  const categories = categoriesReached(request.kind, request.category);
  if (registered === undefined || !isStillAsked(registered.descriptor, step, categories))
    return err(notRegistered(step.source));
  const isItsTask = step.stage === "locate" || step.stage === "perform";
  const descriptors = services.sources.of(request.tenant).map(({ descriptor }) => descriptor);
  if (isItsTask && otherTask(request, step, descriptors) !== null) return err(notRegistered(step.source));
  const source = underNamesOnRecord(registered, step);
  const all = subjectOfRequest(effect.request);
  const isAsked = name === "identify" || step.stage === "identify";
  const now = instant(effect.services.clock.now());
  const { names, certain, known } = isAsked
    ? { names: all.identifiers, certain: all.identifiers, known: all.identifiers }
    : namesToAskBy(effect.request, step, source.needs, now, name === "verify");
  // Whoever has the address by now is somebody else: a source that has said once whose numbers it knows takes in no other.
  const leads = name === "identify" && doAddressesLead(effect.request, step);
  const subject = leads ? all : identifiedSubject(names, all.shared);
  const identifiers = all.identifiers.length;
  const isWanted = (then: Request) =>
    isSameWork(stepOf(then, step.source), step) && (isAsked || undecided(then) <= undecided(effect.request));
  const pass = passFor(effect, step.source, act, isWanted);
  const { part, askedAgain, lastAsked } = step;
  // Another question than the one that was answered then.
  const again =
    name === "identify" && askedAgain != null ? [`after ${lastAsked?.at ?? "the first time"}`] : [];
  const call = {
    ...callFor(effect, step.source, name, step.generation, names.length, ...again),
    pass,
    // At the end all that there is is looked at.
    ...(part !== undefined &&
      name !== "verify" && {
        collections: namesToAskFor(registered, step, part),
        staying: stayingBeside(registered, step, part),
      }),
  };
  return ok({ source, subject, certain, known, call, identifiers });
};

/** Whether some of what is known was left out, because it may be somebody else's by now. */
export const byCertain = ({ subject, identifiers }: Work): { readonly byCertain?: true } =>
  subject.identifiers.length < identifiers ? { byCertain: true } : {};

/** How much somebody has still to decide about: what is asked meanwhile may be of somebody else. */
const undecided = ({ decisions }: Request): number =>
  decisions.filter(({ answer }) => answer === null).length;

/** Whether a piece of work is still what is to be done at a source: nobody has closed it, or begun it anew. */
const isSameWork = (now: SourceStep | undefined, step: SourceStep): boolean =>
  now?.generation === step.generation && now.stage === step.stage && now.settlement === null;

/** Whether the person is known by anything that the source can find people by. */
export const canFind = ({ source, subject }: Work): boolean => canFindBy(source, subject.identifiers);

/**
 * What happened where a call failed, or the guard did not let it through.
 *
 * @param outcomes what it had done before it failed; null where it may have done something, and did not say what
 * @param left what it was found to hold afterwards
 * @throws NotPossibleNow
 */
export const failure = (
  effect: Effect,
  step: SourceStep,
  error: CallFailed,
  outcomes: readonly CollectionOutcome[] | null = [],
  left?: readonly CollectionCount[],
): RequestEvent => {
  if (error instanceof Stopped) return eventOf(error);
  const { source, generation } = step;
  // It was asked with what all have said until now: whoever says it from now on has been asked since.
  const now = instant(effect.services.clock.now());
  const since = later(now, 1);
  if (error instanceof KnownOtherwise) {
    if (isWorthAsking(effect.request, step, since, now))
      return { type: "names-outdated", source, generation, since, isSaid: true };
    // Nothing was done, and nobody can say by what it is to be asked.
    return failure(effect, step, new CallFailed(source, "identifier-missing", true, { cause: error }));
  }
  effect.services.looked(step.source, effect.request.id, error);
  return {
    type: "source-failed",
    source,
    generation,
    stage: step.stage,
    problem: {
      code: error.problem,
      retryable: error.retryable,
      ...(error.collections.length > 0 && { collections: error.collections }),
    },
    outcomes,
    ...(left !== undefined && { left }),
    jitter: jitter(effect.services.randomness),
  };
};
