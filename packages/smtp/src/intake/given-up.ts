import type { WaitingMail } from "@subject-rights/core";
import { list, paragraph } from "../texts/blocks.ts";
import type { Words } from "../words.ts";
import { sendAnswer } from "./answer.ts";
import type { AnswerLanguage } from "./answer-texts.ts";
import { nameOf } from "./names.ts";
import type { IntakeSettings } from "./options.ts";

/**
 * Tells the support contacts of messages that are about to be deleted, in one letter a tenant. After a crash the same letter
 * goes out again under the same Message-ID. False where one of them could not be told.
 */
export const tellSupport = async (
  settings: IntakeSettings,
  mails: readonly WaitingMail[],
): Promise<boolean> => {
  for (const [tenant, those] of Map.groupBy(mails, (mail) => mail.tenant)) {
    try {
      const to = await settings.addressBook.support({ tenant });
      if (to === undefined) continue;
      const ids = those.map(({ id }) => id);
      const fingerprint = await nameOf(settings, tenant, ["given-up", ...ids]);
      const words = givenUpWords(settings.controller, settings.language, those);
      await settings.mailServer.send(() => sendAnswer(settings, { to, words, mail: null, fingerprint }));
    } catch {
      return false;
    }
  }
  return true;
};

/** Nothing of what they say, and nobody's address. */
const givenUpWords = (
  controller: string,
  language: AnswerLanguage,
  mails: readonly WaitingMail[],
): Words => ({
  ...texts[language](
    controller,
    mails.map(({ since, reason, id }) => ({ day: since.slice(0, 10), reason, id })),
  ),
  language,
});

interface GivenUp {
  readonly day: string;
  readonly reason: string;
  readonly id: string;
}

type Text = (controller: string, mails: readonly GivenUp[]) => Omit<Words, "language">;

const texts: Readonly<Record<AnswerLanguage, Text>> = {
  en: (controller, mails) => ({
    subjectLine: "Messages that nobody looked at are deleted",
    blocks: [
      paragraph(
        `These messages to ${controller} waited for a person, and nobody has settled them. What they say is deleted here now.`,
      ),
      list(mails.map(({ day, reason, id }) => `came on ${day}, waited as ${reason} (${id})`)),
      paragraph(
        "Each may be a request, which has to be answered within a month of the day on which it came, and whoever wrote may have " +
          "been told that a person would look. Look for the originals in the mailbox.",
      ),
    ],
  }),
  de: (controller, mails) => ({
    subjectLine: "Nachrichten, die niemand angesehen hat, werden gelöscht",
    blocks: [
      paragraph(
        `Diese Nachrichten an ${controller} warteten auf einen Menschen, und niemand hat sie erledigt. Ihr Inhalt wird hier jetzt gelöscht.`,
      ),
      list(mails.map(({ day, reason, id }) => `gekommen am ${day}, wartete als ${reason} (${id})`)),
      paragraph(
        "Jede kann ein Antrag sein, der binnen eines Monats nach seinem Eingang zu beantworten ist, und wer sie schrieb, hat " +
          "vielleicht erfahren, dass ein Mensch sie ansieht. Die Originale stehen im Postfach.",
      ),
    ],
  }),
};
