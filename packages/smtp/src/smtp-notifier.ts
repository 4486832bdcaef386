import { CallFailed, defineNotifier, type Notifier, ResultAsync } from "@subject-rights/core";
import { createTransport } from "nodemailer";
import { failureOf } from "./failure.ts";
import { mailOf } from "./mail.ts";
import { checkOptions, type SmtpNotifierOptions } from "./options.ts";
import { transportOptions } from "./transport.ts";

/** A notifier that can say beforehand whether its server takes mail from it. */
export interface SmtpNotifier extends Notifier {
  /**
   * Connects, signs in where there is a user, and ends; no message is sent. For the start of an application, a health
   * check, or a page of settings.
   *
   * Errors: `CallFailed` (`unavailable`), whose `cause` says in the server's or the network's words what is wrong: a name
   * that is not found, a certificate that is not trusted, a password that is refused.
   */
  verify(): ResultAsync<void, CallFailed>;
}

const notifierId = "smtp";

/**
 * A notifier that hands messages to a mail server over SMTP (RFC 5321).
 *
 * Each message has a connection of its own, which is closed when the message is taken, refused or given up:
 * there is nothing to close at the end, and nothing keeps a script from exiting.
 *
 * `send` answers `CallFailed` with
 * - `permanent-failure` where the server refused recipient or message for good, or the address is none,
 * - `unavailable` (retryable) for everything else, a wrong password included: nothing is lost over what an
 *   operator can mend. The table is in the README.
 *
 * @throws ConfigurationMistake where the options cannot work; it says what to change
 */
export const smtpNotifier = (options: SmtpNotifierOptions): SmtpNotifier => {
  const settings = checkOptions(options);
  const transport = createTransport(transportOptions(settings.server));
  const notifier = defineNotifier({
    id: notifierId,
    attachmentLimit: settings.attachmentLimit,
    async send(message, { signal }) {
      const mail = mailOf(message, settings);
      try {
        await transport.sendMail({ ...mail, signal });
      } catch (thrown) {
        throw failureOf(thrown);
      }
    },
  });
  return {
    ...notifier,
    verify: () =>
      ResultAsync.fromPromise(
        (async () => void (await transport.verify()))(),
        (thrown) => new CallFailed(notifierId, "unavailable", true, { cause: thrown }),
      ),
  };
};
