import {
  type Actor,
  type ApplyError,
  CallFailed,
  formToday,
  InvalidInput,
  inFormOfToday,
  type JsonObject,
  NotAllowed,
  orThrow,
  RequestNotFound,
  type SubmitError,
  TokenRejected,
} from "@subject-rights/core";
import { answerable, sendAnswer } from "./answer.ts";
import { answerWords } from "./answer-texts.ts";
import { type Authentication, authenticate } from "./authenticate.ts";
import { classify } from "./classify.ts";
import type { MailEnvelope } from "./envelope.ts";
import { nameOf, sameness } from "./names.ts";
import type { IntakeSettings } from "./options.ts";
import { bounceOf, isOwnMail, untagged } from "./own-mail.ts";
import { type ParsedMail, parseMail } from "./parsed-mail.ts";
import { type RawMail, readMail } from "./raw-mail.ts";
import { isYes } from "./read-reply.ts";
import { destroyMail, sealMail } from "./sealed-mail.ts";
import {
  type AnswerFate,
  conclusionForms,
  conclusionSchema,
  type Taken,
  type WaitingReason,
} from "./taken.ts";
import { understand } from "./understand.ts";
import { languageOf } from "./vocabulary.ts";

export type TakeError = SubmitError | ApplyError | InvalidInput | CallFailed;

/** A message in hand: everything that is decided from. */
interface Hand {
  readonly settings: IntakeSettings;
  readonly actor: Actor;
  readonly bytes: Buffer;
  readonly isWhole: boolean;
  readonly mail: ParsedMail | null;
  readonly envelope: MailEnvelope;
  readonly recipients: readonly string[];
  readonly fingerprint: string;
  /** When it was seen first. */
  readonly at: string;
  /** When it was delivered, as far as that is known; never in the future. */
  readonly receivedAt: string;
}

/** What is to become of a message, before that is stored. */
type Decision =
  | Extract<Taken, { readonly outcome: "submitted" | "acknowledged" | "ignored" }>
  | {
      readonly outcome: "wait";
      readonly reason: WaitingReason;
      readonly requestId?: string | null;
      readonly authentication: Authentication | null;
      readonly mayBeAnswered: boolean;
      /** What a person is shown instead of the message's own text. */
      readonly text?: string;
    };

/** How much of a message that is too large, or too broken, is looked at. */
const headLength = 64 * 1024;
const mostTextKept = 20_000;

/** @throws TakeError, and whatever else goes wrong: then nothing is lost, and it can be taken again */
export const take = async (
  settings: IntakeSettings,
  raw: RawMail,
  envelope: MailEnvelope,
): Promise<Taken> => {
  const { bytes, isWhole } = orThrow(await readMail(raw, settings.largest));
  const mail = await parseMail(isWhole ? bytes : bytes.subarray(0, headLength));
  const recipients = [
    ...new Set([...(envelope.to ?? []), ...(mail?.to ?? [])].map((to) => to.toLowerCase())),
  ];
  const actor =
    typeof settings.actor === "function" ? await settings.actor(envelope.to ?? recipients) : settings.actor;
  if (actor === undefined) return { outcome: "refused", reason: "no-tenant" };

  const { tenant } = actor;
  const fingerprint = await nameOf(settings, tenant, sameness(mail, bytes));
  const now = settings.clock.now().toISOString();
  const seen = orThrow(await settings.intakeStore.see({ tenant, fingerprint, at: now }));
  // The clock of whoever saw it first, or delivered it, may be ahead of ours.
  const [receivedAt = now] = [now, seen.at, new Date(envelope.receivedAt ?? now).toISOString()].toSorted();
  if (seen.conclusion !== null) {
    const known = inFormOfToday(conclusionForms, seen.conclusion, "What became of a message");
    return { outcome: "duplicate", first: conclusionSchema.parse(orThrow(known)).outcome };
  }
  const hand = {
    settings,
    actor,
    bytes,
    isWhole,
    mail,
    envelope,
    recipients,
    fingerprint,
    at: seen.at,
    receivedAt,
  };
  return conclude(hand, await decide(hand));
};

const decide = async (hand: Hand): Promise<Decision> => {
  const { settings, mail, envelope, recipients, isWhole } = hand;
  const { ours, ownLists } = settings;
  const wait = { outcome: "wait", authentication: null, mayBeAnswered: false } as const;
  if (mail === null) return { ...wait, reason: "unreadable" };

  const bounce = bounceOf(mail, ours);
  if (bounce !== null) {
    if (!(await isKnown(hand, bounce.requestId))) return { outcome: "ignored", reason: "bounce" };
    const text = `A message to ${bounce.recipient} could not be delivered (${bounce.status}).`;
    return { ...wait, reason: "bounced", requestId: bounce.requestId, text };
  }
  if (isOwnMail(mail, ours)) return { outcome: "ignored", reason: "own" };
  const sort = classify(mail, envelope.from ?? null, ownLists);
  if (sort.by === "program") return { outcome: "ignored", reason: sort.why };
  const { mayBeAnswered } = sort;
  if (!isWhole || mail.isCut) return { ...wait, reason: "too-large", mayBeAnswered };

  const tokens = [...new Set(recipients.map((to) => ours.replies?.tokenIn(to) ?? null))].filter(
    (token) => token !== null,
  );
  const signatures = mail.header("dkim-signature").length;
  const authentication = await authenticate(hand.bytes, signatures, envelope, settings.resolver);
  if (tokens.length > 0) return decideReply(hand, mail, tokens, authentication, mayBeAnswered);

  const understood = understand(mail, ours, settings.ifUnsaid);
  if (typeof understood === "string") {
    return { outcome: "wait", reason: understood, authentication, mayBeAnswered };
  }
  const submitted = await settings.rights.requests.submit({
    actor: hand.actor,
    ...understood,
    receivedAt: hand.receivedAt,
    idempotencyKey: `mail/${hand.fingerprint}`,
  });
  if (submitted.isErr()) {
    const { error } = submitted;
    // Trying again would not help, and the next message would have to wait for this one.
    if (error instanceof NotAllowed || error instanceof InvalidInput) {
      const reason = error instanceof NotAllowed ? "not-allowed" : "not-possible";
      return { outcome: "wait", reason, authentication, mayBeAnswered };
    }
    throw error;
  }
  const { request, alreadyOpen } = submitted.value;
  return { outcome: "submitted", requestId: request.id, alreadyOpen, authentication };
};

