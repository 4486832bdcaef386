import type { CallFailed } from "../../errors.ts";
import { instant } from "../../instant.ts";
import type { NamedIdentifier } from "../../ports/notifier.ts";
import { namesToAskBy } from "../../request/names-to-ask-by.ts";
import type { SourceStep } from "../../request/steps.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Identifier, includesIdentifier, isSteady } from "../../subject/identifier.ts";
import { asGiven, type Effect, emailOf, subjectOfRequest } from "./effect.ts";
import { noLongerTheirs } from "./no-longer-theirs.ts";

/** By what somebody else is told whom a request is about. */
interface NamesToTell {
  /** An address where there is one that is theirs. */
  readonly subject: string;
  readonly identifiers: readonly NamedIdentifier[];
}

/**
 * What is told of the person to whoever was given data of them. An address that is not theirs any more would lead to whoever
 * has it by now; one that nobody has vouched for since the data was erased is named as what may be somebody else's.
 *
 * @param step undefined where the request has none of that name any more
 * @param without sources that are not asked whose an address is
 * @returns an error where a source could not be asked whose an address is: then nothing is told yet
 */
export const namesForRecipient = async (
  effect: Effect,
  step: SourceStep | undefined,
  without: readonly string[] = [],
): Promise<Result<NamesToTell, CallFailed>> => {
  const known = subjectOfRequest(effect.request).identifiers;
  const { gone, anothers, open, failed } = await noLongerTheirs(effect, known, without);
  if (failed !== null) return err(failed);
  const certain = certainNow(effect, step);
  // What a source tells as theirs right now is not open.
  const isTheirs = (each: Identifier) =>
    !includesIdentifier(anothers, each) &&
    (includesIdentifier(certain, each) || (known.some(isSteady) && !includesIdentifier(open, each)));
  const named = known.filter((each) => !includesIdentifier(gone, each));
  const identifiers = named.map((each) => (isTheirs(each) ? each : { ...each, mayBeOthers: true as const }));
  const current = named.filter(isTheirs);
  return ok(asLookedUp(effect, current, identifiers));
};

/**
 * The same for whoever erases by hand. Where they find the person by nothing that is certain, what may be somebody else's by
 * now is named, as that: what is the person's there would be lost without a word. No source that is down holds them up. Where
 * they have done it before, what is certain is what a source with code would be asked by once more.
 *
 * @param step undefined where the request has none of that name any more
 * @param foundBy the types by which they find people
 */
export const namesForOwner = async (
  effect: Effect,
  step: SourceStep | undefined,
  foundBy: readonly string[],
): Promise<NamesToTell> => {
  const known = subjectOfRequest(effect.request).identifiers;
  const { gone, anothers, unsaid } = await noLongerTheirs(effect, known);
  const certain = certainNow(effect, step);
  const uncertain = [...gone, ...anothers, ...unsaid];
  const current = known.filter(
    (each) => includesIdentifier(certain, each) && !includesIdentifier(uncertain, each),
  );
  const isFoundByNumber = current.some((each) => isSteady(each) && foundBy.includes(each.type));
  const identifiers = known.flatMap((each) => {
    if (current.includes(each)) return [each];
    return foundBy.includes(each.type) && !isFoundByNumber ? [{ ...each, mayBeOthers: true as const }] : [];
  });
  return asLookedUp(effect, current, identifiers);
};

const asLookedUp = (
  effect: Effect,
  current: readonly Identifier[],
  identifiers: readonly NamedIdentifier[],
): NamesToTell => ({
  subject: asGiven(effect.request, { type: "email", value: subjectAmong(effect, current) }).value,
  identifiers: identifiers.map((each) => asGiven(effect.request, each)),
});

/** The names that lead to the person for certain, after what was done at the source and at this moment. */
const certainNow = ({ request, services }: Effect, step: SourceStep | undefined): readonly Identifier[] =>
  step === undefined
    ? subjectOfRequest(request).identifiers
    : namesToAskBy(request, step, [], instant(services.clock.now()), false).certain;

/** The address that the request is about, where it is among these, or leads to nobody; else another one of theirs. */
const subjectAmong = ({ request }: Effect, current: readonly Identifier[]): string => {
  const email = { type: "email", value: emailOf(request) ?? "" };
  const isGone =
    includesIdentifier(subjectOfRequest(request).identifiers, email) && !includesIdentifier(current, email);
  const other = current.find(({ type }) => type === "email") ?? current[0];
  return isGone ? (other?.value ?? "") : email.value;
};
