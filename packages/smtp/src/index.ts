/**
 * {@include ../README.md}
 *
 * @module @subject-rights/smtp
 */

// Mail out

export type { Authentication, DnsResolver, Origin } from "./intake/authenticate.ts";
export type { Automatic } from "./intake/classify.ts";
export type { MailDecision } from "./intake/decision.ts";
export type { MailEnvelope } from "./intake/envelope.ts";
// Mail in
export { MailGivenUp } from "./intake/mail-given-up.ts";
export { type MailIntake, mailIntake } from "./intake/mail-intake.ts";
export type { MailIntakeOptions } from "./intake/options.ts";
export type { RawMail } from "./intake/raw-mail.ts";
export type { MailContent } from "./intake/sealed-mail.ts";
export type { TakeError } from "./intake/take.ts";
export type { AnswerFate, Taken, WaitingReason } from "./intake/taken.ts";
export type { NotUnderstood } from "./intake/understand.ts";
export {
  MailNotFound,
  type SettleMailError,
  type WaitingError,
  type WaitingMails,
  type WaitingMailView,
} from "./intake/waiting.ts";
export { type WaitingMailSourceOptions, waitingMailSource } from "./intake/waiting-mail-source.ts";
export type { ImapServerOptions, MailboxOptions } from "./mailbox/options.ts";
export { type WatchedMailbox, watchMailbox } from "./mailbox/watch-mailbox.ts";
export type { SmtpNotifierOptions, SmtpServerOptions } from "./options.ts";
export { type SmtpNotifier, smtpNotifier } from "./smtp-notifier.ts";
export { english } from "./texts/english.ts";
export { german } from "./texts/german.ts";
export type { NoticeOf, Texts, Ways } from "./texts/texts.ts";
export type { Block, Fact, Words } from "./words.ts";