/** Whether a bounce is about a request that there is: anybody can write one. True where it does not say which. */
const isKnown = async ({ settings, actor }: Hand, requestId: string | null): Promise<boolean> => {
  if (requestId === null) return true;
  const found = await settings.rights.requests.read({ actor, requestId });
  if (found.isOk() || found.error instanceof NotAllowed) return true;
  if (found.error instanceof RequestNotFound) return false;
  throw found.error;
};

const decideReply = async (
  { settings, at }: Hand,
  mail: ParsedMail,
  [token = "", ...others]: readonly string[],
  authentication: Authentication,
  mayBeAnswered: boolean,
): Promise<Decision> => {
  const wait = { outcome: "wait", authentication, mayBeAnswered } as const;
  const [from = "", ...moreFrom] = mail.from;
  // What asks for no answer is from a program, for all we know: an absence confirms nothing.
  if (!mayBeAnswered || !isYes(mail.text) || others.length > 0)
    return { ...wait, reason: "reply-does-not-confirm" };
  if (authentication.origin === "could-not-ask") {
    const tryUntil = Date.parse(at) + settings.dnsPatience;
    if (settings.clock.now().getTime() < tryUntil) throw new CallFailed("dns", "unavailable", true);
  }
  if (authentication.origin !== "proven" || moreFrom.length > 0)
    return { ...wait, reason: "reply-not-proven" };
  const acknowledged = await settings.rights.requests.acknowledgeByReply({ token, from });
  if (acknowledged.isOk())
    return { outcome: "acknowledged", requestId: acknowledged.value.id, authentication };
  const { error } = acknowledged;
  if (!(error instanceof TokenRejected)) throw error;
  switch (error.reason) {
    case "used":
      return { outcome: "ignored", reason: "confirmed-already" };
    case "another-address":
      return { ...wait, reason: "reply-from-another-address" };
    case "expired":
    case "unknown":
      return { ...wait, reason: "reply-too-late" };
  }
};

/** Stores what was decided. Whoever is to be answered is answered after that: once, or not at all. */
const conclude = async (hand: Hand, decision: Decision): Promise<Taken> => {
  const { settings, fingerprint, at } = hand;
  const { intakeStore, mostWaiting } = settings;
  const key = { tenant: hand.actor.tenant, id: fingerprint.slice(0, 32) };
  const base = { tenant: key.tenant, fingerprint, most: mostWaiting };
  if (decision.outcome !== "wait") {
    // Nothing in it is personal.
    const conclusion = {
      form: formToday(conclusionForms),
      ...JSON.parse(JSON.stringify(decision)),
    } as JsonObject;
    orThrow(await intakeStore.conclude({ ...base, conclusion, waiting: null }));
    return decision;
  }
  const { reason, requestId = null } = decision;
  const sealed = await sealMail(settings, key, {
    from: hand.mail?.from ?? [],
    to: hand.recipients,
    receivedAt: hand.receivedAt,
    subject: hand.mail?.subject ?? "",
    text: (decision.text ?? hand.mail?.text ?? "").slice(0, mostTextKept),
    authentication: decision.authentication,
  });
  const waiting = { ...key, since: at, reason, requestId, sealed };
  const conclusion = { form: formToday(conclusionForms), outcome: "waiting" };
  const { outcome } = orThrow(await intakeStore.conclude({ ...base, conclusion, waiting }));
  if (outcome === "full") {
    await destroyMail(settings, key);
    return { outcome: "refused", reason: "too-many-waiting" };
  }
  // Somebody else had the same message in hand, and was quicker.
  if (outcome === "concluded") return { outcome: "duplicate", first: "waiting" };
  return { outcome: "waiting", id: key.id, reason, answer: await answer(hand, decision) };
};

const answer = async (
  { settings, mail, fingerprint, actor }: Hand,
  { reason, mayBeAnswered, authentication }: Extract<Decision, { readonly outcome: "wait" }>,
): Promise<AnswerFate> => {
  const to = mail === null || !mayBeAnswered ? null : answerable(mail);
  // What is forged was not written by whoever would get the answer.
  if (mail === null || to === null || authentication?.origin === "forged") return "withheld";
  const language = languageOf(`${mail.subject} ${mail.text}`, settings.language);
  const words = answerWords(reason, settings.controller, language);
  if (words === null) return "withheld";
  const { tenant } = actor;
  const recipient = await nameOf(settings, tenant, ["recipient", untagged(to)]);
  const day = settings.clock.now().toISOString().slice(0, 10);
  const most = settings.answersADay;
  const may = orThrow(await settings.intakeStore.countAnswer({ tenant, recipient, day, most }));
  if (!may) return "withheld";
  try {
    await settings.mailServer.send(() => sendAnswer(settings, { to, words, mail, fingerprint }));
    return "sent";
  } catch {
    // The message waits all the same, and a person sees it.
    return "failed";
  }
};
