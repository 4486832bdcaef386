import { defineNotifier, type Notifier } from "@subject-rights/core";
import { createTransport } from "nodemailer";
import { failureOf } from "./failure.ts";
import { mailOf } from "./mail.ts";
import { checkOptions, type SmtpNotifierOptions } from "./options.ts";
import { transportOptions } from "./transport.ts";

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
export const smtpNotifier = (options: SmtpNotifierOptions): Notifier => {
  const settings = checkOptions(options);
  const transport = createTransport(transportOptions(settings.server));
  return defineNotifier({
    id: "smtp",
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
};
