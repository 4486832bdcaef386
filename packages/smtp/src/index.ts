export type { SmtpNotifierOptions, SmtpServerOptions } from "./options.ts";
export { smtpNotifier } from "./smtp-notifier.ts";
export { english } from "./texts/english.ts";
export { german } from "./texts/german.ts";
export type { NoticeOf, Texts } from "./texts/texts.ts";
export type { Block, Fact, Words } from "./words.ts";
