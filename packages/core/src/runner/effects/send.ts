import { CallFailed } from "../../errors.ts";
import type { Attachment, Message } from "../../ports/notifier.ts";
import type { RequestEvent } from "../../request/events.ts";
import { actOf } from "../../request/guard.ts";
import type { MailedNotice, NoticeRecord } from "../../request/notices.ts";
import { err, ok, type Result } from "../../result.ts";
import { eventOf, passFor, Stopped } from "../guard.ts";
import { jitter } from "../jitter.ts";
import { openPackage } from "../open-package.ts";
import { addressFor } from "./addresses.ts";
import { carrySecret } from "./carry-secret.ts";
import { callFor, type Effect } from "./effect.ts";
import { noticeFacts } from "./notice-facts.ts";
import { outOfDate } from "./out-of-date.ts";

/** Sends a message. It carries the same id at every try, so that a second one is recognised where it arrives. */
export const send = async (effect: Effect, notice: NoticeRecord): Promise<RequestEvent> => {
  const overtaken = outOfDate(effect, notice);
  if (overtaken !== null) return overtaken;
  const { id, kind } = notice;
  const { notifier } = effect.services;
  // A message that was withdrawn meanwhile is not sent, whatever else may go on.
  const pass = passFor(effect, notifier.id, actOf(kind), ({ notices }) =>
    notices.some((each) => each.id === id && each.status === "due"),
  );
  const call = { ...callFor(effect, id), pass };
  const sent =
    kind === "package-secret"
      ? await carrySecret(effect, notice, call)
      : await (await messageFor(effect, { ...notice, kind })).asyncAndThen((message) =>
          notifier.send(message, call),
        );
  if (sent.isOk()) return { type: "notice-sent", notice: id };
  return sent.error instanceof Stopped ? eventOf(sent.error) : notSent(effect, notice, sent.error);
};

export const notSent = (
  { services }: Effect,
  notice: NoticeRecord,
  { problem: code, retryable }: CallFailed,
): RequestEvent => ({
  type: "notice-failed",
  notice: notice.id,
  problem: { code, retryable },
  jitter: jitter(services.randomness),
});

const messageFor = async (effect: Effect, notice: MailedNotice): Promise<Result<Message, CallFailed>> => {
  const attachment = notice.kind === "delivery" ? attachmentFor(effect) : ok(null);
  if (attachment.isErr()) return err(attachment.error);
  return (await addressFor(effect, notice)).map((to) => ({
    id: `${effect.request.id}/${notice.id}`,
    to,
    at: notice.createdAt,
    notice: noticeFacts(effect, notice),
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
