import { CallFailed } from "../../errors.ts";
import { instant, later } from "../../instant.ts";
import type { Attachment, Message } from "../../ports/notifier.ts";
import type { RequestEvent } from "../../request/events.ts";
import { actOf } from "../../request/guard.ts";
import { type MailedNotice, type NoticeRecord, type Try, tryOf } from "../../request/notices.ts";
import { isToCome } from "../../request/steps.ts";
import { err, ok, type Result } from "../../result.ts";
import { eventOf, type Pass, passFor, Stopped } from "../guard.ts";
import { jitter } from "../jitter.ts";
import { openPackage } from "../open-package.ts";
import { addressFor } from "./addresses.ts";
import { carrySecret } from "./carry-secret.ts";
import { callFor, type Effect } from "./effect.ts";
import { noticeFacts } from "./notice-facts.ts";
import { outOfDate } from "./out-of-date.ts";

/**
 * Sends a message. It carries the same id at every try, so that a second one is recognised where it arrives.
 *
 * @throws NotPossibleNow where it is not to be sent any more, or somebody else does
 */
export const send = async (about: Effect, notice: NoticeRecord): Promise<RequestEvent> => {
  const effect = { ...about, heard: about.heard ?? new Set<string>() };
  const overtaken = outOfDate(effect, notice);
  if (overtaken !== null) return overtaken;
  const { id, kind } = notice;
  const { notifier, clock, callDeadline } = effect.services;
  const act = actOf(notice);
  const guard = passFor(effect, notifier.id, act);
  let trying = tryOf(notice);
  const pass: Pass = async () => {
    const part = partThatAnswers(effect, notice);
    if (part !== undefined) return new Stopped(notifier.id, { type: "source-probed", source: part });
    // The call began before, so that it ends before another process may begin.
    const until = later(instant(clock.now()), callDeadline);
    // Refused where the message was withdrawn, or something stops it; but holds are not in the record.
    await effect.record({ type: "notice-begun", ...trying, until });
    trying = { ...trying, begunUntil: until };
    return act === "erase" ? guard() : null;
  };
  const call = { ...callFor(effect, id), pass };
  const sent =
    kind === "package-secret"
      ? await carrySecret(effect, notice, call)
      : await (await messageFor(effect, { ...notice, kind })).asyncAndThen((message) =>
          notifier.send(message, call),
        );
  if (sent.isOk()) return { type: "notice-sent", notice: id, ...heardIn(effect) };
  return sent.error instanceof Stopped ? eventOf(sent.error) : notSent(effect, trying, sent.error);
};

export const notSent = (
  effect: Effect,
  trying: Try,
  { adapter, problem: code, retryable }: CallFailed,
): RequestEvent => ({
  type: "notice-failed",
  ...trying,
  problem: { code, retryable },
  jitter: jitter(effect.services.randomness),
  ...(effect.services.sources.has(adapter) && { source: adapter }),
  ...heardIn(effect),
});

const heardIn = ({ heard = new Set<string>() }: Effect) => heard.size > 0 && { heard: [...heard] };

/**
 * A package that waited for a source, and is without its part, is not handed out in the moment in which that answers: its
 * work goes on first, and the next package takes the place of this one.
 */
const partThatAnswers = ({ request, heard }: Effect, notice: NoticeRecord): string | undefined => {
  const { asked } = notice;
  // Tried anew from there, so that it is put off once: what a source says of addresses, and its part, are two things.
  const isAnswered = asked != null && asked.attempts > 0 && heard?.has(asked.source) === true;
  return isAnswered && actOf(notice) === "hand-over"
    ? request.steps.find((step) => step.source === asked.source && isToCome(step))?.source
    : undefined;
};

const messageFor = async (effect: Effect, notice: MailedNotice): Promise<Result<Message, CallFailed>> => {
  const attachment = notice.kind === "delivery" ? attachmentFor(effect) : ok(null);
  if (attachment.isErr()) return err(attachment.error);
  const to = await addressFor(effect, notice);
  if (to.isErr()) return err(to.error);
  return (await noticeFacts(effect, notice)).map((facts) => ({
    id: `${effect.request.id}/${notice.id}`,
    to: to.value,
    at: notice.createdAt,
    notice: facts,
    attachment: attachment.value,
  }));
};

const attachmentFor = (effect: Effect): Result<Attachment | null, CallFailed> => {
  const { request, services, key } = effect;
  const held = request.package;
  if (held === null || held.tokenHash !== null) return ok(null);
  if (held.bytes > services.notifier.attachmentLimit) {
    return err(new CallFailed(services.notifier.id, "package-too-large", false));
  }
  return ok({
    filename: `personal-data-${request.id}.zip`,
    contentType: "application/zip",
    bytes: held.bytes,
    read: () => openPackage(services, request, held, key),
  });
};
