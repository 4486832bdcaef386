import type { Actor, CallFailed, RequestView, ResultAsync, StorageFailed } from "@subject-rights/core";
import { attempt } from "./attempt.ts";
import { takeInput } from "./call-inputs.ts";
import type { MailDecision } from "./decision.ts";
import type { MailEnvelope } from "./envelope.ts";
import { checkIntakeOptions, type MailIntakeOptions } from "./options.ts";
import type { RawMail } from "./raw-mail.ts";
import { type TakeError, take } from "./take.ts";
import type { Taken } from "./taken.ts";
import {
  expireMails,
  listWaiting,
  type SettleMailError,
  settleMail,
  type WaitingError,
  type WaitingMails,
} from "./waiting.ts";

/** Takes requests, and answers to confirmations, from mail. */
export interface MailIntake {
  /**
   * Takes one message: a request is submitted, an answer to a confirmation acknowledges, and what cannot be understood
   * waits for a person. However often the same message is handed over, and whenever the process was killed meanwhile, it
   * makes one request.
   *
   * Errors: `InvalidInput` for what is no message, or no envelope, and nothing was looked at: the call is to be mended.
   * Whatever `requests.submit` and `requests.acknowledgeByReply` answer that may work later; `StorageFailed`;
   * `CallFailed` where the message could not be read to its end, or the DNS not be asked about an answer. Then nothing
   * is lost: hand the message over again.
   */
  take(raw: RawMail, envelope?: MailEnvelope): ResultAsync<Taken, TakeError>;

  /**
   * The messages that wait for a person, those that wait longest first, at most 100 a page. Asks the policy for
   * `reveal-subject`, because they say whom they are about.
   *
   * Errors: `InvalidInput`, for a cursor too that is none of this list; `NotAllowed`, `StorageFailed`.
   */
  waiting(query: {
    readonly actor: Actor;
    readonly cursor?: string | undefined;
    readonly limit?: number | undefined;
  }): ResultAsync<WaitingMails, WaitingError>;

  /**
   * Settles a message that waits, and deletes it here: as a request, which is then the actor's and counts as received
   * when the message was, or as nothing. Answers the request, or null.
   *
   * Errors: as `requests.submit`, `InvalidInput` for a decision that is none too: then it waits still. `MailNotFound`; `Damaged` with `isNewer` where a
   * newer version has stored it: settle it there.
   */
  settle(input: {
    readonly actor: Actor;
    readonly id: string;
    readonly decision: MailDecision;
  }): ResultAsync<RequestView | null, SettleMailError>;

  /**
   * Deletes what has waited for longer than `keptFor`, and forgets what was taken before that. `support` is told first, and
   * `onError` of each message. `take` does so by itself, once an hour. Answers how many messages were deleted. What a newer
   * version has stored is left: that one deletes it.
   */
  expire(): ResultAsync<number, StorageFailed | CallFailed>;
}

const hour = 3_600_000;

/**
 * The intake of mail, for messages that the application hands over: from a mail provider's webhook, from the pipe of a
 * mail server, or, with `watchMailbox`, from a mailbox.
 *
 * @throws ConfigurationMistake where the options cannot work; it says what to change
 */
export const mailIntake = (options: MailIntakeOptions): MailIntake => {
  const settings = checkIntakeOptions(options);
  let expiredAt = 0;
  const expireNowAndThen = async (): Promise<void> => {
    const now = settings.clock.now().getTime();
    if (now < expiredAt + hour) return;
    await expireMails(settings);
    expiredAt = now;
  };
  return {
    take: (raw, envelope = {}) =>
      attempt(async () => {
        const given = takeInput(raw, envelope);
        await expireNowAndThen();
        return take(settings, given.raw, given.envelope);
      }),
    waiting: (query) => listWaiting(settings, query),
    settle: (input) => settleMail(settings, input),
    expire: () => attempt(() => expireMails(settings)),
  };
};
