import type { CallFailed } from "../../errors.ts";
import { instant, later } from "../../instant.ts";
import { isGone, isToldSince, toldNow } from "../../request/addresses.ts";
import { confidentialOf } from "../../request/change.ts";
import { mayGoOn } from "../../request/guard.ts";
import { isLongConfirmed, isSaidToBeTheirs } from "../../request/retired.ts";
import type { SourceStep } from "../../request/steps.ts";
import { err, ok, type Result } from "../../result.ts";
import { type FoundIdentifier, type Identifier, isSteady, normaliseEmail } from "../../subject/identifier.ts";
import { addressLeadsFor, isOfAnother, toldOfTheirs } from "../../subject/identifying.ts";
import { identifiedSubject, type Subject, subjectOf } from "../../subject/subject.ts";
import { isErasedAt } from "../../workflows/transitions/asking-again.ts";
import { askSource } from "../ask-who.ts";
import { passFor } from "../guard.ts";
import { callFor, type Effect, subjectOfRequest } from "./effect.ts";

type About = Pick<Effect, "services" | "request" | "signal">;

/**
 * Whether an address that the person has confirmed is theirs still, right before what is told of them goes there. For a day
 * it is. After that the sources are asked that know the person by a number, unless one has told it within the last day; and
 * where none of them tells any address, or one tells it and another does not any more, whom the address itself leads to.
 * Where nobody can say, it is taken to be theirs.
 *
 * @returns an error where a source could not be asked, and no other has said it: then nothing is sent yet
 * @throws StorageFailed
 */
export const isStillTheirs = async (about: About, email: string): Promise<Result<boolean, CallFailed>> => {
  const { services, request } = about;
  const now = instant(services.clock.now());
  if (!isLongConfirmed(request, now)) return ok(true);
  const address: Identifier = { type: "email", value: normaliseEmail(email) };
  const { identifiers, addresses: known = [] } = confidentialOf(request);
  const numbers = subjectOfRequest(request).identifiers.filter(isSteady);
  const isCertain =
    numbers.length === 0 ||
    isSaidToBeTheirs(request, address) ||
    isToldSince({ addresses: known }, address, later(now, -addressLeadsFor));
  if (isCertain) return ok(true);
  if (!mayGoOn(request, "find")) return ok(!isGone({ addresses: known }, address));
  const able = request.steps.filter(({ canIdentify, settlement }) => canIdentify && settlement === null);
  const there = able.filter((step) => !isErasedAt(request, step));
  const byNumber = await answersOf(about, there, identifiedSubject(numbers), now);
  const addresses = byNumber.answers.reduce((saying, { source, found }) => {
    const told = toldOfTheirs({ identifiers: numbers }, found, true);
    const said = told && { source, at: now, told, isLate: true };
    return said === null ? saying : toldNow({ identifiers, addresses: saying }, said);
  }, known);
  if (isGone({ addresses }, address)) return ok(false);
  if (isToldSince({ addresses }, address, now)) return ok(true);
  const byAddress = await answersOf(about, able, subjectOf([address]), now);
  if (byAddress.answers.some(({ found }) => isOfAnother({ identifiers: numbers }, found))) return ok(false);
  const failed = byNumber.failed ?? byAddress.failed;
  return failed === null ? ok(true) : err(failed);
};

interface Answers {
  readonly answers: readonly { readonly source: string; readonly found: readonly FoundIdentifier[] }[];
  /** What keeps a source from saying it for now; null where none is kept. */
  readonly failed: CallFailed | null;
}

/** Whom sources know by the same names. One that never will say it, or is not registered any more, cannot be waited for. */
const answersOf = async (
  about: About,
  steps: readonly SourceStep[],
  subject: Subject,
  now: string,
): Promise<Answers> => {
  const asked = await Promise.all(
    steps.flatMap(({ source: id }) => {
      const source = about.services.sources.get(id);
      const [first] = subject.identifiers;
      const call = {
        ...callFor(about, id, "find", first?.type ?? "", now),
        pass: passFor(about, id, "find"),
      };
      return source === undefined
        ? []
        : [askSource(source, subject, call).then((answer) => ({ source: id, answer }))];
    }),
  );
  return {
    answers: asked.flatMap(({ source, answer }) => (answer.isOk() ? [{ source, found: answer.value }] : [])),
    failed:
      asked.flatMap(({ answer }) => (answer.isErr() && answer.error.retryable ? [answer.error] : []))[0] ??
      null,
  };
};
